import type { SourceObservation } from '../core/health/source-record.js';
import type { Clock, Timer } from '../platform/clock.js';
import type { EventBus } from '../platform/events/event-bus.js';
import type { SourceHealthService } from '../source-health/source-health.service.js';
import type { EndReason } from '../streaming/source-driver.js';
import type { SourceOutcome } from '../streaming/source-outcome.js';
import type { FailureKind } from '../streaming/stream-failure.js';
import type { StreamHub } from '../streaming/stream-hub.js';

export interface HealthWatchOptions {
  hub: Pick<StreamHub, 'stats'>;
  health: Pick<SourceHealthService, 'observe'>;
  events: EventBus;
  clock: Clock;
  /** How often running streams are looked at, ms. */
  sampleMs?: number;
}

const SAMPLE_MS = 10_000;
/** Failures that will not be different in a minute. */
const LASTING: ReadonlySet<FailureKind> = new Set([
  'not-found',
  'bad-media',
  'licence',
  'unsupported',
  'no-peers',
]);
/** Breaks that are the engine's, another client's or our own doing. */
const NOT_THE_SOURCE: ReadonlySet<EndReason> = new Set([
  'superseded',
  'moved',
  'session-lost',
  'engine-down',
]);

/** The line of this machine is down, or its name server silent: no source can help that. */
const OUR_LINE: ReadonlySet<string> = new Set(['ENETUNREACH', 'ENETDOWN', 'EAI_AGAIN', 'EADDRNOTAVAIL']);

/** Tells the memory of sources what the streams go through. */
export class HealthWatch {
  private unsubscribe: () => void = () => {};
  private timer: Timer | undefined;
  private sampledAt = 0;

  constructor(private readonly options: HealthWatchOptions) {}

  start(): void {
    const { events, health, clock, sampleMs = SAMPLE_MS } = this.options;
    this.unsubscribe = events.on('source.outcome', ({ sourceId, outcome }) => {
      const observation = observationOf(outcome);
      if (observation) health.observe(sourceId, observation);
    });
    this.sampledAt = clock.monotonic();
    this.timer = clock.setRepeating(sampleMs, () => this.sample());
  }

  stop(): void {
    this.unsubscribe();
    this.timer?.cancel();
  }

  /** Streams that deliver have played since the last look, or since they began. */
  private sample(): void {
    const { hub, health, clock } = this.options;
    const now = clock.monotonic();
    const sinceMs = now - this.sampledAt;
    this.sampledAt = now;
    for (const { sourceId, source, ttfbMs, startedAt, silentMs, state } of hub.stats()) {
      const isPlaying = (state === 'live' || state === 'draining') && ttfbMs !== null && source !== null;
      if (sourceId === null || !isPlaying || silentMs >= sinceMs) continue;
      const playedMs = Math.min(sinceMs, clock.now() - startedAt - ttfbMs);
      health.observe(sourceId, {
        kind: 'played',
        seconds: Math.max(0, Math.round(playedMs / 1000)),
        peers: source.peers ?? null,
        speedKbs: source.speedDown ?? null,
      });
    }
  }
}

/** Null where it says nothing about the source. */
export function observationOf(outcome: SourceOutcome): SourceObservation | null {
  switch (outcome.kind) {
    case 'picture':
      return { kind: 'picture', waitSeconds: outcome.afterMs / 1000 };
    case 'failed': {
      const { kind, detail, blameless, cause } = outcome.failure;
      if (blameless || kind === 'cancelled') return null;
      if (cause?.why === 'unreachable' && OUR_LINE.has(cause.code)) return null;
      return { kind: 'failure', failure: kind, detail, isLasting: LASTING.has(kind) };
    }
    case 'broke':
      if (NOT_THE_SOURCE.has(outcome.reason)) return null;
      return { kind: 'cut', reason: outcome.reason, detail: outcome.detail };
  }
}
