import type { Clock } from '../platform/clock.js';
import type { Logger } from '../platform/logging/logger.js';
import type { SourceHealthService } from '../source-health/source-health.service.js';
import type { ProbeReport, SourceProbe } from '../streaming/source-probe.js';
import type { StreamHub } from '../streaming/stream-hub.js';
import type { StreamSource } from '../streaming/stream-source.js';
import type { SessionStats } from '../streaming/stream-stats.js';
import type { CheckableSources } from './checkable-sources.js';
import { observationOf } from './health-watch.js';

export interface ProberOptions {
  probe: Pick<SourceProbe, 'run'>;
  hub: Pick<StreamHub, 'stats'>;
  sources: Pick<CheckableSources, 'next' | 'postpone'>;
  health: Pick<SourceHealthService, 'observe' | 'noteProbe'>;
  clock: Clock;
  logger: Logger;
  pauseMs: number;
  /** Told of every check. */
  onChecked?: (result: CheckResult) => void;
  /** Patience for a first byte and then for a picture, ms. */
  firstByteMs?: number;
  pictureMs?: number;
}

/** `none`: nothing to check, or viewers need everything. `unclear`: says nothing about the source. */
export type CheckResult = 'picture' | 'failed' | 'unclear' | 'none';

const FIRST_BYTE_MS = 45_000;
const PICTURE_MS = 20_000;

/** Checks sources that nobody watches: one at a time, with pauses, and only where no viewer is held up by it. */
export class Prober {
  constructor(private readonly options: ProberOptions) {}

  /** Until `signal` aborts; resolves when the last check has stopped what it started. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, pauseMs, logger } = this.options;
    for (;;) {
      await clock.sleep(pauseMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await this.checkOne(signal);
      } catch (error) {
        logger.warn('a check of sources failed', { error: String(error) });
      }
    }
  }

  async checkOne(signal: AbortSignal): Promise<CheckResult> {
    const { hub, sources, probe, clock, onChecked } = this.options;
    const streams = hub.stats();
    // Somebody waits for a picture: the line and the engines are his.
    if (streams.some(({ state }) => state === 'starting' || state === 'recovering')) return 'none';
    const source = await sources.next((candidate) => mayCheck(candidate, streams));
    if (!source || signal.aborted) return 'none';
    const startedAt = clock.monotonic();
    const report = await probe.run({
      source,
      signal,
      firstByteMs: this.options.firstByteMs ?? FIRST_BYTE_MS,
      pictureMs: this.options.pictureMs ?? PICTURE_MS,
      lookMs: 0,
      polite: true,
    });
    const result = this.note(source, report, clock.monotonic() - startedAt);
    onChecked?.(result);
    return result;
  }

  private note(source: StreamSource, report: ProbeReport, tookMs: number): CheckResult {
    const { health, sources, logger } = this.options;
    const { failure } = report;
    const afterMs = report.survey?.keyframeMs ?? tookMs;
    const observation = observationOf(failure ? { kind: 'failed', failure } : { kind: 'picture', afterMs });
    logger.debug('checked a source', { source: source.id, result: failure?.detail ?? 'picture' });
    if (!observation) {
      sources.postpone(source.id);
      return 'unclear';
    }
    health.observe(source.id, observation);
    health.noteProbe(source.id);
    return failure ? 'failed' : 'picture';
  }
}

/** Neither what is being read nor a host that somebody watches: it may count connections. */
function mayCheck(source: StreamSource, streams: readonly SessionStats[]): boolean {
  if (streams.some(({ sourceId }) => sourceId === source.id)) return false;
  if (source.kind === 'acestream') return true;
  const host = URL.canParse(source.locator) ? new URL(source.locator).host : source.locator;
  return !streams.some((stream) => stream.source?.place === host);
}
