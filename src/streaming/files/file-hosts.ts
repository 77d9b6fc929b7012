import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import {
  answersRange,
  formatRange,
  parseContentRange,
  parseUnsatisfied,
} from '../../core/util/http-ranges.js';
import type { AskedRange, ContentRange } from '../../core/util/http-ranges.js';
import type { Clock } from '../../platform/clock.js';
import { drop, requestFailure, SourceRequests, statusFailure } from '../drivers/source-requests.js';
import type { Reply } from '../drivers/source-requests.js';
import type { ProviderLimits, ProviderPlace } from '../provider-limits.js';
import type { StreamFailure } from '../stream-failure.js';
import type { StreamSource } from '../stream-source.js';

export interface FileHostsOptions {
  clock: Clock;
  limits: ProviderLimits;
  /** The guarded HTTP client, see `HttpDriverOptions`. */
  dispatcher: (source: StreamSource) => Dispatcher;
  /** Gives up a stream that nobody watches and that holds a connection of this provider. */
  makeRoom: (provider: string) => Promise<boolean>;
  /** How long to wait for a connection that is just being closed, ms. */
  patienceMs?: number;
}

export interface FileRequest {
  /** null = the whole file. */
  range: AskedRange | null;
  /** As the client sent it: an entity tag or a date that the host gave. */
  ifRange?: string | undefined;
  signal: AbortSignal;
}

export interface OpenFile {
  /** Of a 206; null = the answer is the whole file. */
  range: ContentRange | null;
  /** Bytes of the body; null = not told. */
  length: number | null;
  /** Whether the host sends parts. */
  isSeekable: boolean;
  /** In lower case, without parameters. */
  contentType: string;
  etag: string | null;
  lastModified: string | null;
  /** Destroying it hangs up at once. */
  body: Readable;
}

export type FileOutcome =
  | { kind: 'open'; file: OpenFile }
  /** The file does not reach that far. */
  | { kind: 'unsatisfiable'; total: number | null }
  | { kind: 'failed'; failure: StreamFailure };

const HEADERS_MS = 10_000;
/** Counted only while bytes are wanted: a viewer may pause as long as he likes. */
const SILENCE_MS = 30_000;
const PATIENCE_MS = 1_000;
const LOOK_EVERY_MS = 100;
const WHOLE: AskedRange = { kind: 'from', first: 0, last: null };
const FULL: StreamFailure = {
  kind: 'unavailable',
  detail: 'the provider allows no further connection',
  cause: { why: 'provider-limit' },
  retryAfterSeconds: 10,
  blameless: true,
};

/** Opens files on other servers, from any byte on, within what their providers allow. */
export class FileHosts {
  constructor(private readonly options: FileHostsOptions) {}

  async open(source: StreamSource, request: FileRequest): Promise<FileOutcome> {
    const { signal } = request;
    const place = await this.takePlace(source, signal);
    if (place === null) return failed(signal.aborted ? cancelled() : FULL);
    const outcome = await this.ask(source, request).catch((error: unknown) =>
      failed(requestFailure(error, signal.aborted)),
    );
    if (outcome.kind === 'open') outcome.file.body.once('close', () => place?.release());
    else place?.release();
    return outcome;
  }

  private async ask(source: StreamSource, { range, ifRange, signal }: FileRequest): Promise<FileOutcome> {
    const requests = new SourceRequests(source, () => this.options.dispatcher(source));
    // Asked for even when the whole is wanted: the answer tells whether the host sends parts.
    const headers = {
      range: formatRange(range ?? WHOLE),
      ...(range && ifRange !== undefined ? { 'if-range': ifRange } : {}),
    };
    const asked = await requests.get(source.locator, {
      signal,
      headers,
      headersTimeoutMs: HEADERS_MS,
      bodyTimeoutMs: SILENCE_MS,
    });
    if (!asked.ok) return failed(asked.failure);
    const outcome = judge(asked.reply, range);
    if (outcome.kind !== 'open') drop(asked.reply.body);
    return outcome;
  }

  /** undefined = none is needed; null = none is free. */
  private async takePlace(
    { provider }: StreamSource,
    signal: AbortSignal,
  ): Promise<ProviderPlace | null | undefined> {
    if (!provider) return undefined;
    const { clock, limits, makeRoom, patienceMs = PATIENCE_MS } = this.options;
    const until = clock.monotonic() + patienceMs;
    while (!signal.aborted) {
      const place = limits.reserve(provider);
      if (place) return place;
      if (await makeRoom(provider.key)) continue;
      if (clock.monotonic() >= until) return null;
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
    return null;
  }
}

function judge({ status, headers, contentType, body }: Reply, asked: AskedRange | null): FileOutcome {
  if (status === 416 && asked) {
    return { kind: 'unsatisfiable', total: parseUnsatisfied(headers['content-range']) };
  }
  if (status !== 200 && status !== 206) return failed(statusFailure(status));
  if (contentType === 'text/html') {
    return failed({ kind: 'bad-media', detail: 'the source is a web page', cause: { why: 'web-page' } });
  }
  // Passed on, its addresses would lead players past us, with the credentials of the source.
  if (contentType.includes('mpegurl') || contentType === 'application/dash+xml') {
    return failed({ kind: 'unsupported', detail: 'the source is a playlist, not a file' });
  }
  if (contentType.startsWith('text/')) {
    return failed({ kind: 'bad-media', detail: 'the source is a text', cause: { why: 'text' } });
  }
  const shared = { contentType, ...validators(headers), body };
  const told = lengthOf(headers);
  if (status === 200) {
    const isSeekable = headers['accept-ranges']?.toLowerCase() === 'bytes';
    return { kind: 'open', file: { ...shared, range: null, length: told, isSeekable } };
  }
  const range = parseContentRange(headers['content-range']);
  const length = range && range.last - range.first + 1;
  if (!range || !answersRange(asked ?? WHOLE, range) || (told !== null && told !== length)) {
    return failed({ kind: 'bad-media', detail: 'the source sent another part than the one asked for' });
  }
  return { kind: 'open', file: { ...shared, range: asked && range, length, isSeekable: true } };
}

function validators(headers: IncomingHttpHeaders): Pick<OpenFile, 'etag' | 'lastModified'> {
  return { etag: headers.etag ?? null, lastModified: headers['last-modified'] ?? null };
}

function lengthOf(headers: IncomingHttpHeaders): number | null {
  const text = headers['content-length'] ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function failed(failure: StreamFailure): { kind: 'failed'; failure: StreamFailure } {
  return { kind: 'failed', failure };
}

function cancelled(): StreamFailure {
  return { kind: 'cancelled', detail: 'nobody waits' };
}
