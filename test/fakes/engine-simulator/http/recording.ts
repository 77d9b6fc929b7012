import type { Exchange } from '../../net/exchange.js';
import type { EngineSession } from '../session.js';
import type { SimMetrics } from '../sim-metrics.js';

const MAX_RECORDING_BYTES = 64 * 1024 * 1024;

/** A recording has a length and obeys Range. */
export function serveRecording(exchange: Exchange, session: EngineSession, metrics: SimMetrics): void {
  const data = recordingOf(session);
  const range = /^bytes=(\d+)-(\d*)$/.exec(exchange.req.headers.range ?? '');
  const first = Number(range?.[1] ?? 0);
  const last = Math.min(data.length - 1, range?.[2] ? Number(range[2]) : data.length - 1);
  const headers = { 'Content-Type': 'video/mp2t', 'Accept-Ranges': 'bytes' };
  if (first > last) return exchange.send(416, '', { ...headers, 'Content-Range': `bytes */${data.length}` });
  const part = data.subarray(first, last + 1);
  session.bytes += part.length;
  metrics.mediaBytes += part.length;
  if (!range) return exchange.send(200, part, headers);
  exchange.send(206, part, { ...headers, 'Content-Range': `bytes ${first}-${last}/${data.length}` });
}

function recordingOf({ content }: EngineSession): Buffer {
  const source = content.media(content);
  const parts: Buffer[] = [];
  let bytes = 0;
  for (let seconds = 0; seconds < content.vodSeconds && bytes < MAX_RECORDING_BYTES;) {
    const unit = source.next();
    parts.push(unit.data);
    seconds += unit.seconds;
    bytes += unit.data.length;
  }
  return Buffer.concat(parts);
}
