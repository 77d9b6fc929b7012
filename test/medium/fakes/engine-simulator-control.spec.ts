import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { injectEverywhere } from '../../fakes/engine-simulator/engine-simulator.js';
import type { EngineSimulator } from '../../fakes/engine-simulator/engine-simulator.js';
import { TRANSITIONS } from '../../fakes/engine-simulator/session.js';
import { FakeClock } from '../../fakes/fake-clock.js';
import type { Fault } from '../../fakes/faults/fault.js';
import { FAULT_FIELDS } from '../../fakes/faults/parse-fault.js';
import { StreamReader } from '../../fakes/stream-reader.js';
import { Bench, getJson, start, stop, tryStart } from './engine-caller.js';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.close());

describe('control port', () => {
  it('injects and ends faults for programs outside', async () => {
    const sim = await bench.sim();
    const post = (body: string): Promise<Response> =>
      fetch(`${sim.controlUrl}/__sim/mode`, { method: 'POST', body });
    const fault = { kind: 'errorJson', text: 'no' };
    expect((await post(JSON.stringify({ fault, scope: { content: 'one', times: 9 } }))).status).toBe(200);
    expect((await tryStart(sim, 'one')).error).toBe('no');
    expect(await getJson(`${sim.controlUrl}/__sim/mode`)).toEqual([
      { fault, scope: { content: 'one', times: 9 }, active: true, struck: 1 },
    ]);
    await fetch(`${sim.controlUrl}/__sim/mode`, { method: 'DELETE' });
    expect((await tryStart(sim, 'one')).error).toBeNull();
    const refused = ['{', '{}', '{"fault":{"kind":"nothing"}}', '{"fault":{"kind":"stall"}}'].map(post);
    expect((await Promise.all(refused)).map(({ status }) => status)).toEqual([400, 400, 400, 400]);
  });

  it('shows metrics, sessions, catalogue and clock, and restarts', async () => {
    const clock = new FakeClock();
    const sim = await bench.sim({ clock });
    const control = `${sim.controlUrl}/__sim`;
    await start(sim, 'one');
    const { infohash } = sim.control.contentOf('one');
    expect(await getJson(`${control}/metrics`)).toMatchObject({
      starts: { [infohash]: 1 },
      totalStarts: 1,
      leaked: 1,
    });
    expect(await getJson(`${control}/sessions`)).toMatchObject([{ content: 'one', state: 'dl', readers: 0 }]);
    expect(await getJson(`${control}/catalog`)).toMatchObject([{ name: 'one', infohash }, { name: 'two' }]);
    expect(await getJson(`${control}/clock`)).toEqual({ now: clock.now(), monotonic: 0 });
    expect((await fetch(`${control}/restart`)).status).toBe(405);
    await fetch(`${control}/restart?downMs=5`, { method: 'POST' });
    await clock.advance(5);
    await sim.until(({ isListening }) => isListening);
    expect(await getJson(`${control}/sessions`)).toMatchObject([{ state: 'lost' }]);
    expect((await fetch(`${control}/nothing`)).status).toBe(404);
  });
});

describe('several engines', () => {
  it('are independent, and can all be hit at once', async () => {
    const sims = [await bench.sim(), await bench.sim({ seed: 2 })];
    const [a, b] = sims as [EngineSimulator, EngineSimulator];
    await stop(await start(a, 'one'));
    expect([a.metrics.totalStarts, b.metrics.totalStarts]).toEqual([1, 0]);
    const heal = injectEverywhere(sims, { kind: 'http503' }, { forMs: 60_000 });
    for (const sim of sims) expect((await fetch(`${sim.url}/search`)).status).toBe(503);
    heal();
    for (const sim of sims) expect((await fetch(`${sim.url}/search`)).status).toBe(200);
  });

  it('take new contents and forget old ones', async () => {
    const sim = await bench.sim();
    sim.control.addContent({ name: 'three', infohash: 'AB'.repeat(20) });
    expect((await start(sim, 'three')).infohash).toBe('ab'.repeat(20));
    sim.control.removeContent('one');
    expect(() => sim.control.contentOf('one')).toThrow('knows no content one');
  });
});

describe('sessions', () => {
  it('leave prebuf or dl only forwards, and an end for nothing', () => {
    const ends = Object.entries(TRANSITIONS).filter(([, next]) => next.length === 0);
    expect(ends.map(([state]) => state)).toEqual(['stopped', 'superseded', 'expired', 'failed', 'lost']);
    expect(TRANSITIONS.prebuf).toContain('dl');
    expect(TRANSITIONS.dl).not.toContain('prebuf');
  });
});

describe('any faults', () => {
  const faultOf = (kind: string, number: number): Fault =>
    ({
      kind,
      text: 'no',
      ...Object.fromEntries(
        FAULT_FIELDS[kind as Fault['kind']].map((field) => [
          field,
          field === 'code' ? 400 + (number % 200) : number,
        ]),
      ),
    }) as unknown as Fault;

  /** One impatient caller: start, read a little, ask, stop; whatever comes back. */
  async function visit(sim: EngineSimulator, hls: boolean): Promise<void> {
    const session = await start(sim, 'one', { hls, pid: 'p' });
    const path = (url: string): string => `${sim.url}${new URL(url).pathname}`;
    const stream = await StreamReader.open(path(session.playback_url), { maxRedirects: 0 });
    await Promise.race([stream.atLeast(188), stream.ended]);
    stream.close();
    await getJson(path(session.stat_url));
    await getJson(`${path(session.command_url)}?method=stop`);
  }

  it('leave an engine that plays again when they are over', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...Object.keys(FAULT_FIELDS)), fc.integer({ min: 0, max: 400 })), {
          maxLength: 4,
        }),
        fc.boolean(),
        async (faults, hls) => {
          const clock = new FakeClock();
          const sim = await bench.sim({ clock, bitrateKbps: 200 });
          for (const [kind, number] of faults) sim.control.inject(faultOf(kind, number), { forMs: 1000 });
          const visited = visit(sim, hls).then(
            () => 'served',
            () => 'failed',
          );
          await clock.advance(2000);
          sim.control.heal();
          await clock.advance(2000);
          await sim.until(({ isListening }) => isListening);
          sim.resetConnections();
          await visited;
          const stream = await StreamReader.open((await start(sim, 'one', { pid: 'after' })).playback_url);
          await stream.atLeast(1880);
          stream.close();
          await sim.close();
          expect([sim.connections, clock.pendingTimers]).toEqual([0, 0]);
        },
      ),
      { numRuns: 60 },
    );
  });
});
