// Which channel of a guide is meant: by id, else by name; what is not clear waits for a person.
import {
  SCORES,
  type ChannelEntry,
  type GuideCandidate,
  type GuideEntry,
  type GuideVerdict,
} from './guide-candidates.js';
import { countriesAgree, writesCyrillic } from './guide-countries.js';
import { readGuideId, type GuideIdParts } from './guide-ids.js';
import { contradicts, hasSubstance, isBacked, saysMore } from './guide-evidence.js';
import { GuideIndex, type Hit, type IndexedGuide } from './guide-index.js';
import { STEPS, readGuideName, readQualified, type GuideName, type Qualified } from './guide-name.js';
import { reasonOfShift, reasonOfStep } from './guide-reasons.js';
import { withoutStrangers, type Judged } from './guide-strangers.js';
import { closeNames, sameKey, shareWord } from './guide-similarity.js';

export interface GuideMatchOptions {
  /** From this score on a single candidate is linked without asking. */
  linkFrom?: number;
  /** Candidates kept for a person. */
  maxCandidates?: number;
}

/** A channel taken apart. */
interface Wanted {
  entry: ChannelEntry;
  name: GuideName;
  qualified: Qualified | null;
  id: GuideIdParts | null;
  country: string | null;
}

interface Found extends GuideCandidate {
  of: IndexedGuide;
  name: GuideName;
}

/** Two candidates closer than this are equally close. */
const MARGIN = 0.02;
const ROUNDING = 1e-9;
const MAX_SHIFT_HOURS = 24;
const CALL_SIGN = /^[WK][A-Z]{2,3}(?:-(?:TV|HD|DT|LD|CD))?$/;
/** The last step that may be combined with a time shift: a loose name and a shift are too much guessing. */
const LAST_STEP_WITH_SHIFT = STEPS.indexOf('looks');

/**
 * A verdict for every channel, in their order. The same id wins, unless the numbers of the names contradict it ("ZDF Event 9"
 * under the id of "ZDF Event 7") or another guide channel has exactly the name: lists give families the id of their head. Names agree in steps (`STEPS`), each worth less than the one before; only the first step
 * that finds anything counts. Channels of different countries are never linked by name. A channel "+1" without a guide of
 * its own gets that of its base channel, shifted. Two candidates equally close are never decided here.
 */
export function matchGuide(
  channels: readonly ChannelEntry[],
  guide: readonly GuideEntry[],
  options: GuideMatchOptions = {},
): GuideVerdict[] {
  const matcher = new GuideMatcher(guide, options);
  const wanted = channels.map(readWanted);
  matcher.learnFamilies(wanted);
  return withoutStrangers(wanted.map((channel) => matcher.verdict(channel)));
}

function readWanted(entry: ChannelEntry): Wanted {
  const name = readGuideName(entry.name);
  const id = readGuideId(entry.guideId);
  const country = name.country ?? id?.country ?? null;
  return { entry, name, qualified: readQualified(entry.name), id, country };
}

class GuideMatcher {
  private readonly index: GuideIndex;
  private readonly linkFrom: number;
  private readonly maxCandidates: number;
  /** Names without brackets → the different names the channels have with them. */
  private readonly families = new Map<string, Set<string>>();

  constructor(guide: readonly GuideEntry[], options: GuideMatchOptions) {
    this.index = new GuideIndex(guide);
    this.linkFrom = options.linkFrom ?? 0.85;
    this.maxCandidates = options.maxCandidates ?? 5;
  }

  learnFamilies(channels: readonly Wanted[]): void {
    for (const { name, qualified } of channels) {
      const key = (qualified?.base ?? name).words.join(' ');
      const family = this.families.get(key) ?? new Set();
      this.families.set(key, family.add(name.words.join(' ')));
    }
  }

  verdict(wanted: Wanted): Judged {
    const found = best([...this.byId(wanted), ...this.byName(wanted), ...this.byShift(wanted)]);
    const all = found.some(({ score }) => score >= this.linkFrom)
      ? found
      : best([...found, ...this.byQualifier(wanted), ...this.bySimilarity(wanted)]);
    const [first, ...others] = all;
    const channel = wanted.entry.ref;
    const { country } = wanted;
    if (first === undefined) return { verdict: { kind: 'none', channel }, country, isGuess: false };
    const rivals = others.filter(({ score }) => score > first.score - MARGIN + ROUNDING);
    const winner = rivals.length === 0 ? first : preferred(wanted, [first, ...rivals]);
    if (winner !== null && winner.score >= this.linkFrom) {
      const isGuess = winner.of.country === null && winner.of.id?.exact !== wanted.id?.exact;
      return { verdict: { kind: 'link', channel, link: candidateOf(winner) }, country, isGuess };
    }
    const reason = winner === null ? `${rivals.length + 1} guide channels fit equally well` : first.reason;
    const candidates = all.slice(0, this.maxCandidates).map(candidateOf);
    return { verdict: { kind: 'review', channel, reason, candidates }, country, isGuess: false };
  }

  private byId(wanted: Wanted): Found[] {
    if (wanted.id === null) return [];
    const same = this.index.withId(wanted.id.exact);
    return same === undefined ? this.byIdWords(wanted, wanted.id) : [this.sameId(wanted, wanted.id, same)];
  }

  private sameId(wanted: Wanted, id: GuideIdParts, guide: IndexedGuide): Found {
    const [name = wanted.name] = guide.names;
    const agree = guide.names.some((other) => sameKey(wanted.name, other));
    const isLikely = agree || guide.names.some((other) => shareWord(wanted.name, other));
    const given = `the list names its guide id, “${wanted.entry.guideId}”`;
    const found = (score: number, reason: string): Found => ({
      ...{ guide: guide.entry.ref, of: guide, name, origin: 'id', score, reason, shiftMinutes: 0 },
    });
    if (contradicts(wanted.name, guide)) {
      return found(SCORES.open, `${given}, but that is “${name.title}”`);
    }
    if (id.isWeak && !isLikely) {
      const names =
        guide.names.length === 0 ? 'the guide tells no name' : `the names differ (“${name.title}”)`;
      return found(SCORES.open / 2, `${given}, which says little, and ${names}`);
    }
    const plain =
      agree || guide.names.length === 0
        ? found(SCORES.sameId, given)
        : found(SCORES.sameIdOtherName, `${given}, under another name (“${name.title}”)`);
    return this.withShift(wanted, plain, guide);
  }

  /** A channel "+1" under the id of its base channel. */
  private withShift(wanted: Wanted, found: Found, guide: IndexedGuide): Found {
    const { shiftHours } = wanted.name;
    const isOwn =
      guide.names.some((name) => name.shiftHours === shiftHours) ||
      /(?:\+|pl|plus)\d+$/.test(guide.id?.exact ?? '');
    if (shiftHours === 0 || shiftHours > MAX_SHIFT_HOURS || isOwn) return found;
    return { ...found, ...reasonOfShift(found.reason, wanted.name) };
  }

  private byIdWords(wanted: Wanted, id: GuideIdParts): Found[] {
    const { name } = id;
    if (name === null) return [];
    const sameWords = this.index
      .withIdWords(name.keys[1] ?? '')
      .filter(({ guide }) => guide.country === null || guide.country === id.country)
      .map((hit) =>
        this.found(
          hit,
          'id',
          SCORES.idWords,
          `its guide id “${wanted.entry.guideId}” means “${hit.guide.entry.guideId}”`,
        ),
      );
    const named = this.firstStep(name, { shiftHours: name.shiftHours, country: id.country });
    const score = named.step < STEPS.indexOf('sound') ? SCORES.idToName : SCORES.idToNameSound;
    const toNames = named.hits.map((hit) =>
      this.found(hit, 'id', score, `its guide id “${wanted.entry.guideId}” is the name “${hit.name.title}”`),
    );
    return [...sameWords, ...toNames]
      .filter(({ of }) => !contradicts(wanted.name, of))
      .map((found) =>
        saysMore(wanted.name, name) || !isBacked(wanted, { guide: found.of, name: found.name })
          ? { ...found, score: SCORES.open }
          : found,
      )
      .map((found) => this.withShift(wanted, found, found.of));
  }

  private byName({ name, country }: Wanted): Found[] {
    const { step, hits } = this.firstStep(name, { shiftHours: name.shiftHours, country });
    return hits.map((hit) => this.atStep(hit, name, step));
  }

  private byShift({ name, country }: Wanted): Found[] {
    if (name.shiftHours === 0 || name.shiftHours > MAX_SHIFT_HOURS) return [];
    if (this.firstStep(name, { shiftHours: name.shiftHours, country }).hits.length > 0) return [];
    const { step, hits } = this.firstStep(name, { shiftHours: 0, country });
    if (step > LAST_STEP_WITH_SHIFT) return [];
    return hits.map((hit) => {
      const found = this.atStep(hit, name, step);
      return { ...found, score: found.score - 0.03, ...reasonOfShift(found.reason, name) };
    });
  }

  /** The first step at which any name of the guide agrees, with all that do. */
  private firstStep(
    name: GuideName,
    { shiftHours, country }: { shiftHours: number; country: string | null },
  ): { step: number; hits: Hit[] } {
    for (let step = 0; step < STEPS.length; step++) {
      const hits = this.index
        .named(step, name.keys[step] ?? '', shiftHours)
        .filter((hit) => this.isPossible(name, country, hit) && hasSubstance(step, name, hit.name));
      if (hits.length > 0) return { step, hits };
    }
    return { step: STEPS.length, hits: [] };
  }

  private isPossible(name: GuideName, country: string | null, hit: Hit): boolean {
    if (!countriesAgree(country, hit.guide.country)) return false;
    if (name.dropped !== '' && hit.name.dropped !== '' && name.dropped !== hit.name.dropped) return false;
    if (name.isCyrillic === hit.name.isCyrillic) return true;
    return writesCyrillic(country) && writesCyrillic(hit.guide.country);
  }

  private atStep(hit: Hit, name: GuideName, step: number): Found {
    const kind = STEPS[step] ?? 'sound';
    return this.found(hit, 'name', SCORES[kind], reasonOfStep(kind, name, hit.name));
  }

  /** "Губерния 33 (Владимир)" is "Губерния 33" where neither the guide nor the lists have other channels of that family. */
  private byQualifier(wanted: Wanted): Found[] {
    if (wanted.qualified === null) return [];
    const { base, qualifier } = wanted.qualified;
    if (CALL_SIGN.test(qualifier)) return this.byCallSign(wanted, qualifier);
    const { step, hits } = this.firstStep(base, { shiftHours: 0, country: wanted.country });
    if (step > STEPS.indexOf('fillers')) return [];
    const isOnly =
      this.index.familySize(base.words) === 1 && this.families.get(base.words.join(' '))?.size === 1;
    const score = isOnly ? SCORES.qualifier : SCORES.open;
    return hits.map((hit) =>
      this.found(hit, 'name', score, `same name but for “${qualifier}”: “${hit.name.title}”`),
    );
  }

  /** "7News Boston (WHDH)": American guides list stations by their call signs. */
  private byCallSign({ country }: Wanted, callSign: string): Found[] {
    const { step, hits } = this.firstStep(readGuideName(callSign.replace(/-.*$/, '')), {
      shiftHours: 0,
      country,
    });
    if (step > STEPS.indexOf('words')) return [];
    return hits.map((hit) => this.found(hit, 'name', SCORES.callSign, `the call sign “${hit.name.title}”`));
  }

  private bySimilarity(wanted: Wanted): Found[] {
    return closeNames(this.index, wanted.name)
      .filter(({ hit }) => countriesAgree(wanted.country, hit.guide.country))
      .map(({ hit, similarity }) => {
        const { title } = hit.name;
        return similarity === 1
          ? this.found(hit, 'name', SCORES.typo, `one letter apart: “${title}”`)
          : this.found(hit, 'name', SCORES.open * similarity, `similar name: “${title}”`);
      });
  }

  private found(hit: Hit, origin: 'id' | 'name', score: number, reason: string): Found {
    const { guide, name } = hit;
    return { guide: guide.entry.ref, of: guide, name, origin, score, reason, shiftMinutes: 0 };
  }
}

/** The best of each guide channel, best first. */
function best(found: readonly Found[]): Found[] {
  const kept = new Map<number, Found>();
  for (const one of found) {
    const known = kept.get(one.guide);
    if (known === undefined || one.score > known.score) kept.set(one.guide, one);
  }
  return [...kept.values()].sort((a, b) => b.score - a.score || a.guide - b.guide);
}

/** Of equally close ones: the same country, then the same picture, then the one that has programmes; null where none is alone. */
function preferred(wanted: Wanted, rivals: readonly Found[]): Found | null {
  const tests: ((found: Found) => boolean)[] = [
    ({ of }) => wanted.country !== null && of.country === wanted.country,
    ({ name }) => name.quality === wanted.name.quality,
    ({ of }) => of.entry.programmes > 0,
  ];
  let left = rivals;
  for (const test of tests) {
    const passed = left.filter(test);
    if (passed.length === 1) return passed[0] ?? null;
    if (passed.length > 1) left = passed;
  }
  return null;
}

function candidateOf({ guide, origin, score, reason, shiftMinutes }: Found): GuideCandidate {
  return { guide, origin, score: Math.round(score * 100) / 100, reason, shiftMinutes };
}
