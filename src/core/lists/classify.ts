// What kind of thing an entry is: a channel, a film or an episode; radio; adult.
import { readEpisodeName } from '../films/episode-name.js';
import type { StreamLocator } from './locator.js';
import type { EntryKind } from './types.js';

export interface ClassifyInput {
  name: string;
  group: string | null;
  locator: StreamLocator;
  /** Seconds from #EXTINF; null or ≤ 0 where the list gives none. */
  duration: number | null;
  /** `tvg-type` or `type`, as written. */
  type: string | null;
  /** The entry carries what only channels have: a guide id, a channel number, a country. */
  isChannel: boolean;
}

export interface Classification {
  kind: EntryKind;
  /** What stands before the numbers of an episode. */
  series: string | null;
  season: number | null;
  episode: number | null;
  /** What stands behind them. */
  episodeTitle: string | null;
}

const NO_EPISODE = { series: null, season: null, episode: null, episodeTitle: null };
const LIVE: Classification = Object.freeze({ kind: 'live', ...NO_EPISODE });
const VIDEO_FILE = /\.(?:mkv|mp4|avi|m4v|mov|wmv|flv|webm|mpe?g|divx|vob|m2ts)$/i;
const FILM_TYPES = /^(?:movies?|films?|vod|фильмы?)$/i;
const SERIES_TYPES = /^(?:series?|tvshows?|episodes?|shows?|serials?|сериалы?)$/i;
const LIVE_TYPES = /^(?:live|tv|stream|channel|radio)$/i;
/** Groups that hold what can be watched at any time; "Movies" and "Кино" are full of channels too. */
const VOD_GROUP = /(?<![\p{L}\p{N}])(?:vod|video on demand|фильмотека|медиатека)(?![\p{L}\p{N}])/iu;
const SERIES_GROUP =
  /(?<![\p{L}])(?:series|serien|s[ée]ries|serie ?tv|seriale|сериалы?|tv ?shows?|box ?sets?)(?![\p{L}])/iu;
/** Live lists write 0, 1 or a few seconds; nothing to be kept as a film is shorter than ten minutes. */
const FILM_SECONDS = 600;

/**
 * First the list's own word (`tvg-type`), then the path of an Xtream panel (`/live/`, `/movie/`, `/series/`), then a
 * group that says VOD, a name with season and episode in a group of series, a video file's extension, a duration of a
 * film's length on an address that is no playlist. An entry with a guide id, channel number or country is not made a film
 * by any of these last ones. AceStream addresses are live unless the list says otherwise: `stream.mp4` and `&.mp4` there
 * are decoration for players.
 */
export function classify(input: ClassifyInput): Classification {
  const kind = kindOf(input);
  if (kind === 'live') return LIVE;
  const { name, group } = input;
  const found = readEpisodeName(name, { isEpisode: kind === 'episode', group });
  if (found === null) return { kind, ...NO_EPISODE };
  const { season, number: episode } = found;
  return {
    ...{ kind: 'episode', season, episode },
    series: found.series === '' ? null : found.series,
    episodeTitle: found.title === '' ? null : found.title,
  };
}

function kindOf(input: ClassifyInput): EntryKind {
  const { name, locator, type } = input;
  if (type !== null && FILM_TYPES.test(type)) return 'film';
  if (type !== null && SERIES_TYPES.test(type)) return 'episode';
  if (locator.kind === 'acestream' || locator.kind === 'udp') return VIDEO_FILE.test(name) ? 'film' : 'live';
  const path = pathOf(locator.locator);
  if (/\/series\/./i.test(path)) return 'episode';
  if (/\/movies?\/./i.test(path)) return VIDEO_FILE.test(path) || !isPlaylist(locator) ? 'film' : 'live';
  if (/^\/live\/./i.test(path) || input.isChannel || (type !== null && LIVE_TYPES.test(type))) return 'live';
  return kindByLooks(input, path);
}

function kindByLooks({ name, group, locator, duration }: ClassifyInput, path: string): EntryKind {
  if (group !== null && SERIES_GROUP.test(group) && readEpisodeName(name) !== null) return 'episode';
  if (group !== null && VOD_GROUP.test(group)) return 'film';
  if (VIDEO_FILE.test(path) || VIDEO_FILE.test(name)) return 'film';
  return (duration ?? 0) >= FILM_SECONDS && !isPlaylist(locator) ? 'film' : 'live';
}

function isPlaylist(locator: StreamLocator): boolean {
  return locator.kind === 'hls';
}

/** The path of an address, without host and query. */
function pathOf(address: string): string {
  const start = address.indexOf('/', address.indexOf('://') + 3);
  if (start < 0) return '';
  const end = address.slice(start).search(/[?#]/);
  return end < 0 ? address.slice(start) : address.slice(start, start + end);
}

const RADIO_GROUP = /^(?:radio|радио)(?![\p{L}])/iu;
const AUDIO_FILE = /\.(?:mp3|aac|ogg|opus|flac|m4a)$/i;

/** Radio by the list's word, the group's first word, or an audio file's extension. */
export function isRadioEntry(
  flag: string | undefined,
  group: string | null,
  locator: StreamLocator,
): boolean {
  if (flag !== undefined && /^(?:true|1|yes)$/i.test(flag)) return true;
  if (flag !== undefined && /^(?:false|0|no)$/i.test(flag)) return false;
  if (group !== null && RADIO_GROUP.test(group)) return true;
  return locator.kind === 'http' && AUDIO_FILE.test(pathOf(locator.locator));
}

const ADULT_GROUP =
  /(?<![\p{L}\p{N}])(?:xxx|adults?|porno?|erotic[ao]?|18\+|\+18|эротика|взросл\p{L}*|18плюс)(?![\p{L}])/iu;
const ADULT_NAME = /(?<![\p{L}\p{N}])(?:xxx|porno?|18\+|\+18|эротика|порно)(?![\p{L}])/iu;

/** Adult by the list's word, the group, or a name that leaves no doubt ("Adult Swim" is a children's hour away from it). */
export function isAdultEntry(flag: string | undefined, group: string | null, name: string): boolean {
  if (flag !== undefined && /^(?:true|1|yes)$/i.test(flag)) return true;
  if (group !== null && ADULT_GROUP.test(group) && !/adult swim/i.test(group)) return true;
  return ADULT_NAME.test(name);
}
