import type { Dispatcher } from 'undici';
import { sizeText } from '../config/value-types.js';
import type { Clock } from '../clock.js';
import { Deadline } from './deadline.js';
import { fetchFailure, FetchError } from './fetch-error.js';
import { createGuardedAgent } from './guarded-agent.js';
import type { Hop } from './hop.js';
import { firstHop, nextHop, sentHeaders, withoutUserInfo } from './hop.js';
import { ProxyAgents } from './proxy-agents.js';
import { decodeBody, encodingsOf } from './response-body.js';
import type { Resolver } from './ssrf-guard.js';

export interface FetchRequest {
  /** http or https; user info in it is sent as Basic authorization. */
  url: string;
  /** Sent to the origin of `url` only, apart from what tells content apart (user agent, accept…). */
  headers?: Record<string, string>;
  etag?: string;
  lastModified?: string;
  allowPrivate: boolean;
  /** As `parseProxyUrl` gives it: this request and its redirects go through it; null = straight. */
  proxyUrl?: string | null;
  /** On the wire and after decompression. */
  maxBytes: number;
  /** For everything, to the last byte. */
  timeoutMs: number;
  /** An answer that brings less in a minute of waiting for it is given up; not given = any pace will do. */
  leastBytesPerMinute?: number;
  maxRedirects?: number;
  signal?: AbortSignal;
}

export type FetchOutcome =
  | {
      kind: 'ok';
      status: number;
      finalUrl: string;
      /** As sent; empty when absent. */
      contentType: string;
      /** Bytes of `body`, where the answer says so beforehand; else null. */
      length: number | null;
      etag?: string;
      lastModified?: string;
      /** Decompressed. Read it or `return()` it; otherwise the timeout ends the transfer. */
      body: AsyncIterable<Uint8Array>;
    }
  | { kind: 'not-modified' };

export interface HttpFetcherOptions {
  resolve?: Resolver;
  connectTimeoutMs?: number;
  /** Connections open to one host at once; not given = as many as there are requests. */
  connections?: number;
  /** How long a tunnel through a proxy stays open for the next request, ms; not given = not at all. */
  proxyKeepAliveMs?: number;
  /** Until the headers of one answer are there. */
  headersTimeoutMs?: number;
  /** Without a single byte. */
  idleTimeoutMs?: number;
  maxRedirects?: number;
  /** Decompressed bytes per byte on the wire. Guides reach 30, bombs 1000. */
  maxRatio?: number;
  userAgent?: string;
}

const MINUTE_MS = 60_000;
const REDIRECTS = [301, 302, 303, 307, 308];
/**
 * The one general HTTP client: for lists, guides and APIs. Streams use the guarded agent directly. Knows nothing of the
 * framework: worker threads have one of their own, and would spend most of their start on loading it.
 */
export class HttpFetcher {
  private readonly agents: { guarded: Dispatcher; open: Dispatcher };
  private readonly proxies: ProxyAgents;
  private readonly options: Required<
    Omit<HttpFetcherOptions, 'resolve' | 'connectTimeoutMs' | 'connections' | 'proxyKeepAliveMs'>
  >;

  constructor(
    private readonly clock: Clock,
    options: HttpFetcherOptions = {},
  ) {
    const { resolve, connectTimeoutMs = 10_000, connections, proxyKeepAliveMs, ...rest } = options;
    const common = {
      connectTimeoutMs,
      ...(resolve ? { resolve } : {}),
      ...(connections === undefined ? {} : { connections }),
    };
    const agent = (allowPrivate: boolean): Dispatcher => createGuardedAgent({ ...common, allowPrivate });
    this.agents = { guarded: agent(false), open: agent(true) };
    this.proxies = new ProxyAgents({
      ...common,
      clock,
      ...(proxyKeepAliveMs === undefined ? {} : { keepAliveMs: proxyKeepAliveMs }),
    });
    this.options = {
      headersTimeoutMs: 30_000,
      idleTimeoutMs: 30_000,
      maxRedirects: 5,
      maxRatio: 200,
      userAgent: 'Rooftop',
      ...rest,
    };
  }

  /**
   * GET. Throws `fetch_blocked | fetch_failed | fetch_too_large | fetch_timeout` (FetchError), also while the body is
   * read; when `signal` is aborted, its reason.
   */
  async fetch(request: FetchRequest): Promise<FetchOutcome> {
    const deadline = new Deadline(
      this.clock,
      {
        totalMs: request.timeoutMs,
        makeError: (reason) => new FetchError('fetch_timeout', request.url, reason),
      },
      request.signal,
    );
    try {
      const { response, url } = await this.follow(request, deadline);
      return await this.judge(request, response, url, deadline);
    } catch (error) {
      deadline.release();
      throw deadline.signal.aborted ? deadline.explain(error) : fetchFailure(request.url, error);
    }
  }

  /** Ends all transfers. */
  async close(): Promise<void> {
    const { guarded, open } = this.agents;
    await Promise.all([guarded.destroy(), open.destroy(), this.proxies.destroy()]);
  }

  /** The framework calls it where it holds the fetcher. */
  onModuleDestroy(): Promise<void> {
    return this.close();
  }

  private async follow(
    request: FetchRequest,
    deadline: Deadline,
  ): Promise<{ response: Dispatcher.ResponseData; url: URL }> {
    const limit = request.maxRedirects ?? this.options.maxRedirects;
    let hop = firstHop(request.url, this.headersOf(request));
    for (let redirects = 0; ; redirects++) {
      const response = await this.send(hop, this.agentFor(request), deadline);
      deadline.pause();
      if (!REDIRECTS.includes(response.statusCode)) return { response, url: hop.url };
      await drop(response);
      const location = headerOf(response, 'location');
      if (location === '') throw failed(request, 'it redirects to nowhere', response.statusCode);
      if (redirects >= limit) throw failed(request, `more than ${limit} redirects`, response.statusCode);
      hop = nextHop(hop, location, request.url);
    }
  }

  private agentFor({ proxyUrl, allowPrivate }: FetchRequest): Dispatcher {
    if (typeof proxyUrl === 'string') return this.proxies.dispatcher(proxyUrl, allowPrivate);
    return allowPrivate ? this.agents.open : this.agents.guarded;
  }

  private send(hop: Hop, agent: Dispatcher, deadline: Deadline): Promise<Dispatcher.ResponseData> {
    const url = withoutUserInfo(hop.url);
    deadline.expect(this.options.headersTimeoutMs, 'no answer');
    return agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: 'GET',
      headers: sentHeaders(hop),
      signal: deadline.signal,
      // The deadline keeps the time.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  private async judge(
    request: FetchRequest,
    response: Dispatcher.ResponseData,
    url: URL,
    deadline: Deadline,
  ): Promise<FetchOutcome> {
    const status = response.statusCode;
    const conditional = request.etag !== undefined || request.lastModified !== undefined;
    if (status === 304 && conditional) {
      await drop(response);
      deadline.release();
      return { kind: 'not-modified' };
    }
    const encodings = encodingsOf(headerOf(response, 'content-encoding'));
    const problem = this.problemOf(request, response, encodings);
    // A transfer that nobody reads any more still reports its end.
    response.body.on('error', () => undefined);
    if (problem) {
      response.body.destroy();
      throw problem;
    }
    const etag = headerOf(response, 'etag');
    const lastModified = headerOf(response, 'last-modified');
    return {
      kind: 'ok',
      status,
      finalUrl: withoutUserInfo(url).href,
      contentType: headerOf(response, 'content-type'),
      length: lengthOf(response, encodings ?? []),
      ...(etag === '' ? {} : { etag }),
      ...(lastModified === '' ? {} : { lastModified }),
      body: this.read(request, response, encodings ?? [], deadline),
    };
  }

  private problemOf(
    request: FetchRequest,
    response: Dispatcher.ResponseData,
    encodings: readonly string[] | undefined,
  ): FetchError | null {
    const status = response.statusCode;
    if (status !== 200 && status !== 203) {
      return new FetchError('fetch_failed', request.url, `it answered ${status}`, status, {
        contentType: headerOf(response, 'content-type'),
        retryAfterSeconds: secondsOf(headerOf(response, 'retry-after'), this.clock.now()),
      });
    }
    if (encodings === undefined) return failed(request, 'it uses an unknown Content-Encoding', status);
    if (Number(headerOf(response, 'content-length')) > request.maxBytes) {
      return tooLarge(request)(`larger than ${sizeText(request.maxBytes)}`);
    }
    return null;
  }

  private async *read(
    request: FetchRequest,
    response: Dispatcher.ResponseData,
    encodings: readonly string[],
    deadline: Deadline,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const limits = {
      maxBytes: request.maxBytes,
      maxRatio: this.options.maxRatio,
      makeError: tooLarge(request),
    };
    try {
      yield* decodeBody(this.watched(request, response.body, deadline), encodings, limits);
    } catch (error) {
      throw deadline.signal.aborted ? deadline.explain(error) : fetchFailure(request.url, error);
    } finally {
      deadline.release();
      response.body.destroy();
    }
  }

  /** A reader that takes its time is no idle server: the clock runs only while we wait for bytes. */
  private async *watched(
    { url, leastBytesPerMinute = 0 }: FetchRequest,
    body: AsyncIterable<Uint8Array>,
    deadline: Deadline,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    deadline.expect(this.options.idleTimeoutMs, 'no byte');
    let since = this.clock.monotonic();
    let waitedMs = 0;
    let bytes = 0;
    for await (const chunk of body) {
      deadline.pause();
      waitedMs += this.clock.monotonic() - since;
      bytes += chunk.length;
      if (waitedMs >= MINUTE_MS) {
        if (bytes < leastBytesPerMinute) {
          throw new FetchError('fetch_timeout', url, `too slow: ${bytes} bytes within a minute`);
        }
        waitedMs = 0;
        bytes = 0;
      }
      yield chunk;
      deadline.expect(this.options.idleTimeoutMs, 'no byte');
      since = this.clock.monotonic();
    }
  }

  private headersOf({ headers, etag, lastModified }: FetchRequest): Record<string, string> {
    return {
      'accept-encoding': 'gzip, deflate, br',
      accept: '*/*',
      'user-agent': this.options.userAgent,
      ...Object.fromEntries(
        Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
      ),
      ...(etag === undefined ? {} : { 'if-none-match': etag }),
      ...(lastModified === undefined ? {} : { 'if-modified-since': lastModified }),
    };
  }
}

/** Lets go of an answer whose content does not matter, and keeps the connection if there is little of it. */
async function drop(response: Dispatcher.ResponseData): Promise<void> {
  await response.body.dump({ limit: 16 * 1024 });
}

/** The first value of a header; empty when absent. */
function headerOf(response: Dispatcher.ResponseData, name: string): string {
  const value = response.headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? '';
}

/** Retry-After is a number of seconds or a date. */
function secondsOf(retryAfter: string, now: number): number | null {
  if (/^\d{1,9}$/.test(retryAfter.trim())) return Number(retryAfter);
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now) / 1000));
}

/** A length counts what is on the wire, which is not what comes out of a compressed body. */
function lengthOf(response: Dispatcher.ResponseData, encodings: readonly string[]): number | null {
  const length = headerOf(response, 'content-length');
  return encodings.length === 0 && /^\d{1,15}$/.test(length) ? Number(length) : null;
}

function failed(request: FetchRequest, reason: string, status: number): FetchError {
  return new FetchError('fetch_failed', request.url, reason, status);
}

function tooLarge(request: FetchRequest): (reason: string) => FetchError {
  return (reason) => new FetchError('fetch_too_large', request.url, reason);
}
