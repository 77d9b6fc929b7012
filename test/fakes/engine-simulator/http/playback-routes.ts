import type { Exchange } from '../../net/exchange.js';
import { framingHeaders, SocketSink, statusLineOf } from '../../media/socket-sink.js';
import { MediaPump } from '../../media/media-pump.js';
import type { Content } from '../catalogue.js';
import { placeOf } from '../engine.js';
import type { Engine } from '../engine.js';
import type { EngineSession, SessionReader } from '../session.js';
import type { UrlMaker } from './url-maker.js';
import { serveRecording } from './recording.js';

const NOT_READY = 'download not found';

/** The progressive form: the playback URL, then the endless body behind its redirect. */
export class PlaybackRoutes {
  private readonly bodies = new Map<string, EngineSession>();

  constructor(
    private readonly engine: Engine,
    private readonly urls: UrlMaker,
  ) {}

  /** `/ace/r/<infohash>/<token>`: holds or refuses until there is data, then redirects to the body. */
  playback(exchange: Exchange, infohash: string, token: string): void {
    const session = this.engine.session(infohash, token);
    if (!session?.isOpen || session.format !== 'ts') return exchange.text(500, NOT_READY);
    if (session.content.encrypted && !this.engine.parts.habits.encryptedTs) {
      return exchange.text(500, NOT_READY);
    }
    session.touch();
    if (session.state === 'dl') return this.redirectToBody(exchange, session);
    const place = placeOf(session.content, 'playback');
    const mode = this.engine.faults.peek('warmup', place)?.mode ?? this.engine.parts.habits.warmup;
    if (mode === '500') return exchange.text(500, session.progress < 50 ? NOT_READY : 'start timeout');
    const unwatch = session.watch(() => {
      if (session.state === 'prebuf') return;
      unwatch();
      stayed();
      if (session.state === 'dl') this.redirectToBody(exchange, session);
      else exchange.text(500, NOT_READY);
    });
    const stayed = exchange.onGone(unwatch);
  }

  /** `/content/<infohash>/<random>` */
  body(exchange: Exchange, infohash: string, key: string): void {
    const session = this.bodies.get(key);
    if (!session?.isOpen || session.content.infohash !== infohash) return exchange.text(404, 'not found');
    session.touch();
    if (!session.content.isLive) return serveRecording(exchange, session, this.engine.parts.metrics);
    this.noteReader(session);
    if (session.readers.size > 0 && !this.admitSecond(exchange, session)) return;
    const double = this.engine.faults.take('doubleStatus', placeOf(session.content, 'content'));
    if (double) return this.doubleStatus(exchange);
    this.stream(exchange, session);
  }

  forgetAll(): void {
    this.bodies.clear();
  }

  private redirectToBody(exchange: Exchange, session: EngineSession): void {
    for (const [key, of] of this.bodies) if (!of.isOpen) this.bodies.delete(key);
    const { random } = this.engine.parts;
    const key = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
    this.bodies.set(key, session);
    exchange.redirect(this.urls.absolute(exchange, `/content/${session.content.infohash}/${key}`));
  }

  private noteReader(session: EngineSession): void {
    const { metrics } = this.engine.parts;
    session.maxReaders = Math.max(session.maxReaders, session.readers.size + 1);
    metrics.maxReadersPerSession = Math.max(metrics.maxReadersPerSession, session.maxReaders);
  }

  private admitSecond(exchange: Exchange, session: EngineSession): boolean {
    switch (this.engine.parts.habits.secondReader) {
      case 'share':
        return true;
      case 'stealFirst':
        for (const reader of [...session.readers]) reader.close();
        return true;
      case '500':
        exchange.text(500, NOT_READY);
        return false;
      case 'doubleStatus':
        this.doubleStatus(exchange);
        return false;
    }
  }

  /** Two status lines in a row, as a real engine was seen to answer. */
  private doubleStatus(exchange: Exchange): void {
    this.engine.parts.metrics.corruptReplies++;
    exchange.socket.end('HTTP/1.1 200 OK\r\nHTTP/1.1 500 Internal Server Error\r\n\r\n');
  }

  private stream(exchange: Exchange, session: EngineSession): void {
    const { habits, timings, timers, metrics, random } = this.engine.parts;
    const { content } = session;
    const socket = exchange.rawStart(statusLineOf(habits.framing), {
      'Content-Type': habits.contentType,
      'Access-Control-Allow-Origin': '*',
      ...framingHeaders(habits.framing),
    });
    if (exchange.req.method === 'HEAD') return void socket.end();
    const sink = new SocketSink(socket, habits.framing);
    const shared = [...session.readers][0]?.position;
    const pump = new MediaPump({
      feed: this.engine.feedOf(content),
      ...(shared === undefined ? {} : { startAt: shared }),
      sink,
      pace: content,
      timers,
      random,
      faults: this.engine.faults,
      place: placeOf(content, 'content'),
      tickMs: timings.tickMs,
      startOffset: habits.startOffset,
      deadAfterMs: remainingLife(content, session),
      onBytes: (count) => {
        session.bytes += count;
        metrics.mediaBytes += count;
        this.engine.changed();
      },
    });
    const reader = readerOf(
      pump,
      sink,
      habits.pausedReaderExpires ? () => !socket.writableNeedDrain : () => true,
    );
    session.readers.add(reader);
    const leave = (): void => {
      pump.stop();
      if (session.readers.delete(reader)) session.touch();
      this.engine.changed();
    };
    socket.on('drain', () => pump.start());
    socket.on('close', leave);
    pump.start();
  }
}

function readerOf(pump: MediaPump, sink: SocketSink, flowing: () => boolean): SessionReader {
  return {
    get flowing() {
      return flowing();
    },
    get stalled() {
      return pump.isStalled;
    },
    get position() {
      return pump.position;
    },
    close: () => {
      pump.stop();
      sink.end('fin');
    },
  };
}

function remainingLife(content: Content, session: EngineSession): number | null {
  return content.deadAfterMs === null ? null : content.deadAfterMs - session.ageMs;
}
