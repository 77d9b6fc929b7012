import type { Readable } from 'node:stream';
import type { Clock } from '../../platform/clock.js';
import { usesBytesAtOnce } from '../../platform/http/reused-reads.js';
import { DeadlineError, linkedAbort } from '../deadline.js';
import { SEAM } from '../hls/hls-body.js';
import { HlsBroken } from '../hls/hls-transport.js';
import type { EndReason, OpenStream, StreamDetails, StreamEnd, StreamSink } from '../source-driver.js';
import type { EngineSession } from './engine-client.js';
import type { EngineLease } from './engine.js';
import { discard } from './engine-http.js';
import type { EngineError, EngineStat } from './engine-replies.js';
import { LivePosition } from './live-position.js';

export interface UpstreamOptions {
  lease: EngineLease;
  session: EngineSession;
  clock: Clock;
  background: (name: string, work: Promise<unknown>) => void;
  /** Called once, when the engine was told to stop and the place is free. */
  onClosed: (upstream: AceUpstream) => void;
  /** Called when the engine took the session away although nobody here asked for that. */
  onLost: (upstream: AceUpstream) => void;
}

/** How often a playback address that is not ready is asked again. */
const WARM_UP_RETRY_MS = 1_000;
const REOPEN_MS = 10_000;
const STAT_EVERY_MS = 5_000;
const EVENT_PAUSE_MS = 250;

/**
 * One session on an engine and the one connection that reads it. An engine serves one reader per content, so two
 * channels that carry the same content share this: each holds a seat, and the last one to leave stops the session.
 */
export class AceUpstream {
  readonly infohash: string;
  readonly place: string;
  /** Settles when bytes are there (undefined) or never will be (why not). */
  opened: Promise<EngineError | undefined> = Promise.resolve(undefined);
  private readonly seats = new Set<UpstreamSeat>();
  private readonly controller = new AbortController();
  private body: Readable | undefined;
  private flowing = false;
  /** The session is over: nothing more comes from it. */
  private lost = false;
  /** The engine itself said that it does not know the session any more. */
  private forgotten = false;
  private lossNoted = false;
  private retired = false;
  private closing: Promise<void> | undefined;
  private reopening: Promise<boolean> | undefined;
  private peers: number | undefined;
  private speedDown: number | undefined;
  private readonly position = new LivePosition();

  constructor(private readonly options: UpstreamOptions) {
    this.infohash = options.session.infohash;
    this.place = options.lease.engine.name;
  }

  /** Begins to wait for bytes and to watch over the session. Called once. */
  open(firstByteMs: number): void {
    this.opened = this.connect(firstByteMs);
    this.options.background('engine statistics', this.pollStatistics());
    this.options.background('engine events', this.pollEvents());
  }

  /** Whether a newcomer may take a seat: bytes flow, or the first are still awaited. */
  get usable(): boolean {
    return this.closing === undefined && !this.lost;
  }

  /** We started the content anew ourselves: it is found there. */
  get isRetired(): boolean {
    return this.retired;
  }

  subscribe(): UpstreamSeat {
    const seat = new UpstreamSeat(this);
    this.seats.add(seat);
    return seat;
  }

  details(): StreamDetails {
    const { clock } = this.options;
    return {
      place: this.place,
      infohash: this.infohash,
      stillMs: this.position.stillMs(clock.monotonic(), clock.now()),
      ...(this.peers === undefined ? {} : { peers: this.peers }),
      ...(this.speedDown === undefined ? {} : { speedDown: this.speedDown }),
    };
  }

  /** How many share it, as far as the engine tells. */
  async askPeers(): Promise<number | undefined> {
    const { lease, session } = this.options;
    const reply = this.peers === undefined ? await lease.engine.client.stat(session) : undefined;
    return reply?.ok ? reply.stat.peers : this.peers;
  }

  flow(): void {
    if (this.flowing || !this.body) return;
    this.flowing = true;
    this.pump(this.body);
  }

  /** The connection rests only when nobody who reads it wants more. */
  applyPauses(): void {
    const wanted = [...this.seats].some((seat) => !seat.paused);
    if (!this.flowing || !this.body) return;
    if (wanted) this.body.resume();
    else this.body.pause();
  }

  /** Asks for the bytes of the same session again; callers at the same time share one try. */
  reopen(): Promise<boolean> {
    if (!this.usable) return Promise.resolve(false);
    if (this.body) return Promise.resolve(true);
    this.reopening ??= this.tryReopen().finally(() => (this.reopening = undefined));
    return this.reopening;
  }

  /** Drops the connection because nothing comes through it, so that `reopen` makes a new one. */
  dropSilent(): void {
    if (this.body) discard(this.body);
    this.body = undefined;
    this.flowing = false;
  }

  leave(seat: UpstreamSeat): Promise<void> {
    this.seats.delete(seat);
    if (this.seats.size === 0) return this.close();
    this.applyPauses();
    return Promise.resolve();
  }

  /** Ends it for everybody: their sessions are to open anew. */
  retire(reason: EndReason, detail: string): Promise<void> {
    this.retired = true;
    this.endSeats(reason, detail);
    this.seats.clear();
    return this.close();
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    this.controller.abort(new Error('the stream was closed'));
    if (this.body) discard(this.body);
    this.body = undefined;
    const { lease, session, onClosed } = this.options;
    // An engine that has forgotten the session has nothing to stop, and may hang on being asked.
    if (this.forgotten) await lease.engine.client.forget(session);
    else if ((await lease.engine.client.stop(session)) === 'unknown-session') this.noteLoss();
    lease.release();
    onClosed(this);
  }

  /** Asks the playback address until it gives bytes. The engine holds its answer, or refuses it, while it has none. */
  private async connect(budgetMs: number): Promise<EngineError | undefined> {
    const { clock, lease, session } = this.options;
    const until = clock.monotonic() + budgetMs;
    let last: EngineError = { kind: 'warming', text: 'no byte in time' };
    for (;;) {
      const left = until - clock.monotonic();
      if (left <= 0) return last;
      const media = await lease.engine.client.media(session, left, this.controller.signal);
      if (this.controller.signal.aborted) {
        if (media.ok) discard(media.body);
        return { kind: 'session-lost', text: 'closed meanwhile' };
      }
      if (media.ok && (await this.hasBytes(media.body, until))) return this.adopt(media.body);
      if (!media.ok && media.error.kind !== 'warming') return this.timedOut(until) ? last : media.error;
      if (!media.ok) last = media.error;
      await clock.sleep(WARM_UP_RETRY_MS, this.controller.signal).catch(() => undefined);
    }
  }

  private timedOut(until: number): boolean {
    return this.options.clock.monotonic() >= until;
  }

  private adopt(body: Readable): undefined {
    this.body = body;
    this.flowing = false;
    if ([...this.seats].some((seat) => seat.reading)) this.flow();
  }

  /** Headers alone prove nothing: waits for the first byte and leaves it in the stream. */
  private async hasBytes(body: Readable, until: number): Promise<boolean> {
    const { controller, unlink } = linkedAbort(this.controller.signal);
    const left = Math.max(0, until - this.options.clock.monotonic());
    const timer = this.options.clock.setTimer(left, () => controller.abort(new DeadlineError(left)));
    const found = await new Promise<boolean>((resolve) => {
      const settle = (): void => resolve(body.readableLength > 0);
      for (const event of ['readable', 'end', 'error', 'close']) body.once(event, settle);
      controller.signal.addEventListener('abort', () => resolve(false), { once: true });
    });
    timer.cancel();
    unlink();
    body.removeAllListeners('readable');
    if (!found) discard(body);
    return found;
  }

  /** Hands chunks to the seats. Every callback belongs to this one connection: a late one finds itself replaced. */
  private pump(body: Readable): void {
    const over = (reason: EndReason, detail: string): void => {
      if (this.body !== body) return;
      this.body = undefined;
      this.flowing = false;
      this.endSeats(reason, detail);
    };
    body.on('data', (chunk: Buffer) => {
      if (this.body !== body) return;
      if (this.options.session.format === 'ts') usesBytesAtOnce(body, chunk);
      for (const seat of this.seats) {
        if (chunk === SEAM) seat.seam();
        else seat.deliver(chunk);
      }
    });
    body.once('end', () => over('eof', 'the engine closed the stream'));
    body.once('error', (error) => {
      if (error instanceof HlsBroken && error.reason === 'superseded') this.markLost();
      if (error instanceof HlsBroken) over(error.reason, error.message);
      else over('reset', (error as NodeJS.ErrnoException).code ?? error.name);
    });
    body.once('close', () => over('reset', 'the connection closed'));
    if (body.destroyed) over('reset', 'the connection closed');
    this.applyPauses();
  }

  private endSeats(reason: EndReason, detail: string): void {
    for (const seat of [...this.seats]) seat.finish(reason, detail);
  }

  private async tryReopen(): Promise<boolean> {
    const { lease, session } = this.options;
    const alive = await lease.engine.client.stat(session, this.controller.signal);
    if (!alive.ok) {
      if (alive.error.kind !== 'session-lost') return false;
      this.forgotten = true;
      this.markLost();
      return false;
    }
    const error = await this.connect(REOPEN_MS);
    return error === undefined && this.usable;
  }

  private async pollStatistics(): Promise<void> {
    const { clock, lease, session } = this.options;
    const { signal } = this.controller;
    for (;;) {
      await clock.sleep(STAT_EVERY_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      const reply = await lease.engine.client.stat(session, signal);
      if (reply.ok) this.noteStatistics(reply.stat);
      else if (reply.error.kind === 'session-lost') this.forget();
    }
  }

  private noteStatistics({ peers, speedDown, liveLast }: EngineStat): void {
    this.peers = peers;
    this.speedDown = speedDown;
    this.position.note(liveLast, this.options.clock.monotonic());
  }

  private async pollEvents(): Promise<void> {
    const { clock, lease, session } = this.options;
    const { signal } = this.controller;
    if (session.eventPath === null) return;
    for (;;) {
      const event = await lease.engine.client.nextEvent(session, signal);
      if (signal.aborted) return;
      if (event && 'name' in event && event.name === 'download_stopped') {
        this.lose(`the engine stopped it${event.reason === null ? '' : ` (${event.reason})`}`);
      }
      const refused = event !== undefined && 'kind' in event;
      if (refused && event.kind === 'session-lost') this.forget();
      await clock.sleep(refused ? STAT_EVERY_MS : EVENT_PAUSE_MS, signal).catch(() => undefined);
    }
  }

  private markLost(): void {
    if (this.controller.signal.aborted) return;
    this.lost = true;
    this.noteLoss();
  }

  private noteLoss(): void {
    if (this.lossNoted || this.retired) return;
    this.lossNoted = true;
    this.options.onLost(this);
  }

  private forget(): void {
    this.forgotten = true;
    this.lose('the engine no longer knows the session');
  }

  private lose(detail: string): void {
    if (this.controller.signal.aborted || this.lost) return;
    this.markLost();
    this.dropSilent();
    this.endSeats('session-lost', detail);
  }
}

/** One channel's share of an upstream. */
export class UpstreamSeat implements OpenStream {
  paused = false;
  private sink: StreamSink | undefined;
  private ended: StreamEnd | undefined;
  private left: Promise<void> | undefined;

  constructor(private readonly upstream: AceUpstream) {}

  get reading(): boolean {
    return this.sink !== undefined;
  }

  details(): StreamDetails {
    return this.upstream.details();
  }

  read(sink: StreamSink): void {
    this.sink = sink;
    if (this.ended) sink.end(this.ended);
    else this.upstream.flow();
  }

  pause(): void {
    this.paused = true;
    this.upstream.applyPauses();
  }

  resume(): void {
    this.paused = false;
    this.upstream.applyPauses();
  }

  async reopen(): Promise<boolean> {
    if (this.left) return false;
    if (!this.ended) this.upstream.dropSilent();
    this.ended = undefined;
    return this.upstream.reopen();
  }

  close(): Promise<void> {
    this.sink = undefined;
    this.left ??= this.upstream.leave(this);
    return this.left;
  }

  deliver(chunk: Buffer): void {
    if (!this.ended) this.sink?.data(chunk);
  }

  seam(): void {
    if (!this.ended) this.sink?.seam();
  }

  finish(reason: EndReason, detail: string): void {
    if (this.ended) return;
    this.ended = { reason, detail };
    this.sink?.end(this.ended);
  }
}
