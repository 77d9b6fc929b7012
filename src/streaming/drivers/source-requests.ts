import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { ByteRange } from '../../core/hls/read-playlist.js';
import { AppError } from '../../platform/errors/app-error.js';
import { ProxyError } from '../../platform/http/proxy-error.js';
import { DeadlineError } from '../deadline.js';
import { isCertificateError } from '../stream-failure.js';
import type { StreamFailure } from '../stream-failure.js';
import type { StreamSource } from '../stream-source.js';
import { CookieJar } from './cookie-jar.js';

export interface RequestOptions {
  signal: AbortSignal;
  range?: ByteRange | null;
  /** Of this request alone, e.g. `range` and `if-range`; names in lower case. */
  headers?: Readonly<Record<string, string>>;
  /** Silence of the body after which it counts as broken, ms; 0 = for ever, somebody else watches. */
  bodyTimeoutMs?: number;
  headersTimeoutMs?: number;
}

export interface Reply {
  /** Where it was found after all redirects. */
  url: string;
  status: number;
  /** In lower case, without parameters. */
  contentType: string;
  headers: IncomingHttpHeaders;
  body: Readable;
}

export type ReplyOutcome = { ok: true; reply: Reply } | { ok: false; failure: StreamFailure };

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const DEFAULT_USER_AGENT = 'VLC/3.0.20 LibVLC/3.0.20';
const RETRY_AFTER_SECONDS = 10;
const SECRET_HEADERS = /^(authorization|proxy-authorization|cookie)$/i;

/**
 * The requests of one source: its user agent, headers and cookies, redirects followed one by one through the guarded
 * client, secrets sent to the origin they were given for and to no other.
 */
export class SourceRequests {
  private readonly cookies = new CookieJar();

  constructor(
    private readonly source: StreamSource,
    /** Asked before every request. */
    private readonly dispatcher: () => Dispatcher,
    private readonly maxRedirects = MAX_REDIRECTS,
  ) {}

  /** Any status is an answer. Rejects with what the client throws, or with the signal's reason. */
  async get(address: string, options: RequestOptions): Promise<ReplyOutcome> {
    let url = address;
    for (let hop = 0; hop <= this.maxRedirects; hop++) {
      if (!/^https?:/i.test(url) || !URL.canParse(url)) {
        return { ok: false, failure: { kind: 'unsupported', detail: 'no HTTP address' } };
      }
      const { statusCode, headers, body } = await this.request(url, options);
      this.cookies.take(url, headers['set-cookie']);
      if (!REDIRECTS.has(statusCode)) {
        const contentType = first(headers['content-type']).toLowerCase().split(';', 1)[0]?.trim() ?? '';
        return { ok: true, reply: { url, status: statusCode, contentType, headers, body } };
      }
      drop(body);
      const location = first(headers['location']);
      if (location === '' || !URL.canParse(location, url)) {
        return { ok: false, failure: astray('the source redirects nowhere') };
      }
      url = new URL(location, url).href;
    }
    return { ok: false, failure: astray('the source redirects without end') };
  }

  private request(url: string, options: RequestOptions): Promise<Dispatcher.ResponseData> {
    const { origin, pathname, search } = new URL(url);
    const { signal, range, bodyTimeoutMs = 0, headersTimeoutMs = 0 } = options;
    return this.dispatcher().request({
      origin,
      path: pathname + search,
      method: 'GET',
      signal,
      headersTimeout: headersTimeoutMs,
      bodyTimeout: bodyTimeoutMs,
      reset: true,
      headers: {
        accept: '*/*',
        'user-agent': this.source.userAgent ?? DEFAULT_USER_AGENT,
        ...this.carried(url, origin),
        'accept-encoding': 'identity',
        ...(range ? { range: `bytes=${range.offset}-${range.offset + range.length - 1}` } : {}),
        ...options.headers,
      },
    });
  }

  /** One header of a name: what is said of the address wins over what is said of its list. */
  private carried(url: string, origin: string): Record<string, string> {
    const { homeHeaders } = this.source;
    const said = {
      ...(homeHeaders?.origin === origin ? homeHeaders.headers : {}),
      ...basicAuth(url),
      ...this.ownHeaders(origin),
    };
    const cookies = [this.cookies.headerFor(url).cookie, said.cookie].filter(
      (cookie) => cookie !== undefined,
    );
    return cookies.length === 0 ? said : { ...said, cookie: cookies.join('; ') };
  }

  /** What is said of the address; names in lower case. Another origin gets no secrets of the first. */
  private ownHeaders(origin: string): Record<string, string> {
    const entries = Object.entries(this.source.headers).map(
      ([name, value]) => [name.toLowerCase(), value] as const,
    );
    const isHome = new URL(this.source.locator).origin === origin;
    return Object.fromEntries(isHome ? entries : entries.filter(([name]) => !SECRET_HEADERS.test(name)));
  }
}

function astray(detail: string): StreamFailure {
  return { kind: 'bad-media', detail, cause: { why: 'redirects' } };
}

export function statusFailure(status: number): StreamFailure {
  const cause = { why: 'http-status', status } as const;
  const detail = `the source answered ${status}`;
  if (status === 404 || status === 410) return { kind: 'not-found', detail, cause };
  return {
    kind: 'unavailable',
    detail,
    cause,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  };
}

/** What a request that threw means. `cancelled`: nobody waits for it any more. */
export function requestFailure(error: unknown, cancelled: boolean): StreamFailure {
  if (cancelled) return { kind: 'cancelled', detail: 'nobody waits' };
  const cause = error instanceof AppError ? error : (error as { cause?: unknown }).cause;
  if (cause instanceof AppError && cause.code === 'fetch_blocked') {
    const why = { why: 'forbidden-address' } as const;
    return { kind: 'unsupported', detail: 'the source stands at a forbidden address', cause: why };
  }
  if (error instanceof ProxyError) return proxyFailure(error);
  if (error instanceof DeadlineError) return { kind: 'timeout', detail: 'no byte in time' };
  const code = (error as NodeJS.ErrnoException).code ?? 'request failed';
  return {
    kind: 'unavailable',
    detail: isCertificateError(code)
      ? `the certificate of the source cannot be trusted (${code})`
      : `the source cannot be reached (${code})`,
    cause: { why: 'unreachable', code },
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  };
}

/** A proxy that does not work says nothing about the source behind it. */
function proxyFailure({ code, message: detail }: ProxyError): StreamFailure {
  const retryAfterSeconds = RETRY_AFTER_SECONDS;
  const common = { kind: 'unavailable', detail, retryAfterSeconds } as const;
  switch (code) {
    case 'PROXY_UNREACHABLE':
      return { ...common, cause: { why: 'proxy-unreachable' }, blameless: true };
    case 'PROXY_LOGIN':
      return { ...common, cause: { why: 'proxy-login' }, blameless: true };
    case 'PROXY_REFUSED':
      return { ...common, cause: { why: 'proxy-refused' } };
    case 'PROXY_NO_ROUTE':
      return { ...common, cause: { why: 'unreachable', code } };
  }
}

/** Ends a body nobody wants; its error, if any, has no reader. */
export function drop(body: Readable): void {
  body.on('error', () => {});
  body.destroy();
}

function basicAuth(url: string): Record<string, string> {
  const { username, password } = new URL(url);
  if (username === '') return {};
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

function first(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? '';
}
