import { personsIn, readFilmCredits } from '../../core/films/film-credits.js';
import { readFilmFacts, withEdits, type EditableFacts, type FilmFacts } from '../../core/films/film-facts.js';
import { cleanLine } from '../../core/xtream/text.js';
import type { ShownFilm, ShownWay } from '../../vod/shown-films.repository.js';

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
  /** Numbers of those who made it, at TMDB. */
  persons: readonly number[];
  ways: readonly CatalogWay[];
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
  return editedFacts(storedFacts(film.factsText), film);
}

/** What an enrichment stored; what cannot be read counts as absent. */
export function storedFacts(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function editedFacts(
  stored: unknown,
  film: EditableFacts & Pick<CatalogFilm, 'editedFields'>,
): FilmFacts | null {
  const facts = readFilmFacts(stored);
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

const NOBODY: readonly number[] = [];

/** Field by field: spread into each other, the objects take several times the memory, and there are as many as films. */
export function toFilm(stored: ShownFilm, pool: TextPool): CatalogFilm {
  const film: CatalogFilm = {
    id: stored.id,
    originalTitle: stored.originalTitle,
    year: stored.year,
    durationSeconds: stored.durationSeconds,
    description: stored.description,
    rating: stored.rating,
    ageLimit: stored.ageLimit,
    isAdult: stored.isAdult,
    guidePicture: stored.guidePicture,
    posterUrl: stored.posterUrl,
    backdropUrl: stored.backdropUrl,
    tmdbId: stored.tmdbId,
    views: stored.views,
    addedAt: stored.addedAt,
    updatedAt: stored.updatedAt,
    editedFields: stored.editedFields,
    title: cleanLine(stored.title),
    genres: pool.list(stored.genres),
    factsText: stored.tmdbDetails,
    isKnown: false,
    bestYear: stored.year,
    bestRating: stored.rating,
    bestGenres: [],
    persons: NOBODY,
    ways: [],
  };
  const told = storedFacts(film.factsText);
  const facts = editedFacts(told, film);
  const persons = personsIn(readFilmCredits(told));
  if (persons.length > 0) film.persons = persons;
  film.isKnown = facts !== null;
  film.bestYear = facts?.year ?? stored.year;
  film.bestRating = facts?.rating ?? stored.rating;
  film.bestGenres = facts && facts.genres.length > 0 ? pool.list(facts.genres) : film.genres;
  return film;
}

/** Whether `toFilm` would make the same of it, but for the ways to watch it. */
export function isMadeOf(film: CatalogFilm, stored: ShownFilm): boolean {
  return (
    film.id === stored.id &&
    film.originalTitle === stored.originalTitle &&
    film.year === stored.year &&
    film.durationSeconds === stored.durationSeconds &&
    film.description === stored.description &&
    film.rating === stored.rating &&
    film.ageLimit === stored.ageLimit &&
    film.isAdult === stored.isAdult &&
    film.guidePicture === stored.guidePicture &&
    film.posterUrl === stored.posterUrl &&
    film.backdropUrl === stored.backdropUrl &&
    film.tmdbId === stored.tmdbId &&
    film.views === stored.views &&
    film.addedAt === stored.addedAt &&
    film.updatedAt === stored.updatedAt &&
    film.editedFields === stored.editedFields &&
    film.factsText === stored.tmdbDetails &&
    film.title === cleanLine(stored.title) &&
    areListsEqual(film.genres, stored.genres)
  );
}

export function areWaysEqual(one: readonly CatalogWay[], other: readonly CatalogWay[]): boolean {
  return one.length === other.length && one.every((way, at) => areEqual(way, other[at]));
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
