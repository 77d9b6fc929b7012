import { readFileSync } from 'node:fs';
import path from 'node:path';

const FILE = path.join('test', 'fixtures', 'guide-words', 'spanish.txt');

/** Words of a title and of a description; a quarter, a half and three quarters of real ones are shorter. */
const TITLE_WORDS = [2, 4, 5, 7, 9] as const;
const DESCRIPTION_WORDS = [15, 23, 31, 38, 43] as const;
/** What a real channel shows within a week: so many different titles and descriptions in a hundred programmes. */
const TITLES_IN_100 = 35;
const DESCRIPTIONS_IN_100 = 60;

export interface GuideText {
  title: string;
  description: string;
}

/**
 * Texts that pack as badly as real ones: words of real guides drawn one by one, as often as they occur there, in titles
 * and descriptions as long as theirs, which come again as often as theirs. The same for the same seed.
 */
export class GuideTexts {
  private readonly words: string[] = [];
  /** Sums of the counts up to each word. */
  private readonly sums: number[] = [];

  constructor(file = FILE) {
    let sum = 0;
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const [count, ...words] = line.split(' ');
      for (const word of words) {
        this.words.push(word);
        this.sums.push((sum += Number(count)));
      }
    }
  }

  /** The texts of one channel, in the order of its programmes. */
  ofChannel(seed: number, programmes: number): GuideText[] {
    const random = generator(seed);
    const titles = Array.from({ length: Math.ceil((programmes * TITLES_IN_100) / 100) }, () =>
      this.text(TITLE_WORDS, random),
    );
    const descriptions = Array.from({ length: Math.ceil((programmes * DESCRIPTIONS_IN_100) / 100) }, () =>
      this.text(DESCRIPTION_WORDS, random),
    );
    // All of them, and some of them again.
    const pick = (all: readonly string[], index: number): string =>
      all[index < all.length ? index : Math.floor(random() * all.length)] ?? '';
    return Array.from({ length: programmes }, (_, index) => ({
      title: pick(titles, index),
      description: pick(descriptions, index),
    }));
  }

  private text(lengths: readonly number[], random: () => number): string {
    const length = lengths[Math.floor(random() * lengths.length)] ?? 1;
    return Array.from({ length }, () => this.word(random())).join(' ');
  }

  private word(share: number): string {
    const wanted = share * (this.sums.at(-1) ?? 0);
    let [low, high] = [0, this.sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.sums[middle] ?? 0) > wanted) high = middle;
      else low = middle + 1;
    }
    return this.words[low] ?? '';
  }
}

/** Mulberry32: numbers from 0 to 1. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
