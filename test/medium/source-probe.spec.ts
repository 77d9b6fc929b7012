import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ProbeReport, ProbeRequest } from '../../src/streaming/source-probe.js';
import { aStreamSource } from '../builders/stream-source-builder.js';
import { createSim, type EngineSimulator } from '../fakes/engine-simulator/engine-simulator.js';
import { contentIdOf } from '../fakes/engine-simulator/catalogue.js';
import { createHttpTsHost, type HttpTsHost } from '../fakes/http-ts-host.js';
import { aceId, eventually, openStreamHouse, type StreamHouse } from '../fakes/stream-house.js';

const NEWS = aceId(contentIdOf('news'));

describe('the probe of sources', () => {
  let sim: EngineSimulator;
  let host: HttpTsHost;
  let house: StreamHouse;

  beforeEach(async () => {
    sim = await createSim({ contents: ['news', 'sport', 'films'].map((name) => ({ name })) });
    host = await createHttpTsHost({ channels: ['one', { name: 'slow', supplyRatio: 0.3 }] });
    house = await openStreamHouse({ engines: [sim.url], acestream: { maxStreamsPerEngine: 2 } });
  });

  afterEach(async () => {
    await house.close();
    sim.assertInvariants();
    await Promise.all([sim.close(), host.close()]);
  });

  function probe(locator: string, changes: Partial<ProbeRequest> = {}): Promise<ProbeReport> {
    const kind = locator.startsWith('acestream') ? 'acestream' : 'http';
    return house.streaming.probe.run({
      source: aStreamSource({ kind, locator, allowPrivate: true }),
      signal: new AbortController().signal,
      firstByteMs: 3_000,
      pictureMs: 3_000,
      lookMs: 0,
      polite: false,
      ...changes,
    });
  }

  it('tells what an AceStream content is made of, and stops it', async () => {
    const report = await probe(NEWS);
    expect(report).toMatchObject({ failure: null, details: { place: new URL(sim.url).host } });
    expect(report.survey).toMatchObject({ hasVideo: true, isNoStream: false, scrambledShare: 0 });
    expect(report.survey?.streams[0]).toMatchObject({ kind: 'video', codec: 'h264' });
    expect(report.survey?.keyframeMs).toBeGreaterThanOrEqual(report.survey?.tablesMs ?? Infinity);
    expect(sim.control.openSessions()).toEqual([]);
    expect(house.streaming.probe.active).toBe(0);
  });

  it('goes on looking at a stream that shows pictures, to know its rate', async () => {
    const report = await probe(host.urlOf('one'), { lookMs: 1_500 });
    expect(report.failure).toBeNull();
    expect(report.survey?.lookedMs).toBeGreaterThan(1_000);
    expect(report.survey?.bitrate).toBeGreaterThan(500_000);
    await eventually(() => host.openStreams === 0);
  });

  it('says why a source cannot be opened', async () => {
    expect((await probe(`${host.url}/channel/none.ts`)).failure).toMatchObject({
      kind: 'not-found',
      cause: { why: 'http-status', status: 404 },
    });
    expect((await probe(aceId(contentIdOf('nobody knows')))).failure).toMatchObject({ kind: 'not-found' });
    expect((await probe('udp://@239.0.0.1:1234', {})).failure).toMatchObject({ kind: 'unsupported' });
  });

  it('says that bytes without pictures are none', async () => {
    host.inject({ kind: 'garbage', bytes: 400_000, atBytes: 0 }, { content: 'one' });
    const report = await probe(host.urlOf('one'), { pictureMs: 1_000 });
    expect(report.failure?.kind).toBe('bad-media');
  });

  it('reads along where a viewer watches the same content', async () => {
    const channel = house.channels.add(NEWS);
    const player = house.player(channel);
    await player.received(100_000);
    expect((await probe(NEWS)).failure).toBeNull();
    await player.more(100_000);
    expect(player.isOver).toBe(false);
    sim.assertInvariants({ expectedStarts: 1, allow: { leaked: 1 } });
  });

  it('leaves the last place of an engine to viewers when it is polite', async () => {
    const channel = house.channels.add(NEWS);
    await house.player(channel).received(10_000);
    const sport = aceId(contentIdOf('sport'));
    expect((await probe(sport, { polite: true })).failure).toMatchObject({
      blameless: true,
      cause: { why: 'no-place' },
    });
    expect((await probe(sport)).failure).toBeNull();
  });

  it('makes way for a viewer who needs the place', async () => {
    sim.control.inject({ kind: 'neverStart' }, { content: contentIdOf('news') });
    const checking = probe(NEWS, { polite: true, firstByteMs: 60_000 });
    await sim.until(({ control }) => control.openSessions().length === 1);
    const [sport = 0, films = 0] = ['sport', 'films'].map((name) =>
      house.channels.add(aceId(contentIdOf(name))),
    );
    await house.player(sport).received(10_000);
    await house.player(films).received(10_000);
    expect((await checking).failure).toMatchObject({ kind: 'cancelled' });
  });

  it('stops what it started when it is ended in the middle, and at the end of the server', async () => {
    sim.control.inject({ kind: 'neverStart' });
    const controller = new AbortController();
    const first = probe(NEWS, { firstByteMs: 60_000, signal: controller.signal });
    await sim.until(({ control }) => control.openSessions().length === 1);
    controller.abort();
    expect((await first).failure?.kind).toBe('cancelled');
    expect(sim.control.openSessions()).toEqual([]);
    const second = probe(NEWS, { firstByteMs: 60_000 });
    await sim.until(({ control }) => control.openSessions().length === 1);
    await house.streaming.probe.close();
    expect((await second).failure?.kind).toBe('cancelled');
    expect(sim.control.openSessions()).toEqual([]);
    expect((await probe(NEWS)).failure?.kind).toBe('cancelled');
  });

  it('stops a start whose answer comes only after the end', async () => {
    sim.control.inject({ kind: 'slowStart', ms: 300 });
    const controller = new AbortController();
    const checking = probe(NEWS, { signal: controller.signal });
    await sim.until(({ metrics }) => metrics.totalStarts === 1);
    controller.abort();
    expect((await checking).failure?.kind).toBe('cancelled');
    await sim.until(({ control }) => control.openSessions().length === 0);
  });
});
