import type { Shape } from './contract.js';
import * as is from './contract.js';

// The contract with players, field by field: one spelling that the strictest client of each kind accepts.

export const USER_INFO: Shape = {
  username: is.name,
  password: is.name,
  message: is.text,
  auth: is.oneOf(1),
  status: is.oneOf('Active', 'Expired', 'Disabled', 'Banned'),
  exp_date: is.epoch,
  is_trial: is.flagText,
  active_cons: is.digits,
  created_at: is.epoch,
  max_connections: is.digits,
  allowed_output_formats: is.someOf('ts', 'm3u8'),
};

export const SERVER_INFO: Shape = {
  url: is.hostOnly,
  port: is.digits,
  https_port: is.digits,
  server_protocol: is.oneOf('http', 'https'),
  rtmp_port: is.digits,
  timezone: is.zone,
  timestamp_now: is.positiveInt,
  time_now: is.dateTime,
  process: is.yes,
};

export const CATEGORY: Shape = {
  category_id: is.digits,
  category_name: is.name,
  parent_id: is.int,
};

export const LIVE_ROW: Shape = {
  num: is.positiveInt,
  name: is.name,
  stream_type: is.oneOf('live'),
  stream_id: is.positiveInt,
  stream_icon: is.url,
  epg_channel_id: is.guide,
  added: is.epoch,
  is_adult: is.flagText,
  category_id: is.digits,
  category_ids: is.ids,
  custom_sid: is.empty,
  tv_archive: is.flag,
  direct_source: is.empty,
  tv_archive_duration: is.int,
  thumbnail: is.empty,
};

/** As `user_info` elsewhere, without the message. */
export const PANEL_USER: Shape = Object.fromEntries(
  Object.entries(USER_INFO).filter(([field]) => field !== 'message'),
);

export const PANEL_SERVER: Shape = {
  url: is.hostOnly,
  port: is.digits,
  https_port: is.digits,
  server_protocol: is.oneOf('http', 'https'),
};

export const PANEL_CHANNEL: Shape = {
  num: is.positiveInt,
  name: is.name,
  stream_type: is.oneOf('live'),
  type_name: is.name,
  stream_id: is.digits,
  stream_icon: is.url,
  epg_channel_id: is.guide,
  added: is.epoch,
  category_name: is.name,
  category_id: is.digits,
  series_no: is.nothing,
  live: is.oneOf('1'),
  container_extension: is.oneOf('ts'),
  custom_sid: is.empty,
  tv_archive: is.flag,
  direct_source: is.empty,
  tv_archive_duration: is.int,
};

export const UNKNOWN_FILM_SHAPE: Shape = { info: is.emptyArray };

export const UNKNOWN_SERIES_SHAPE: Shape = {
  seasons: is.emptyArray,
  info: { name: '{"name":null}', holds: (value) => JSON.stringify(value) === '{"name":null}' },
  episodes: is.emptyObject,
};

export const NO_LISTINGS_SHAPE: Shape = { epg_listings: is.emptyArray };

const LISTING_FACTS: Shape = {
  id: is.digits32,
  epg_id: is.digits32,
  title: is.base64,
  lang: is.text,
  description: is.base64,
  channel_id: is.guide,
};

/** A row of `get_short_epg` and `get_simple_data_table`. */
export const LISTING: Shape = {
  ...LISTING_FACTS,
  start: is.dateTime,
  end: is.dateTime,
  stop: is.dateTime,
  start_timestamp: is.epoch,
  stop_timestamp: is.epoch,
  now_playing: is.flag,
  has_archive: is.flag,
};

/** A row of `get_epg`. */
export const EPG_ROW: Shape = { ...LISTING_FACTS, start: is.positiveInt, end: is.positiveInt };

const strings: is.Rule = {
  name: 'array of strings',
  holds: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== ''),
};
const number: is.Rule = {
  name: 'number, 0 to 10',
  holds: (value) => typeof value === 'number' && value >= 0 && value <= 10.5,
  isFraction: true,
};
const decimal: is.Rule = {
  name: 'string of a number',
  holds: (value) => typeof value === 'string' && /^\d+(\.\d)?$/.test(value),
};
const date: is.Rule = {
  name: 'YYYY-MM-DD or ""',
  holds: (value) => typeof value === 'string' && /^(\d{4}-\d\d-\d\d)?$/.test(value),
};
const clock: is.Rule = {
  name: 'HH:MM:SS',
  holds: (value) => typeof value === 'string' && /^\d{2,}:\d\d:\d\d$/.test(value),
};
const extension: is.Rule = {
  name: 'extension without dot',
  holds: (value) => typeof value === 'string' && /^[a-z][a-z0-9]{0,7}$/.test(value),
};
const year: is.Rule = { name: 'year', holds: (value) => typeof value === 'string' && /^\d{4}$/.test(value) };

/** A row of `get_vod_streams`. */
export const FILM_ROW: Shape = {
  num: is.positiveInt,
  name: is.name,
  title: is.name,
  year,
  stream_type: is.oneOf('movie'),
  stream_id: is.positiveInt,
  stream_icon: is.url,
  rating: decimal,
  rating_5based: number,
  added: is.epoch,
  is_adult: is.flagText,
  category_id: is.digits32,
  category_ids: is.ids,
  container_extension: extension,
  plot: is.text,
  cast: is.text,
  director: is.text,
  genre: is.text,
  release_date: date,
  youtube_trailer: is.text,
  episode_run_time: is.int,
  custom_sid: is.empty,
  direct_source: is.empty,
};

/** Of a film that nobody knows anything of. */
export const BARE_FILM_ROW: Shape = { ...FILM_ROW, year: is.empty, rating: is.digits };

/** `info` of `get_vod_info`. */
export const FILM_INFO: Shape = {
  name: is.name,
  o_name: is.name,
  movie_image: is.url,
  cover_big: is.url,
  backdrop_path: strings,
  tmdb_id: is.int,
  releasedate: date,
  release_date: date,
  plot: is.text,
  description: is.text,
  cast: is.text,
  actors: is.text,
  director: is.text,
  genre: is.text,
  country: is.text,
  age: is.text,
  mpaa_rating: is.text,
  youtube_trailer: is.text,
  status: is.empty,
  kinopoisk_url: is.empty,
  rating: number,
  rating_count_kinopoisk: is.int,
  episode_run_time: is.int,
  duration_secs: is.int,
  duration: clock,
  bitrate: is.int,
  subtitles: is.emptyArray,
};

/** `movie_data` of `get_vod_info`. */
export const FILM_DATA: Shape = {
  stream_id: is.positiveInt,
  name: is.name,
  title: is.name,
  year,
  added: is.epoch,
  category_id: is.digits32,
  category_ids: is.ids,
  container_extension: extension,
  custom_sid: is.empty,
  direct_source: is.empty,
};

const SERIES_FACTS: Shape = {
  name: is.name,
  title: is.name,
  year,
  cover: is.url,
  plot: is.text,
  cast: is.text,
  director: is.text,
  genre: is.text,
  youtube_trailer: is.text,
  releaseDate: date,
  release_date: date,
  last_modified: is.epoch,
  rating: is.digits,
  rating_5based: number,
  backdrop_path: strings,
  episode_run_time: is.digits,
  category_id: is.digits32,
  category_ids: is.ids,
};

/** A row of `get_series`. */
export const SERIES_ROW: Shape = {
  num: is.positiveInt,
  series_id: is.positiveInt,
  stream_type: is.oneOf('series'),
  ...SERIES_FACTS,
};

/** Of a series that nobody knows anything of. */
export const BARE_SERIES_ROW: Shape = { ...SERIES_ROW, year: is.empty };

/** `info` of `get_series_info`. */
export const SERIES_INFO: Shape = SERIES_FACTS;

export const SEASON: Shape = {
  air_date: date,
  episode_count: is.int,
  id: is.int,
  name: is.name,
  overview: is.text,
  season_number: is.int,
  vote_average: number,
  cover: is.url,
  cover_big: is.url,
};

export const EPISODE: Shape = {
  id: is.digits32,
  episode_num: is.int,
  title: is.name,
  container_extension: extension,
  info: {
    name: 'object',
    holds: (value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) && 'duration_secs' in value,
  },
  subtitles: is.emptyArray,
  custom_sid: is.empty,
  direct_source: is.empty,
  added: is.epoch,
  season: is.int,
};
