import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Prober, type CheckResult, type ProberOptions } from '../../src/checks/prober.js';
import type { SourceObservation } from '../../src/core/health/source-record.js';
import { SystemClock } from '../../src/platform/clock.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import type { StreamSource } from '../../src/streaming/stream-source.js';
import { aStreamSource } from '../builders/stream-source-builder.js';
import { createSim, type EngineSimulator } from '../fakes/engine-simulator/engine-simulator.js';
import { contentIdOf } from '../fakes/engine-simulator/catalogue.js';
import { FakeClock } from '../fakes/fake-clock.js';
import { createHttpTsHost, type HttpTsHost } from '../fakes/http-ts-host.js';
import { aceId, eventually, openStreamHouse, type StreamHouse } from '../fakes/stream-house.js';

const NEWS = aceId(contentIdOf('news'));

describe('the prober', () => {
  let sim: EngineSimulator;
  let host: HttpTsHost;
  let house: StreamHouse;
  let queue: StreamSource[];
  let seen: [number, SourceObservation['kind']][];
  let probed: number[];
  let postponed: number[];
  const end = new AbortController();

  beforeEach(async () => {
    [queue, seen, probed, postponed] = [[], [], [], []];
    sim = await createSim({ contents: [{ name: 'news' }, { name: 'sport' }] });
    host = await createHttpTsHost({ channels: ['one'] });
    house = await openStreamHouse({ engines: [sim.url], acestream: { maxStreamsPerEngine: 2 } });
  });

  afterEach(async () => {
    await house.close();
    sim.assertInvariants();
    await Promise.all([sim.close(), host.close()]);
  });

  function newProber(changes: Partial<ProberOptions> = {}): Prober {
    return new Prober({
      probe: house.streaming.probe,
      hub: house.streaming.hub,
      sources: {
        next: (mayCheck) => Promise.resolve(queue.find(mayCheck)),
        postpone: (id) => void postponed.push(id),
      },
      health: {
        observe: (id, { kind }) => void seen.push([id, kind]),
        noteProbe: (id) => void probed.push(id),
      },
      clock: new SystemClock(),
      logger: new SilentLogger(),
      pauseMs: 1_000,
      firstByteMs: 2_000,
      pictureMs: 2_000,
      ...changes,
    });
  }

  function source(locator: string, id = 1): StreamSource {
    const kind = locator.startsWith('acestream') ? 'acestream' : 'http';
    return aStreamSource({ id, kind, locator, allowPrivate: true });
  }

  const check = (): Promise<CheckResult> => newProber().checkOne(end.signal);

  it('finds out that a source lives again', async () => {
    queue = [source(NEWS)];
    expect(await check()).toBe('picture');
    expect(seen).toEqual([[1, 'picture']]);
    expect(probed).toEqual([1]);
    sim.assertInvariants({ expectedStarts: 1 });
  });

  it('finds out that one is still dead', async () => {
    sim.control.inject({ kind: 'neverStart' });
    queue = [source(NEWS)];
    expect(await check()).toBe('failed');
    expect(seen).toEqual([[1, 'failure']]);
  });

  it('blames no source for an engine that is down', async () => {
    const refusing = sim.control.inject({ kind: 'refuse' });
    queue = [source(NEWS)];
    expect(await check()).toBe('unclear');
    expect(seen).toEqual([]);
    expect(postponed).toEqual([1]);
    refusing.remove();
  });

  it('leaves the last place to viewers', async () => {
    await house.player(house.channels.add(NEWS)).received(10_000);
    queue = [source(aceId(contentIdOf('sport')), 9)];
    expect(await check()).toBe('unclear');
    sim.assertInvariants({ expectedStarts: 1, allow: { leaked: 1 } });
  });

  it('waits while a viewer waits for a picture', async () => {
    sim.control.inject({ kind: 'slowPrebuf', ms: 60_000 }, { content: contentIdOf('news') });
    house.player(house.channels.add(NEWS));
    await eventually(() => house.streaming.hub.stats().some(({ state }) => state === 'starting'));
    queue = [source(host.urlOf('one'), 9)];
    expect(await check()).toBe('none');
    expect(host.openStreams).toBe(0);
  });

  it('checks neither what is being watched nor the host that it comes from', async () => {
    await house.player(house.channels.add(host.urlOf('one'))).received(10_000);
    queue = [source(host.urlOf('one'), 1), source(`${host.url}/channel/other.ts`, 9)];
    expect(await check()).toBe('none');
    expect(host.maxOpenStreams).toBe(1);
  });

  it('makes way at once when a viewer opens anything', async () => {
    sim.control.inject({ kind: 'neverStart' });
    queue = [source(NEWS)];
    const checking = newProber({ firstByteMs: 60_000 }).checkOne(end.signal);
    await sim.until(({ control }) => control.openSessions().length === 1);
    await house.player(house.channels.add(host.urlOf('one'))).received(10_000);
    expect(await checking).toBe('unclear');
    expect(seen).toEqual([]);
    await sim.until(({ control }) => control.openSessions().length === 0);
  });

  it('goes round with pauses, one check at a time, and ends in the middle of one', async () => {
    const clock = new FakeClock();
    let active = 0;
    let release = (): void => {};
    const controller = new AbortController();
    const found: string[] = [];
    const prober = newProber({
      clock,
      hub: { stats: () => [] },
      probe: {
        run: async ({ source: { id } }) => {
          expect(++active).toBe(1);
          found.push(`check ${id}`);
          await new Promise<void>((resolve) => (release = resolve));
          active--;
          return {
            failure: { kind: 'timeout', detail: 'late' },
            details: null,
            firstByteMs: null,
            survey: null,
            end: null,
          };
        },
      },
    });
    queue = [source(NEWS, 3)];
    const running = prober.run(controller.signal);
    await clock.advance(999);
    expect(found).toEqual([]);
    await clock.advance(60_000);
    expect(found).toEqual(['check 3']);
    release();
    await clock.advance(1_000);
    expect(found).toEqual(['check 3', 'check 3']);
    controller.abort();
    release();
    await running;
    expect(clock.pendingTimers).toBe(0);
  });

  it('stops what it started when the server ends in the middle of a check', async () => {
    sim.control.inject({ kind: 'neverStart' });
    queue = [source(NEWS)];
    const checking = newProber({ firstByteMs: 60_000 }).checkOne(house.lifecycle.signal);
    await sim.until(({ control }) => control.openSessions().length === 1);
    await Promise.all([house.streaming.hub.close(), house.streaming.probe.close()]);
    expect(await checking).toBe('unclear');
    expect(sim.control.openSessions()).toEqual([]);
  });
});
