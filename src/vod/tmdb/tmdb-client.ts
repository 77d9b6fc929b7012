import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Semaphore } from '../../core/util/semaphore.js';
import type { Clock } from '../../platform/clock.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { AppError, describeError } from '../../platform/errors/app-error.js';
import { cachedResolver } from '../../platform/http/cached-resolver.js';
import { FetchError } from '../../platform/http/fetch-error.js';
import { HttpFetcher } from '../../platform/http/fetcher.js';
import { resolveBySystem } from '../../platform/http/ssrf-guard.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import type { Logger } from '../../platform/logging/logger.js';
import { MetricsRegistry } from '../../platform/metrics.js';
import { CLOCK, LOGGER } from '../../platform/tokens.js';
import { TmdbGate, type TmdbCondition } from './tmdb-gate.js';
import { RequestPace } from '../../platform/http/request-pace.js';
import type { TmdbFailure, TmdbOutcome } from './tmdb-types.js';

export interface TmdbRequest<T> {
  /** "/movie/550" */
  path: string;
  query: Readonly<Record<string, string>>;
  /** null = this is not what was asked for. */
  parse: (answer: unknown) => T | null;
  /** Whether 404 says that TMDB does not have it: lists and searches are always there. */
  mayBeMissing: boolean;
}

export interface TmdbHealth extends Omit<TmdbCondition, 'state'> {
  state: TmdbCondition['state'] | 'off';
  requests: number;
  failures: number;
}

/** An answer with all that can be appended to a film takes up to 600 KB. */
const MAX_BYTES = 2 * 1024 * 1024;
const TIMEOUT_MS = 30_000;
/** Requests follow each other closely while films are enriched. */
const PROXY_KEEP_ALIVE_MS = 4_000;
/** Where 429 comes without Retry-After; doubled each time. */
const HOLD_SECONDS = 2;
/** Longer than this nobody waits for a turn: the caller is told when to come again. */
const LONGEST_HOLD_SECONDS = 30;
const MAX_HOLD_SECONDS = 3600;
const ATTEMPTS = 4;
const LATER_SECONDS = 60;
const WEB_PAGE = 'TMDB answered with a web page: something stands between it and us';
const LEFT_ALONE = 'TMDB asks to be left alone';

/** TMDB over HTTP: few connections, a steady rate, and every way of failing told apart. It remembers nothing. */
@Injectable()
export class TmdbClient implements OnModuleDestroy {
  private readonly fetcher: HttpFetcher;
  private readonly limiter: RequestPace;
  private readonly slots: Semaphore;
  private readonly gate: TmdbGate;
  private readonly requests: ReturnType<MetricsRegistry['counter']>;
  private readonly sent = { requests: 0, failures: 0 };

  constructor(
    private readonly config: AppConfig,
    private readonly lifecycle: Lifecycle,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    metrics: MetricsRegistry,
  ) {
    const { connections, requestsPerSecond } = config.tmdb;
    this.fetcher = new HttpFetcher(clock, {
      connections,
      resolve: cachedResolver(clock, resolveBySystem),
      proxyKeepAliveMs: PROXY_KEEP_ALIVE_MS,
    });
    this.limiter = new RequestPace(clock, requestsPerSecond);
    this.slots = new Semaphore(connections);
    this.gate = new TmdbGate(clock);
    this.requests = metrics.counter({
      name: 'tmdb_requests_total',
      help: 'Requests sent to TMDB, by how they ended.',
      labelNames: ['outcome'],
    });
  }

  get isOn(): boolean {
    return this.config.tmdb.token !== null || this.config.tmdb.key !== null;
  }

  /** What is wrong with TMDB, for the operator; null = nothing, or it is not used. */
  get problem(): string | null {
    return this.gate.problem ?? (this.isHeldLong ? LEFT_ALONE : null);
  }

  /** How it is, and what was sent since the start; held back counts as a failure. */
  get health(): TmdbHealth {
    return this.isOn
      ? { ...this.gate.condition, ...this.sent }
      : { state: 'off', since: null, lastError: null, ...this.sent };
  }

  /** Never rejects for anything the outside world does. */
  async get<T>(request: TmdbRequest<T>): Promise<TmdbOutcome<T>> {
    return this.isOn ? this.slots.use(() => this.attempt(request)) : { kind: 'off' };
  }

  onModuleDestroy(): Promise<void> {
    return this.fetcher.close();
  }

  private async attempt<T>(request: TmdbRequest<T>): Promise<TmdbOutcome<T>> {
    for (let attempt = 1; ; attempt++) {
      const refusal = this.gate.refusal() ?? this.longHold();
      if (refusal) return refusal;
      await this.limiter.turn(this.lifecycle.signal);
      const outcome = await this.ask(request, attempt);
      this.requests.inc({ outcome: outcome.kind });
      this.sent.requests++;
      if (outcome.kind !== 'found' && outcome.kind !== 'not-found') this.sent.failures++;
      if (outcome.kind !== 'held') return outcome;
      if (attempt === ATTEMPTS) return this.heldBack('TMDB is asked too often');
    }
  }

  private longHold(): TmdbFailure | null {
    return this.isHeldLong ? this.heldBack(LEFT_ALONE) : null;
  }

  private get isHeldLong(): boolean {
    return this.limiter.heldSeconds > LONGEST_HOLD_SECONDS;
  }

  private heldBack(reason: string): TmdbFailure {
    const { heldSeconds } = this.limiter;
    if (this.gate.heldBack(reason)) this.logger.warn(reason, { seconds: heldSeconds });
    return unavailable(reason, heldSeconds);
  }

  private async ask<T>(request: TmdbRequest<T>, attempt: number): Promise<TmdbOutcome<T> | { kind: 'held' }> {
    try {
      const value = request.parse(await this.fetch(request));
      if (value === null) return this.failed('TMDB answered with something else');
      this.welcome();
      return { kind: 'found', value };
    } catch (error) {
      if (this.lifecycle.signal.aborted) throw error;
      return this.judge(request, error, attempt);
    }
  }

  private async fetch(request: TmdbRequest<unknown>): Promise<unknown> {
    const { token, key } = this.config.tmdb;
    const credentials: Record<string, string> = token === null && key !== null ? { api_key: key } : {};
    const query = new URLSearchParams({ ...request.query, ...credentials });
    const outcome = await this.fetcher.fetch({
      url: `${this.config.tmdb.baseUrl}${request.path}?${query.toString()}`,
      headers: {
        accept: 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      // The operator chose the address; it may be a mirror at home.
      allowPrivate: true,
      proxyUrl: this.config.tmdb.proxy,
      maxBytes: MAX_BYTES,
      timeoutMs: TIMEOUT_MS,
      maxRedirects: 1,
      signal: this.lifecycle.signal,
    });
    if (outcome.kind !== 'ok') return null;
    if (/\bhtml\b/i.test(outcome.contentType)) throw new AppError('fetch_failed', WEB_PAGE, { status: 502 });
    const chunks: Uint8Array[] = [];
    for await (const chunk of outcome.body) chunks.push(chunk);
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  }

  private judge(
    request: TmdbRequest<unknown>,
    error: unknown,
    attempt: number,
  ): TmdbFailure | { kind: 'held' } {
    if (error instanceof SyntaxError) return this.failed('TMDB answered with damaged JSON');
    // Anything else is our own mistake.
    if (!(error instanceof AppError)) throw error;
    const upstream = error instanceof FetchError ? error : null;
    switch (upstream?.upstreamStatus) {
      case 401:
        return this.refusedKey();
      case 404:
        // A proxy or a wrong base address answers 404 as well, but hardly as JSON.
        if (!request.mayBeMissing || !/json/i.test(upstream.upstream?.contentType ?? '')) break;
        this.welcome();
        return { kind: 'not-found' };
      case 429:
        return this.held(upstream.upstream?.retryAfterSeconds ?? HOLD_SECONDS * 2 ** (attempt - 1));
      default:
    }
    return this.failed(describeError(error), upstream?.upstream?.retryAfterSeconds ?? null);
  }

  private held(seconds: number): { kind: 'held' } {
    this.limiter.hold(Math.min(Math.max(1, seconds), MAX_HOLD_SECONDS));
    return { kind: 'held' };
  }

  private refusedKey(): TmdbFailure {
    if (this.gate.refusedKey()) {
      this.logger.error('TMDB refuses the key: films get no data of it until the key is right', {
        settings: 'tmdb.token, tmdb.key',
      });
    }
    return this.gate.refusal() ?? unavailable('TMDB refuses the key');
  }

  private failed(reason: string, retryAfterSeconds: number | null = null): TmdbFailure {
    if (this.gate.failed(reason)) this.logger.warn('TMDB is left alone for a while', { reason });
    return unavailable(reason, Math.min(retryAfterSeconds ?? LATER_SECONDS, MAX_HOLD_SECONDS));
  }

  private welcome(): void {
    if (this.gate.succeeded()) this.logger.info('TMDB answers again');
  }
}

/** The question without the key. Names of a query stand in one order. */
export function addressOf({ path, query }: Pick<TmdbRequest<unknown>, 'path' | 'query'>): string {
  const sorted = Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${path}?${new URLSearchParams(sorted).toString()}`;
}

function unavailable(reason: string, retryAfterSeconds = LATER_SECONDS): TmdbFailure {
  return { kind: 'unavailable', reason, retryAfterSeconds };
}
