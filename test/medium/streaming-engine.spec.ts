import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SystemClock } from '../../src/platform/clock.js';
import { EngineClient } from '../../src/streaming/engine/engine-client.js';
import type { AceId } from '../../src/streaming/engine/ace-id.js';
import type { EngineSession } from '../../src/streaming/engine/engine-client.js';
import { createSim, type EngineSimulator } from '../fakes/engine-simulator/engine-simulator.js';
import { contentIdOf, infohashOf } from '../fakes/engine-simulator/catalogue.js';
import { FakeClock, settle } from '../fakes/fake-clock.js';

const NEWS: AceId = { namespace: 'id', hex: contentIdOf('news') };

describe('the engine client', () => {
  let sim: EngineSimulator;
  const background: Promise<unknown>[] = [];
  const clients: EngineClient[] = [];

  function clientOf(
    url: string,
    options: Partial<ConstructorParameters<typeof EngineClient>[0]> = {},
  ): EngineClient {
    const client = new EngineClient({
      baseUrl: url,
      clock: new SystemClock(),
      background: (_name, work) => background.push(work),
      startTimeoutMs: 5_000,
      ...options,
    });
    clients.push(client);
    return client;
  }

  async function started(client: EngineClient, id = NEWS): Promise<EngineSession> {
    const outcome = await client.start(id);
    if (!outcome.ok) throw new Error(outcome.error.text);
    return outcome.session;
  }

  beforeEach(async () => {
    sim = await createSim({ contents: [{ name: 'news' }, { name: 'sport' }] });
  });

  afterEach(async () => {
    sim.control.heal();
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await Promise.all(background.splice(0));
    await sim.close();
  });

  it('starts under a fresh player id, reads, asks for statistics and stops', async () => {
    const client = clientOf(sim.url);
    const session = await started(client);
    expect(session.infohash).toBe(infohashOf('news'));
    const media = await client.media(session, 5_000, AbortSignal.timeout(5_000));
    if (!media.ok) throw new Error(media.error.text);
    const [first] = (await media.body.take(1).toArray()) as Buffer[];
    expect(first?.[0]).toBe(0x47);
    expect(await client.stat(session)).toMatchObject({ ok: true, stat: { status: 'dl', peers: 12 } });
    expect(await client.stop(session)).toBe('stopped');
    expect(await client.stop(session)).toBe('unknown-session');
    expect(await client.stat(session)).toMatchObject({ ok: false, error: { kind: 'session-lost' } });
    const other = await started(client);
    expect(other.pid).not.toBe(session.pid);
    await client.stop(other);
    sim.assertInvariants({ expectedStarts: 2, allow: { doubleStops: 1 } });
  });

  it('asks as players do: no compression, a user agent, and statistics that do not count as watching', async () => {
    const client = clientOf(sim.url);
    const session = await started(client);
    await client.stat(session);
    const headers = [...sim.metrics.lastHeaders.values()];
    expect(headers.length).toBeGreaterThan(1);
    for (const { 'accept-encoding': encoding, 'user-agent': agent, accept } of headers) {
      expect(encoding).toBe('identity');
      expect(agent).toMatch(/VLC/);
      expect(accept).toBe('*/*');
    }
    await client.stop(session);
    sim.assertInvariants();
  });

  it('resolves a content id without a start', async () => {
    expect(await clientOf(sim.url).resolve(NEWS)).toBe(infohashOf('news'));
    expect(await clientOf(sim.url).resolve({ namespace: 'id', hex: 'f'.repeat(40) })).toBeUndefined();
    sim.assertInvariants({ expectedStarts: 0 });
  });

  it('knows health and version', async () => {
    const client = clientOf(sim.url);
    expect(await client.isHealthy()).toBe(true);
    expect(await client.version()).toBe('3.2.3');
    sim.control.inject({ kind: 'hangApiOnly' });
    expect(await clientOf(sim.url, { statTimeoutMs: 50 }).isHealthy()).toBe(false);
    expect(await client.version()).toBe('3.2.3');
  });

  it.each([
    [{ kind: 'errorJson', text: 'failed to load content' } as const, 'not-found'],
    [{ kind: 'licence' } as const, 'licence'],
    [{ kind: 'badJson' } as const, 'bad-reply'],
    [{ kind: 'html200' } as const, 'bad-reply'],
    [{ kind: 'http503' } as const, 'engine-down'],
    [{ kind: 'reset' } as const, 'engine-down'],
    [{ kind: 'emptyReply' } as const, 'engine-down'],
  ])('tells apart what a start call may bring: %j', async (fault, kind) => {
    sim.control.inject(fault, { route: 'start', times: 1 });
    expect(await clientOf(sim.url).start(NEWS)).toMatchObject({ ok: false, error: { kind } });
  });

  it('says that an engine is down when its port is closed', async () => {
    const { url } = sim;
    await sim.close();
    expect(await clientOf(url).start(NEWS)).toMatchObject({ ok: false, error: { kind: 'engine-down' } });
    expect(await clientOf(url).isHealthy()).toBe(false);
  });

  it('stays with the configured engine whatever host its answers name', async () => {
    sim.control.inject({ kind: 'absoluteUrlWrongHost', host: 'engine.invalid' });
    const client = clientOf(sim.url);
    const session = await started(client);
    const media = await client.media(session, 5_000, AbortSignal.timeout(5_000));
    expect(media.ok).toBe(true);
    if (media.ok) media.body.destroy();
    await client.stop(session);
    sim.assertInvariants();
  });

  it.each(['redirectLoop', 'redirectForeignHost'] as const)('does not follow a %s', async (kind) => {
    const client = clientOf(sim.url);
    const session = await started(client);
    sim.control.inject({ kind }, { times: 20 });
    const media = await client.media(session, 5_000, AbortSignal.timeout(5_000));
    expect(media).toMatchObject({ ok: false, error: { kind: 'bad-reply' } });
    sim.control.heal();
    await client.stop(session);
    sim.assertInvariants();
  });

  it('stops what an answer that came too late had started', async () => {
    const clock = new FakeClock();
    const client = clientOf(sim.url, { clock, startTimeoutMs: 1_000 });
    sim.control.inject({ kind: 'slowStart', ms: 100 });
    const starting = client.start(NEWS);
    await sim.until(({ metrics }) => metrics.requestsOf('start') > 0);
    await clock.advance(1_000);
    expect(await starting).toMatchObject({ ok: false, error: { kind: 'no-answer' } });
    await sim.until(({ metrics }) => metrics.stopsDone === 1);
    sim.assertInvariants({ expectedStarts: 1 });
  });

  it('says a stop again that the engine did not take, until it does', async () => {
    const clock = new FakeClock();
    const client = clientOf(sim.url, { clock });
    const session = await started(client);
    sim.control.inject({ kind: 'http503' }, { route: 'command', times: 1 });
    expect(await client.stop(session)).toBe('failed');
    expect(sim.control.openSessions()).toHaveLength(1);
    await settle();
    await clock.advance(1_000);
    await sim.until(({ metrics }) => metrics.stopsDone === 1);
    expect(sim.control.openSessions()).toEqual([]);
  });

  it('ends what the engine did not stop before it starts the same again', async () => {
    const client = clientOf(sim.url, { clock: new FakeClock() });
    const first = await started(client);
    sim.control.inject({ kind: 'stopFails' });
    expect(await client.stop(first)).toBe('failed');
    const second = await started(client, { namespace: 'infohash', hex: first.infohash });
    expect(sim.control.openSessions().map(({ pid }) => pid)).toEqual([second.pid]);
    await client.stop(second);
    sim.assertInvariants({ expectedStarts: 2 });
  });

  it('starts nothing while the engine takes no stop of the same, and anything else', async () => {
    const client = clientOf(sim.url, { clock: new FakeClock() });
    const first = await started(client);
    sim.control.inject({ kind: 'http503' }, { route: 'command', times: 2 });
    expect(await client.stop(first)).toBe('failed');
    expect(await client.start(NEWS, 'ts', first.infohash)).toMatchObject({ error: { kind: 'no-answer' } });
    await client.stop(await started(client, { namespace: 'id', hex: contentIdOf('sport') }));
    await client.stop(await started(client, { namespace: 'infohash', hex: first.infohash }));
    sim.assertInvariants({ expectedStarts: { news: 2, sport: 1 } });
  });

  it('waits for a late start of the same before it starts it again', async () => {
    const clock = new FakeClock();
    const simClock = new FakeClock();
    const slow = await createSim({ contents: [{ name: 'news' }], clock: simClock });
    try {
      const client = clientOf(slow.url, { clock, startTimeoutMs: 1_000 });
      slow.control.inject({ kind: 'slowStart', ms: 100 });
      const late = client.start(NEWS);
      await slow.until(({ metrics }) => metrics.startsInFlight === 1);
      await clock.advance(1_000);
      expect(await late).toMatchObject({ ok: false, error: { kind: 'no-answer' } });
      const again = started(client);
      await settle();
      expect(slow.metrics.totalStarts).toBe(1);
      await simClock.advance(1_000);
      await slow.until(({ metrics }) => metrics.totalStarts === 2);
      await simClock.advance(1_000);
      await client.stop(await again);
      slow.assertInvariants({ expectedStarts: 2 });
    } finally {
      await slow.close();
    }
  });

  it('tries once more at its end, and does not wait for the next pause', async () => {
    const client = clientOf(sim.url, { clock: new FakeClock() });
    const session = await started(client);
    sim.control.inject({ kind: 'http503' }, { route: 'command', times: 1 });
    expect(await client.stop(session)).toBe('failed');
    await client.close();
    expect(sim.control.openSessions()).toEqual([]);
  });

  it('does not wait for a hanging stop', async () => {
    const clock = new FakeClock();
    const client = clientOf(sim.url, { clock });
    const session = await started(client);
    sim.control.inject({ kind: 'hangAll' });
    const stopping = client.stop(session);
    await settle();
    await clock.advance(3_000);
    expect(await stopping).toBe('failed');
  });

  it('hears of the end of a session', async () => {
    const client = clientOf(sim.url);
    const session = await started(client);
    const waiting = client.nextEvent(session, AbortSignal.timeout(5_000));
    sim.control.expire('news');
    expect(await waiting).toMatchObject({ name: 'download_stopped' });
    expect(await client.nextEvent(session, AbortSignal.timeout(5_000))).toMatchObject({
      kind: 'session-lost',
    });
  });
});
