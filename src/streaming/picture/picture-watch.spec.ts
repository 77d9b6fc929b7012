import { beforeEach, describe, expect, it } from '@jest/globals';
import { aStreamSource } from '../../../test/builders/stream-source-builder.js';
import { TsChannel } from '../../../test/builders/ts-builder.js';
import { strictContinuity } from '../../../test/builders/ts-reader.js';
import { FakeClock, settle } from '../../../test/fakes/fake-clock.js';
import { FakeDriver } from '../../../test/fakes/fake-driver.js';
import { FakeSink } from '../../../test/fakes/fake-sink.js';
import { RecordingLogger } from '../../../test/fakes/recording-logger.js';
import type { PictureFault } from '../../core/picture/judge-picture.js';
import { readSample, SCENE_CELLS } from '../../core/picture/picture-sample.js';
import { RingBudget } from '../../core/mpegts/ring-budget.js';
import { StreamHub } from '../stream-hub.js';
import { FLUSH_MS, SESSION_DEFAULTS } from '../streaming-options.js';
import { TsPipeline } from '../ts-pipeline.js';
import type { PictureSampler, SampleOutcome } from './picture-sampler.js';
import { PICTURE_DEFAULTS, PictureWatch } from './picture-watch.js';

const SCENES = Buffer.concat(Array.from({ length: 10 }, (_, i) => Buffer.alloc(SCENE_CELLS, (i * 53) % 200)));

/** Finds what the test says of the source that plays. */
class FakeSampler implements PictureSampler {
  looks = 0;
  taken: Buffer = Buffer.alloc(0);
  isMissing = false;
  /** By source id; absent = a good picture. */
  readonly faults = new Map<number, PictureFault>();

  constructor(private readonly playing: () => number) {}

  sample(take: () => readonly Buffer[]): Promise<SampleOutcome> {
    this.looks++;
    if (this.isMissing) return Promise.resolve({ kind: 'no-ffmpeg' });
    this.taken = Buffer.concat(take());
    const fault = this.faults.get(this.playing());
    const whole = { black: 0, frozen: 0, silent: 0 };
    if (fault === 'black' || fault === 'frozen' || fault === 'silent') whole[fault] = 5;
    return Promise.resolve({ kind: 'sampled', sample: { ...readSample('', SCENES), ...whole } });
  }
}

describe('a stream whose picture is watched', () => {
  let clock: FakeClock;
  let driver: FakeDriver;
  let sampler: FakeSampler;
  let hub: StreamHub;
  let logger: RecordingLogger;
  let outcomes: string[];
  let sink: FakeSink;
  let picture: TsChannel;

  beforeEach(() => {
    clock = new FakeClock();
    driver = new FakeDriver(() => clock.monotonic());
    sampler = new FakeSampler(() => driver.stream.source.id);
    logger = new RecordingLogger();
    outcomes = [];
    sink = new FakeSink();
    const background = (): void => {};
    hub = new StreamHub({
      drivers: [driver],
      clock,
      logger,
      background,
      session: {
        ...SESSION_DEFAULTS,
        ...{ firstByteMs: 45_000, startBudgetMs: 60_000, giveUpMs: 60_000, lingerMs: 20_000 },
        ...{ stallMs: 20_000, slowReaderMs: 30_000, joinBehindMs: 0 },
      },
      maxReaders: 10,
      newPipeline: () =>
        new TsPipeline({ ringBytes: 4_000_000, budget: new RingBudget(64_000_000), flushMs: FLUSH_MS }),
      watchPicture: (stream) => new PictureWatch(stream, sampler, clock, background),
      onOutcome: (id, outcome) => {
        if (outcome.kind === 'broke') outcomes.push(`${id} ${outcome.reason}`);
      },
    });
  });

  async function play(seconds: number): Promise<void> {
    for (let frame = 0; frame < seconds * 25; frame++) {
      driver.stream.send(picture.nextFrame());
      await clock.advance(40);
    }
  }

  async function watch(ids: readonly number[], watchPicture = true): Promise<() => void> {
    const sources = ids.map((id) => aStreamSource({ id }));
    picture = new TsChannel({ gopFrames: 25, bitrate: 400_000 });
    const joining = hub.open({ key: 'news', sources, watchPicture, signal: new AbortController().signal });
    await settle();
    await play(0.2);
    const outcome = await joining;
    if (outcome.kind === 'failed') throw new Error(outcome.failure.detail);
    outcome.seat.read(sink);
    return () => outcome.seat.leave();
  }

  /** One more look than are needed, because the first after a change only notes the source. */
  const untilCondemned = (): Promise<void> => play(((PICTURE_DEFAULTS.looks + 1) * 20_000) / 1000 + 2);

  it('goes over to the next source when its picture is dead twice, and keeps its viewers', async () => {
    sampler.faults.set(1, 'black');
    await watch([1, 2]);
    await play(42);
    expect([sampler.looks, outcomes]).toEqual([1, []]);
    await play(20);
    expect(driver.stream.source.id).toBe(2);
    expect(outcomes).toEqual(['1 dead-picture']);
    await untilCondemned();
    expect(hub.stats()[0]).toMatchObject({
      ...{ state: 'live', viewers: 1, sourceId: 2, picture: 'fine', breaks: 1, recoveries: 1 },
      lastProblem: 'dead-picture: the picture is black',
    });
    expect(strictContinuity(sink.data)).toEqual([]);
  });

  it('shows its sampler some seconds from a keyframe on', async () => {
    await watch([1]);
    await play(42);
    expect(strictContinuity(sampler.taken)).toEqual([]);
    expect(sampler.taken.length).toBeGreaterThan(200_000);
    expect(sampler.taken.length).toBeLessThan(500_000);
  });

  it('ends at the least bad source when all are dead, and stays there for a while', async () => {
    sampler.faults.set(1, 'silent').set(2, 'black').set(3, 'frozen');
    await watch([1, 2, 3]);
    for (let round = 0; round < 3; round++) await untilCondemned();
    expect(driver.opened.map(({ source }) => source.id)).toEqual([1, 2, 3, 1]);
    expect(outcomes).toEqual(['1 dead-picture', '2 dead-picture', '3 dead-picture']);
    await play(200);
    expect(driver.opened).toHaveLength(4);
    expect(hub.stats()[0]).toMatchObject({ state: 'live', viewers: 1, sourceId: 1, picture: 'silent' });
  });

  it('blames the only source once and plays on', async () => {
    sampler.faults.set(1, 'frozen');
    await watch([1]);
    await play(150);
    expect([driver.opened.length, outcomes]).toEqual([1, ['1 dead-picture']]);
  });

  it('is looked at only where that was asked for, and while somebody watches', async () => {
    sampler.faults.set(1, 'black');
    const leave = await watch([1, 2], false);
    await play(70);
    expect([sampler.looks, hub.stats()[0]?.picture]).toEqual([0, null]);
    leave();
    await clock.advance(21_000);
    const leaveWatched = await watch([1]);
    await play(42);
    leaveWatched();
    const { looks } = sampler;
    await clock.advance(60_000);
    expect([looks, sampler.looks, hub.stats(), clock.pendingTimers]).toEqual([1, 1, [], 0]);
  });

  it('says once that it needs ffmpeg, and plays', async () => {
    sampler.isMissing = true;
    await watch([1, 2]);
    await play(85);
    expect(hub.stats()[0]).toMatchObject({ picture: 'unwatched', breaks: 0 });
    hub.log.flush();
    expect(logger.entries.filter(({ message }) => message.includes('needs ffmpeg'))).toHaveLength(1);
  });
});
