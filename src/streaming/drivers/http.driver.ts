import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { looksLikePlaylist } from '../../core/hls/read-playlist.js';
import type { Clock } from '../../platform/clock.js';
import { DeadlineError, linkedAbort } from '../deadline.js';
import { FfmpegFailed, FFMPEG_MISSING } from '../ffmpeg/ffmpeg-failure.js';
import { openHls } from '../hls/open-hls.js';
import type { HlsConverter } from '../hls/open-hls.js';
import { HlsBroken, MAX_PLAYLIST_BYTES, readSmall } from '../hls/hls-transport.js';
import type { OpenContext, OpenResult, SourceDriver } from '../source-driver.js';
import type { StreamFailure } from '../stream-failure.js';
import type { StreamSource } from '../stream-source.js';
import { containerOf } from './container.js';
import { BodyStream, firstChunk } from './body-stream.js';
import type { Opened } from './body-stream.js';
import { HttpTransport } from './http-transport.js';
import { drop, requestFailure, SourceRequests, statusFailure } from './source-requests.js';
import type { Reply } from './source-requests.js';

export interface HttpDriverOptions {
  clock: Clock;
  background: (name: string, work: Promise<unknown>) => void;
  /** The guarded client: refuses private addresses, after name resolution, unless the source may use them. Goes through its proxy. */
  dispatcher: (source: StreamSource) => Dispatcher;
  /** For HLS that is no transport stream; without it, such streams are refused in words. */
  converter?: HlsConverter;
  maxRedirects?: number;
}

/**
 * Plays what an HTTP address gives: an endless MPEG transport stream, or an HLS playlist. The answer decides which:
 * lists seldom know.
 */
export class HttpDriver implements SourceDriver {
  readonly kinds = ['http', 'hls'] as const;
  readonly places = 1;

  constructor(private readonly options: HttpDriverOptions) {}

  async open(source: StreamSource, { signal, firstByteMs }: OpenContext): Promise<OpenResult> {
    const { controller, unlink } = linkedAbort(signal);
    const timer = this.options.clock.setTimer(firstByteMs, () =>
      controller.abort(new DeadlineError(firstByteMs)),
    );
    try {
      const opened = await this.request(source, controller.signal);
      if (!('body' in opened)) return { kind: 'failed', failure: opened };
      return { kind: 'open', stream: new BodyStream(new URL(source.locator).host, opened) };
    } catch (error) {
      if (error instanceof FfmpegFailed) return { kind: 'failed', failure: error.failure };
      if (error instanceof HlsBroken) {
        return { kind: 'failed', failure: { kind: 'unavailable', detail: error.message } };
      }
      const reason: unknown = controller.signal.aborted ? controller.signal.reason : error;
      return { kind: 'failed', failure: requestFailure(reason, signal.aborted) };
    } finally {
      timer.cancel();
      unlink();
    }
  }

  private async request(source: StreamSource, signal: AbortSignal): Promise<Opened | StreamFailure> {
    const { dispatcher, maxRedirects } = this.options;
    const requests = new SourceRequests(source, () => dispatcher(source), maxRedirects);
    const outcome = await requests.get(source.locator, { signal });
    if (!outcome.ok) return outcome.failure;
    const { reply } = outcome;
    if (reply.status !== 200 && reply.status !== 206) {
      drop(reply.body);
      return statusFailure(reply.status);
    }
    const firstBytes = await firstChunk(reply.body, signal);
    if (firstBytes && isPlaylist(firstBytes)) {
      return this.openPlaylist(requests, { ...reply, firstBytes }, signal);
    }
    const failure = firstBytes ? textFailure(reply.contentType, firstBytes) : EMPTY;
    if (!failure && firstBytes) return this.openBody(reply.body, firstBytes, signal);
    drop(reply.body);
    return failure ?? EMPTY;
  }

  /** A transport stream as it is; what is known to be another container through the converter. */
  private async openBody(
    body: Readable,
    firstBytes: Buffer,
    signal: AbortSignal,
  ): Promise<Opened | StreamFailure> {
    const container = containerOf(firstBytes);
    if (container === undefined) return { body, firstBytes, isPlain: true };
    const opened = this.options.converter
      ? await this.options.converter.convert(body, firstBytes)
      : { ok: false as const, failure: FFMPEG_MISSING };
    if (!opened.ok) {
      drop(body);
      return opened.failure;
    }
    return (await this.begun(opened.body, signal)) ?? EMPTY;
  }

  private async begun(body: Readable, signal: AbortSignal): Promise<Opened | undefined> {
    const firstBytes = await firstChunk(body, signal);
    return firstBytes && { body, firstBytes };
  }

  private async openPlaylist(
    requests: SourceRequests,
    { url, body, firstBytes }: Reply & { firstBytes: Buffer },
    signal: AbortSignal,
  ): Promise<Opened | StreamFailure> {
    const bytes = await readSmall(body, MAX_PLAYLIST_BYTES, firstBytes);
    if (!bytes) return { kind: 'bad-media', detail: 'the playlist is too long or breaks off' };
    const opened = await openHls({
      ...this.options,
      transport: new HttpTransport(requests),
      url,
      text: bytes.toString('utf8'),
      signal,
    });
    if (!opened.ok) return opened.failure;
    return (await this.begun(opened.body, signal)) ?? EMPTY;
  }
}

const EMPTY: StreamFailure = {
  kind: 'bad-media',
  detail: 'the source sent nothing',
  cause: { why: 'nothing-sent' },
};

function isPlaylist(bytes: Buffer): boolean {
  return looksLikePlaylist(bytes.subarray(0, 64).toString('utf8'));
}

/** Players get through wrong content types, so only the bytes themselves convict. */
function textFailure(type: string, bytes: Buffer): StreamFailure | undefined {
  const start = bytes.subarray(0, 64).toString('latin1').trimStart();
  if (start.startsWith('<')) {
    return { kind: 'bad-media', detail: 'a web page instead of a stream', cause: { why: 'web-page' } };
  }
  if (start.startsWith('{') || (type.startsWith('text/') && bytes[0] !== 0x47)) {
    return { kind: 'bad-media', detail: 'a text instead of a stream', cause: { why: 'text' } };
  }
  return undefined;
}
