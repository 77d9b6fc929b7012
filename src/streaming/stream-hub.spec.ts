import { beforeEach, describe, expect, it } from '@jest/globals';
import { aStreamSource } from '../../test/builders/stream-source-builder.js';
import { TsChannel } from '../../test/builders/ts-builder.js';
import { strictContinuity } from '../../test/builders/ts-reader.js';
import { FakeClock, settle } from '../../test/fakes/fake-clock.js';
import { FakeDriver, type FakeStream } from '../../test/fakes/fake-driver.js';
import { FakeSink } from '../../test/fakes/fake-sink.js';
import { RecordingLogger } from '../../test/fakes/recording-logger.js';
import { RingBudget } from '../core/mpegts/ring-budget.js';
import type { JoinOutcome, Seat, SessionOptions } from './live-session.js';
import { StreamHub } from './stream-hub.js';
import type { StreamSource } from './stream-source.js';
import { FLUSH_MS, SESSION_DEFAULTS } from './streaming-options.js';
import { TsPipeline } from './ts-pipeline.js';

const OPTIONS: SessionOptions = {
  ...SESSION_DEFAULTS,
  firstByteMs: 45_000,
  startBudgetMs: 60_000,
  giveUpMs: 60_000,
  lingerMs: 20_000,
  stallMs: 20_000,
  slowReaderMs: 30_000,
  joinBehindMs: 0,
};
const ONE = aStreamSource({ id: 1 });
const TWO = aStreamSource({ id: 2 });

describe('the hub and its sessions', () => {
  let clock: FakeClock;
  let driver: FakeDriver;
  let hub: StreamHub;
  let channels: WeakMap<FakeStream, TsChannel>;
  let outcomes: [number, string][];
  let background: Promise<unknown>[];
  const viewer = new AbortController();

  function newHub(changes: Partial<SessionOptions> = {}, maxReaders = 1_000): StreamHub {
    return new StreamHub({
      drivers: [driver],
      clock,
      logger: new RecordingLogger(),
      background: (_name, work) => background.push(work),
      session: { ...OPTIONS, ...changes },
      maxReaders,
      newPipeline: () =>
        new TsPipeline({ ringBytes: 4_000_000, budget: new RingBudget(64_000_000), flushMs: FLUSH_MS }),
      onOutcome: (id, outcome) =>
        outcomes.push([id, outcome.kind === 'failed' ? outcome.failure.kind : outcome.kind]),
    });
  }

  beforeEach(() => {
    clock = new FakeClock();
    driver = new FakeDriver(() => clock.monotonic());
    channels = new WeakMap();
    outcomes = [];
    background = [];
    hub = newHub();
  });

  function open(key = 'news', sources: StreamSource[] = [ONE], signal = viewer.signal): Promise<JoinOutcome> {
    return hub.open({ key, sources, signal });
  }

  /** Every stream has its own picture, which begins with a keyframe. */
  function pictureOf(stream: FakeStream): TsChannel {
    const channel = channels.get(stream) ?? new TsChannel({ gopFrames: 25, bitrate: 1_000_000 });
    channels.set(stream, channel);
    return channel;
  }

  /** Pictures in real time. */
  async function play(seconds: number, stream = driver.stream): Promise<void> {
    for (let frame = 0; frame < seconds * 25; frame++) {
      stream.send(pictureOf(stream).nextFrame());
      await clock.advance(40);
    }
  }

  async function seatAt(key = 'news', sources = [ONE]): Promise<Seat> {
    const joining = open(key, sources);
    await settle();
    await play(0.2);
    const outcome = await joining;
    if (outcome.kind === 'failed') throw new Error(outcome.failure.detail);
    return outcome.seat;
  }

  function state(): string | undefined {
    return hub.stats()[0]?.state;
  }

  it('starts once for all who come, and lets them in together', async () => {
    const joining = [open(), open(), open()];
    await settle();
    expect(driver.opened).toHaveLength(1);
    expect(hub.stats()[0]).toMatchObject({ state: 'starting', waiting: 3, viewers: 0, ttfbMs: null });
    await play(0.2);
    const outcomesOfAll = await Promise.all(joining);
    expect(outcomesOfAll.map(({ kind }) => kind)).toEqual(['ready', 'ready', 'ready']);
    expect(hub.stats()[0]).toMatchObject({ state: 'live', waiting: 0, viewers: 3, sourceId: 1 });
    expect(hub.viewers).toBe(3);
  });

  it('starts nothing for a viewer who is gone already', async () => {
    const outcome = await open('news', [ONE], AbortSignal.abort());
    expect(outcome).toMatchObject({ kind: 'failed', failure: { kind: 'cancelled' } });
    expect(hub.stats()).toEqual([]);
    expect(driver.asked).toEqual([]);
  });

  it('lets nobody in before there is a picture to start at', async () => {
    let done = false;
    const joining = open().then(() => (done = true));
    await settle();
    const late = new TsChannel({ gopFrames: 25 });
    late.nextFrame();
    for (let frame = 1; frame < 24; frame++) {
      driver.stream.send(late.nextFrame());
      await clock.advance(40);
    }
    expect(done).toBe(false);
    driver.stream.send(late.frames(3));
    await clock.advance(60);
    await joining;
    expect(done).toBe(true);
  });

  it('gives each viewer whole packets from a keyframe on', async () => {
    const seat = await seatAt();
    const sink = new FakeSink();
    seat.read(sink);
    await play(2);
    expect(sink.data.length).toBeGreaterThan(200_000);
    expect(strictContinuity(sink.data)).toEqual([]);
  });

  it('tells all who wait when no source can be opened, with the most hopeful reason', async () => {
    driver.fail(1, 'not-found');
    driver.fail(2, 'timeout');
    const joining = [open('news', [ONE, TWO]), open('news', [ONE, TWO])];
    const all = await Promise.all(joining);
    expect(all.map((outcome) => outcome.kind === 'failed' && outcome.failure.kind)).toEqual([
      'timeout',
      'timeout',
    ]);
    expect(hub.stats()).toEqual([]);
    expect(outcomes).toEqual([
      [1, 'not-found'],
      [2, 'timeout'],
    ]);
  });

  it('tries the sources as they are given, and tells what became of each', async () => {
    driver.fail(1, 'not-found');
    for (const key of ['news', 'sport']) {
      const joining = open(key, [ONE, TWO]);
      await settle();
      await play(0.2);
      expect((await joining).kind).toBe('ready');
    }
    expect(driver.asked.map(({ sourceId }) => sourceId)).toEqual([1, 2, 1, 2]);
    expect(outcomes).toEqual([
      [1, 'not-found'],
      [2, 'picture'],
      [1, 'not-found'],
      [2, 'picture'],
    ]);
  });

  it('tells of a break with its reason, and not of a picture that the same session goes on with', async () => {
    await seatAt();
    driver.stream.reopenable = true;
    driver.stream.end('eof');
    await settle();
    await play(0.2);
    expect(driver.stream.reopens).toBe(1);
    expect(outcomes).toEqual([
      [1, 'picture'],
      [1, 'broke'],
    ]);
  });

  it('says "bad media" for bytes without pictures, and stops the stream', async () => {
    const joining = open();
    await settle();
    const { stream } = driver;
    stream.send(Buffer.alloc(200_000, 'x'));
    expect(await joining).toMatchObject({ kind: 'failed', failure: { kind: 'bad-media' } });
    expect(stream.closes).toBe(1);
  });

  it('says "bad media" for a stream that never shows a keyframe', async () => {
    const joining = open();
    await settle();
    const blind = new TsChannel({ gopFrames: 1_000_000 });
    blind.nextFrame();
    for (let second = 0; second < 20; second++) {
      driver.stream.send(blind.frames(25));
      await clock.advance(1_000);
    }
    expect(await joining).toMatchObject({ kind: 'failed', failure: { kind: 'bad-media' } });
  });

  it('tries a stream once more that was cut off before its first picture', async () => {
    const joining = open();
    await settle();
    driver.stream.end('reset');
    await settle();
    expect(driver.opened).toHaveLength(2);
    driver.stream.end('eof');
    expect(await joining).toMatchObject({ kind: 'failed', failure: { kind: 'timeout' } });
    expect(driver.opened.map(({ closes }) => closes)).toEqual([1, 1]);
  });

  it('follows a content that other channels start anew, as long as they do not do so for ever', async () => {
    const joining = open();
    await settle();
    for (let moves = 0; moves < 3; moves++) {
      driver.stream.end('moved');
      await settle();
    }
    expect(driver.opened).toHaveLength(4);
    await play(0.2);
    expect((await joining).kind).toBe('ready');
    const other = open('sport', [TWO]);
    await settle();
    for (let moves = 0; moves < 4; moves++) {
      driver.stream.end('moved');
      await settle();
    }
    expect(await other).toMatchObject({ kind: 'failed', failure: { kind: 'unavailable' } });
    expect(driver.opened.map(({ closes }) => closes)).toEqual([1, 1, 1, 0, 1, 1, 1, 1]);
  });

  it('says "timeout" when an opening takes too long', async () => {
    let release = (): void => {};
    driver.gate = new Promise((resolve) => (release = resolve));
    driver.fail(1, 'timeout');
    const joining = open('news', [ONE, TWO]);
    await clock.advance(60_000);
    release();
    expect(await joining).toMatchObject({ kind: 'failed', failure: { kind: 'timeout' } });
    expect(driver.asked).toHaveLength(1);
  });

  it('plays only what a driver knows', async () => {
    const joining = open('news', [aStreamSource({ kind: 'rtsp' })]);
    expect(await joining).toMatchObject({ kind: 'failed', failure: { kind: 'unsupported' } });
  });

  it('lingers after the last viewer and then stops once', async () => {
    const seat = await seatAt();
    const { stream } = driver;
    seat.leave();
    seat.leave();
    expect(state()).toBe('draining');
    await clock.advance(19_999);
    expect(stream.closes).toBe(0);
    await clock.advance(1);
    expect(stream.closes).toBe(1);
    expect(hub.stats()).toEqual([]);
  });

  it('keeps the stream for one who comes back', async () => {
    (await seatAt()).leave();
    await clock.advance(9_000);
    expect((await open()).kind).toBe('ready');
    expect(state()).toBe('live');
    await clock.advance(10_900);
    expect(driver.opened).toHaveLength(1);
    expect(driver.stream.closes).toBe(0);
  });

  it('lingers shortly where no picture ever came, and takes the next one in again', async () => {
    const one = new AbortController();
    const first = open('news', [ONE], one.signal);
    await settle();
    one.abort();
    expect(await first).toMatchObject({ failure: { kind: 'cancelled' } });
    expect(state()).toBe('draining');
    await clock.advance(2_999);
    const second = open();
    expect(state()).toBe('starting');
    await play(0.2);
    expect((await second).kind).toBe('ready');
    expect(driver.opened).toHaveLength(1);
  });

  it('gives up what was never seen after a short while, even in the middle of opening', async () => {
    let release = (): void => {};
    driver.gate = new Promise((resolve) => (release = resolve));
    const one = new AbortController();
    const first = open('news', [ONE], one.signal);
    one.abort();
    await first;
    await clock.advance(3_000);
    expect(hub.stats()).toEqual([]);
    release();
    await Promise.all(background);
    expect(driver.opened).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('lets nobody in who has left before he came', async () => {
    const gone = new AbortController();
    gone.abort();
    expect(await open('news', [ONE], gone.signal)).toMatchObject({ failure: { kind: 'cancelled' } });
    expect(driver.asked).toEqual([]);
  });

  it('asks the same stream once for more after a cut, then opens anew with growing pauses', async () => {
    const sink = new FakeSink();
    (await seatAt()).read(sink);
    await play(30);
    const first = driver.stream;
    first.reopenable = true;
    first.end('reset');
    await settle();
    expect(first.reopens).toBe(1);
    await play(1, first);
    expect(hub.stats()[0]).toMatchObject({ state: 'live', breaks: 1, recoveries: 1 });
    expect(strictContinuity(sink.data)).toEqual([]);
    first.reopenable = false;
    first.end('eof');
    driver.fail(1, 'unavailable');
    const from = clock.monotonic();
    await clock.advance(20_000);
    expect(first.closes).toBe(1);
    expect(driver.asked.slice(1).map(({ at, prefer }) => [at - from, prefer])).toEqual([
      [0, 'place 1'],
      [1_000, undefined],
      [3_000, undefined],
      [7_000, undefined],
      [15_000, undefined],
    ]);
    expect(state()).toBe('recovering');
    expect(sink.ends).toEqual([]);
  });

  it('shows null packets while nothing comes, and no more once something does', async () => {
    const sink = new FakeSink();
    (await seatAt()).read(sink);
    await play(1);
    await clock.advance(900);
    const before = sink.data.length;
    await clock.advance(1_700);
    const filler = sink.data.subarray(before);
    expect(filler.length % 188).toBe(0);
    expect(filler.length).toBeGreaterThanOrEqual(2 * 7 * 188);
    for (let at = 0; at < filler.length; at += 188) expect(filler.readUInt16BE(at + 1) & 0x1fff).toBe(0x1fff);
    expect(strictContinuity(sink.data)).toEqual([]);
  });

  it('takes silence for death after its time, and pauses for none', async () => {
    (await seatAt()).read(new FakeSink());
    await play(30);
    const first = driver.stream;
    await clock.advance(19_000);
    expect(state()).toBe('live');
    await clock.advance(1_500);
    expect(first.reopens).toBe(1);
    expect(hub.stats()[0]?.breaks).toBe(1);
  });

  it('leaves a source that gives too little, if there is another one', async () => {
    (await seatAt('news', [ONE, TWO])).read(new FakeSink());
    for (let second = 0; second < 62; second++) {
      driver.stream.send(pictureOf(driver.stream).frames(12));
      await clock.advance(1_000);
    }
    expect(driver.asked.map(({ sourceId }) => sourceId).slice(0, 2)).toEqual([1, 2]);
  });

  it('leaves a source that runs in a circle by its own clock, if there is another one', async () => {
    (await seatAt('news', [ONE, TWO])).read(new FakeSink());
    (await seatAt('sport', [ONE])).read(new FakeSink());
    const [news, sport] = driver.opened;
    const stretch = new TsChannel({ gopFrames: 25, bitrate: 1_000_000 }).seconds(5);
    for (let round = 0; round < 5; round++) {
      for (let at = 0; at < 5; at++) {
        const second = stretch.subarray((at * stretch.length) / 5, ((at + 1) * stretch.length) / 5);
        for (const stream of [news, sport]) stream?.send(second);
        await clock.advance(1_000);
      }
    }
    expect(driver.asked.map(({ sourceId }) => sourceId)).toEqual([1, 1, 2]);
    expect(outcomes).toContainEqual([1, 'broke']);
  });

  it('leaves a source whose broadcast stands still, if there is another one', async () => {
    (await seatAt('news', [ONE, TWO])).read(new FakeSink());
    const { stream } = driver;
    stream.stillMs = OPTIONS.liveStillMs - 1;
    await play(1, stream);
    expect(stream.closes).toBe(0);
    stream.stillMs = OPTIONS.liveStillMs;
    await play(1, stream);
    expect(driver.asked.map(({ sourceId }) => sourceId)).toEqual([1, 2]);
    expect(hub.stats()[0]?.lastProblem).toBe('looping: the same pictures again and again');
  });

  it('goes on with a source of the same codec before others, once it has seen them', async () => {
    const three = aStreamSource({ id: 3 });
    const joining = open('sport', [TWO]);
    await settle();
    channels.set(driver.stream, new TsChannel({ gopFrames: 25, bitrate: 1_000_000, codec: 'h265' }));
    await play(0.2);
    await joining;
    (await seatAt('news', [ONE, TWO, three])).read(new FakeSink());
    driver.stream.stillMs = OPTIONS.liveStillMs;
    await play(1, driver.stream);
    expect(driver.asked.map(({ sourceId }) => sourceId)).toEqual([2, 1, 3]);
  });

  it('holds a source back that delivers far ahead of real time', async () => {
    (await seatAt()).read(new FakeSink());
    const { stream } = driver;
    stream.send(pictureOf(stream).seconds(20));
    expect(stream.paused).toBe(true);
    await clock.advance(10_000);
    expect(stream.paused).toBe(false);
    expect(stream.closes).toBe(0);
  });

  it('gives up after its time and ends every viewer', async () => {
    const sink = new FakeSink();
    (await seatAt()).read(sink);
    await play(1);
    driver.fail(1, 'unavailable');
    driver.stream.end('reset');
    await clock.advance(75_000);
    expect(sink.ends).toEqual(['source-lost']);
    expect(hub.stats()).toEqual([]);
    await Promise.all(background);
    expect(clock.pendingTimers).toBe(0);
  });

  it('recovers for a viewer who comes back while it recovers', async () => {
    const seat = await seatAt();
    await play(1);
    driver.fail(1, 'unavailable', 'unavailable', 'unavailable');
    driver.stream.end('reset');
    await clock.advance(100);
    seat.leave();
    expect(state()).toBe('draining');
    const back = await open();
    expect(back.kind).toBe('ready');
    expect(state()).toBe('recovering');
  });

  it('ends at once when it breaks while nobody watches', async () => {
    (await seatAt()).leave();
    driver.stream.end('session-lost');
    await settle();
    expect(hub.stats()).toEqual([]);
    expect(driver.asked).toHaveLength(1);
  });

  it('hears nothing more from a stream it has left', async () => {
    const sink = new FakeSink();
    (await seatAt()).read(sink);
    await play(1);
    const old = driver.stream;
    old.end('session-lost');
    await clock.advance(10);
    const next = driver.stream;
    expect(next).not.toBe(old);
    await play(1, next);
    const before = sink.data.length;
    old.send(pictureOf(old).seconds(1));
    old.end('eof');
    await settle();
    expect(sink.data.length).toBe(before);
    expect(hub.stats()[0]).toMatchObject({ state: 'live', breaks: 1 });
  });

  it('goes to the other source when one keeps breaking soon after it came back', async () => {
    (await seatAt('news', [ONE, TWO])).read(new FakeSink());
    for (let round = 0; round < 3; round++) {
      await play(1);
      driver.stream.end('eof');
      await clock.advance(3_000);
    }
    expect(driver.asked.map(({ sourceId }) => sourceId)).toEqual([1, 1, 2, 1]);
  });

  it('makes room by ending the stream nobody has watched for longest', async () => {
    (await seatAt('a')).leave();
    const a = driver.stream;
    await clock.advance(1_000);
    (await seatAt('b')).leave();
    const b = driver.stream;
    const watching = await seatAt('c');
    const asking = driver.stream.context;
    expect(await asking.makeRoom('http')).toBe(true);
    expect([a.closes, b.closes]).toEqual([1, 0]);
    expect(await asking.makeRoom('acestream')).toBe(false);
    expect(await asking.makeRoom('http')).toBe(true);
    expect(await asking.makeRoom('http')).toBe(false);
    watching.leave();
    expect(await asking.makeRoom('http')).toBe(false);
  });

  it('refuses more viewers than it may have', async () => {
    hub = newHub({}, 1);
    await seatAt();
    expect(await open()).toMatchObject({ failure: { kind: 'unavailable', retryAfterSeconds: 30 } });
  });

  it('refuses a channel without sources', async () => {
    expect(await open('news', [])).toMatchObject({ failure: { kind: 'not-found' } });
  });

  it('ends everything when the server ends, and takes in nobody after that', async () => {
    const sink = new FakeSink();
    (await seatAt()).read(sink);
    const waiting = open('other');
    await settle();
    const { stream } = driver;
    await hub.close();
    expect(sink.ends).toEqual(['closed']);
    expect(await waiting).toMatchObject({ failure: { kind: 'unavailable' } });
    expect(stream.closes).toBe(1);
    expect(await open()).toMatchObject({ failure: { kind: 'unavailable' } });
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not wait for ever for an upstream that does not let go', async () => {
    await seatAt();
    driver.stream.closing = new Promise(() => {});
    const closing = hub.close();
    await clock.advance(5_000);
    await closing;
    expect(hub.stats()).toEqual([]);
  });

  it('lets a seat of an ended stream end its reader at once', async () => {
    const seat = await seatAt();
    await hub.close();
    const sink = new FakeSink();
    seat.read(sink);
    expect(sink.ends).toEqual(['closed']);
  });

  it('serves hundreds of viewers in slices', async () => {
    const seat = await seatAt();
    const sinks = Array.from({ length: 600 }, () => new FakeSink());
    seat.read(new FakeSink());
    for (const sink of sinks) {
      const joined = await open();
      if (joined.kind === 'ready') joined.seat.read(sink);
    }
    await play(1);
    for (let turn = 0; turn < 5; turn++) await settle();
    expect(new Set(sinks.map(({ data }) => data.length)).size).toBe(1);
    expect(hub.stats()[0]?.readers).toHaveLength(601);
  });

  describe('a person who switches the source', () => {
    const THREE = aStreamSource({ id: 3 });

    it('brings the viewers along without a break in the counters', async () => {
      const seat = await seatAt('news', [ONE, TWO, THREE]);
      const sink = new FakeSink();
      seat.read(sink);
      await play(1);
      expect(hub.find('news')?.switchSource(3)).toBe('switched');
      await settle();
      expect(driver.opened.map(({ source }) => source.id)).toEqual([1, 3]);
      expect(driver.opened[0]?.closes).toBe(1);
      await play(2);
      expect(hub.stats()[0]).toMatchObject({ state: 'live', sourceId: 3, viewers: 1, sourceIds: [1, 2, 3] });
      expect(sink.ends).toEqual([]);
      expect(strictContinuity(sink.data)).toEqual([]);
      expect(outcomes).toEqual([
        [1, 'picture'],
        [3, 'picture'],
      ]);
    });

    it('goes round with "next", and knows what makes no sense', async () => {
      await seatAt('news', [ONE, TWO]);
      const session = hub.find('news');
      expect(session?.switchSource(9)).toBe('unknown-source');
      expect(session?.switchSource(1)).toBe('same-source');
      expect(session?.switchSource()).toBe('switched');
      await settle();
      await play(1);
      expect(session?.switchSource()).toBe('switched');
      await settle();
      await play(1);
      expect(driver.opened.map(({ source }) => source.id)).toEqual([1, 2, 1]);
      expect(hub.stats()[0]).toMatchObject({ state: 'live', sourceId: 1 });
    });

    it('gives up the opening that is under way', async () => {
      let release = (): void => {};
      driver.gate = new Promise((resolve) => (release = resolve));
      const joining = open('news', [ONE, TWO]);
      await settle();
      expect(hub.find('news')?.switchSource(2)).toBe('switched');
      release();
      await settle();
      await settle();
      expect(driver.asked.map(({ sourceId }) => sourceId)).toEqual([1, 2]);
      expect(driver.opened.map(({ source }) => source.id)).toEqual([2]);
      await play(0.2);
      expect((await joining).kind).toBe('ready');
      expect(outcomes).toEqual([[2, 'picture']]);
    });

    it('goes on with the others where the chosen one fails', async () => {
      const seat = await seatAt('news', [ONE, TWO, THREE]);
      seat.read(new FakeSink());
      driver.fail(2, 'not-found');
      hub.find('news')?.switchSource(2);
      await settle();
      await clock.advance(1_500);
      expect(driver.asked.map(({ sourceId }) => sourceId)).toEqual([1, 2, 3]);
      await play(1);
      expect(hub.stats()[0]).toMatchObject({ state: 'live', sourceId: 3 });
    });

    it('finds nothing to switch where nobody watches', async () => {
      const seat = await seatAt('news', [ONE, TWO]);
      seat.leave();
      expect(hub.find('news')?.switchSource()).toBe('idle');
    });
  });
});
