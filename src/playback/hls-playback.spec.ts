import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aChannel, anAccount } from '../../test/builders/catalog-builder.js';
import type { BuiltAccount } from '../../test/builders/catalog-builder.js';
import { TsChannel } from '../../test/builders/ts-builder.js';
import { readFrames, strictContinuity } from '../../test/builders/ts-reader.js';
import { FakeClock, settle } from '../../test/fakes/fake-clock.js';
import { FakeDriver } from '../../test/fakes/fake-driver.js';
import type { FakeStream } from '../../test/fakes/fake-driver.js';
import { RecordingLogger } from '../../test/fakes/recording-logger.js';
import { RingBudget } from '../core/mpegts/ring-budget.js';
import { StreamHub } from '../streaming/stream-hub.js';
import { FLUSH_MS, SESSION_DEFAULTS } from '../streaming/streaming-options.js';
import { TsPipeline } from '../streaming/ts-pipeline.js';
import { ConnectionLimiter } from './connection-limiter.js';
import type { HlsViewing } from './hls-viewing.js';
import type { HlsPlaybackOutcome } from './playback.service.js';
import { PlaybackService } from './playback.service.js';
import type { PlaybackClient } from './viewing.js';

const TV: PlaybackClient = { address: '192.0.2.1', userAgent: 'A television' };
const PHONE: PlaybackClient = { address: '192.0.2.7', userAgent: 'A phone' };

const isAfter =
  (had: number) =>
  ({ sequence }: { sequence: number }): boolean =>
    sequence > had;

describe('watching in segments', () => {
  let clock: FakeClock;
  let driver: FakeDriver;
  let hub: StreamHub;
  let playback: PlaybackService;
  let logger: RecordingLogger;
  let pictures: Map<FakeStream, TsChannel>;
  let account: BuiltAccount;

  function build(): void {
    clock = new FakeClock();
    driver = new FakeDriver(() => clock.monotonic());
    logger = new RecordingLogger();
    pictures = new Map();
    account = anAccount({ maxConnections: 1, joinBehindSeconds: 0 });
    hub = new StreamHub({
      drivers: [driver],
      clock,
      logger,
      background: () => {},
      session: {
        ...SESSION_DEFAULTS,
        firstByteMs: 45_000,
        startBudgetMs: 60_000,
        giveUpMs: 20_000,
        lingerMs: 20_000,
        stallMs: 20_000,
        slowReaderMs: 30_000,
        joinBehindMs: 0,
      },
      maxReaders: 100,
      newPipeline: () =>
        new TsPipeline({ ringBytes: 4_000_000, budget: new RingBudget(64_000_000), flushMs: FLUSH_MS }),
    });
    playback = new PlaybackService({
      hub,
      limiter: new ConnectionLimiter(clock),
      channels: {
        findVisible: (id) => Promise.resolve(id < 10 ? aChannel({ id }) : null),
        sourcesOf: (id) =>
          Promise.resolve(
            [0, 1].map((at) => ({
              id: id * 10 + at,
              kind: 'http',
              locator: `http://host.test/${id}/${at}`,
              userAgent: null,
              headers: {},
              allowPrivate: false,
            })),
          ),
      },
      accounts: { current: () => Promise.resolve(account) },
      clock,
      logger,
    });
  }

  beforeEach(build);

  function ask(
    client = TV,
    channelId = 1,
    signal = new AbortController().signal,
  ): Promise<HlsPlaybackOutcome> {
    return playback.openHls({ account, channelId, client, signal });
  }

  /** Pictures in real time on every open stream. */
  async function play(seconds: number, streams = driver.opened): Promise<void> {
    for (let frame = 0; frame < seconds * 25; frame++) {
      for (const stream of streams) {
        const source = pictures.get(stream) ?? new TsChannel({ gopFrames: 50, bitrate: 500_000 });
        pictures.set(stream, source);
        if (stream.closes === 0) stream.send(source.nextFrame());
      }
      await clock.advance(40);
    }
  }

  async function watch(client = TV, channelId = 1): Promise<HlsViewing> {
    const asked = ask(client, channelId);
    await settle();
    await play(2.2);
    const outcome = await asked;
    if (outcome.kind !== 'ready') throw new Error(outcome.kind);
    return outcome.viewing;
  }

  /** What a player does: reads the playlist and fetches the newest segment. */
  async function reload(client = TV, channelId = 1): Promise<HlsPlaybackOutcome['kind']> {
    const outcome = await ask(client, channelId);
    if (outcome.kind === 'ready') fetchNewest(outcome.viewing);
    return outcome.kind;
  }

  function fetchIfReady(outcome: HlsPlaybackOutcome): void {
    if (outcome.kind === 'ready') fetchNewest(outcome.viewing);
  }

  function fetchNewest(viewing: HlsViewing): Buffer {
    const leave = viewing.enter();
    const segment = viewing.take(viewing.segments().at(-1)?.sequence ?? -1);
    viewing.noteSent(segment?.bytes ?? 0);
    leave();
    return Buffer.concat(segment?.parts ?? []);
  }

  it('answers with the first picture group, tables first, whole frames', async () => {
    const viewing = await watch();
    expect(viewing.segments().map(({ seconds }) => seconds)).toEqual([2]);
    const bytes = fetchNewest(viewing);
    expect(bytes[0]).toBe(0x47);
    expect(readFrames(bytes).map(({ frame }) => frame)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(playback.sessions()).toMatchObject([
      { output: 'm3u8', bytes: bytes.length, userAgent: 'A television', lagMs: 0 },
    ]);
  });

  it('keeps one viewing per player and channel, however often and how it asks', async () => {
    const [one, two] = [ask(), ask()];
    await settle();
    await play(2.2);
    const outcomes = await Promise.all([one, two, ask()]);
    const tokens = outcomes.map((outcome) =>
      outcome.kind === 'ready' ? outcome.viewing.token : outcome.kind,
    );
    expect(new Set(tokens).size).toBe(1);
    expect(playback.sessions()).toHaveLength(1);
    expect(hub.viewers).toBe(1);
    expect(playback.findHls(String(tokens[0]))?.channel.id).toBe(1);
    const other = await watch(PHONE);
    expect(other.token).not.toBe(tokens[0]);
  });

  it('counts as one connection from the first segment on; playlists are free', async () => {
    const viewing = await watch();
    await play(5);
    expect(playback.activeConnections(1)).toBe(0);
    fetchNewest(viewing);
    await play(2.1);
    fetchNewest(viewing);
    expect(playback.activeConnections(1)).toBe(1);
  });

  it('ends after three target durations of silence, and gives everything back', async () => {
    const viewing = await watch();
    fetchNewest(viewing);
    await play(11.5);
    expect(viewing.isOver).toBe(false);
    expect(await reload()).toBe('ready');
    await play(11.5);
    expect(viewing.isOver).toBe(false);
    await play(1);
    expect(viewing.isOver).toBe(true);
    expect(playback.sessions()).toEqual([]);
    expect(playback.activeConnections(1)).toBe(0);
    expect(playback.findHls(viewing.token)).toBeUndefined();
    expect(logger.entries.filter(({ message }) => message === 'viewer left')).toMatchObject([
      { fields: { reason: 'left', output: 'm3u8' } },
    ]);
    await clock.advance(21_000);
    expect(hub.stats()).toEqual([]);
    expect(driver.stream.closes).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('stays while a slow segment is on its way', async () => {
    const viewing = await watch();
    const leave = viewing.enter();
    await play(20);
    expect(viewing.isOver).toBe(false);
    leave();
    await play(13);
    expect(viewing.isOver).toBe(true);
  });

  it('lets a device that zaps back in at once', async () => {
    const first = await watch();
    fetchNewest(first);
    await play(2.1);
    fetchNewest(await watch(TV, 2));
    await play(2.1);
    expect(first.isOver).toBe(true);
    expect(await reload(TV, 1)).toBe('ready');
  });

  /** The newcomer takes the only place of a player that has had everything up to the newest segment. */
  async function takePlace(): Promise<{ old: HlsViewing; second: HlsViewing }> {
    const old = await watch();
    fetchNewest(old);
    await play(2.1);
    const second = await watch(PHONE, 2);
    fetchNewest(old);
    fetchNewest(second);
    await play(2.1);
    expect([old.isOver, second.isOver]).toEqual([true, false]);
    return { old, second };
  }

  it('keeps out a pre-empted player that only goes on reading, until it has been quiet', async () => {
    await takePlace();
    const back = await watch(TV);
    expect(fetchNewest(back)).toHaveLength(0);
    expect(back.isOver).toBe(true);
    for (let round = 0; round < 5; round++) {
      expect(await reload(TV)).toBe('ended');
      expect(await reload(PHONE, 2)).toBe('ready');
      await play(4);
    }
    await play(2.2);
    expect(await reload(PHONE, 2)).toBe('ready');
    expect((await watch(TV)).isOver).toBe(false);
  });

  it('lets the same player in at once when it is started anew: it asks for what it has had', async () => {
    const { old, second } = await takePlace();
    const back = await watch(TV);
    const had = old.newestAsked ?? -1;
    expect(back.take(had)?.sequence).toBe(had);
    await play(2.1);
    expect([back.isOver, second.isOver]).toEqual([false, true]);
    expect(playback.activeConnections(1)).toBe(1);
  });

  it('lets look at a playlist, which is free, who was pre-empted', async () => {
    const { second } = await takePlace();
    for (let round = 0; round < 3; round++) {
      expect((await ask(TV)).kind).toBe('ready');
      fetchNewest(second);
      await play(3);
    }
    expect(second.isOver).toBe(false);
  });

  it('holds nothing against a player that had stopped asking long before its place was taken', async () => {
    const old = await watch();
    fetchNewest(old);
    await play(6);
    fetchNewest(await watch(PHONE, 2));
    await play(2.1);
    expect(old.isOver).toBe(true);
    await play(4);
    const back = await watch(TV);
    expect(fetchNewest(back).length).toBeGreaterThan(0);
    await play(2.1);
    expect(back.isOver).toBe(false);
  });

  it('lets a pre-empted player back as soon as nobody has to go for it, however eagerly it asked', async () => {
    const { second } = await takePlace();
    expect(fetchNewest(await watch(TV))).toHaveLength(0);
    expect(await reload(TV)).toBe('ended');
    second.end('kicked');
    await play(2);
    expect(await reload(TV)).toBe('ready');
    expect(await reload(PHONE, 2)).toBe('ended');
  });

  it('never lets two players that both go on take turns', async () => {
    const { old } = await takePlace();
    const had = old.newestAsked ?? -1;
    const told: string[] = [];
    for (let round = 0; round < 20; round++) {
      const outcome = await ask(TV);
      const next = outcome.kind === 'ready' && outcome.viewing.segments().find(isAfter(had));
      if (outcome.kind === 'ready' && next) expect(outcome.viewing.take(next.sequence)).toBeUndefined();
      told.push(outcome.kind === 'ready' && !next ? 'nothing new' : outcome.kind);
      expect(await reload(PHONE, 2)).toBe('ready');
      await play(1.9);
    }
    expect(told.filter((kind) => kind === 'ready')).toHaveLength(1);
    expect(told.slice(-15)).toEqual(Array.from({ length: 15 }, () => 'ended'));
    expect(playback.sessions()).toMatchObject([{ channelId: 2, userAgent: 'A phone' }]);
  });

  it('knows two devices of one kind at one address by their going on', async () => {
    const old = await watch(TV, 1);
    fetchNewest(old);
    await play(2.1);
    const second = await watch(TV, 2);
    fetchNewest(second);
    await play(1);
    expect(await reload(TV, 1)).toBe('ready');
    await play(1.1);
    expect(old.isOver).toBe(true);
    expect(fetchNewest(await watch(TV, 1))).toHaveLength(0);
    expect(await reload(TV, 1)).toBe('ended');
  });

  it('keeps a kicked player out while it goes on', async () => {
    const viewing = await watch();
    expect(playback.kick(viewing.id)).toBe(true);
    expect(await reload()).toBe('ended');
    await clock.advance(6_100);
    expect(await reload()).toBe('ready');
  });

  it('plays on over a change of the source: numbers go on, the break is marked', async () => {
    const viewing = await watch();
    await play(8);
    expect(await reload()).toBe('ready');
    const before = viewing.segments().at(-1)?.sequence ?? 0;
    driver.stream.end('eof');
    driver.stream.reopenable = false;
    await clock.advance(10);
    expect(driver.opened.length).toBeGreaterThan(1);
    await play(10);
    const segments = viewing.segments();
    expect(segments.map(({ sequence }) => sequence)).toEqual(
      segments.map((_, at) => (segments[0]?.sequence ?? 0) + at),
    );
    expect(segments.at(-1)?.sequence).toBeGreaterThan(before);
    expect(segments.filter(({ discontinuity }) => discontinuity)).toHaveLength(1);
    for (const { parts } of segments) expect(strictContinuity(Buffer.concat(parts))).toEqual([]);
  });

  it('never counts down, also when the stream has been started anew', async () => {
    const last = (await watch()).segments().at(-1)?.sequence ?? 0;
    await play(13);
    await clock.advance(30_000);
    expect(hub.stats()).toEqual([]);
    const again = await watch();
    expect(again.segments()[0]?.sequence).toBeGreaterThan(last);
  });

  it('ends with the stream, and says why there is nothing', async () => {
    const viewing = await watch();
    driver.fail(10, 'no-peers');
    driver.fail(11, 'no-peers');
    driver.stream.end('eof');
    await clock.advance(21_000);
    expect(viewing.isOver).toBe(true);
    expect(await ask()).toMatchObject({ kind: 'failed', failure: { kind: 'no-peers' } });
    expect(playback.sessions()).toEqual([]);
  });

  it('does not wait for ever for a keyframe', async () => {
    const asked = ask();
    await settle();
    const endless = new TsChannel({ gopFrames: 100_000, bitrate: 500_000 });
    for (let frame = 0; frame < 25 * 21; frame++) {
      driver.stream.send(endless.nextFrame());
      await clock.advance(40);
    }
    expect(await asked).toMatchObject({ kind: 'failed', failure: { kind: 'timeout' } });
  });

  it('forgets a player that leaves before the first segment', async () => {
    const leaving = new AbortController();
    const asked = ask(TV, 1, leaving.signal);
    await settle();
    await play(1);
    leaving.abort();
    expect(await asked).toMatchObject({ kind: 'failed', failure: { kind: 'cancelled' } });
    await play(13);
    expect(playback.sessions()).toEqual([]);
  });

  it('hides what the account may not see', async () => {
    expect((await ask(TV, 99)).kind).toBe('unknown-channel');
    account = anAccount({ allowedCategoryIds: [9] });
    expect((await ask()).kind).toBe('unknown-channel');
  });

  it('leaves nothing behind, whoever comes, zaps, stalls and is thrown out in whatever order', async () => {
    const action = fc.record({
      kind: fc.constantFrom('open', 'abort', 'fetch', 'kick', 'wait', 'wait'),
      client: fc.constantFrom(TV, PHONE),
      channelId: fc.integer({ min: 1, max: 2 }),
      seconds: fc.constantFrom(0.2, 2.2, 7),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 25 }), async (actions) => {
        build();
        const waiting: Promise<unknown>[] = [];
        for (const { kind, client, channelId, seconds } of actions) {
          const leaving = new AbortController();
          if (kind === 'open' || kind === 'abort') waiting.push(ask(client, channelId, leaving.signal));
          if (kind === 'abort') leaving.abort();
          if (kind === 'fetch') waiting.push(ask(client, channelId).then(fetchIfReady));
          if (kind === 'kick') playback.kick(playback.sessions().at(-1)?.id ?? 0);
          if (kind === 'wait') await play(seconds);
          expect(playback.activeConnections(1)).toBeLessThanOrEqual(1);
        }
        await play(3);
        await Promise.all(waiting);
        await play(16);
        await clock.advance(25_000);
        expect(playback.sessions()).toEqual([]);
        expect(playback.activeConnections(1)).toBe(0);
        expect(hub.stats()).toEqual([]);
        expect(driver.opened.map(({ closes }) => closes)).toEqual(driver.opened.map(() => 1));
        expect(clock.pendingTimers).toBe(0);
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});
