import type { AppConfigValues } from '../platform/config/app-config.js';
import type { SessionOptions } from './live-session.js';

/** A partly filled chunk of a ring waits so long for more: less costs system calls, more costs delay. */
export const FLUSH_MS = 100;

/** Session settings that no operator needs to turn; tests do. */
export const SESSION_DEFAULTS = {
  failoverFirstByteMs: 20_000,
  keyframeMs: 20_000,
  backoffMs: [0, 1_000, 2_000, 4_000, 8_000],
  stableMs: 20_000,
  coldLingerMs: 3_000,
  keepAliveAfterMs: 1_000,
  keepAliveEveryMs: 500,
  maxJumpsPerMinute: 12,
  windowMs: 30_000,
  minRatio: 0.7,
  maxAheadMs: 15_000,
  liveStillMs: 120_000,
} as const satisfies Partial<SessionOptions>;

export function sessionOptions({
  acestream,
  streaming,
}: Pick<AppConfigValues, 'acestream' | 'streaming'>): SessionOptions {
  const firstByteMs = acestream.firstByteTimeoutSeconds * 1000;
  return {
    ...SESSION_DEFAULTS,
    firstByteMs,
    startBudgetMs: acestream.startTimeoutSeconds * 1000 + firstByteMs,
    giveUpMs: streaming.giveUpSeconds * 1000,
    lingerMs: streaming.lingerSeconds * 1000,
    stallMs: streaming.stallSeconds * 1000,
    slowReaderMs: streaming.slowReaderSeconds * 1000,
    joinBehindMs: streaming.joinBehindSeconds * 1000,
    burstBitsPerSecond: streaming.burstMbits * 1_000_000,
  };
}
