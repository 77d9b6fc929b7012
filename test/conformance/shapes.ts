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
