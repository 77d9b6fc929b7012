import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EngineClient } from '../../src/streaming/engine/engine-client.js';
import type { EngineSession } from '../../src/streaming/engine/engine-client.js';
import { EngineSessionsStore } from '../../src/streaming/engine/engine-sessions.store.js';
import { OrphanSessions } from '../../src/streaming/engine/orphan-sessions.js';
import { contentIdOf } from '../fakes/engine-simulator/catalogue.js';
import { createSim, type EngineSimulator } from '../fakes/engine-simulator/engine-simulator.js';
import { FakeClock, settle } from '../fakes/fake-clock.js';
import { RecordingLogger } from '../fakes/recording-logger.js';
import { eventually } from '../fakes/stream-house.js';

describe('sessions of a killed server', () => {
  let folder: string;
  let sim: EngineSimulator;
  let clock: FakeClock;
  const logger = new RecordingLogger();
  const clients: EngineClient[] = [];
  const ended = new AbortController();

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'rooftop-orphans-'));
    clock = new FakeClock();
    sim = await createSim({ contents: ['news', 'sport', 'film'].map((name) => ({ name })) });
  });

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await sim.close();
    await rm(folder, { recursive: true, force: true });
  });

  const file = (): string => path.join(folder, 'engine-sessions.json');
  const openStore = (): EngineSessionsStore => new EngineSessionsStore(file(), logger);

  /** A server's life, as far as the engine sees it: a client with its notes. */
  function aProcess(baseUrl = sim.url): { client: EngineClient; orphans: OrphanSessions } {
    const sessions = openStore();
    const options = { baseUrl, clock, background: () => {}, startTimeoutMs: 1_000, sessions };
    const client = new EngineClient(options);
    clients.push(client);
    const orphans = new OrphanSessions({
      store: sessions,
      clients: [client],
      clock,
      logger,
      signal: ended.signal,
    });
    return { client, orphans };
  }

  async function start(client: EngineClient, name: string): Promise<EngineSession> {
    const outcome = await client.start({ namespace: 'id', hex: contentIdOf(name) });
    if (!outcome.ok) throw new Error(outcome.error.text);
    return outcome.session;
  }

  const noted = async (): Promise<number> => (JSON.parse(await readFile(file(), 'utf8')) as unknown[]).length;

  it('are stopped by the next one, each once', async () => {
    const killed = aProcess();
    await start(killed.client, 'news');
    await start(killed.client, 'sport');
    const properlyEnded = await start(killed.client, 'film');
    await killed.client.stop(properlyEnded);
    expect(await noted()).toBe(2);
    await aProcess().orphans.stop();
    expect(sim.control.openSessions()).toEqual([]);
    expect(sim.metrics.stopsReceived).toBe(3);
    sim.assertInvariants();
    expect(await noted()).toBe(0);
    await aProcess().orphans.stop();
    expect(sim.metrics.stopsReceived).toBe(3);
  });

  it('are not confused with what the new process starts meanwhile', async () => {
    await start(aProcess().client, 'news');
    const next = aProcess();
    await start(next.client, 'sport');
    await next.orphans.stop();
    expect(sim.control.openSessions().map(({ content }) => content)).toEqual(['sport']);
    expect(await noted()).toBe(1);
  });

  it('are left alone where the engine no longer knows them, or knows another playback by that address', async () => {
    const killed = aProcess();
    await start(killed.client, 'news');
    await start(killed.client, 'sport');
    sim.control.loseSessions('news');
    const records = JSON.parse(await readFile(file(), 'utf8')) as { infohash: string; playbackId: string }[];
    for (const record of records) record.playbackId = 'somebody else';
    await writeFile(file(), JSON.stringify(records));
    await aProcess().orphans.stop();
    expect(sim.metrics.stopsReceived).toBe(0);
    expect(sim.control.openSessions()).toHaveLength(1);
    expect(await noted()).toBe(0);
  });

  it('are stopped once an engine answers that was still starting', async () => {
    await start(aProcess().client, 'news');
    const closed = sim.control.inject({ kind: 'refuse' });
    const stopping = aProcess().orphans.stop();
    const pause = clock.pendingTimers;
    await eventually(() => clock.pendingTimers > pause);
    closed.remove();
    await sim.until(({ isListening }) => isListening);
    await eventually(() => clock.pendingTimers === 1);
    await clock.advance(5_000);
    await stopping;
    expect(sim.control.openSessions()).toEqual([]);
    sim.assertInvariants();
  });

  it('wait for the next start when a stop was never answered', async () => {
    const { client } = aProcess();
    const session = await start(client, 'news');
    sim.control.inject({ kind: 'stopFails' });
    expect(await client.stop(session)).toBe('failed');
    expect(await noted()).toBe(1);
  });

  it('of engines that are no longer configured, or of days ago, are forgotten', async () => {
    await start(aProcess().client, 'news');
    await aProcess('http://127.0.0.1:9').orphans.stop();
    expect(await noted()).toBe(0);
    await start(aProcess().client, 'sport');
    await clock.advance(25 * 3_600_000);
    await aProcess().orphans.stop();
    expect(await noted()).toBe(0);
    expect(sim.metrics.stopsReceived).toBe(0);
  });

  it.each(['', '{', '7', '[null, 7, {"engine": 1}]', '[{"engine":"x","commandPath":"http://evil/"}]'])(
    'are unknown where the note is damaged: %j',
    async (text) => {
      await writeFile(file(), text);
      expect(await openStore().leftBehind()).toEqual([]);
      const { client } = aProcess();
      await start(client, 'news');
      expect(await noted()).toBe(1);
    },
  );

  it('cost no stream where the note cannot be written', async () => {
    await rm(folder, { recursive: true, force: true });
    const { client } = aProcess();
    const session = await start(client, 'news');
    expect(await client.stop(session)).toBe('stopped');
    expect(logger.entries.some(({ message }) => message.includes('cannot be written'))).toBe(true);
    await settle();
  });
});
