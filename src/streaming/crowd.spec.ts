import { describe, expect, it } from '@jest/globals';
import { aStreamSource } from '../../test/builders/stream-source-builder.js';
import { TsChannel } from '../../test/builders/ts-builder.js';
import { FakeClock, settle } from '../../test/fakes/fake-clock.js';
import { FakeDriver } from '../../test/fakes/fake-driver.js';
import { RecordingLogger } from '../../test/fakes/recording-logger.js';
import { RingBudget } from '../core/mpegts/ring-budget.js';
import type { ReaderEnd, ReaderSink } from './reader.js';
import { StreamHub } from './stream-hub.js';
import { FLUSH_MS, SESSION_DEFAULTS } from './streaming-options.js';
import { TsPipeline } from './ts-pipeline.js';

const VIEWERS = 1_000;
const STUCK = 100;
const RING_BYTES = 1_000_000;
const SLOW_MS = 30_000;

/** A socket that counts: one that is stuck takes the first bytes, as a kernel does, and then nothing. */
class CountingSink implements ReaderSink {
  bytes = 0;
  pending = 0;
  ended: ReaderEnd | undefined;

  constructor(private readonly stuck: boolean) {}

  write(chunk: Buffer): boolean {
    this.bytes += chunk.length;
    if (this.stuck) this.pending += chunk.length;
    return !this.stuck;
  }

  onDrain(): void {
    // A stuck socket never drains, and the others never fill up.
  }

  pendingBytes(): number {
    return this.pending;
  }

  end(reason: ReaderEnd): void {
    this.ended = reason;
  }
}

describe('a thousand viewers of whom a hundred never read', () => {
  it('stay within the memory of one ring, and the others never notice', async () => {
    const clock = new FakeClock();
    const driver = new FakeDriver();
    const budget = new RingBudget(64_000_000);
    const hub = new StreamHub({
      drivers: [driver],
      clock,
      logger: new RecordingLogger(),
      background: () => {},
      session: {
        ...SESSION_DEFAULTS,
        ...{ firstByteMs: 45_000, startBudgetMs: 60_000, giveUpMs: 60_000, lingerMs: 20_000 },
        ...{ stallMs: 20_000, slowReaderMs: SLOW_MS, joinBehindMs: 0 },
      },
      maxReaders: VIEWERS,
      newPipeline: () => new TsPipeline({ ringBytes: RING_BYTES, budget, flushMs: FLUSH_MS }),
    });
    const channel = new TsChannel({ bitrate: 1_000_000, gopFrames: 25 });
    const play = async (frames: number): Promise<void> => {
      for (let frame = 0; frame < frames; frame++) {
        driver.stream.send(channel.nextFrame());
        await clock.advance(40);
      }
    };
    const sources = [aStreamSource()];
    const joining = Array.from({ length: VIEWERS }, () =>
      hub.open({ key: 'news', sources, signal: new AbortController().signal }),
    );
    await settle();
    await play(5);
    const sinks: CountingSink[] = [];
    for (const outcome of await Promise.all(joining)) {
      if (outcome.kind === 'failed') throw new Error(outcome.failure.detail);
      const sink = new CountingSink(sinks.length % (VIEWERS / STUCK) === 0);
      sinks.push(sink);
      outcome.seat.read(sink);
    }
    const stuck = sinks.filter((_, index) => index % (VIEWERS / STUCK) === 0);
    const quick = sinks.filter((sink) => !stuck.includes(sink));
    let most = 0;
    for (let second = 0; second < SLOW_MS / 1000 - 2; second++) {
      await play(25);
      most = Math.max(most, budget.bytes);
    }
    expect(hub.viewers).toBe(VIEWERS);
    expect(most).toBeLessThanOrEqual(RING_BYTES);
    expect(most).toBeGreaterThan(RING_BYTES / 2);
    // What a stuck socket was given once is all it costs.
    expect(Math.max(...stuck.map(({ pending }) => pending))).toBeLessThanOrEqual(65_424);
    await play(100);
    expect(stuck.map(({ ended }) => ended)).toEqual(Array.from({ length: STUCK }, () => 'too-slow'));
    expect(quick.filter(({ ended }) => ended !== undefined)).toEqual([]);
    expect(hub.viewers).toBe(VIEWERS - STUCK);
    expect(new Set(quick.map(({ bytes }) => bytes)).size).toBe(1);
    expect(quick[0]?.bytes).toBeGreaterThan(SLOW_MS * 125 * 0.9);
    expect(hub.stats()[0]?.readers.reduce((sum, { jumps }) => sum + jumps, 0)).toBe(0);
    await hub.close();
    expect(budget.bytes).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  }, 60_000);
});
