import type { Episode } from '../../vod/episode.entity.js';
import type { MergedFilm } from '../../vod/merged-films.js';
import type { Series } from '../../vod/series.entity.js';
import type { ShownAiring, ShownFilm, ShownWay } from '../../vod/shown-films.repository.js';

/** Where the films come from, in slices. The repository of shown films satisfies it as it stands. */
export interface FilmSource {
  films(): AsyncIterable<ShownFilm[]>;
  merged(): AsyncIterable<MergedFilm[]>;
  /** Those that end later than this, in epoch seconds. */
  airings(after: number): AsyncIterable<ShownAiring[]>;
  ways(): AsyncIterable<ShownWay[]>;
  series(): AsyncIterable<Series[]>;
  episodes(): AsyncIterable<Episode[]>;
}

/** Pictures that this server keeps. The image store satisfies it as it stands. */
export interface FilmPictures {
  /** Digest of a kept picture; null = not kept. */
  hashOf(url: string): string | null;
  /** Whether it turned out to be no picture, or one that must not be had. */
  isRefused(url: string): boolean;
  /** Asks for it sometime soon. */
  want(url: string): void;
}

/** What is known of a person beyond the credits of films. Texts may be empty. */
export interface ToldPerson {
  name: string;
  biography: string;
  birthday: string;
  deathday: string;
  placeOfBirth: string;
  /** Address, or "". */
  pictureUrl: string;
}

/** Who knows persons. `vod/tmdb` satisfies it as it stands. */
export interface FilmPersons {
  person(id: number): Promise<{ kind: 'found'; value: ToldPerson } | { kind: NoPerson }>;
}

type NoPerson = 'not-found' | 'off' | 'bad-key' | 'unavailable';

export interface FilmEvents {
  on(name: 'films.changed' | 'channels.changed' | 'images.changed', handler: () => void): () => void;
}

/** IANA zone in which viewers read times. */
export interface FilmZone {
  readonly timezone: string;
}

export interface FilmOptions {
  /** The event loop is given back after this long. Milliseconds. */
  sliceMs: number;
  /** Films kept at most; those found first stay. */
  maxFilms: number;
  /** Showings kept of one film. */
  maxAirings: number;
  /** Bytes of ready answers to players, and as many of ready answers of the film API. */
  cacheBytes: number;
  /** Answers below this many bytes are not compressed. */
  gzipFromBytes: number;
  /** Idle memory for pages of the film API that are sent once. Bytes. */
  lentBytes: number;
  /** Pages of the film API compressed at once; while so many are, further ones go out as they are. */
  compressions: number;
  /** Least pause between two readings; a slow one pauses twice as long as it took. Milliseconds. */
  pauseMs: number;
  /** What is "on now" is looked at again after this long at the earliest. Seconds. */
  momentSeconds: number;
  retryLadderMs: readonly number[];
  /** Persons asked about at TMDB at once, and those asked or waiting for their turn. */
  personsAtOnce: number;
  personsWaiting: number;
  /** Longer than this nobody waits for what TMDB says of a person. Milliseconds. */
  personWaitMs: number;
}

export const DEFAULT_FILM_OPTIONS: FilmOptions = {
  sliceMs: 5,
  maxFilms: 100_000,
  maxAirings: 200,
  cacheBytes: 128 * 1024 * 1024,
  gzipFromBytes: 1_024,
  lentBytes: 16 * 1024 * 1024,
  compressions: 2,
  pauseMs: 1_000,
  momentSeconds: 30,
  retryLadderMs: [1_000, 2_000, 5_000, 15_000, 30_000],
  personsAtOnce: 2,
  personsWaiting: 100,
  personWaitMs: 2_000,
};

export const FILM_SOURCE = Symbol('FilmSource');
export const FILM_CHANNELS = Symbol('FilmChannels');
export const FILM_PICTURES = Symbol('FilmPictures');
export const FILM_PERSONS = Symbol('FilmPersons');
export const FILM_EVENTS = Symbol('FilmEvents');
export const FILM_ZONE = Symbol('FilmZone');
export const FILM_OPTIONS = Symbol('FilmOptions');
