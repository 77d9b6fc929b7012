import type { PackedRows } from '../channels/import-set.js';

/** A film or an episode that a list names. A plain record: it travels between threads and is kept with the list. */
export interface ListedFilm {
  /** Of its address, which is not told by it. */
  key: string;
  /** Of the film or the episode; of an episode it may be empty. */
  title: string;
  originalTitle: string;
  year: number | null;
  /** Years. */
  ageLimit: number | null;
  durationSeconds: number | null;
  isAdult: boolean;
  /** Address, or "". */
  pictureUrl: string;
  /** As the list writes it. */
  label: string;
  locator: string;
  /** "mp4", "m3u8", …; "" = not known. */
  container: string;
  userAgent: string | null;
  headers: Record<string, string>;
  /** null = the list tells none, or none but the name of the series. */
  group: string | null;
  /** Of several of one film the lowest comes first. */
  priority: number;
  episode: ListedEpisode | null;
}

export interface ListedEpisode {
  seriesTitle: string;
  seriesYear: number | null;
  season: number;
  number: number;
}

export type PackedFilms = PackedRows<ListedFilm>;

/** What became of the films and episodes of a list. Counts of ways to watch, but for the last three. */
export interface ListedFilmCounts {
  added: number;
  updated: number;
  retired: number;
  films: number;
  series: number;
  episodes: number;
}

export interface FilmList {
  id: number;
  name: string;
  allowPrivate: boolean;
}

/** The room of films, as lists know it. */
export interface ListFilms {
  /** Makes these all that the list has of films. */
  apply(list: FilmList, films: PackedFilms, onProgress: (done: number) => void): Promise<ListedFilmCounts>;
  /** What `apply` would add and retire. Nothing is written. */
  preview(listId: number, films: PackedFilms): Promise<{ added: number; retired: number }>;
  /** Retires what a removed list brought. */
  retire(listId: number): Promise<void>;
}

export const LIST_FILMS = Symbol('ListFilms');
