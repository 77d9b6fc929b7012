import type { ByteRange } from '../../core/hls/read-playlist.js';
import type { BytesOutcome, HlsTransport, TextOutcome, TransportFailure } from '../hls/hls-transport.js';
import { MAX_PLAYLIST_BYTES, readSmall } from '../hls/hls-transport.js';
import type { EndReason } from '../source-driver.js';
import { discard } from './engine-http.js';
import type { EngineHttp, MediaReply } from './engine-http.js';
import { ownPath } from './engine-replies.js';

const LIST_MS = 10_000;
/** An engine may hold its answer until its peers have brought the piece. */
const SEGMENT_MS = 20_000;
/** Stands for the engine in addresses: the host that its playlists name is never asked. */
const ENGINE = 'http://engine.invalid';

export function engineUrl(path: string): string {
  return ENGINE + path;
}

/** HLS as an engine gives it. Everything is asked of the engine itself, and only under paths that are its own. */
export class EngineTransport implements HlsTransport {
  constructor(private readonly http: EngineHttp) {}

  async text(url: string, signal: AbortSignal): Promise<TextOutcome> {
    const outcome = await this.get(url, LIST_MS, signal);
    if (!outcome.ok) return outcome;
    const bytes = await readSmall(outcome.body, MAX_PLAYLIST_BYTES);
    if (bytes) return { ok: true, url, text: bytes.toString('utf8') };
    return failed('reset', 'the playlist breaks off');
  }

  bytes(url: string, _range: ByteRange | null, signal: AbortSignal): Promise<BytesOutcome> {
    return this.get(url, SEGMENT_MS, signal);
  }

  private async get(url: string, timeoutMs: number, signal: AbortSignal): Promise<BytesOutcome> {
    const path = ownPath(url);
    if (path === null) return failed('garbage', 'the engine names an address that is not its own', true);
    try {
      const reply = await this.http.media(path, { timeoutMs, signal });
      if (reply.status === 200 || reply.status === 206) return { ok: true, body: reply.body };
      discard(reply.body);
      return refused(reply, url);
    } catch {
      return failed('engine-down', 'the engine does not answer');
    }
  }
}

/** A playlist that is refused tells what became of the session; a segment that is missing is only missing. */
function refused({ status }: MediaReply, url: string): { ok: false } & TransportFailure {
  const isList = new URL(url).pathname.endsWith('.m3u8');
  if (isList && status === 403) return failed('superseded', 'another client took the content', true);
  if (isList) return failed('session-lost', `the engine answered ${status}`, true);
  return failed('reset', `the engine answered ${status}`, status === 403 || status === 404);
}

function failed(reason: EndReason, detail: string, isFinal = false): { ok: false } & TransportFailure {
  return { ok: false, failure: { kind: 'unavailable', detail, blameless: true }, reason, isFinal };
}
