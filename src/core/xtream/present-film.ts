import type { FilmFacts } from '../films/film-facts.js';
import { cleanLine, displayName, epochText } from './text.js';

/** A film as players are told of it; addresses are absolute, or "". */
export interface PlayableFilm {
  readonly id: number;
  readonly title: string;
  readonly originalTitle: string;
  readonly year: number | null;
  readonly description: string;
  readonly genres: readonly string[];
  /** 0–10. */
  readonly rating: number | null;
  /** Years. */
  readonly ageLimit: number | null;
  readonly durationSeconds: number | null;
  readonly isAdult: boolean;
  readonly tmdbId: number | null;
  /** Epoch seconds. */
  readonly addedAt: number;
  readonly facts: FilmFacts | null;
}

/** How a film stands in one list. */
export interface FilmPlace {
  readonly num: number;
  /** "21:00" or "Fri 21:00", where the time is all a player shows of a showing; "" = none. */
  readonly when: string;
  readonly categoryId: number;
  /** Never empty. */
  readonly categoryIds: readonly number[];
  readonly poster: string;
  readonly backdrop: string;
  /** Without dot, never empty. */
  readonly extension: string;
}

/** A row of `get_vod_streams`, in the spelling that the strictest client of each kind accepts. */
export interface FilmRow {
  num: number;
  name: string;
  /** The npm client takes this for the name. */
  title: string;
  year: string;
  stream_type: 'movie';
  stream_id: number;
  stream_icon: string;
  rating: string;
  rating_5based: number;
  added: string;
  is_adult: '0' | '1';
  category_id: string;
  category_ids: number[];
  container_extension: string;
  plot: string;
  cast: string;
  director: string;
  genre: string;
  release_date: string;
  youtube_trailer: string;
  /** Minutes. */
  episode_run_time: number;
  custom_sid: '';
  direct_source: '';
}

export interface FilmInfo {
  info: {
    name: string;
    o_name: string;
    movie_image: string;
    cover_big: string;
    /** The npm client breaks on null. */
    backdrop_path: string[];
    tmdb_id: number;
    releasedate: string;
    release_date: string;
    plot: string;
    description: string;
    cast: string;
    actors: string;
    director: string;
    genre: string;
    country: string;
    age: string;
    mpaa_rating: string;
    youtube_trailer: string;
    status: '';
    kinopoisk_url: '';
    rating: number;
    rating_count_kinopoisk: 0;
    episode_run_time: number;
    duration_secs: number;
    duration: string;
    /** Jellyfin.Xtream needs a number. */
    bitrate: 0;
    subtitles: [];
  };
  movie_data: {
    stream_id: number;
    name: string;
    title: string;
    year: string;
    added: string;
    category_id: string;
    category_ids: number[];
    container_extension: string;
    custom_sid: '';
    direct_source: '';
  };
}

/** A list of twenty thousand films carries no more of each than players show in it. */
const LISTED_PLOT = 200;
const MAX_PLOT = 4_000;
const MAX_CAST = 12;

export function presentFilm(film: PlayableFilm, place: FilmPlace): FilmRow {
  const { facts } = film;
  const rating = ratingOf(film);
  const name = filmName(film, place.when);
  return {
    num: place.num,
    name,
    title: name,
    year: yearText(film),
    stream_type: 'movie',
    stream_id: film.id,
    stream_icon: place.poster,
    rating: String(rating),
    rating_5based: fiveBased(rating),
    added: epochText(film.addedAt),
    // pyxtream hides adults only for the string "1".
    is_adult: film.isAdult ? '1' : '0',
    category_id: String(place.categoryId),
    category_ids: [...place.categoryIds],
    container_extension: place.extension,
    plot: shortened(plotOf(film), LISTED_PLOT),
    cast: castOf(facts),
    director: listed(facts?.directors),
    genre: genresText(film),
    release_date: facts?.releaseDate ?? '',
    youtube_trailer: facts?.trailer ?? '',
    episode_run_time: Math.round(secondsOf(film) / 60),
    custom_sid: '',
    // A filled one makes players bypass the server.
    direct_source: '',
  };
}

/** `showings`: lines like "Fri 21:00 Channel One", which stand above the description. */
export function presentFilmInfo(film: PlayableFilm, place: FilmPlace, showings: readonly string[]): FilmInfo {
  const { facts } = film;
  const row = presentFilm(film, place);
  const name = filmName(film, '');
  const plot = [...showings.map(cleanLine), plotOf(film).slice(0, MAX_PLOT)]
    .filter((line) => line !== '')
    .join('\n');
  const seconds = secondsOf(film);
  return {
    info: {
      name,
      o_name: cleanLine(facts?.originalTitle || film.originalTitle) || titleOf(film),
      movie_image: place.poster,
      cover_big: place.poster,
      backdrop_path: place.backdrop === '' ? [] : [place.backdrop],
      tmdb_id: film.tmdbId ?? 0,
      releasedate: row.release_date,
      release_date: row.release_date,
      plot,
      description: plot,
      cast: row.cast,
      actors: row.cast,
      director: row.director,
      genre: row.genre,
      country: listed(facts?.countries),
      age: film.ageLimit === null ? '' : `${film.ageLimit}+`,
      mpaa_rating: cleanLine(facts?.certification ?? ''),
      youtube_trailer: row.youtube_trailer,
      status: '',
      kinopoisk_url: '',
      rating: ratingOf(film),
      rating_count_kinopoisk: 0,
      episode_run_time: row.episode_run_time,
      duration_secs: seconds,
      duration: clockText(seconds),
      bitrate: 0,
      subtitles: [],
    },
    movie_data: {
      stream_id: film.id,
      name,
      title: name,
      year: row.year,
      added: row.added,
      category_id: row.category_id,
      category_ids: row.category_ids,
      container_extension: row.container_extension,
      custom_sid: '',
      direct_source: '',
    },
  };
}

/** "21:00 Stalker (1979)". */
export function filmName(film: PlayableFilm, when: string): string {
  const title = titleOf(film);
  const year = yearText(film);
  const dated = year === '' || title.endsWith(`(${year})`) ? title : `${title} (${year})`;
  return when === '' ? dated : `${when} ${dated}`;
}

/** `HH:MM:SS`. */
export function clockText(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** Of ten, as players draw stars: of five, one decimal. */
export function fiveBased(rating: number): number {
  return Math.round(rating * 5) / 10;
}

function titleOf({ id, title }: PlayableFilm): string {
  return displayName(title, `Film ${id}`);
}

function yearText(film: PlayableFilm): string {
  const year = film.facts?.year ?? film.year ?? 0;
  return year > 0 ? String(year) : '';
}

function ratingOf(film: PlayableFilm): number {
  const rating = film.facts?.rating ?? film.rating ?? 0;
  return Math.round(Math.min(10, Math.max(0, rating)) * 10) / 10;
}

function secondsOf(film: PlayableFilm): number {
  const minutes = film.facts?.minutes;
  return minutes ? minutes * 60 : Math.max(0, Math.round(film.durationSeconds ?? 0));
}

function plotOf(film: PlayableFilm): string {
  return cleanLine(film.facts?.overview || film.description);
}

function genresText(film: PlayableFilm): string {
  return listed(film.facts && film.facts.genres.length > 0 ? film.facts.genres : film.genres);
}

function castOf(facts: FilmFacts | null): string {
  return listed(facts?.cast.slice(0, MAX_CAST));
}

function listed(names: readonly string[] = []): string {
  return names.map(cleanLine).join(', ');
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
