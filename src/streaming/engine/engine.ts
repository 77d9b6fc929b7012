import type { EngineRole } from '../../platform/config/engine-address.js';
import type { Clock } from '../../platform/clock.js';
import { CircuitBreaker } from './circuit-breaker.js';
import type { EngineClient } from './engine-client.js';
import type { EngineErrorKind } from './engine-replies.js';
import { StartGate } from './start-gate.js';

export interface EngineOptions {
  /** Host and port: how the engine is called in statistics. */
  name: string;
  client: EngineClient;
  clock: Clock;
  maxStreams: number;
  role?: EngineRole;
  /** An engine of weight 2 gets twice the streams of one of weight 1. */
  weight?: number;
  startGapMs?: number;
  /** Asks for its restart; false when that was asked lately. */
  restart?: () => boolean;
}

export interface EngineHealth {
  name: string;
  up: boolean;
  breaker: 'closed' | 'open' | 'half-open';
  streams: number;
  maxStreams: number;
  version: string | null;
  role: EngineRole;
  weight: number;
  isDraining: boolean;
  /** How often its restart was asked for. */
  restarts: number;
}

/** Missed health checks in a row until an engine counts as down. */
const MISSES_UNTIL_DOWN = 3;
/** Missed for two minutes: it is not restarting, it is switched off. */
const MISSES_UNTIL_GONE = 40;
const HEALTHY_EVERY_MS = 15_000;
const SUSPECT_EVERY_MS = 3_000;
/** Faults that are the engine's own, as far as can be known from more than one content. */
const ENGINE_FAULTS: ReadonlySet<EngineErrorKind> = new Set([
  'engine-down',
  'no-answer',
  'engine-network',
  'bad-reply',
]);

/** The same, whatever it was asked for. */
const SILENCE: ReadonlySet<EngineErrorKind> = new Set(['engine-down', 'no-answer']);

/** One place for one stream on an engine. Given back exactly once, however often it is released. */
export class EngineLease {
  private held = true;

  constructor(
    readonly engine: Engine,
    private readonly onRelease: (lease: EngineLease) => void,
  ) {}

  release(): void {
    if (!this.held) return;
    this.held = false;
    this.onRelease(this);
  }
}

/** An engine as we know it: places, health, and the order of starts. */
export class Engine {
  readonly name: string;
  readonly client: EngineClient;
  readonly gate: StartGate;
  private readonly breaker = new CircuitBreaker();
  private readonly leases = new Set<EngineLease>();
  private misses = 0;
  private draining = false;
  private restarts = 0;
  private version: string | null = null;

  constructor(private readonly options: EngineOptions) {
    this.name = options.name;
    this.client = options.client;
    this.gate = new StartGate(options.clock, options.startGapMs);
  }

  get up(): boolean {
    return this.misses < MISSES_UNTIL_DOWN;
  }

  get streams(): number {
    return this.leases.size;
  }

  get weight(): number {
    return this.options.weight ?? 1;
  }

  get role(): EngineRole {
    return this.options.role ?? 'all';
  }

  get isDraining(): boolean {
    return this.draining;
  }

  /** While it drains, it gets no further stream; those it has go on. */
  drain(draining: boolean): void {
    this.draining = draining;
  }

  get usable(): boolean {
    return this.up && this.breaker.state(this.options.clock.monotonic()) !== 'open';
  }

  /** The last answers were missing: others first. */
  get suspect(): boolean {
    return this.misses > 0;
  }

  /** How long until its health is asked for again, ms. Often while it may just be restarting. */
  get nextCheckMs(): number {
    return this.misses > 0 && this.misses < MISSES_UNTIL_GONE ? SUSPECT_EVERY_MS : HEALTHY_EVERY_MS;
  }

  /** Takes a place in the same breath in which it is found free; leaves `keepFree` others. */
  reserve(keepFree = 0): EngineLease | undefined {
    if (
      this.streams + keepFree >= this.options.maxStreams ||
      this.draining ||
      !this.up ||
      !this.breaker.allow(this.options.clock.monotonic())
    ) {
      return undefined;
    }
    const lease = new EngineLease(this, (released) => this.leases.delete(released));
    this.leases.add(lease);
    return lease;
  }

  /** `content`: what was to be started. */
  noteStart(failure: EngineErrorKind | undefined, content: string): void {
    const silent = failure !== undefined && SILENCE.has(failure);
    if (failure === undefined) this.breaker.succeeded();
    else if (!ENGINE_FAULTS.has(failure)) this.breaker.inconclusive();
    else this.breaker.failed(this.options.clock.monotonic(), silent ? undefined : content);
    if (silent) this.misses = Math.max(this.misses, 1);
    else if (failure !== 'bad-reply') this.misses = 0;
    this.restartIfDead();
  }

  /** A place was taken and no start was made with it. */
  noteNothing(): void {
    this.breaker.inconclusive();
  }

  async checkHealth(signal: AbortSignal): Promise<void> {
    const wasDown = !this.up;
    const healthy = await this.client.isHealthy(signal);
    if (signal.aborted) return;
    this.misses = healthy ? 0 : this.misses + 1;
    if (healthy && wasDown) this.breaker.succeeded();
    if (!healthy) this.restartIfDead();
    if (healthy && (this.version === null || wasDown)) {
      this.version = (await this.client.version(signal)) ?? null;
    }
  }

  health(): EngineHealth {
    return {
      name: this.name,
      up: this.up,
      breaker: this.breaker.state(this.options.clock.monotonic()),
      streams: this.leases.size,
      maxStreams: this.options.maxStreams,
      version: this.version,
      role: this.role,
      weight: this.weight,
      isDraining: this.draining,
      restarts: this.restarts,
    };
  }

  /** It answers nothing, or starts nothing although it answers. */
  private restartIfDead(): void {
    if (!this.usable && this.options.restart?.()) this.restarts++;
  }
}
