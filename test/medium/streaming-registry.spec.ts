import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Engine, type EngineOptions } from '../../src/streaming/engine/engine.js';
import { EngineClient } from '../../src/streaming/engine/engine-client.js';
import { EngineRegistry } from '../../src/streaming/engine/engine-registry.js';
import { createSim, type EngineSimulator } from '../fakes/engine-simulator/engine-simulator.js';
import { FakeClock } from '../fakes/fake-clock.js';
import { eventually } from '../fakes/stream-house.js';

const SOUND = {
  ...{ up: true, breaker: 'closed', streams: 0, maxStreams: 2, version: '3.2.3' },
  ...{ role: 'all', weight: 1, isDraining: false, restarts: 0 },
};
const ANYWHERE = { avoid: new Set<string>() };

describe('the registry of engines', () => {
  let sims: EngineSimulator[];
  let clock: FakeClock;
  let registry: EngineRegistry;
  const watching = { controller: new AbortController(), done: Promise.resolve() };

  beforeEach(async () => {
    clock = new FakeClock();
    sims = await Promise.all([createSim(), createSim()]);
    registry = new EngineRegistry(
      sims.map(({ url }, index) => engineAt(url, `engine ${index}`)),
      clock,
    );
    watching.controller = new AbortController();
  });

  afterEach(async () => {
    watching.controller.abort();
    await watching.done;
    await registry.close();
    await Promise.all(sims.map((sim) => sim.close()));
  });

  function engineAt(baseUrl: string, name: string): Engine {
    const client = new EngineClient({ baseUrl, clock, background: () => {}, startTimeoutMs: 1_000 });
    return new Engine({ name, client, clock, maxStreams: 2 });
  }

  function withEngines(...options: Partial<EngineOptions>[]): EngineRegistry {
    const engines = options.map((changes, index) => {
      const client = new EngineClient({
        baseUrl: 'http://127.0.0.1:9',
        clock,
        background: () => {},
        startTimeoutMs: 1_000,
      });
      return new Engine({ name: `engine ${index}`, client, clock, maxStreams: 2, ...changes });
    });
    return new EngineRegistry(engines, clock);
  }

  function takeFrom(
    from: EngineRegistry,
    request: Partial<Parameters<EngineRegistry['lease']>[0]> = {},
  ): string {
    const outcome = from.lease({ ...ANYWHERE, ...request });
    return outcome.kind === 'leased' ? outcome.lease.engine.name : outcome.kind;
  }

  function engine(index: number): Engine {
    const found = registry.engines[index];
    if (!found) throw new Error('no such engine');
    return found;
  }

  function watch(): void {
    watching.done = registry.watch(watching.controller.signal);
  }

  /** One round of health checks: the answers come over real sockets. */
  async function round(ms: number, condition: () => boolean): Promise<void> {
    await clock.advance(ms);
    await eventually(condition);
  }

  function take(request: Partial<Parameters<EngineRegistry['lease']>[0]> = {}): string {
    const outcome = registry.lease({ ...ANYWHERE, ...request });
    return outcome.kind === 'leased' ? outcome.lease.engine.name : outcome.kind;
  }

  it('gives the emptiest engine, and no place twice', () => {
    expect([take(), take(), take(), take(), take()]).toEqual([
      'engine 0',
      'engine 1',
      'engine 0',
      'engine 1',
      'no-slot',
    ]);
  });

  it('gives a place back once', () => {
    const outcome = registry.lease(ANYWHERE);
    if (outcome.kind !== 'leased') throw new Error('no place');
    expect(registry.health()[0]).toMatchObject({ streams: 1, maxStreams: 2 });
    outcome.lease.release();
    outcome.lease.release();
    expect(registry.health()[0]?.streams).toBe(0);
  });

  it('heeds what is preferred and what is to be avoided', () => {
    expect(take({ prefer: 'engine 1' })).toBe('engine 1');
    expect(take({ avoid: new Set(['engine 0']) })).toBe('engine 1');
    expect(take({ avoid: new Set(['engine 0', 'engine 1']) })).toBe('engine-down');
  });

  it('gives an engine that drains nothing more, and everything once it is used again', () => {
    expect(take()).toBe('engine 0');
    engine(0).drain(true);
    expect([take(), take(), take()]).toEqual(['engine 1', 'engine 1', 'no-slot']);
    expect(registry.health()[0]).toMatchObject({ isDraining: true, streams: 1 });
    engine(0).drain(false);
    expect(take()).toBe('engine 0');
  });

  it('gives by weight', () => {
    const registryOf = withEngines({ weight: 3, maxStreams: 6 }, { weight: 1, maxStreams: 6 });
    const taken = Array.from({ length: 8 }, () => takeFrom(registryOf));
    expect(taken.filter((name) => name === 'engine 0')).toHaveLength(6);
  });

  it('keeps engines for checks from viewers, and gives checks those first', () => {
    const registryOf = withEngines({ role: 'play' }, { role: 'probe' });
    expect(takeFrom(registryOf, { polite: true })).toBe('engine 1');
    expect(takeFrom(registryOf)).toBe('engine 0');
    expect(takeFrom(registryOf)).toBe('engine 0');
    expect(takeFrom(registryOf)).toBe('no-slot');
    expect(takeFrom(registryOf, { polite: true })).toBe('engine 1');
    expect(takeFrom(withEngines({ role: 'probe' }))).toBe('engine-down');
  });

  it('asks for the restart of an engine that is dead', async () => {
    let asked = 0;
    const registryOf = withEngines({ restart: () => ++asked === 1 });
    const [only] = registryOf.engines;
    for (let failure = 0; failure < 4; failure++) only?.noteStart('bad-reply', `content ${failure}`);
    expect(asked).toBe(0);
    for (let failure = 0; failure < 3; failure++) only?.noteStart('bad-reply', `content ${failure}`);
    expect(only?.health()).toMatchObject({ breaker: 'open', restarts: 1 });
    await registryOf.close();
  });

  it('says so when there is no engine at all', () => {
    expect(new EngineRegistry([], clock).lease(ANYWHERE)).toEqual({ kind: 'none-configured' });
  });

  it('asks every engine for its health and learns its version', async () => {
    watch();
    await eventually(() => registry.health().every(({ version }) => version === '3.2.3'));
    expect(registry.health()).toEqual([
      { name: 'engine 0', ...SOUND },
      { name: 'engine 1', ...SOUND },
    ]);
  });

  it('takes an engine out after three missed checks, and in again after one that is answered', async () => {
    watch();
    await eventually(() => registry.health().every(({ version }) => version !== null));
    const closed = sims[0]?.control.inject({ kind: 'refuse' });
    await round(15_000, () => engine(0).suspect);
    expect(take()).toBe('engine 1');
    expect(engine(0).up).toBe(true);
    for (let check = 0; check < 2; check++) await round(3_000, () => true);
    await round(0, () => !engine(0).up);
    expect(take({ avoid: new Set(['engine 1']) })).toBe('engine-down');
    closed?.remove();
    await round(3_000, () => engine(0).up);
    expect(take()).toBe('engine 0');
  });

  it('asks an engine that misses checks more often, and one that is gone as seldom as a sound one', async () => {
    sims[0]?.control.inject({ kind: 'refuse' });
    const { signal } = new AbortController();
    const pauses = [engine(0).nextCheckMs];
    for (let check = 0; check < 40; check++) {
      await engine(0).checkHealth(signal);
      pauses.push(engine(0).nextCheckMs);
    }
    expect(pauses).toEqual([15_000, ...Array.from({ length: 39 }, () => 3_000), 15_000]);
  });

  it('leaves an engine alone whose starts fail again and again', () => {
    for (let failure = 0; failure < 5; failure++) engine(0).noteStart('bad-reply', `content ${failure}`);
    expect(registry.health()[0]?.breaker).toBe('open');
    expect(take()).toBe('engine 1');
    expect(engine(0).reserve()).toBeUndefined();
  });

  it('takes one content that nobody can start for no fault of the engine', () => {
    for (let failure = 0; failure < 9; failure++) engine(0).noteStart('bad-reply', 'a content');
    expect(registry.health()[0]?.breaker).toBe('closed');
    for (let failure = 0; failure < 5; failure++) engine(0).noteStart('no-answer', 'a content');
    expect(registry.health()[0]?.breaker).toBe('open');
  });

  it('takes a content that cannot be found for no fault of the engine', () => {
    for (let failure = 0; failure < 9; failure++) engine(0).noteStart('not-found', `content ${failure}`);
    expect(registry.health()[0]?.breaker).toBe('closed');
    expect(engine(0).suspect).toBe(false);
  });

  it('puts an engine that did not answer a start behind the others', () => {
    engine(0).noteStart('no-answer', 'a content');
    expect(take()).toBe('engine 1');
    engine(0).noteStart(undefined, 'a content');
    expect(take()).toBe('engine 0');
  });

  it('lets one try through after the pause, and more once it succeeds', async () => {
    for (let failure = 0; failure < 5; failure++) engine(0).noteStart('bad-reply', `content ${failure}`);
    await clock.advance(60_000);
    const trial = engine(0).reserve();
    expect(trial).toBeDefined();
    expect(engine(0).reserve()).toBeUndefined();
    engine(0).noteNothing();
    expect(engine(0).reserve()).toBeDefined();
    engine(0).noteStart(undefined, 'a content');
    expect(registry.health()[0]?.breaker).toBe('closed');
  });
});
