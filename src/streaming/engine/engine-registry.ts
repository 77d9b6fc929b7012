import type { Clock } from '../../platform/clock.js';
import type { Engine, EngineHealth, EngineLease } from './engine.js';

export type LeaseOutcome =
  | { kind: 'leased'; lease: EngineLease }
  | { kind: 'none-configured' }
  | { kind: 'engine-down' }
  /** Engines are there and every place is taken. */
  | { kind: 'no-slot' };

export interface LeaseRequest {
  prefer?: string | undefined;
  avoid: ReadonlySet<string>;
  /** Takes no engine's last place. */
  polite?: boolean | undefined;
}

/** All engines, and who gets which place. Everything here is synchronous, so no place is ever given twice. */
export class EngineRegistry {
  constructor(
    readonly engines: readonly Engine[],
    private readonly clock: Clock,
  ) {}

  lease({ prefer, avoid, polite = false }: LeaseRequest): LeaseOutcome {
    if (this.engines.length === 0) return { kind: 'none-configured' };
    const suitable = this.engines.filter((engine) => serves(engine, polite));
    const usable = suitable.filter((engine) => engine.usable && !avoid.has(engine.name));
    if (usable.length === 0) return { kind: 'engine-down' };
    for (const engine of [...usable].sort((a, b) => rank(a, prefer, polite) - rank(b, prefer, polite))) {
      // An engine for checks alone has no viewers to keep a place for.
      const lease = engine.reserve(polite && engine.role !== 'probe' ? 1 : 0);
      if (lease) return { kind: 'leased', lease };
    }
    return { kind: 'no-slot' };
  }

  health(): EngineHealth[] {
    return this.engines.map((engine) => engine.health());
  }

  /** Asks every engine for its health until `signal` aborts; resolves then. */
  async watch(signal: AbortSignal): Promise<void> {
    await Promise.all(this.engines.map((engine) => this.watchOne(engine, signal)));
  }

  async close(): Promise<void> {
    await Promise.all(this.engines.map((engine) => engine.client.close()));
  }

  private async watchOne(engine: Engine, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await engine.checkHealth(signal);
      await this.clock.sleep(engine.nextCheckMs, signal).catch(() => undefined);
    }
  }
}

function serves({ role }: Engine, polite: boolean): boolean {
  return role === 'all' || role === (polite ? 'probe' : 'play');
}

/**
 * The preferred engine first, then those that answer, then the emptiest for its weight; the order of the settings
 * decides the rest. Checks go to engines of their own first.
 */
function rank(engine: Engine, prefer: string | undefined, polite: boolean): number {
  if (engine.name === prefer) return -1;
  const others = polite && engine.role !== 'probe' ? 1_000 : 0;
  return (engine.suspect ? 10_000 : 0) + others + engine.streams / engine.weight;
}
