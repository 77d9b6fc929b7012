import { clockText, fiveBased } from './present-film.js';
import { cleanLine, displayName, epochText } from './text.js';

/** A series as players are told of it; addresses are absolute, or "". */
export interface PlayableSeries {
  readonly id: number;
  readonly title: string;
  readonly year: number | null;
  readonly description: string;
  readonly genres: readonly string[];
  /** 0–10. */
  readonly rating: number | null;
  readonly cover: string;
  readonly categoryId: number;
  /** Epoch seconds. */
  readonly updatedAt: number;
}

export interface PlayableEpisode {
  readonly id: number;
  readonly season: number;
  readonly number: number;
  readonly title: string;
  readonly description: string;
  readonly durationSeconds: number | null;
  readonly picture: string;
  /** Without dot, never empty. */
  readonly extension: string;
  /** Epoch seconds. */
  readonly addedAt: number;
}

interface SeriesFacts {
  name: string;
  title: string;
  year: string;
  cover: string;
  plot: string;
  cast: '';
  director: '';
  genre: string;
  youtube_trailer: '';
  releaseDate: '';
  release_date: '';
  /** Never "": Jellyfin.Xtream and go.xtream-codes break on it. */
  last_modified: string;
  /** Of an integer: go.xtream-codes breaks on anything else. */
  rating: string;
  rating_5based: number;
  backdrop_path: string[];
  /** Digits, unlike that of films. */
  episode_run_time: string;
  category_id: string;
  category_ids: number[];
}

/** A row of `get_series`. */
export interface SeriesRow extends SeriesFacts {
  num: number;
  series_id: number;
  stream_type: 'series';
}

export interface SeasonRow {
  air_date: '';
  episode_count: number;
  id: number;
  name: string;
  overview: '';
  season_number: number;
  vote_average: number;
  cover: string;
  cover_big: string;
}

export interface EpisodeRow {
  /** A string of digits. */
  id: string;
  episode_num: number;
  title: string;
  container_extension: string;
  /** Never `[]`: go.xtream-codes breaks on it. */
  info: {
    tmdb_id: 0;
    name: string;
    releasedate: '';
    release_date: '';
    plot: string;
    duration_secs: number;
    duration: string;
    movie_image: string;
    cover_big: string;
    bitrate: 0;
    rating: 0;
    season: number;
  };
  subtitles: [];
  custom_sid: '';
  direct_source: '';
  added: string;
  season: number;
}

export interface SeriesInfo {
  /** Every season that has episodes: pyxtream shows none of the others. */
  seasons: SeasonRow[];
  info: SeriesFacts;
  /** By season; an object even when the seasons run from 0. */
  episodes: Record<string, EpisodeRow[]>;
}

export function presentSeries(series: PlayableSeries, num: number): SeriesRow {
  return { num, series_id: series.id, stream_type: 'series', ...facts(series) };
}

/** `episodes` by season and number. */
export function presentSeriesInfo(series: PlayableSeries, episodes: readonly PlayableEpisode[]): SeriesInfo {
  const bySeason = new Map<number, PlayableEpisode[]>();
  for (const episode of episodes) {
    const season = bySeason.get(episode.season);
    if (season) season.push(episode);
    else bySeason.set(episode.season, [episode]);
  }
  return {
    seasons: [...bySeason].map(([season, { length }]) => seasonRow(series, season, length)),
    info: facts(series),
    episodes: Object.fromEntries(
      [...bySeason].map(([season, list]) => [String(season), list.map((one) => episodeRow(series, one))]),
    ),
  };
}

function facts(series: PlayableSeries): SeriesFacts {
  const name = displayName(series.title, `Series ${series.id}`);
  const rating = Math.min(10, Math.max(0, series.rating ?? 0));
  return {
    name,
    title: name,
    year: series.year === null || series.year <= 0 ? '' : String(series.year),
    cover: series.cover,
    plot: cleanLine(series.description),
    cast: '',
    director: '',
    genre: series.genres.map(cleanLine).join(', '),
    youtube_trailer: '',
    releaseDate: '',
    release_date: '',
    last_modified: epochText(series.updatedAt),
    rating: String(Math.round(rating)),
    rating_5based: fiveBased(rating),
    backdrop_path: [],
    episode_run_time: '0',
    category_id: String(series.categoryId),
    category_ids: [series.categoryId],
  };
}

function seasonRow(series: PlayableSeries, season: number, count: number): SeasonRow {
  return {
    air_date: '',
    episode_count: count,
    id: season,
    name: season === 0 ? 'Specials' : `Season ${season}`,
    overview: '',
    season_number: season,
    vote_average: 0,
    cover: series.cover,
    cover_big: series.cover,
  };
}

function episodeRow(series: PlayableSeries, episode: PlayableEpisode): EpisodeRow {
  const place = `S${two(episode.season)} E${two(episode.number)}`;
  const title = cleanLine(episode.title) || `${displayName(series.title, `Series ${series.id}`)} ${place}`;
  const seconds = Math.max(0, Math.round(episode.durationSeconds ?? 0));
  return {
    id: String(episode.id),
    episode_num: episode.number,
    title,
    container_extension: episode.extension,
    info: {
      tmdb_id: 0,
      name: title,
      releasedate: '',
      release_date: '',
      plot: cleanLine(episode.description),
      duration_secs: seconds,
      duration: clockText(seconds),
      movie_image: episode.picture,
      cover_big: episode.picture,
      bitrate: 0,
      rating: 0,
      season: episode.season,
    },
    subtitles: [],
    custom_sid: '',
    direct_source: '',
    added: epochText(episode.addedAt),
    season: episode.season,
  };
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
