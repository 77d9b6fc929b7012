import type { Dispatcher } from 'undici';
import type { Readable } from 'node:stream';
import type { Clock } from '../../platform/clock.js';
import { AppError } from '../../platform/errors/app-error.js';
import { DeadlineError, linkedAbort } from '../deadline.js';
import type { OpenContext, OpenResult, OpenStream, SourceDriver, StreamSink } from '../source-driver.js';
import type { StreamFailure } from '../stream-failure.js';
import type { StreamSource } from '../stream-source.js';

export interface HttpTsDriverOptions {
  clock: Clock;
  /** The guarded client: refuses private addresses, after name resolution, unless the source may use them. */
  dispatcher: (allowPrivate: boolean) => Dispatcher;
  maxRedirects?: number;
}

interface Answer {
  body: Readable;
  firstBytes: Buffer;
}

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const DEFAULT_USER_AGENT = 'VLC/3.0.20 LibVLC/3.0.20';
const RETRY_AFTER_SECONDS = 10;
const SECRET_HEADERS = /^(authorization|proxy-authorization|cookie)$/i;

/** Plays channels that are an endless MPEG transport stream over HTTP. */
export class HttpTsDriver implements SourceDriver {
  readonly kinds = ['http'] as const;
  readonly places = 1;

  constructor(private readonly options: HttpTsDriverOptions) {}

  async open(source: StreamSource, { signal, firstByteMs }: OpenContext): Promise<OpenResult> {
    const { controller, unlink } = linkedAbort(signal);
    const timer = this.options.clock.setTimer(firstByteMs, () =>
      controller.abort(new DeadlineError(firstByteMs)),
    );
    try {
      const answer = await this.request(source, controller.signal);
      if ('kind' in answer) return { kind: 'failed', failure: answer };
      return { kind: 'open', stream: new HttpStream(new URL(source.locator).host, answer) };
    } catch (error) {
      return { kind: 'failed', failure: failureOf(controller.signal.aborted ? signal : undefined, error) };
    } finally {
      timer.cancel();
      unlink();
    }
  }

  private async request(source: StreamSource, signal: AbortSignal): Promise<Answer | StreamFailure> {
    let url = source.locator;
    for (let hop = 0; hop <= (this.options.maxRedirects ?? MAX_REDIRECTS); hop++) {
      if (!/^https?:/i.test(url) || !URL.canParse(url)) {
        return { kind: 'unsupported', detail: 'no HTTP address' };
      }
      const reply = await this.get(url, source, signal);
      if (!REDIRECTS.has(reply.statusCode)) return this.judge(reply, signal);
      drop(reply.body);
      const location = reply.headers['location'];
      const target = Array.isArray(location) ? location[0] : location;
      if (target === undefined || !URL.canParse(target, url)) {
        return { kind: 'bad-media', detail: 'the source redirects nowhere' };
      }
      url = new URL(target, url).href;
    }
    return { kind: 'bad-media', detail: 'the source redirects without end' };
  }

  private get(url: string, source: StreamSource, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { origin, pathname, search, username, password } = new URL(url);
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return this.options.dispatcher(source.allowPrivate).request({
      origin,
      path: pathname + search,
      method: 'GET',
      signal,
      headersTimeout: 0,
      bodyTimeout: 0,
      reset: true,
      headers: {
        accept: '*/*',
        'accept-encoding': 'identity',
        'user-agent': source.userAgent ?? DEFAULT_USER_AGENT,
        ...(username === '' ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
        ...headersFor(source, origin),
      },
    });
  }

  private async judge(
    { statusCode, headers, body }: Dispatcher.ResponseData,
    signal: AbortSignal,
  ): Promise<Answer | StreamFailure> {
    if (statusCode !== 200 && statusCode !== 206) {
      drop(body);
      return statusFailure(statusCode);
    }
    const firstBytes = await firstChunk(body, signal);
    const type = String(headers['content-type'] ?? '').toLowerCase();
    const failure = firstBytes ? textFailure(type, firstBytes) : EMPTY;
    if (!failure && firstBytes) return { body, firstBytes };
    drop(body);
    return failure ?? EMPTY;
  }
}

/** What a list gives for its source. A redirect to another origin gets no secrets of the first. */
function headersFor({ locator, headers }: StreamSource, origin: string): Record<string, string> {
  const entries = Object.entries(headers);
  const home = new URL(locator).origin === origin;
  return Object.fromEntries(home ? entries : entries.filter(([name]) => !SECRET_HEADERS.test(name)));
}

const EMPTY: StreamFailure = { kind: 'bad-media', detail: 'the source sent nothing' };

/** One connection to a host. There is no session behind it: a new try is a new opening. */
class HttpStream implements OpenStream {
  private sink: StreamSink | undefined;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly place: string,
    private readonly answer: Answer,
  ) {
    answer.body.on('error', () => {});
  }

  details(): { place: string } {
    return { place: this.place };
  }

  read(sink: StreamSink): void {
    const { body, firstBytes } = this.answer;
    this.sink = sink;
    sink.data(firstBytes);
    body.on('data', (chunk: Buffer) => this.sink?.data(chunk));
    body.once('end', () => this.over('eof', 'the source closed the stream'));
    body.once('error', (error) => this.over('reset', (error as NodeJS.ErrnoException).code ?? error.name));
    body.once('close', () => this.over('reset', 'the connection closed'));
    if (body.readableEnded) this.over('eof', 'the source closed the stream');
    else if (body.destroyed) this.over('reset', 'the connection closed');
    else body.resume();
  }

  pause(): void {
    this.answer.body.pause();
  }

  resume(): void {
    if (this.sink) this.answer.body.resume();
  }

  reopen(): Promise<boolean> {
    return Promise.resolve(false);
  }

  /** Waits for the connection to be gone: a provider that counts connections must not see two. */
  close(): Promise<void> {
    this.sink = undefined;
    const { body } = this.answer;
    this.closing ??= new Promise((resolve) => {
      if (body.closed) return resolve();
      body.once('close', () => resolve());
      body.destroy();
    });
    return this.closing;
  }

  private over(reason: 'eof' | 'reset', detail: string): void {
    const { sink } = this;
    this.sink = undefined;
    sink?.end({ reason, detail });
  }
}

/** The first bytes, or undefined when the body ends without any. */
async function firstChunk(body: Readable, signal: AbortSignal): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      body.removeListener('readable', settle);
      const chunk = body.read() as Buffer | null;
      if (chunk) resolve(chunk);
      else if (body.readableEnded || body.destroyed) resolve(undefined);
      else body.once('readable', settle);
    };
    body.once('readable', settle);
    body.once('end', settle);
    body.once('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error));
  });
}

function statusFailure(status: number): StreamFailure {
  if (status === 404 || status === 410) return { kind: 'not-found', detail: `the source answered ${status}` };
  return {
    kind: 'unavailable',
    detail: `the source answered ${status}`,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  };
}

/** Players get through wrong content types, so only the bytes themselves convict. */
function textFailure(type: string, bytes: Buffer): StreamFailure | undefined {
  const start = bytes.subarray(0, 64).toString('latin1').trimStart();
  if (start.startsWith('#EXTM3U')) return { kind: 'unsupported', detail: 'a playlist instead of a stream' };
  if (start.startsWith('<')) return { kind: 'bad-media', detail: 'a web page instead of a stream' };
  if (start.startsWith('{') || (type.startsWith('text/') && bytes[0] !== 0x47)) {
    return { kind: 'bad-media', detail: 'a text instead of a stream' };
  }
  return undefined;
}

function failureOf(parent: AbortSignal | undefined, error: unknown): StreamFailure {
  if (parent?.aborted) return { kind: 'cancelled', detail: 'nobody waits' };
  const cause = error instanceof AppError ? error : (error as { cause?: unknown }).cause;
  if (cause instanceof AppError && cause.code === 'fetch_blocked') {
    return { kind: 'unsupported', detail: 'the source stands at a forbidden address' };
  }
  if (parent) return { kind: 'timeout', detail: 'no byte in time' };
  const code = (error as NodeJS.ErrnoException).code ?? 'request failed';
  return {
    kind: 'unavailable',
    detail: `the source cannot be reached (${code})`,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  };
}

function drop(body: Readable): void {
  body.on('error', () => {});
  body.destroy();
}
