import type { Exchange } from '../../net/exchange.js';
import { placeOf } from '../engine.js';
import type { Engine } from '../engine.js';
import { mediaPlaylist } from '../../media/hls-broadcast.js';
import type { EngineSession } from '../session.js';
import type { UrlMaker } from './url-maker.js';

/** The list of an HLS session and the segments of its content. */
export class HlsRoutes {
  constructor(
    private readonly engine: Engine,
    private readonly urls: UrlMaker,
  ) {}

  list(exchange: Exchange, infohash: string, token: string): void {
    const session = this.engine.session(infohash, token);
    if (!session) return exchange.text(404, 'not found');
    if (session.state === 'superseded') return exchange.text(403, 'forbidden');
    if (!session.isOpen || session.format !== 'hls') return exchange.text(500, 'download not found');
    session.touch();
    if (session.state === 'dl') return this.sendList(exchange, session);
    const place = placeOf(session.content, 'list');
    const mode = this.engine.faults.peek('warmup', place)?.mode ?? this.engine.parts.habits.warmup;
    if (mode === '500') return exchange.text(500, 'start timeout');
    const unwatch = session.watch(() => {
      if (session.state === 'prebuf') return;
      unwatch();
      stayed();
      this.list(exchange, infohash, token);
    });
    const stayed = exchange.onGone(unwatch);
  }

  segment(exchange: Exchange, infohash: string, number: string): void {
    const session = this.engine
      .openSessions()
      .find(({ content, format }) => format === 'hls' && content.infohash === infohash);
    if (!session) return exchange.text(404, 'not found');
    session.touch();
    const { content } = session;
    const place = placeOf(content, 'segment');
    const segment = this.engine.broadcastOf(content).segment(Number(number));
    if (!segment || this.engine.faults.take('hlsSegment404', place)) return exchange.text(404, 'not found');
    const short = this.engine.faults.take('hlsSegmentShort', place);
    const data = short ? segment.data.subarray(0, Math.floor(segment.data.length / 2)) : segment.data;
    this.engine.parts.metrics.mediaBytes += data.length;
    session.bytes += data.length;
    exchange.send(200, data, { 'Content-Type': 'video/mp2t', 'Access-Control-Allow-Origin': '*' });
  }

  private sendList(exchange: Exchange, session: EngineSession): void {
    const { content } = session;
    const broadcast = this.engine.broadcastOf(content);
    const place = placeOf(content, 'list');
    if (this.engine.faults.take('hlsSequenceReset', place)) broadcast.resetSequence();
    const frozen = session.isDead || this.engine.faults.peek('hlsListStale', place) !== undefined;
    const text = mediaPlaylist(broadcast.list(frozen), (number) =>
      this.urls.absolute(exchange, `/ace/c/${content.infohash}/${number}.ts`, content),
    );
    exchange.send(200, text, {
      'Content-Type': 'application/vnd.apple.mpegurl',
      'Access-Control-Allow-Origin': '*',
    });
  }
}
