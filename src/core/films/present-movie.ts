import type { FilmCredit } from './film-credits.js';
import type { FilmFacts } from './film-facts.js';

/** A film as the film API is asked to tell it; times in epoch seconds. */
export interface TellableFilm {
  readonly id: number;
  readonly title: string;
  readonly originalTitle: string;
  readonly year: number | null;
  readonly description: string;
  readonly genres: readonly string[];
  readonly rating: number | null;
  readonly durationSeconds: number | null;
  readonly ageLimit: number | null;
  readonly facts: FilmFacts | null;
  readonly addedAt: number;
  readonly updatedAt: number;
}

export interface TellableAiring {
  readonly channel: { readonly id: number; readonly name: string };
  readonly start: number;
  readonly stop: number;
  readonly title: string;
}

export interface TellableWay {
  readonly origin: 'list' | 'rutube' | 'archive';
  readonly label: string;
  readonly durationSeconds: number | null;
}

/** What surrounds the film: where its pictures are and how it is played. */
export interface MoviePlaces {
  /** Addresses, or "". */
  preview: string;
  poster: string;
  /** `mp4`, … without dot. */
  extension: string;
}

export interface Movie {
  id: number;
  /** What the guide says of it; null = it comes from lists and feeds alone. */
  epg_data: {
    title: string;
    description: string;
    /** Of the showing that runs or comes next, ISO 8601; null = none is known. */
    broadcast_time: string | null;
    preview_image: string | null;
  };
  /** null = TMDB was not asked or does not know it. */
  tmdb_data: {
    title: string;
    original_title: string;
    year: number | null;
    rating: number | null;
    description: string;
    poster_url: string | null;
    genres: string[];
    /** Minutes. */
    duration: number | null;
  } | null;
  airings: { channel_id: number; channel: string; title: string; start: string; stop: string }[];
  ways_to_watch: {
    kind: 'live' | 'list' | 'rutube' | 'archive';
    label: string;
    /** Minutes. */
    duration: number | null;
    /** From when on; null = at any time. */
    starts_at: string | null;
    /** Player address below this server, with places for the viewer's name and password. */
    path: string;
  }[];
  metadata: { created_at: string; updated_at: string; source: 'tmdb' | 'preview' };
}

/** A film that is asked for alone. */
export interface MovieWithCredits extends Movie {
  credits: { person_id: number | null; name: string; role: FilmCredit['role']; character: string | null }[];
}

/** One film; `airings` in the order of their starts, none of them over. */
export function presentMovie(
  film: TellableFilm,
  airings: readonly TellableAiring[],
  ways: readonly TellableWay[],
  places: MoviePlaces,
): Movie {
  const { facts } = film;
  const next = airings[0];
  return {
    id: film.id,
    epg_data: {
      title: next?.title || film.title,
      description: film.description,
      broadcast_time: next ? iso(next.start) : null,
      preview_image: places.preview || null,
    },
    tmdb_data: facts && {
      title: facts.title || film.title,
      original_title: facts.originalTitle || film.originalTitle,
      year: facts.year ?? film.year,
      rating: facts.rating ?? film.rating,
      description: facts.overview || film.description,
      poster_url: places.poster || null,
      genres: facts.genres,
      duration: facts.minutes ?? minutesOf(film.durationSeconds),
    },
    airings: airings.map(({ channel, title, start, stop }) => ({
      channel_id: channel.id,
      channel: channel.name,
      title,
      start: iso(start),
      stop: iso(stop),
    })),
    ways_to_watch: waysToWatch(film, next, ways, places.extension),
    metadata: {
      created_at: iso(film.addedAt),
      updated_at: iso(film.updatedAt),
      source: facts === null ? 'preview' : 'tmdb',
    },
  };
}

export function withCredits(movie: Movie, credits: readonly FilmCredit[]): MovieWithCredits {
  const told = credits.map(({ personId, name, role, character }) => ({
    ...{ person_id: personId, name, role },
    character: character || null,
  }));
  return { ...movie, credits: told };
}

function waysToWatch(
  film: TellableFilm,
  next: TellableAiring | undefined,
  ways: readonly TellableWay[],
  extension: string,
): Movie['ways_to_watch'] {
  const path = `/movie/{username}/{password}/${film.id}.${extension}`;
  const told: Movie['ways_to_watch'] = ways.map(({ origin, label, durationSeconds }) => ({
    kind: origin,
    label,
    duration: minutesOf(durationSeconds),
    starts_at: null,
    path,
  }));
  if (!next) return told;
  const duration = minutesOf(next.stop - next.start);
  const live = `/live/{username}/{password}/${next.channel.id}.ts`;
  return [
    { kind: 'live', label: next.channel.name, duration, starts_at: iso(next.start), path: live },
    ...told,
  ];
}

function minutesOf(seconds: number | null): number | null {
  return seconds === null ? null : Math.round(seconds / 60);
}

function iso(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString();
}
