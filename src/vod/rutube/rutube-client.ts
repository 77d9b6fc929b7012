import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { addressOf, playOptionsPath, type RutubePath } from '../../core/rutube/rutube-address.js';
import { readPlayOptions } from '../../core/rutube/read-play-options.js';
import { readRutubePage } from '../../core/rutube/read-page.js';
import type { RutubePage, RutubePlay } from '../../core/rutube/types.js';
import { Semaphore } from '../../core/util/semaphore.js';
import type { Clock } from '../../platform/clock.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { AppError, describeError } from '../../platform/errors/app-error.js';
import { FetchError } from '../../platform/http/fetch-error.js';
import { HttpFetcher } from '../../platform/http/fetcher.js';
import { storedProxy } from '../../platform/http/proxy-url.js';
import { RequestPace } from '../../platform/http/request-pace.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { MetricsRegistry } from '../../platform/metrics.js';
import { CLOCK } from '../../platform/tokens.js';

export type RutubeFailure =
  /** Rutube has no such list or video. */
  | { kind: 'not-found' }
  /** It is there, and we must not have it: paid, for adults, not in this country. */
  | { kind: 'refused'; reason: string }
  /** Rutube does not answer now. */
  | { kind: 'unavailable'; reason: string; retryAfterSeconds: number }
  /** It answers with something else than what was asked for. */
  | { kind: 'unreadable'; reason: string };

export type RutubeOutcome<T> = { kind: 'found'; value: T } | RutubeFailure;

type Attempt<T> = RutubeOutcome<T> | { kind: 'held'; seconds: number };

interface Patience {
  attempts: number;
  timeoutMs: number;
}

/** A page of a hundred videos takes 300 KB. */
const MAX_BYTES = 4 * 1024 * 1024;
const CONNECTIONS = 2;
/** Nobody waits for a list. */
const PATIENT = { attempts: 3, timeoutMs: 20_000 } as const;
/** A viewer waits for this. */
const HASTY = { attempts: 2, timeoutMs: 6_000 } as const;
/** Before an answer that failed is asked for again. */
const PAUSE_MS = 1_000;
/** Where 429 comes without Retry-After; doubled each time. */
const HOLD_SECONDS = 5;
/** Longer than this nobody waits for a turn: the caller is told when to come again. */
const LONGEST_HOLD_SECONDS = 30;
const MAX_HOLD_SECONDS = 3600;
const LATER_SECONDS = 300;

/** The API of Rutube over HTTP: a steady, low rate, and every way of failing told apart. It remembers nothing. */
@Injectable()
export class RutubeClient implements OnModuleDestroy {
  private readonly fetcher: HttpFetcher;
  private readonly pace: RequestPace;
  private readonly slots = new Semaphore(CONNECTIONS);
  private readonly requests: ReturnType<MetricsRegistry['counter']>;
  private readonly baseUrl: string;
  private readonly proxyUrl: string | null;

  constructor(
    config: AppConfig,
    private readonly lifecycle: Lifecycle,
    @Inject(CLOCK) private readonly clock: Clock,
    metrics: MetricsRegistry,
  ) {
    this.baseUrl = config.rutube.baseUrl;
    this.proxyUrl = storedProxy(config.rutube.proxy);
    this.fetcher = new HttpFetcher(clock, { connections: CONNECTIONS });
    this.pace = new RequestPace(clock, config.rutube.requestsPerSecond);
    this.requests = metrics.counter({
      name: 'rutube_requests_total',
      help: 'Requests sent to the API of Rutube, by how they ended.',
      labelNames: ['outcome'],
    });
  }

  /** A page of a list, a feed, or a video. */
  page(path: RutubePath): Promise<RutubeOutcome<RutubePage>> {
    return this.get(path, readRutubePage, PATIENT);
  }

  /** How the video is played now. The address it gives runs out after some hours. */
  async play(videoId: string): Promise<RutubeOutcome<Extract<RutubePlay, { kind: 'hls' }>>> {
    const outcome = await this.get(playOptionsPath(videoId), readPlayOptions, HASTY);
    if (outcome.kind !== 'found') return outcome;
    const { value } = outcome;
    if (value.kind === 'nothing') return unavailable(value.reason);
    return value.kind === 'hls' ? { kind: 'found', value } : value;
  }

  onModuleDestroy(): Promise<void> {
    return this.fetcher.close();
  }

  /** Never rejects for anything the outside world does. */
  private get<T>(
    path: RutubePath,
    parse: (answer: unknown) => T | null,
    { attempts, timeoutMs }: Patience,
  ): Promise<RutubeOutcome<T>> {
    return this.slots.use(async () => {
      for (let attempt = 1; ; attempt++) {
        const { heldSeconds } = this.pace;
        if (heldSeconds > LONGEST_HOLD_SECONDS) {
          return unavailable('Rutube asks to be left alone', heldSeconds);
        }
        await this.pace.turn(this.lifecycle.signal);
        const outcome = await this.ask(path, parse, timeoutMs);
        this.requests.inc({ outcome: outcome.kind });
        const isLast = attempt === attempts;
        if (outcome.kind === 'held') {
          this.pace.hold(Math.min(outcome.seconds * 2 ** (attempt - 1), MAX_HOLD_SECONDS));
          if (isLast) return unavailable('Rutube is asked too often', this.pace.heldSeconds);
        } else if (outcome.kind !== 'unavailable' || isLast) return outcome;
        else await this.clock.sleep(PAUSE_MS * attempt, this.lifecycle.signal);
      }
    });
  }

  private async ask<T>(
    path: RutubePath,
    parse: (answer: unknown) => T | null,
    timeoutMs: number,
  ): Promise<Attempt<T>> {
    try {
      const value = parse(await this.fetch(path, timeoutMs));
      if (value === null) return { kind: 'unreadable', reason: 'Rutube answered with something else' };
      return { kind: 'found', value };
    } catch (error) {
      if (this.lifecycle.signal.aborted) throw error;
      return judgeError(error);
    }
  }

  private async fetch(path: RutubePath, timeoutMs: number): Promise<unknown> {
    const outcome = await this.fetcher.fetch({
      url: addressOf(path, this.baseUrl),
      headers: { accept: 'application/json' },
      // A mirror is the operator's choice; Rutube itself has no business in his network.
      allowPrivate: !isRutube(this.baseUrl),
      proxyUrl: this.proxyUrl,
      maxBytes: MAX_BYTES,
      timeoutMs,
      maxRedirects: 2,
      signal: this.lifecycle.signal,
    });
    if (outcome.kind !== 'ok') return null;
    const chunks: Uint8Array[] = [];
    for await (const chunk of outcome.body) chunks.push(chunk);
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  }
}

function judgeError(error: unknown): Exclude<Attempt<never>, { kind: 'found' }> {
  if (error instanceof SyntaxError) {
    return { kind: 'unreadable', reason: 'Rutube answered with no or damaged JSON' };
  }
  // Anything else is our own mistake.
  if (!(error instanceof AppError)) throw error;
  const upstream = error instanceof FetchError ? error : null;
  const retryAfter = upstream?.upstream?.retryAfterSeconds ?? null;
  // A proxy, a portal or a wrong base address answers 403 and 404 as well, but hardly as JSON.
  const isOwnAnswer = /json/i.test(upstream?.upstream?.contentType ?? '');
  switch (upstream?.upstreamStatus) {
    case 404:
    case 410:
      return isOwnAnswer ? { kind: 'not-found' } : { kind: 'unreadable', reason: describeError(error) };
    case 401:
    case 402:
    case 403:
    case 451:
      if (!isOwnAnswer) break;
      return { kind: 'refused', reason: `Rutube does not allow it (${upstream.upstreamStatus})` };
    case 429:
      return { kind: 'held', seconds: Math.max(1, retryAfter ?? HOLD_SECONDS) };
    default:
  }
  if (error.code === 'fetch_too_large') return { kind: 'unreadable', reason: describeError(error) };
  return unavailable(describeError(error), retryAfter ?? LATER_SECONDS);
}

function isRutube(url: string): boolean {
  return /^(?:[\w-]+\.)*rutube\.ru$/i.test(new URL(url).hostname);
}

function unavailable(
  reason: string,
  retryAfterSeconds = LATER_SECONDS,
): Extract<RutubeFailure, { kind: 'unavailable' }> {
  return { kind: 'unavailable', reason, retryAfterSeconds: Math.min(retryAfterSeconds, MAX_HOLD_SECONDS) };
}
