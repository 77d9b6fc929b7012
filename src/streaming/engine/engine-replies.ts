/** What an engine's refusal means for us. */
export type EngineErrorKind =
  /** Unknown content, or the id belongs to the other namespace. */
  | 'not-found'
  /** The session was stopped, or the engine forgot it. */
  | 'session-lost'
  /** Not ready yet; at the deadline this becomes "no peers". */
  | 'warming'
  /** Somebody asked the engine for the same content after us. */
  | 'superseded'
  | 'licence'
  /** The engine itself cannot reach tracker or source. */
  | 'engine-network'
  /** Refused or reset: the engine is down or restarts. */
  | 'engine-down'
  /** Connected, and silent until our patience ended. */
  | 'no-answer'
  /** An answer that makes no sense. */
  | 'bad-reply';

/** How an engine gives a content out: one endless body, or a playlist with segments. */
export type AceFormat = 'ts' | 'hls';

export interface EngineError {
  kind: EngineErrorKind;
  /** The engine's own words, shortened. */
  text: string;
}

export type Envelope = { ok: true; value: unknown } | { ok: false; error: EngineError };

export interface StartReply {
  infohash: string;
  /** The engine's own number of this playback. */
  playbackId: string | null;
  /** Path and query on the engine; never a host. */
  playbackPath: string;
  statPath: string | null;
  commandPath: string | null;
  eventPath: string | null;
  isLive: boolean;
  isEncrypted: boolean;
}

export interface EngineStat {
  status: string;
  infohash: string | null;
  playbackId: string | null;
  peers: number;
  /** Kilobytes per second. */
  speedDown: number;
  /** Seconds since the epoch of the newest piece of the broadcast. */
  liveLast: number | null;
}

export interface EngineEvent {
  name: string;
  reason: string | null;
}

const INFOHASH = /^[0-9a-f]{40}$/;
/** The engine echoes our Host header in its addresses and may be told to echo any: only these paths are its own. */
const OWN_PATH = /^\/(ace|content|hls)\//;
const MAX_TEXT = 120;

/** Sorts the words of an engine (error field, or body of a 500) into a class. */
export function classifyEngineText(answer: string): EngineErrorKind {
  const words = answer.toLowerCase();
  if (words.includes('unknown playback session')) return 'session-lost';
  if (words.includes('got newer download')) return 'superseded';
  if (/missing_option|premium|activate|subscription/.test(words)) return 'licence';
  if (/failed to load content|couldn't find resource|cannot find resource/.test(words)) return 'not-found';
  if (/download not found|start timeout/.test(words)) return 'warming';
  if (/urlopen error|\[errno/.test(words)) return 'engine-network';
  return 'bad-reply';
}

/**
 * Opens any of the three envelopes: `{response, error}` of playback, `{result, error}` of the web service,
 * `{result}` or `{error: {message}}` of the server interface. Errors come with HTTP 200.
 */
export function parseEnvelope(body: string): Envelope {
  const reply = asRecord(parseJson(body));
  if (!reply) return failure('bad-reply', 'the answer is no JSON object');
  const error = errorText(reply);
  if (error !== undefined) return failure(classifyEngineText(error), error);
  const value = reply['response'] ?? reply['result'];
  if (value === undefined || value === null) {
    return failure('bad-reply', 'the answer holds neither result nor error');
  }
  return { ok: true, value: typeof value === 'string' ? (parseJson(value) ?? value) : value };
}

export function parseStartReply(value: unknown): StartReply | undefined {
  const reply = asRecord(value);
  const infohash = text(reply?.['infohash']).toLowerCase();
  const playbackPath = ownPath(reply?.['playback_url']);
  if (!reply || !INFOHASH.test(infohash) || playbackPath === null) return undefined;
  return {
    infohash,
    playbackId: playbackIdOf(reply),
    playbackPath,
    statPath: ownPath(reply['stat_url']),
    commandPath: ownPath(reply['command_url']),
    eventPath: ownPath(reply['event_url']),
    isLive: Number(reply['is_live']) !== 0,
    isEncrypted: Number(reply['is_encrypted']) === 1,
  };
}

export function parseStat(value: unknown): EngineStat | undefined {
  const stat = asRecord(value);
  if (!stat) return undefined;
  const liveLast = Number(asRecord(stat['livepos'])?.['live_last'] ?? NaN);
  const infohash = text(stat['infohash']).toLowerCase();
  return {
    status: typeof stat['status'] === 'string' ? stat['status'] : 'unknown',
    infohash: INFOHASH.test(infohash) ? infohash : null,
    playbackId: playbackIdOf(stat),
    peers: count(stat['peers']),
    speedDown: count(stat['speed_down']),
    liveLast: Number.isFinite(liveLast) && liveLast > 0 ? liveLast : null,
  };
}

export function parseEvent(value: unknown): EngineEvent | undefined {
  const event = asRecord(value);
  if (!event || typeof event['name'] !== 'string') return undefined;
  const reason = asRecord(event['params'])?.['reason'];
  return { name: event['name'].slice(0, MAX_TEXT), reason: typeof reason === 'string' ? reason : null };
}

/** The infohash of a live entry of `get_media_files`. */
export function parseMediaFiles(value: unknown): string | undefined {
  const infohash = text(asRecord(value)?.['infohash']).toLowerCase();
  return INFOHASH.test(infohash) ? infohash : undefined;
}

/**
 * Path and query of an address that an engine gave, or null when it is none of the engine's own places. Scheme
 * and host are dropped whatever they say.
 */
export function ownPath(address: unknown): string | null {
  if (typeof address !== 'string' || !URL.canParse(address, 'http://engine.invalid')) return null;
  const { pathname, search } = new URL(address, 'http://engine.invalid');
  return OWN_PATH.test(pathname) ? pathname + search : null;
}

function playbackIdOf(reply: Record<string, unknown>): string | null {
  return text(reply['playback_session_id']).slice(0, MAX_TEXT) || null;
}

function errorText(reply: Record<string, unknown>): string | undefined {
  const error = reply['error'];
  if (error === undefined || error === null || error === '') return undefined;
  const nested = asRecord(error);
  const words = text(nested ? (nested['message'] ?? nested['code']) : error) || 'error';
  const extra = asRecord(reply['extra_data'])?.['reason'];
  return typeof extra === 'string' && !words.includes(extra) ? `${words} (${extra})` : words;
}

function failure(kind: EngineErrorKind, words: string): Envelope {
  return { ok: false, error: { kind, text: words.slice(0, MAX_TEXT) } };
}

/** Strings and numbers as text; anything else as none. */
function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function count(value: unknown): number {
  const number = Number(value);
  return Number.isFinite(number) && number >= 0 ? number : 0;
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
