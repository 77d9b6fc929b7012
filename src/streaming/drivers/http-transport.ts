import type { ByteRange } from '../../core/hls/read-playlist.js';
import type { BytesOutcome, HlsTransport, TextOutcome, TransportFailure } from '../hls/hls-transport.js';
import { MAX_PLAYLIST_BYTES, readSmall } from '../hls/hls-transport.js';
import { drop, requestFailure, statusFailure } from './source-requests.js';
import type { Reply, SourceRequests } from './source-requests.js';

/** A server that holds its answer is asked again; the viewers have some seconds in hand. */
const HEADERS_MS = 10_000;
const SILENCE_MS = 10_000;
/** Where these come once, they come again: the address has run out. */
const FINAL = new Set([401, 403, 404, 410, 451]);

/** HLS over the guarded HTTP client, as one source asks for it. */
export class HttpTransport implements HlsTransport {
  constructor(private readonly requests: SourceRequests) {}

  async text(url: string, signal: AbortSignal): Promise<TextOutcome> {
    const outcome = await this.get(url, null, signal);
    if (!outcome.ok) return outcome;
    const bytes = await readSmall(outcome.reply.body, MAX_PLAYLIST_BYTES);
    if (bytes) return { ok: true, url: outcome.reply.url, text: bytes.toString('utf8') };
    return notFetched({ kind: 'bad-media', detail: 'the playlist is too long or breaks off' });
  }

  async bytes(url: string, range: ByteRange | null, signal: AbortSignal): Promise<BytesOutcome> {
    const outcome = await this.get(url, range, signal);
    if (!outcome.ok) return outcome;
    const { status, body } = outcome.reply;
    // A server that ignores ranges would send the whole film again for every segment.
    if (range && range.offset > 0 && status !== 206) {
      drop(body);
      return notFetched({ kind: 'unsupported', detail: 'the server sends no parts of files' }, true);
    }
    return { ok: true, body };
  }

  private async get(
    url: string,
    range: ByteRange | null,
    signal: AbortSignal,
  ): Promise<{ ok: true; reply: Reply } | ({ ok: false } & TransportFailure)> {
    try {
      const options = { signal, range, headersTimeoutMs: HEADERS_MS, bodyTimeoutMs: SILENCE_MS };
      const outcome = await this.requests.get(url, options);
      if (!outcome.ok) return notFetched(outcome.failure, true);
      const { status, body } = outcome.reply;
      if (status === 200 || status === 206) return outcome;
      drop(body);
      return notFetched(statusFailure(status), FINAL.has(status));
    } catch (error) {
      const failure = requestFailure(error, signal.aborted);
      return notFetched(failure, failure.kind === 'unsupported');
    }
  }
}

function notFetched(failure: TransportFailure['failure'], isFinal = false): { ok: false } & TransportFailure {
  return { ok: false, failure, reason: 'reset', isFinal };
}
