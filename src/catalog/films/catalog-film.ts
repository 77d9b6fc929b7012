import { readFilmFacts, withEdits, type EditableFacts, type FilmFacts } from '../../core/films/film-facts.js';
import type { LiveChannel } from '../../core/xtream/present-live.js';
import { cleanLine } from '../../core/xtream/text.js';
import type { ShownFilm, ShownWay } from '../../vod/shown-films.repository.js';

export interface CatalogAiring {
  channel: LiveChannel;
  /** Epoch seconds. */
  start: number;
  stop: number;
  /** As the guide writes it. */
  title: string;
}

export type CatalogWay = ShownWay;

/**
 * A film in memory. What TMDB says of it stays the text it is stored as: read, a catalogue of films is a million small
 * objects, and the collector of garbage stops everything to walk through them.
 */
export interface CatalogFilm extends Omit<ShownFilm, 'tmdbDetails'> {
  factsText: string | null;
  /** Whether TMDB says anything. */
  isKnown: boolean;
  /** A person's, else TMDB's where it is known, else the guide's. */
  bestYear: number | null;
  bestRating: number | null;
  /** TMDB's are of one language. */
  bestGenres: readonly string[];
  /** In the order of their starts, on channels that viewers see. */
  airings: CatalogAiring[];
  ways: CatalogWay[];
}

/** A film with everything that is told of it. Made for one answer, not kept. */
export type ToldFilm = CatalogFilm & { facts: FilmFacts | null };

export function toldFilm(film: CatalogFilm): ToldFilm {
  return { ...film, facts: factsOf(film) };
}

/** What TMDB says of it, where no person said otherwise. */
export function factsOf(
  film: EditableFacts & Pick<CatalogFilm, 'factsText' | 'editedFields'>,
): FilmFacts | null {
  const facts = film.factsText === null ? null : readFilmFacts(parsed(film.factsText));
  return facts && withEdits(facts, film, film.editedFields.split(','));
}

/** Texts that many films share are kept once. */
export class TextPool {
  private readonly texts = new Map<string, string>();
  private readonly lists = new Map<string, readonly string[]>();

  one(text: string): string {
    const kept = this.texts.get(text);
    if (kept === undefined) this.texts.set(text, text);
    return kept ?? text;
  }

  list(texts: readonly string[]): readonly string[] {
    const key = texts.join('\n');
    let kept = this.lists.get(key);
    if (!kept) this.lists.set(key, (kept = texts.map((text) => this.one(text))));
    return kept;
  }
}

export function toFilm(stored: ShownFilm, pool: TextPool): CatalogFilm {
  const { tmdbDetails, ...film } = stored;
  const facts = factsOf({ ...film, factsText: tmdbDetails });
  return {
    ...film,
    title: cleanLine(film.title),
    genres: pool.list(film.genres),
    factsText: facts === null ? null : tmdbDetails,
    isKnown: facts !== null,
    bestYear: facts?.year ?? film.year,
    bestRating: facts?.rating ?? film.rating,
    bestGenres: pool.list(facts && facts.genres.length > 0 ? facts.genres : film.genres),
    airings: [],
    ways: [],
  };
}

/** Whether two states of a film are told alike. Channels and lists of texts that are equal must be the same objects. */
export function isToldAlike(one: CatalogFilm, other: CatalogFilm): boolean {
  const { airings, ways, genres, bestGenres, ...plain } = one;
  return (
    areEqual(plain, other) &&
    areListsEqual(genres, other.genres) &&
    areListsEqual(bestGenres, other.bestGenres) &&
    airings.length === other.airings.length &&
    ways.length === other.ways.length &&
    airings.every((airing, at) => areEqual(airing, other.airings[at])) &&
    ways.every((way, at) => areEqual(way, other.ways[at]))
  );
}

/** Whether all fields of the first are the same in the second. */
export function areEqual<T extends object>(one: T, other: T | undefined): boolean {
  if (other === undefined) return false;
  for (const key in one) if (one[key] !== other[key]) return false;
  return true;
}

function areListsEqual(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, at) => text === other[at]);
}

/** What cannot be read counts as absent. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
