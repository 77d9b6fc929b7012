import { SystemClock } from '../../../src/platform/clock.js';
import type { ActiveFault, FaultScope } from '../faults/fault-book.js';
import type { Fault } from '../faults/fault.js';
import { LoopbackListener } from '../net/loopback-listener.js';
import { seededRandom } from '../net/seeded-random.js';
import { TimerBook } from '../net/timer-book.js';
import { Catalogue } from './catalogue.js';
import type { ContentDefaults } from './catalogue.js';
import { controlHandler } from './control-face.js';
import { Engine } from './engine.js';
import { EngineFace } from './http/engine-face.js';
import { assertInvariants } from './invariants.js';
import type { InvariantOptions } from './invariants.js';
import { SimControl } from './sim-control.js';
import { SimMetrics } from './sim-metrics.js';
import { DEFAULT_HABITS, pick, TIMINGS } from './sim-options.js';
import type { SimOptions, SimTimings } from './sim-options.js';

export { channelNumberOf } from './catalogue.js';

/** An AceStream engine that behaves as the reference describes it, over real loopback sockets. */
export class EngineSimulator {
  readonly control: SimControl;
  readonly metrics = new SimMetrics();
  private readonly engine: Engine;
  private readonly face: EngineFace;
  private readonly timers: TimerBook;
  private readonly listener: LoopbackListener;
  private readonly controlListener: LoopbackListener;
  private closed = false;

  constructor(options: SimOptions) {
    const { clock = new SystemClock(), seed = 1 } = options;
    this.timers = new TimerBook(clock);
    const timings = pick<SimTimings>(TIMINGS[options.timing ?? 'fast'], options);
    this.engine = new Engine({
      catalogue: new Catalogue(options.contents ?? [], contentDefaults(options, timings)),
      habits: pick(DEFAULT_HABITS, options),
      timings,
      timers: this.timers,
      metrics: this.metrics,
      random: seededRandom(seed),
      onFault: (fault) => this.onFault(fault),
      onCrash: (downMs) => {
        this.metrics.crashes++;
        this.crash(downMs);
      },
    });
    this.control = new SimControl(this.engine, { restart: (downMs) => this.restart(downMs) });
    this.face = new EngineFace(this.engine, {
      version: options.version ?? '3.2.3',
      seed,
      foreignUrl: () => `${this.controlListener.url}/__foreign/stream.ts`,
    });
    const { host = '127.0.0.1', port = 0, controlPort = 0 } = options;
    this.listener = new LoopbackListener((req, res) => this.face.handle(req, res), {
      host,
      port,
      onDisconnect: () => this.engine.changed(),
    });
    this.controlListener = new LoopbackListener(controlHandler(this.engine, this.control), {
      host,
      port: controlPort,
    });
  }

  /** Base address of the engine's API. */
  get url(): string {
    return this.listener.url;
  }

  /** Base address of `/__sim/…`; another origin than the engine's. */
  get controlUrl(): string {
    return this.controlListener.url;
  }

  /** Open connections to the engine's port. */
  get connections(): number {
    return this.listener.connections;
  }

  /** False while the port is closed. */
  get isListening(): boolean {
    return this.listener.isOpen;
  }

  /** Timers that still wait. */
  get pendingTimers(): number {
    return this.timers.size;
  }

  async open(): Promise<void> {
    await this.listener.open();
    await this.controlListener.open();
  }

  /** Resolves as soon as the condition holds; it is looked at after everything that happens in the engine. */
  until(condition: (sim: EngineSimulator) => boolean): Promise<void> {
    return new Promise((resolve) => {
      if (condition(this)) return resolve();
      const unwatch = this.engine.watch(() => {
        if (!condition(this)) return;
        unwatch();
        resolve();
      });
    });
  }

  /** Every connection to the engine ends with a reset; sessions stay. */
  resetConnections(): void {
    this.listener.resetConnections();
  }

  assertInvariants(options: InvariantOptions = {}): void {
    assertInvariants(this.engine, options);
  }

  /** Leaves no socket and no timer. */
  async close(): Promise<void> {
    this.closed = true;
    this.engine.faults.clear();
    const closed = Promise.all([this.listener.close(), this.controlListener.close()]);
    this.engine.drop('lost');
    this.timers.close();
    await closed;
  }

  private onFault(entry: ActiveFault): void {
    const { fault, active } = entry;
    if (fault.kind === 'refuse') {
      if (active) this.listener.stopListening();
      else if (!this.closed) this.reopen();
    } else if (active && this.strikeAtOnce(entry)) {
      entry.remove();
    }
  }

  /** Faults that happen once, when they are injected. */
  private strikeAtOnce({ fault, scope: { content } }: ActiveFault): boolean {
    switch (fault.kind) {
      case 'superseded':
        this.control.steal(content);
        return true;
      case 'sessionLost':
        this.control.loseSessions(content);
        return true;
      case 'expireNow':
        this.control.expire(content);
        return true;
      case 'segmenterFailed':
        this.control.failSegmenter(content);
        return true;
      case 'restart':
        this.crash(fault.downMs);
        return true;
      default:
        return false;
    }
  }

  private restart(downMs: number): Promise<void> {
    this.crash(downMs);
    return this.until(() => this.listener.isOpen || this.closed);
  }

  private crash(downMs: number): void {
    this.listener.stopListening();
    this.listener.resetConnections();
    this.engine.forget();
    this.face.forgetAll();
    this.timers.after(downMs, () => this.reopen());
  }

  private reopen(): void {
    this.listener.open().then(
      () => this.engine.changed(),
      (error: unknown) => {
        throw error;
      },
    );
  }
}

export async function createSim(options: SimOptions = {}): Promise<EngineSimulator> {
  const sim = new EngineSimulator(options);
  await sim.open();
  return sim;
}

/** The same fault at several engines, e.g. for "all engines are down". Returns the way to end it everywhere. */
export function injectEverywhere(
  sims: readonly EngineSimulator[],
  fault: Fault,
  scope: FaultScope = {},
): () => void {
  const entries = sims.map((sim) => sim.control.inject(fault, scope));
  return () => entries.forEach((entry) => entry.remove());
}

function contentDefaults(options: SimOptions, timings: SimTimings): ContentDefaults {
  return {
    isLive: true,
    encrypted: false,
    bitrateKbps: options.bitrateKbps ?? 1000,
    peers: options.peers ?? 12,
    startDelayMs: timings.startDelayMs,
    prebufMs: timings.prebufMs,
    burstSeconds: timings.burstSeconds,
    burstOverSeconds: timings.burstOverSeconds,
    supplyRatio: timings.supplyRatio,
    jitter: timings.jitter,
    deadAfterMs: null,
    vodSeconds: 20,
    searchable: true,
  };
}
