import type { Exchange } from '../../net/exchange.js';
import { placeOf } from '../engine.js';
import type { Engine } from '../engine.js';
import type { EngineSession, SessionEvent } from '../session.js';

const UNKNOWN_SESSION = { response: null, error: 'unknown playback session id' };
const PIECE = 16 * 1024;

/** `/ace/stat`, `/ace/cmd` and `/ace/event` of one session. */
export class SessionRoutes {
  private readonly frozenAt = new Map<string, number>();

  constructor(private readonly engine: Engine) {}

  stat(exchange: Exchange, infohash: string, token: string): void {
    const session = this.engine.session(infohash, token);
    if (!session?.isOpen) return exchange.json(UNKNOWN_SESSION);
    if (exchange.query.get('skip_player_activity') !== '1') session.touch();
    exchange.json({ response: this.report(session), error: null });
  }

  command(exchange: Exchange, infohash: string, token: string): void {
    const method = exchange.query.get('method');
    if (method === 'stop') {
      return this.engine.stop(infohash, token, (result) => {
        if (result === 'unknown') return exchange.json(UNKNOWN_SESSION);
        exchange.json(
          result === 'ok' ? { response: 'ok', error: null } : { response: null, error: 'internal error' },
        );
      });
    }
    const session = this.engine.session(infohash, token);
    if (!session?.isOpen) return exchange.json(UNKNOWN_SESSION);
    switch (method) {
      case 'set_player_activity_timeout':
        session.setIdleTimeout(Number(exchange.query.get('timeout')) * 1000);
        return exchange.json({ response: 'ok', error: null });
      case 'liveseek':
      case 'set_stream':
        return exchange.json({ response: 'ok', error: null });
      default:
        return exchange.json({ response: null, error: 'unknown method' });
    }
  }

  /** Answers when something happens, or with nothing after the engine's patience. */
  event(exchange: Exchange, infohash: string, token: string): void {
    const session = this.engine.session(infohash, token);
    if (!session) return exchange.json(UNKNOWN_SESSION);
    if (this.answerEvent(exchange, session)) return;
    const { timers, timings } = this.engine.parts;
    const finish = (): void => {
      unwatch();
      stayed();
      timer.cancel();
    };
    const unwatch = session.watch(() => {
      if (this.answerEvent(exchange, session)) finish();
    });
    const stayed = exchange.onGone(finish);
    const timer = timers.after(timings.eventPollMs, () => {
      finish();
      exchange.json({ response: null, error: null });
    });
  }

  private answerEvent(exchange: Exchange, session: EngineSession): boolean {
    const event = session.takeEvent();
    if (event) exchange.json({ response: this.shape(event), error: null });
    else if (!session.isOpen) exchange.json(UNKNOWN_SESSION);
    else return false;
    return true;
  }

  private shape(event: SessionEvent): SessionEvent | string {
    return this.engine.parts.habits.eventResponse === 'string' ? JSON.stringify(event) : event;
  }

  private report(session: EngineSession): Record<string, unknown> {
    const { content } = session;
    const starving = session.isDead || session.neverStarts;
    const stalled = [...session.readers].some((reader) => reader.stalled);
    const status = session.state === 'prebuf' ? 'prebuf' : stalled ? 'buf' : 'dl';
    const ratio = this.engine.faults.peek('rateBelow', placeOf(content))?.ratio ?? 1;
    const speed = starving || stalled ? 0 : Math.round((content.bitrateKbps / 8) * ratio);
    return {
      status,
      progress: session.progress,
      total_progress: content.isLive ? 0 : session.progress,
      peers: starving ? 0 : content.peers,
      speed_down: speed,
      speed_up: Math.round(speed / 5),
      downloaded: Math.floor(Math.max(session.bytes, this.prefetched(session)) / PIECE) * PIECE,
      uploaded: Math.floor(session.bytes / 5 / PIECE) * PIECE,
      is_live: content.isLive ? 1 : 0,
      is_encrypted: content.encrypted ? 1 : 0,
      infohash: content.infohash,
      playback_session_id: session.id,
      client_session_id: -1,
      selected_file_index: content.isLive ? -1 : 0,
      selected_stream_index: 0,
      stream_status: -1,
      manifest_access_mode: 0,
      network_monitor_status: 1,
      network_monitor_started: true,
      debug_level: 0,
      wan_connection_status: 1,
      disk_cache_stats: {
        avail: 10_737_418_240,
        disk_cache_limit: 1_073_741_824,
        inactive_inuse: 0,
        active_inuse: 0,
      },
      ...(content.isLive ? { livepos: this.livePosition(session) } : {}),
    };
  }

  private prefetched(session: EngineSession): number {
    if (session.isDead || session.neverStarts) return 0;
    return (session.ageMs / 1000) * session.content.bitrateKbps * 125;
  }

  /** Seconds since 1970 as texts; `live_last` stands still while the broadcast loops. */
  private livePosition(session: EngineSession): Record<string, string> {
    const { clock } = this.engine.parts.timers;
    const { infohash } = session.content;
    const now = Math.floor(clock.now() / 1000);
    const looping = this.engine.faults.peek('loopingContent', placeOf(session.content)) !== undefined;
    if (!looping) this.frozenAt.delete(infohash);
    else if (!this.frozenAt.has(infohash)) this.frozenAt.set(infohash, now);
    const last = this.frozenAt.get(infohash) ?? now;
    return {
      pos: String(last - 10),
      first_ts: String(last - 1800),
      last_ts: String(last),
      live_first: String(last - 1800),
      live_last: String(last),
      last: String(last),
      is_live: '1',
      buffer_pieces: '15',
    };
  }
}
