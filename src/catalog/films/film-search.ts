import { soundKey, titleKey } from '../../core/films/title-key.js';
import type { Slicer } from '../slicer.js';
import type { CatalogFilm } from './film-collection.js';

/** The titles of one film in the forms they are found by. */
interface FilmWords {
  /** What the words were made of. */
  titles: string;
  keys: readonly string[];
  /** Of the titles as written, and by their sound; no word twice. */
  words: readonly string[];
}

const MAX_QUERY_WORDS = 8;
/** Marks a word by its sound, which must not be found by spelling: no word begins with it. */
const SOUND = '~';
const TITLES_PART = '\n';

/**
 * Finds films by the beginnings of the words of their titles, in the guide's spelling and in TMDB's: without regard to
 * case, diacritics, ё and е, and to the script ("stalker" finds "Сталкер").
 */
export class FilmSearch {
  private constructor(
    private readonly known: ReadonlyMap<number, FilmWords>,
    private readonly titles: readonly (readonly string[])[],
    /** In order. */
    private readonly words: readonly string[],
    /** Indices of the films of each word. */
    private readonly filmsOf: readonly (readonly number[])[],
  ) {}

  /** What the search before knew of a film is used again while its titles are the same. */
  static async over(
    films: readonly CatalogFilm[],
    before: FilmSearch | undefined,
    slicer: Slicer,
  ): Promise<FilmSearch> {
    const known = new Map<number, FilmWords>();
    const postings = new Map<string, number[]>();
    const keys: (readonly string[])[] = [];
    await slicer.each(
      films,
      (film, index) => {
        const words = wordsOf(film, before?.known.get(film.id));
        known.set(film.id, words);
        keys[index] = words.keys;
        for (const word of words.words) {
          const list = postings.get(word);
          if (list) list.push(index);
          else postings.set(word, [index]);
        }
      },
      16,
    );
    const sorted = [...postings.keys()].sort();
    return new FilmSearch(
      known,
      keys,
      sorted,
      sorted.map((word) => postings.get(word) ?? []),
    );
  }

  /**
   * Index of a film → how well it fits (2 = this is its title, 1 = its title begins so, 0 = the words occur). null where
   * the text says nothing that could be looked for.
   */
  find(text: string): Map<number, number> | null {
    const key = titleKey(text);
    const spelt = key.split(' ').filter((word) => word !== '');
    if (spelt.length === 0) return null;
    const sounds = soundKey(text).split(' ');
    let found: Set<number> | undefined;
    for (const [at, word] of spelt.slice(0, MAX_QUERY_WORDS).entries()) {
      const hits = this.beginningWith(word);
      const sound = sounds[at] ?? '';
      // One letter by its sound would be nearly everything.
      if (sound.length > 1) this.beginningWith(`${SOUND}${sound}`, hits);
      const before = found;
      found = before ? new Set([...hits].filter((index) => before.has(index))) : hits;
      if (found.size === 0) break;
    }
    const sound = sounds.join(' ');
    return new Map([...(found ?? [])].map((index) => [index, this.fitOf(index, key, sound)]));
  }

  private beginningWith(prefix: string, hits = new Set<number>()): Set<number> {
    for (let at = this.firstFrom(prefix); at < this.words.length; at++) {
      if (!this.words[at]?.startsWith(prefix)) break;
      for (const index of this.filmsOf[at] ?? []) hits.add(index);
    }
    return hits;
  }

  private firstFrom(prefix: string): number {
    let low = 0;
    let high = this.words.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.words[middle] ?? '') < prefix) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private fitOf(index: number, key: string, sound: string): number {
    let fit = 0;
    for (const title of this.titles[index] ?? []) {
      if (title === key || title === SOUND + sound) return 2;
      if (title.startsWith(key) || title.startsWith(SOUND + sound)) fit = 1;
    }
    return fit;
  }
}

function wordsOf(film: CatalogFilm, before: FilmWords | undefined): FilmWords {
  const { facts } = film;
  const told = [film.title, film.originalTitle, ...(facts ? [facts.title, facts.originalTitle] : [])];
  const distinct = [...new Set([...told, ...(facts?.otherTitles ?? [])])].filter((title) => title !== '');
  const titles = distinct.join(TITLES_PART);
  if (before?.titles === titles) return before;
  const keys = distinct.flatMap((title) => [titleKey(title), SOUND + soundKey(title)]);
  const words = keys.flatMap((key) =>
    key.startsWith(SOUND)
      ? key
          .slice(1)
          .split(' ')
          .map((word) => SOUND + word)
      : key.split(' '),
  );
  return { titles, keys: [...new Set(keys)], words: [...new Set(words)] };
}
