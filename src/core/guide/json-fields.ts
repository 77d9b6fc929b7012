// Which field of a provider's JSON says what. Names seen in the answers of guides; the first that says something counts.
import { tidyLine, tidyText } from '../xmltv/tidy.js';

export type JsonObject = Readonly<Record<string, unknown>>;

export const START = [
  'timestart',
  'start_ts',
  'startTs',
  'start_timestamp',
  'startTimestamp',
  'start_utc',
  'startTime',
  'start_time',
  'start',
  'begin',
  'begin_time',
  'beginTime',
  'time_start',
  'date_start',
  'dateStart',
  'startDate',
  'start_date',
  'startAt',
  'start_at',
  'from',
  'FechaHoraInicio',
];
export const STOP = [
  'timestop',
  'stop_ts',
  'stopTs',
  'end_ts',
  'endTs',
  'stop_timestamp',
  'end_timestamp',
  'endTimestamp',
  'end_utc',
  'endTime',
  'end_time',
  'stopTime',
  'stop_time',
  'stop',
  'end',
  'finish',
  'time_end',
  'date_end',
  'dateEnd',
  'endDate',
  'end_date',
  'endAt',
  'end_at',
  'to',
  'FechaHoraFin',
];
/** Wall clock of Moscow, whatever the zone of the source: what iptv2021 sends beside its epochs. */
export const MOSCOW_START = ['mskdatetimestart'];
export const MOSCOW_STOP = ['mskdatetimestop'];
export const TITLE = ['title', 'name', 'program_title', 'programTitle', 'progname', 'Titulo', 'bubbleTitle'];
export const SUB_TITLE = [
  'sub_title',
  'subtitle',
  'subTitle',
  'serie_episode_title',
  'episode_title',
  'episodeTitle',
  'TituloEpisodio',
  'bubbleSubTitle',
];
export const DESCRIPTION = [
  'desc',
  'description',
  'descr',
  'longDescription',
  'long_description',
  'synopsis',
  'annotation',
  'short_description',
  'shortDescription',
  'summary',
  'Descripcion',
];
export const CATEGORY = ['category', 'cat', 'categories', 'genre', 'genres', 'GeneroComAntena'];
export const SUB_CATEGORY = ['subGenre', 'sub_genre', 'subcategory'];
export const PICTURE = [
  'preview',
  'icon',
  'image',
  'img',
  'picture',
  'poster',
  'thumbnail',
  'featuredImage',
  'mainImageBaseUrl',
  'Imagen',
];
export const RATING = [
  'rating',
  'age',
  'ageLimit',
  'age_limit',
  'ageRating',
  'age_rating',
  'minAge',
  'NivelMoral',
];
export const YEAR = [
  'year',
  'productionYear',
  'production_year',
  'releaseYear',
  'prodYear',
  'originalReleaseDate',
];
export const COUNTRY = ['country', 'countries', 'Nacionalidad'];
export const SEASON = ['serie_season', 'season_number', 'seasonNumber', 'season'];
export const EPISODE = [
  'serie_episode',
  'episode_number',
  'episodeNumber',
  'episodeNum',
  'episode',
  'number',
];
export const IMDB = ['imdb_id', 'imdbId', 'imdb'];
export const DIRECTOR = ['directors', 'director'];
export const ACTOR = ['actors', 'actor', 'cast'];
export const WRITER = ['writers', 'writer'];
export const NEW = ['new', 'is_new', 'isNew'];
export const PREMIERE = ['premiere', 'is_premiere', 'isPremiere', 'Estreno'];
export const LIVE = ['live', 'is_live', 'isLive', 'liveBroadcast', 'Directo'];
/** Objects inside a programme that say more about it. */
export const INSIDE = ['program', 'programme', 'episode', 'show', 'details', 'clip'];

/** Of a programme: the channel it is on. */
export const CHANNEL_OF = [
  'channel_id',
  'channelId',
  'epg_id',
  'epgId',
  'epg_channel_id',
  'xmltv_id',
  'station_id',
  'stationId',
  'chid',
  'ch_id',
  'channel',
  'Canal',
];
/** Of a channel: its id. The id of its guide comes before its own. */
export const CHANNEL_ID = [
  'epg_id',
  'epgId',
  'epg_channel_id',
  'xmltv_id',
  'channel_id',
  'channelId',
  'id',
  '_id',
  'sourceId',
  'station_id',
  'CodCadenaTv',
];
export const CHANNEL_NAME = [
  'display_name',
  'displayName',
  'name',
  'title',
  'channel_name',
  'channelName',
  'name_ru',
  'fullName',
  'familyTitle',
  'name_en',
  'station_label',
  'Nombre',
];
export const CHANNEL_LOGO = ['logo', 'logo_url', 'logoUrl', 'icon', 'image', 'Logo'];
export const CHANNEL_NUMBER = ['number', 'lcn', 'Dial'];

/** Keys under which lists of programmes and channels stand; any other key of a list is the id of a channel. */
export const CONTAINERS: ReadonlySet<string> = new Set([
  'airings',
  'broadcasts',
  'channels',
  'content',
  'data',
  'days',
  'entries',
  'epg',
  'epg_listings',
  'events',
  'guide',
  'items',
  'list',
  'listings',
  'programSchedules',
  'programmes',
  'programs',
  'result',
  'results',
  'rows',
  'schedule',
  'schedules',
  'shows',
  'timelines',
  'tracks',
  'widgets',
]);

export function objectOf(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/** Text of a value, or of what an object has for one; "" for everything else. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return tidyText(value);
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  const object = objectOf(value);
  if (!object) return '';
  for (const key of ['title', 'name', 'value', 'text', 'Id']) {
    if (typeof object[key] === 'string') return tidyText(object[key]);
  }
  return '';
}

/** The first of these fields that says something, in the object and in what it has inside. */
export function firstText(objects: readonly JsonObject[], keys: readonly string[]): string {
  for (const object of objects) {
    for (const key of keys) {
      const text = textOf(object[key]);
      if (text !== '') return text;
    }
  }
  return '';
}

/** The same for lists; one text, or several separated by commas or slashes, are lists too. */
export function firstTexts(objects: readonly JsonObject[], keys: readonly string[]): string[] {
  for (const object of objects) {
    for (const key of keys) {
      const value = object[key];
      const parts: unknown[] = Array.isArray(value) ? value : textOf(value).split(/\s*[,;]\s*/);
      const texts = parts.map((part) => tidyLine(textOf(part))).filter((text) => text !== '');
      if (texts.length > 0) return texts;
    }
  }
  return [];
}

/** Absolute web addresses only; without a scheme they are https. */
export function firstAddress(objects: readonly JsonObject[], keys: readonly string[]): string {
  for (const object of objects) {
    for (const key of keys) {
      const address = addressOf(object[key], 0);
      if (address !== '') return address;
    }
  }
  return '';
}

function addressOf(value: unknown, depth: number): string {
  if (typeof value === 'string') {
    const text = value.trim().replace(/^\/\//, 'https://');
    return /^https?:\/\/[^\s"'<>]+$/i.test(text) ? text : '';
  }
  const inside = Array.isArray(value) ? (value as unknown[]).slice(0, 1) : nested(value);
  if (depth === 3) return '';
  for (const part of inside) {
    const address = addressOf(part, depth + 1);
    if (address !== '') return address;
  }
  return '';
}

function nested(value: unknown): unknown[] {
  const object = objectOf(value);
  return object ? ['url', 'src', 'path', 'uri', 'original', 'sizes'].map((key) => object[key]) : [];
}
