import type { Clock } from '../../../src/platform/clock.js';
import { FAST_PACE, MEASURED_PACE } from '../media/pace.js';
import type { PaceOptions } from '../media/pace.js';
import type { ContentSpec } from './catalogue.js';

/** How an engine behaves where nobody knows for sure; each of these can be turned. */
export interface EngineHabits {
  /** What a second reader of a progressive session gets. Measured: two status lines in one answer. */
  secondReader: 'doubleStatus' | 'stealFirst' | 'share' | '500';
  /** What the playback URL does until data exists. */
  warmup: 'hold' | '500';
  /** `deterministic`: the same for one pid and content, as the logs suggest. */
  token: 'deterministic' | 'random';
  /** A start whose caller hung up meanwhile still makes a session. */
  abortedStart: 'session' | 'cancelled';
  /** A load overtaken by a newer one for the same content fails with `got newer download`. */
  newerLoadWins: boolean;
  /** A reader that takes nothing counts as gone after the idle time. */
  pausedReaderExpires: boolean;
  /** Events at the end of a session by the engine's own doing; else "unknown playback session id". */
  stopEvent: boolean;
  /** `response` of an event as an object or as a JSON text. */
  eventResponse: 'object' | 'string';
  /** A content id lookup also finds infohashes. */
  acceptInfohashAsId: boolean;
  /** A TS session reads well from an encrypted content. */
  encryptedTs: boolean;
  framing: 'chunked' | 'close' | 'rawHttp10';
  contentType: string;
  /** Bytes cut off at the start of each progressive answer. */
  startOffset: number;
  /** Host in the URLs of replies; null = what the caller's Host header says. */
  publicHost: string | null;
  /** Text of the Server header; null = none. */
  serverHeader: string | null;
}

export interface SimTimings extends PaceOptions {
  startDelayMs: number;
  prebufMs: number;
  /** How often readers get new bytes. */
  tickMs: number;
  /** Sessions nobody reads end after this time. */
  idleExpiryMs: number;
  eventPollMs: number;
  hlsSegmentSeconds: number;
  hlsFirstSegments: number;
  hlsWindow: number;
}

export interface SimOptions extends Partial<EngineHabits>, Partial<SimTimings> {
  contents?: readonly ContentSpec[];
  clock?: Clock;
  seed?: number;
  host?: string;
  port?: number;
  controlPort?: number;
  version?: string;
  bitrateKbps?: number;
  peers?: number;
  /** `fast` (default) for tests, `measured` for the times of a real engine, `cold` for one that finds peers slowly. */
  timing?: 'fast' | 'measured' | 'cold';
}

export const DEFAULT_HABITS: EngineHabits = {
  secondReader: 'doubleStatus',
  warmup: 'hold',
  token: 'deterministic',
  abortedStart: 'session',
  newerLoadWins: true,
  pausedReaderExpires: false,
  stopEvent: true,
  eventResponse: 'object',
  acceptInfohashAsId: false,
  encryptedTs: false,
  framing: 'chunked',
  contentType: 'video/mp2t',
  startOffset: 0,
  publicHost: null,
  serverHeader: 'BaseHTTP/0.6 Python/3.10.13',
};

const COMMON = {
  tickMs: 20,
  idleExpiryMs: 60_000,
  eventPollMs: 15_000,
  hlsSegmentSeconds: 5,
  hlsFirstSegments: 3,
  hlsWindow: 17,
};

export const TIMINGS: Record<'fast' | 'measured' | 'cold', SimTimings> = {
  fast: { ...COMMON, ...FAST_PACE, startDelayMs: 0, prebufMs: 0 },
  measured: { ...COMMON, ...MEASURED_PACE, startDelayMs: 150, prebufMs: 3000 },
  cold: { ...COMMON, ...MEASURED_PACE, startDelayMs: 3000, prebufMs: 15_000 },
};

/** The values of `from` for the keys of `defaults`, with the defaults where they are absent. */
export function pick<T extends object>(defaults: T, from: Partial<T>): T {
  const given = Object.entries(from).filter(([key, value]) => key in defaults && value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}
