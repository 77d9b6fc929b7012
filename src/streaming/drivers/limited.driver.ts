import type { Clock } from '../../platform/clock.js';
import type { ProviderAccount, ProviderLimits, ProviderPlace } from '../provider-limits.js';
import type {
  OpenContext,
  OpenResult,
  OpenStream,
  SourceDriver,
  StreamDetails,
  StreamSink,
} from '../source-driver.js';
import type { StreamFailure } from '../stream-failure.js';
import type { SourceKind, StreamSource } from '../stream-source.js';

export interface LimitedDriverOptions {
  driver: SourceDriver;
  limits: ProviderLimits;
  clock: Clock;
  /** How long to wait for a connection that is just being closed, ms. */
  patienceMs?: number;
}

/** Players open the next channel before the old connection is gone. */
const PATIENCE_MS = 1_000;
const LOOK_EVERY_MS = 100;
const FULL: StreamFailure = {
  kind: 'unavailable',
  detail: 'the provider allows no further connection',
  cause: { why: 'provider-limit' },
  retryAfterSeconds: 10,
  blameless: true,
};
const CANCELLED: StreamFailure = { kind: 'cancelled', detail: 'nobody waits' };

/** Keeps another driver within what the providers of its sources allow. */
export class LimitedDriver implements SourceDriver {
  constructor(private readonly options: LimitedDriverOptions) {}

  get kinds(): readonly SourceKind[] {
    return this.options.driver.kinds;
  }

  get places(): number {
    return this.options.driver.places;
  }

  async open(source: StreamSource, context: OpenContext): Promise<OpenResult> {
    const { driver } = this.options;
    if (!source.provider) return driver.open(source, context);
    const place = await this.takePlace(source.provider, source.kind, context);
    if (!place) return { kind: 'failed', failure: context.signal.aborted ? CANCELLED : FULL };
    let held = false;
    try {
      const opened = await driver.open(source, context);
      held = opened.kind === 'open';
      return opened.kind === 'open' ? { ...opened, stream: new PlacedStream(opened.stream, place) } : opened;
    } finally {
      if (!held) place.release();
    }
  }

  /** Gives up a stream that nobody watches; else waits a moment for one that is being closed. */
  private async takePlace(
    provider: ProviderAccount,
    kind: SourceKind,
    { signal, polite, makeRoom }: OpenContext,
  ): Promise<ProviderPlace | undefined> {
    const { limits, clock, patienceMs = PATIENCE_MS } = this.options;
    if (polite) return limits.reserve(provider, 1);
    const until = clock.monotonic() + patienceMs;
    while (!signal.aborted) {
      const place = limits.reserve(provider);
      if (place) return place;
      if (await makeRoom(kind, provider.key)) continue;
      if (clock.monotonic() >= until) return undefined;
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
    return undefined;
  }
}

/** A stream that gives its place back once it is closed. */
class PlacedStream implements OpenStream {
  private closing: Promise<void> | undefined;

  constructor(
    private readonly stream: OpenStream,
    private readonly place: ProviderPlace,
  ) {}

  details(): StreamDetails {
    return this.stream.details();
  }

  read(sink: StreamSink): void {
    this.stream.read(sink);
  }

  pause(): void {
    this.stream.pause();
  }

  resume(): void {
    this.stream.resume();
  }

  reopen(signal: AbortSignal): Promise<boolean> {
    return this.stream.reopen(signal);
  }

  close(): Promise<void> {
    this.closing ??= this.stream.close().finally(() => this.place.release());
    return this.closing;
  }
}
