// A channel name as it is looked up in a guide: one key for every step of looseness.
import { joinTokens } from './compare-text.js';
import {
  asItLooks,
  canonicalWords,
  isCyrillic,
  isFillerWord,
  joinPluses,
  soundOf,
  withoutFillers,
} from './guide-words.js';
import type { Quality } from './normalise.js';
import { readName } from './normalise.js';

/** Strictest first. Two names agree at a step when their keys of that step are equal. */
export const STEPS = ['spelling', 'words', 'fillers', 'order', 'looks', 'sound'] as const;
export type Step = (typeof STEPS)[number];

export interface GuideName {
  /** The name without tags, notes and quality, for people. */
  title: string;
  /** Keys in the order of `STEPS`; "" where the name has none. A time shift is part of none of them. */
  keys: readonly string[];
  /** Telling words in their common spelling, without fillers. */
  words: readonly string[];
  /** How the telling words sound, without numbers and fillers that were kept. */
  sounds: ReadonlySet<string>;
  /** The numbers among the telling words, in order; "" where there are none. */
  numbers: string;
  /** Kinds of filler words left out of `words`: "", "tv", "channel" or both. */
  dropped: string;
  /** Hours of a "+1" at the end; 0 = none. */
  shiftHours: number;
  country: string | null;
  quality: Quality | null;
  isCyrillic: boolean;
}

/** What a name says besides its words in brackets: "Губерния 33 (Владимир)" → "Губерния 33". */
export interface Qualified {
  base: GuideName;
  qualifier: string;
}

const MAX_NAME = 256;
const SHIFT = /^±(\d+)$/;
const TAG_WITH_SIGN = /^\s*([A-Z]{2,3})\s*(?:[·★☆✪•▎┃╎]|\s[-–]\s)\s*/u;
const OLD_NAME = /\s*\((?:ex|formerly|бывш|экс)[^)]*\)/giu;
const NOTE =
  /\s*\((?:opci[oó]n|option|backup|link|server|вариант)\s*\d*\)|(?<!\p{L})multi\s?audio(?!\p{L})/giu;
const MAYBE_NOTE = /\(|multi/i;
/** "RaiUno" and "BBCOne" are two words each. */
const CAMEL = /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu;
const BRACKETS = /^(.+?)\s*[([]([^()[\]]{2,})[)\]]\s*$/u;
/** Sounds shorter than this are shared by channels that have nothing to do with each other ("ТНТ", "TNT"). */
const MIN_SOUND = 5;
const ONLY_DIGITS = /^\d+$/;

/** Reads a name of a channel or of a guide channel. */
export function readGuideName(name: string): GuideName {
  const parts = readName(prepare(name));
  const all = joinPluses(parts.tokens);
  const shift = SHIFT.exec(all.at(-1) ?? '');
  const tokens = shift === null ? all : all.slice(0, -1);
  const canonical = canonicalWords(tokens);
  const { words, dropped } = withoutFillers(canonical);
  const sounds = words.map(soundOf);
  return {
    title: parts.display,
    keys: keysOf({ tokens, canonical, words, sounds }),
    words,
    sounds: new Set(words.filter((word) => !isFillerWord(word) && !ONLY_DIGITS.test(word)).map(soundOf)),
    numbers: (words.join(' ').match(/\d+/g) ?? []).map(Number).join(' '),
    dropped,
    shiftHours: shift === null ? 0 : Number(shift[1]),
    country: parts.country,
    quality: parts.quality,
    isCyrillic: isCyrillic(tokens.join('')),
  };
}

/** The name without the words in brackets at its end, which name a town or an edition; null where there are none. */
export function readQualified(name: string): Qualified | null {
  if (!/[)\]]\s*$/.test(name)) return null;
  const { display } = readName(prepare(name));
  const [, body, qualifier] = BRACKETS.exec(display) ?? [];
  if (body === undefined || qualifier === undefined || /\d/.test(qualifier)) return null;
  return { base: readGuideName(body), qualifier };
}

function prepare(name: string): string {
  const tagged = name.slice(0, MAX_NAME).replace(TAG_WITH_SIGN, '$1: ');
  // Most names have none of this.
  const noted = MAYBE_NOTE.test(tagged) ? tagged.replace(OLD_NAME, ' ').replace(NOTE, ' ') : tagged;
  return noted.replace(CAMEL, ' ');
}

function keysOf(name: Record<'tokens' | 'canonical' | 'words' | 'sounds', readonly string[]>): string[] {
  const { tokens, canonical, words, sounds } = name;
  const isLong = sounds.join('').replace(/\d/g, '').length >= MIN_SOUND;
  return [
    joinTokens(tokens),
    joinTokens(canonical),
    joinTokens(words),
    joinTokens([...words].sort()),
    joinTokens(words.map(asItLooks).sort()),
    isLong ? joinTokens([...sounds].sort()) : '',
  ];
}
