import { PrefixIndexBuilder, type PrefixIndex } from '../../core/films/prefix-index.js';
import { soundKey, soundOfKey, titleKey } from '../../core/films/title-key.js';
import { BitSet } from '../../core/util/bit-set.js';
import { SeenLately } from '../../core/util/seen-lately.js';
import { placeOfId } from '../../core/util/sorted-ids.js';
import { TextList } from '../../core/util/text-list.js';
import type { Slicer } from '../slicer.js';
import { factsOf, type CatalogFilm } from './catalog-film.js';

/** The titles of one film in the forms they are found by. */
interface FilmTitles {
  /** As they are written, a line each. */
  written: string;
  /** Their keys by spelling and by sound, a line each. */
  keys: string;
}

/** Indices of films that a text finds. */
export interface FoundFilms {
  all: BitSet;
  /** Of these, those whose title it is. */
  exact: BitSet;
  /** Of these, those whose title begins so. */
  beginning: BitSet;
}

const MAX_QUERY_WORDS = 8;
/** Three bits for each film. */
const MOST_KEPT = 64;
/** Marks a word by its sound, which must not be found by spelling: no word begins with it. */
const SOUND = '~';
const LINE = '\n';

/**
 * Finds films by the beginnings of the words of their titles, in the guide's spelling and in TMDB's: without regard to
 * case, diacritics, ё and е, and to the script ("stalker" finds "Сталкер").
 */
export class FilmSearch {
  /** What was found more than once of late, by what was looked for: pages of one search follow each other. */
  private readonly lately = new Map<string, FoundFilms>();
  private readonly asked = new SeenLately(1_024);

  private constructor(
    private readonly known: KnownTitles,
    private readonly titles: PrefixIndex,
    private readonly words: PrefixIndex,
  ) {}

  /** What the search before knew of a film is used again while its titles are the same. Films in the order of their ids. */
  static async over(
    films: readonly CatalogFilm[],
    before: FilmSearch | undefined,
    slicer: Slicer,
  ): Promise<FilmSearch> {
    const known = new KnownTitles(films);
    const titles = new PrefixIndexBuilder();
    const words = new PrefixIndexBuilder();
    await slicer.each(
      films,
      (film, index) => {
        const own = titlesOf(film, before?.known.of(film));
        known.add(own);
        const keys = own.keys.split(LINE);
        for (const key of keys) titles.add(key, index);
        for (const word of new Set(keys.flatMap(wordsOf))) words.add(word, index);
      },
      16,
    );
    return new FilmSearch(known, await slicer.finish(titles.build()), await slicer.finish(words.build()));
  }

  /** null where the text says nothing that could be looked for. Not to be changed: who asks the same gets it too. */
  find(text: string): FoundFilms | null {
    const key = titleKey(text);
    const spelt = key.split(' ').filter((word) => word !== '');
    if (spelt.length === 0) return null;
    const kept = this.lately.get(key);
    if (kept) return kept;
    const found = this.look(key, spelt, soundOfKey(key));
    if (this.asked.see(key)) this.remember(key, found);
    return found;
  }

  private look(key: string, spelt: readonly string[], sound: string): FoundFilms {
    const sounds = sound.split(' ');
    let all: BitSet | undefined;
    for (const [at, word] of spelt.slice(0, MAX_QUERY_WORDS).entries()) {
      const hits = this.having(word, sounds[at] ?? '');
      all = all ? all.keepIn(hits) : hits;
    }
    const exact = this.none();
    const beginning = this.none();
    for (const title of [key, SOUND + sound]) {
      this.titles.equal(title, exact);
      this.titles.beginning(title, beginning);
    }
    const found = all ?? this.none();
    return { all: found, exact: exact.keepIn(found), beginning: beginning.keepIn(found) };
  }

  private remember(key: string, found: FoundFilms): void {
    const [oldest] = this.lately.keys();
    if (this.lately.size >= MOST_KEPT && oldest !== undefined) this.lately.delete(oldest);
    this.lately.set(key, found);
  }

  private having(word: string, sound: string): BitSet {
    const hits = this.none();
    this.words.beginning(word, hits);
    // One letter by its sound would be nearly everything; a number sounds as it is written.
    if (sound.length > 1 && !/^\d+$/.test(word)) this.words.beginning(SOUND + sound, hits);
    return hits;
  }

  private none(): BitSet {
    return new BitSet(this.known.size);
  }
}

/** The titles of all films, in the order of their ids. */
class KnownTitles {
  private readonly ids: Float64Array;
  private readonly texts = new TextList();

  constructor(private readonly films: readonly CatalogFilm[]) {
    this.ids = Float64Array.from(films, ({ id }) => id);
  }

  get size(): number {
    return this.ids.length;
  }

  /** In the order of the films. */
  add({ written, keys }: FilmTitles): void {
    this.texts.add(written);
    this.texts.add(keys);
  }

  of(film: CatalogFilm): (FilmTitles & { isCertain: boolean }) | undefined {
    const place = placeOfId(this.ids, film.id);
    if (place < 0) return undefined;
    const [written, keys] = [this.texts.get(place * 2), this.texts.get(place * 2 + 1)];
    return { written, keys, isCertain: this.films[place] === film };
  }
}

function titlesOf(film: CatalogFilm, before: ReturnType<KnownTitles['of']>): FilmTitles {
  if (before?.isCertain) return before;
  const facts = factsOf(film);
  const told = [film.title, film.originalTitle, ...(facts ? [facts.title, facts.originalTitle] : [])];
  const titles = new Set([...told, ...(facts?.otherTitles ?? [])].filter((title) => title !== ''));
  const written = [...titles].join(LINE);
  if (before?.written === written) return before;
  const keys = new Set([...titles].flatMap((title) => [titleKey(title), SOUND + soundKey(title)]));
  return { written, keys: [...keys].join(LINE) };
}

function wordsOf(key: string): string[] {
  if (!key.startsWith(SOUND)) return key.split(' ');
  return key
    .slice(SOUND.length)
    .split(' ')
    .map((word) => SOUND + word);
}
