import { SystemClock } from '../../../src/platform/clock.js';
import type { Clock } from '../../../src/platform/clock.js';
import { FaultBook } from '../faults/fault-book.js';
import type { ActiveFault, FaultPlace, FaultScope } from '../faults/fault-book.js';
import type { Fault } from '../faults/fault.js';
import { Exchange } from './exchange.js';
import { LoopbackListener } from './loopback-listener.js';
import { applyReplyFault } from './reply-faults.js';
import { RequestLog } from './request-log.js';
import { seededRandom } from './seeded-random.js';
import { TimerBook } from './timer-book.js';

export interface FaultyHostOptions {
  clock?: Clock;
  seed?: number;
  host?: string;
  port?: number;
}

/** A loopback HTTP host that can be told to misbehave, and remembers who asked for what. */
export abstract class FaultyHost<F extends Fault = Fault> {
  readonly requests: RequestLog;
  protected readonly timers: TimerBook;
  protected readonly faultBook: FaultBook;
  protected readonly random: () => number;
  private readonly listener: LoopbackListener;
  private closed = false;

  constructor(options: FaultyHostOptions = {}) {
    this.timers = new TimerBook(options.clock ?? new SystemClock());
    this.requests = new RequestLog(() => this.timers.clock.now());
    this.faultBook = new FaultBook(this.timers, (entry) => this.onFault(entry));
    this.random = seededRandom(options.seed ?? 1);
    const { host = '127.0.0.1', port = 0 } = options;
    this.listener = new LoopbackListener(
      (req, res) => {
        const exchange = new Exchange(req, res);
        this.requests.add(exchange);
        this.serve(exchange);
      },
      { host, port, onDisconnect: () => this.requests.changed() },
    );
  }

  get url(): string {
    return this.listener.url;
  }

  /** False while the port is closed. */
  get isListening(): boolean {
    return this.listener.isOpen;
  }

  get connections(): number {
    return this.listener.connections;
  }

  get pendingTimers(): number {
    return this.timers.size;
  }

  inject(fault: F, scope: FaultScope = {}): ActiveFault {
    return this.faultBook.inject(fault, scope);
  }

  /** Ends all faults. */
  heal(): void {
    this.faultBook.clear();
  }

  async open(): Promise<void> {
    await this.listener.open();
  }

  /** Leaves no socket and no timer. */
  async close(): Promise<void> {
    this.closed = true;
    this.faultBook.clear();
    this.timers.close();
    await this.listener.close();
  }

  /** Every connection ends with a reset; the port stays open. */
  resetConnections(): void {
    this.listener.resetConnections();
  }

  /** What stands at this address; faults that strike replies have spoken before. */
  protected abstract answer(exchange: Exchange): void;

  /** Names by which a fault may mean this request. */
  protected abstract placeOf(exchange: Exchange): FaultPlace;

  private serve(exchange: Exchange): void {
    const place = this.placeOf(exchange);
    applyReplyFault(exchange, this.faultBook, place, {
      redirectRoutes: [place.route ?? ''],
      timers: this.timers,
      proceed: () => this.answer(exchange),
    });
  }

  private onFault({ fault, active }: ActiveFault): void {
    if (fault.kind !== 'refuse') return;
    if (active) this.listener.stopListening();
    else if (!this.closed) {
      this.listener.open().then(
        () => this.requests.changed(),
        (error: unknown) => {
          throw error;
        },
      );
    }
  }
}
