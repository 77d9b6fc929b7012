import { Inject, Injectable } from '@nestjs/common';
import { HitCounter } from '../../core/util/hit-counter.js';
import { SingleFlight } from '../../core/util/single-flight.js';
import { TtlMap } from '../../core/util/ttl-map.js';
import type { Clock } from '../../platform/clock.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { storedProxy } from '../../platform/http/proxy-url.js';
import type { Logger } from '../../platform/logging/logger.js';
import { CLOCK, LOGGER } from '../../platform/tokens.js';
import { WatchableRepository } from '../watchable.repository.js';
import { ResolveHealth, type ResolveFigures } from './resolve-health.js';
import { RutubeClient, type RutubeFailure } from './rutube-client.js';

export type ResolvedStream =
  | { kind: 'address'; url: string; proxyUrl: string | null }
  /** The way was taken out of service: Rutube has it no more, or does not let us have it. */
  | { kind: 'gone' }
  | { kind: 'refused'; reason: string }
  | { kind: 'unavailable'; reason: string; retryAfterSeconds: number }
  | { kind: 'unreadable'; reason: string };

/** A player opens a film several times in a row; the address lives for hours. */
const KEPT_MS = 30_000;
const MAX_KEPT = 500;

/** Where the stream of a Rutube film is now. Asked at every opening, once for all who ask together. */
@Injectable()
export class RutubeStreams {
  private readonly asking = new SingleFlight<string, ResolvedStream>();
  private readonly known: TtlMap<string, ResolvedStream>;
  private readonly proxyUrl: string | null;
  private readonly health = new ResolveHealth();
  private readonly kept = new HitCounter();

  constructor(
    private readonly client: RutubeClient,
    @Inject(WatchableRepository) private readonly ways: Pick<WatchableRepository, 'retireWay'>,
    config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.known = new TtlMap({ maxEntries: MAX_KEPT, ttlMs: KEPT_MS, now: () => clock.monotonic() });
    this.proxyUrl = storedProxy(config.rutube.proxy);
  }

  /** How the last askings went. */
  get figures(): ResolveFigures {
    return this.health.figures(this.now());
  }

  /** Openings that found an address of a moment ago, and those that asked for one, since the start. */
  get keptAnswers(): HitCounter['figures'] {
    return this.kept.figures;
  }

  /** `isAnew`: what was told before has run out. */
  async resolve(way: { id: number; locator: string }, isAnew = false): Promise<ResolvedStream> {
    const { locator } = way;
    const known = isAnew ? undefined : this.known.get(locator);
    this.kept.count(known !== undefined);
    if (known) return known;
    return this.asking.run(locator, async () => {
      const outcome = await this.client.play(locator);
      this.remember(outcome);
      if (outcome.kind === 'found') {
        const resolved = { kind: 'address', url: outcome.value.url, proxyUrl: this.proxyUrl } as const;
        this.known.set(locator, resolved);
        return resolved;
      }
      return this.failed(way.id, outcome);
    });
  }

  private async failed(wayId: number, failure: RutubeFailure): Promise<ResolvedStream> {
    if (failure.kind === 'not-found' || failure.kind === 'refused') {
      await this.ways.retireWay(wayId, this.now());
      const reason = failure.kind === 'refused' ? failure.reason : 'it is gone';
      this.logger.info('a film cannot be had from Rutube any more', { way: wayId, reason });
    }
    return failure.kind === 'not-found' ? { kind: 'gone' } : failure;
  }

  private remember(outcome: { kind: 'found' } | RutubeFailure): void {
    const isFailure = outcome.kind === 'unavailable' || outcome.kind === 'unreadable';
    if (isFailure) this.health.failedAt(this.now(), outcome.reason);
    else this.health.succeeded(this.now());
  }

  private now(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}
