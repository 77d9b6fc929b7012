// The channels of one guide source, findable by id, by every key of their names and by single words.
import type { GuideEntry } from './guide-candidates.js';
import { readGuideId, type GuideIdParts } from './guide-ids.js';
import { STEPS, readGuideName, type GuideName } from './guide-name.js';

export interface IndexedGuide {
  entry: GuideEntry;
  names: readonly GuideName[];
  id: GuideIdParts | null;
  country: string | null;
}

/** One name of one guide channel. */
export interface Hit {
  guide: IndexedGuide;
  name: GuideName;
}

const ONLY_NUMBER = /^\s*[\d.:-]+\s*$/;
const MAX_NAMES = 32;
const MAX_FAMILY_WORDS = 8;

export class GuideIndex {
  readonly size: number;
  private readonly byId = new Map<string, IndexedGuide>();
  private readonly byKey = STEPS.map(() => new Map<string, Hit[]>());
  private readonly byIdWords = new Map<string, Hit[]>();
  private readonly bySound = new Map<string, Hit[]>();
  private readonly weights = new Map<string, number>();
  private readonly families = new Map<string, number>();

  constructor(entries: readonly GuideEntry[]) {
    this.size = entries.length;
    for (const entry of entries) this.add(indexed(entry));
  }

  withId(exact: string): IndexedGuide | undefined {
    return this.byId.get(exact);
  }

  /** Names whose key at a step (index of `STEPS`) is the given one, of the given time shift. */
  named(step: number, key: string, shiftHours: number): readonly Hit[] {
    return key === '' ? [] : (this.byKey[step]?.get(shifted(key, shiftHours)) ?? []);
  }

  /** Guide channels whose id, read as a name, has this key. */
  withIdWords(key: string): readonly Hit[] {
    return key === '' ? [] : (this.byIdWords.get(key) ?? []);
  }

  /** Names with a word that sounds like this; numbers are not words. */
  withSound(sound: string): readonly Hit[] {
    return this.bySound.get(sound) ?? [];
  }

  /** How much a word tells: the rarer the more. */
  weightOf(sound: string): number {
    const known = this.weights.get(sound);
    if (known !== undefined) return known;
    const weight = Math.log1p(this.size / (1 + this.withSound(sound).length));
    this.weights.set(sound, weight);
    return weight;
  }

  /** How many names begin with these words, the name that consists of them included. */
  familySize(words: readonly string[]): number {
    return this.families.get(words.join(' ')) ?? 0;
  }

  private add(guide: IndexedGuide): void {
    if (guide.id !== null) {
      this.byId.set(guide.id.exact, guide);
      if (guide.id.name !== null) {
        push(this.byIdWords, guide.id.name.keys[1] ?? '', { guide, name: guide.id.name });
      }
    }
    const beginnings = new Set<string>();
    for (const name of guide.names) {
      this.addName({ guide, name });
      const words = name.words.slice(0, MAX_FAMILY_WORDS);
      words.forEach((_, at) => beginnings.add(words.slice(0, at + 1).join(' ')));
    }
    for (const beginning of beginnings) {
      this.families.set(beginning, (this.families.get(beginning) ?? 0) + 1);
    }
  }

  private addName(hit: Hit): void {
    hit.name.keys.forEach((key, step) => {
      const keys = this.byKey[step];
      if (key !== '' && keys !== undefined) push(keys, shifted(key, hit.name.shiftHours), hit);
    });
    for (const sound of hit.name.sounds) push(this.bySound, sound, hit);
  }
}

function indexed(entry: GuideEntry): IndexedGuide {
  const words = entry.names.filter((name) => !ONLY_NUMBER.test(name));
  const names = (words.length > 0 ? words : entry.names).slice(0, MAX_NAMES).map(readGuideName);
  const id = readGuideId(entry.guideId);
  const tagged = names.find(({ country }) => country !== null)?.country ?? null;
  return { entry, names, id, country: id?.country ?? tagged };
}

function shifted(key: string, shiftHours: number): string {
  return shiftHours === 0 ? key : `${key}±${shiftHours}`;
}

function push<V>(map: Map<string, V[]>, key: string, value: V): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}
