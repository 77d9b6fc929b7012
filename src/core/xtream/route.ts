import { kindOfId } from '../util/ids.js';

export type StreamOutput = 'ts' | 'm3u8';

interface Addressed {
  username: string;
  password: string;
  /** 1 … 2147483647. */
  id: number;
}

export interface LiveRoute extends Addressed {
  kind: 'live';
  output: StreamOutput;
}

export interface FileRoute extends Addressed {
  kind: 'movie' | 'series';
  /** Lower case without dot, "" when the URL has none. A wrong one is to be ignored. */
  extension: string;
}

export interface ArchiveRoute extends Addressed {
  kind: 'timeshift';
  output: StreamOutput;
  /** As sent: `2026-03-14:18-00`, an epoch, … */
  start: string;
  /** As sent; minutes, or a placeholder the player did not expand. */
  duration: string;
}

export type StreamRoute = LiveRoute | FileRoute | ArchiveRoute;

/** Reads one query parameter; undefined when absent. */
export type QueryReader = (name: string) => string | undefined;

/**
 * First path segments that belong to the server. A user of such a name could not be told from them, so user
 * names must avoid the list as well.
 */
export const RESERVED_SEGMENTS: ReadonlySet<string> = new Set(
  (
    'live movie movies series timeshift timeshifts hls hlsr hlsf streaming play auth vauth tsauth key thumb ' +
    'subtitle api admin playlist epg player_api get xmltv panel_api health healthz metrics assets web static images'
  ).split(' '),
);

const LAST_ID = 2_147_483_647;

/**
 * Reads the address of a stream from a path (still percent-encoded, without query) or from the query of the
 * `.php` forms. null when it is none of the forms:
 * `/live/u/p/id[.ext]`, `/u/p/id[.ext]` (Jellyfin's only form), `/movie|series/u/p/id[.ext]`,
 * `/timeshift/u/p/duration/start/id[.ext]`, `/timeshifts/u/p/duration/id/start[.ext]`,
 * `[/streaming]/timeshift.php`, `/streaming/live.php`, `/streaming/vod.php`.
 */
export function parseStreamRoute(path: string, query: QueryReader = () => undefined): StreamRoute | null {
  const segments = path.split('/').filter((segment) => segment !== '');
  const first = segments[0]?.toLowerCase() ?? '';
  if (first.endsWith('.php') || first === 'streaming') return parseQueryForm(segments, query);
  switch (first) {
    case 'live':
    case 'movie':
    case 'series':
      return segments.length === 4 ? fromParts(first, segments.slice(1)) : null;
    case 'timeshift':
    case 'timeshifts':
      return segments.length === 6 ? parseArchive(first, segments) : null;
    default:
      if (segments.length !== 3 || RESERVED_SEGMENTS.has(first)) return null;
      return fromParts('any', segments);
  }
}

/** What an extension asks for: `m3u8`, `m3u` and `hls` a playlist, everything else the plain stream. */
export function outputOf(extension: string): StreamOutput {
  return /^(m3u8?|hls)$/i.test(extension) ? 'm3u8' : 'ts';
}

/** Decodes one path segment. Not everybody encodes: what is no valid escape is taken literally, `+` stays a plus. */
export function decodeSegment(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) return segment;
    throw error;
  }
}

function fromParts(kind: 'live' | 'movie' | 'series' | 'any', parts: readonly string[]): StreamRoute | null {
  const file = splitFile(parts[2] ?? '');
  if (!file) return null;
  const address = {
    username: decodeSegment(parts[0] ?? ''),
    password: decodeSegment(parts[1] ?? ''),
    id: file.id,
  };
  const target = kind === 'any' ? kindByRange(file.id) : kind;
  if (target === null) return null;
  return target === 'live'
    ? { kind: 'live', ...address, output: outputOf(file.extension) }
    : { kind: target, ...address, extension: file.extension };
}

/** `/u/p/id` gives no hint of the kind: the one id space does. */
function kindByRange(id: number): 'live' | 'movie' | 'series' | null {
  switch (kindOfId(id)) {
    case 'live':
      return 'live';
    case 'film':
      return 'movie';
    case 'episode':
      return 'series';
    case 'series':
    case undefined:
      return null;
  }
}

function parseArchive(form: 'timeshift' | 'timeshifts', segments: readonly string[]): ArchiveRoute | null {
  const [, user = '', password = '', duration = '', fourth = '', fifth = ''] = segments;
  // The elder form has the last two swapped and the extension behind the start.
  const swapped = form === 'timeshifts';
  const dot = fifth.lastIndexOf('.');
  const file = splitFile(swapped ? fourth + (dot >= 0 ? fifth.slice(dot) : '') : fifth);
  if (!file) return null;
  const start = swapped ? (dot >= 0 ? fifth.slice(0, dot) : fifth) : fourth;
  return {
    kind: 'timeshift',
    username: decodeSegment(user),
    password: decodeSegment(password),
    id: file.id,
    output: outputOf(file.extension),
    start: decodeSegment(start),
    duration: decodeSegment(duration),
  };
}

function parseQueryForm(segments: readonly string[], query: QueryReader): StreamRoute | null {
  const script = segments.at(-1)?.toLowerCase();
  const inStreaming = segments.length === 2 && segments[0]?.toLowerCase() === 'streaming';
  if (!inStreaming && !(segments.length === 1 && script === 'timeshift.php')) return null;
  const file = splitFile(query('stream') ?? query('stream_id') ?? '');
  if (!file) return null;
  const address = { username: query('username') ?? '', password: query('password') ?? '', id: file.id };
  const extension = (query('extension') ?? file.extension).toLowerCase();
  switch (script) {
    case 'timeshift.php':
      return {
        kind: 'timeshift',
        ...address,
        output: outputOf(extension),
        start: query('start') ?? '',
        duration: query('duration') ?? '',
      };
    case 'live.php':
      return { kind: 'live', ...address, output: outputOf(extension) };
    case 'vod.php':
      return { kind: kindOfId(file.id) === 'episode' ? 'series' : 'movie', ...address, extension };
    default:
      return null;
  }
}

function splitFile(name: string): { id: number; extension: string } | null {
  const match = /^(\d{1,10})(?:\.([A-Za-z0-9]{1,8}))?$/.exec(decodeSegment(name));
  if (!match) return null;
  const id = Number(match[1]);
  if (id < 1 || id > LAST_ID) return null;
  return { id, extension: match[2]?.toLowerCase() ?? '' };
}
