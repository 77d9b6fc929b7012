import { describe, expect, it } from '@jest/globals';
import { TsChannel } from '../../../test/builders/ts-builder.js';
import type { TsChannelOptions } from '../../../test/builders/ts-builder.js';
import { tsPacket, pesHeader } from '../../../test/builders/ts-packets.js';
import { plainPackets, readFrames, strictContinuity } from '../../../test/builders/ts-reader.js';
import { GopRing } from '../mpegts/gop-ring.js';
import { RingBudget } from '../mpegts/ring-budget.js';
import type { GopRingOptions } from '../mpegts/gop-ring.js';
import { discontinuityPacket, nullPacket } from '../mpegts/packet.js';
import { SegmentWindow } from './segment-window.js';
import type { SegmentWindowOptions } from './segment-window.js';

class Live {
  readonly ring: GopRing;
  readonly channel: TsChannel;
  readonly window: SegmentWindow;
  now = 0;

  constructor(
    channel: Partial<TsChannelOptions> = {},
    ring: GopRingOptions = {},
    options: SegmentWindowOptions = {},
  ) {
    this.channel = new TsChannel({ gopFrames: 25, bitrate: 500_000, ...channel });
    this.ring = new GopRing(ring);
    this.window = new SegmentWindow(this.ring, { quickSegments: 0, ...options });
  }

  run(seconds: number, poll = true): this {
    for (let i = 0; i < seconds * 25; i++) {
      this.ring.push(this.channel.nextFrame(), this.now);
      this.now += 40;
      if (poll) this.window.poll();
    }
    return this;
  }

  bytes(sequence: number): Buffer {
    return Buffer.concat(this.window.find(sequence)?.parts ?? []);
  }
}

/** The same frames in two rings, the second from some frame on and so many frames later. */
class Pair {
  readonly leader: SegmentWindow;
  readonly follower: SegmentWindow;
  private readonly rings = [new GopRing(), new GopRing()] as const;
  private readonly frames: Buffer[] = [];
  private readonly channel: TsChannel;
  private count = 0;

  constructor(
    gopFrames: number,
    private readonly from: number,
    private readonly late: number,
    knows = true,
  ) {
    this.channel = new TsChannel({ gopFrames, bitrate: 500_000 });
    const [own, copy] = this.rings;
    this.leader = new SegmentWindow(own, { firstSequence: 100, epochOffsetMs: 1_000_000 });
    this.follower = new SegmentWindow(copy, {
      firstSequence: 7_000,
      epochOffsetMs: 1_000_000,
      follow: (time) => (knows ? this.leader.boundaryAt(time) : undefined),
    });
  }

  run(seconds: number): this {
    for (let i = 0; i < seconds * 25; i++, this.count++) {
      const [own, copy] = this.rings;
      const frame = this.channel.nextFrame();
      this.frames.push(frame);
      own.push(frame, this.count * 40);
      this.leader.poll();
      const copied = this.count - this.late;
      if (copied < this.from) continue;
      copy.push(this.frames[copied] ?? Buffer.alloc(0), this.count * 40);
      this.follower.poll();
    }
    return this;
  }
}

const told = (window: SegmentWindow): unknown[] =>
  window.list().map(({ sequence, seconds, startsAt, time }) => [sequence, seconds, startsAt, time]);

const shape = (window: SegmentWindow): [number, number, boolean][] =>
  window.list().map(({ sequence, seconds, discontinuity }) => [sequence, seconds, discontinuity]);

describe('HLS segments', () => {
  it('cuts at the first keyframe after the target', () => {
    const live = new Live({ gopFrames: 40 }).run(20);
    expect(shape(live.window)).toEqual([0, 1, 2, 3].map((sequence) => [sequence, 4.8, false]));
    expect(live.window.targetDuration).toBe(5);
  });

  it('follows another cut of the same content: numbers, times and ends are the same', () => {
    for (const from of [0, 60, 110, 190]) {
      const { leader, follower } = new Pair(40, from, 30).run(40);
      expect(told(follower).length).toBeGreaterThan(4);
      expect(told(leader)).toEqual(expect.arrayContaining(told(follower)));
    }
  });

  it('follows from where both know the content, also through the short segments of the start', () => {
    const { leader, follower } = new Pair(25, 0, 50).run(18);
    expect(follower.list()[0]).toMatchObject({ sequence: 100, seconds: 1 });
    expect(told(leader)).toEqual(expect.arrayContaining(told(follower).slice(-4)));
    expect(follower.find(101)?.seconds).toBe(leader.find(101)?.seconds);
  });

  it('cuts by itself where it hears nothing of the other cut', () => {
    const { follower } = new Pair(25, 0, 0, false).run(40);
    expect(follower.list().map(({ sequence }) => sequence)).toEqual([7_000, 7_001, 7_002]);
    expect(follower.list().map(({ seconds }) => seconds)).toEqual([8, 8, 8]);
  });

  it('knows where a segment starts, also the one that is being made, within half a second', () => {
    const live = new Live().run(10);
    const [first, second] = live.window.list();
    expect(live.window.boundaryAt((second?.time ?? 0) - 40_000)?.sequence).toBe(1);
    expect(live.window.boundaryAt((second?.time ?? 0) + 4 * 90_000)?.sequence).toBe(2);
    expect(live.window.boundaryAt((first?.time ?? 0) + 2 * 90_000)).toBeUndefined();
  });

  it('gives segments that hold every frame once and start with tables', () => {
    const live = new Live({ tablesAtKeyframe: false, tablesEveryMs: 350 }).run(20);
    const frames = live.window.list().flatMap(({ sequence }) => {
      const bytes = live.bytes(sequence);
      expect(
        plainPackets(bytes)
          .slice(0, 2)
          .map(({ pid }) => pid),
      ).toEqual([0, 0x1000]);
      expect(strictContinuity(bytes)).toEqual([]);
      return readFrames(bytes);
    });
    expect(frames).toEqual(frames.map((_, frame) => ({ channelId: 1, frame, intact: true })));
    expect(frames).toHaveLength(16 * 25);
  });

  it('does not double tables that stand there already', () => {
    const live = new Live().run(10);
    expect(
      plainPackets(live.bytes(0))
        .slice(0, 4)
        .map(({ pid }) => pid),
    ).toEqual([0, 0x1000, 0x100, 0x100]);
  });

  it('follows long GOPs with its promise', () => {
    const live = new Live({ gopFrames: 250 }).run(25);
    expect(shape(live.window)).toEqual([
      [0, 10, false],
      [1, 10, false],
    ]);
    expect(live.window.targetDuration).toBe(10);
  });

  it('lists only the newest, and keeps some more for players that have read an older list', () => {
    const live = new Live({}, { maxBytes: 1_000_000 }, { targetSeconds: 2, listed: 3, spare: 2 }).run(41);
    expect(shape(live.window).map(([sequence]) => sequence)).toEqual([17, 18, 19]);
    expect(live.window.find(14)).toBeUndefined();
    expect(live.bytes(15).length).toBeGreaterThan(100_000);
    expect(readFrames(live.bytes(15)).every(({ intact }) => intact)).toBe(true);
    expect(live.window.find(99)).toBeUndefined();
  });

  it('goes on behind a discontinuity when the ring was faster', () => {
    const live = new Live({}, { maxBytes: 1_000_000 }).run(9);
    live.run(60, false).window.poll();
    expect(shape(live.window).map(([sequence, , discontinuity]) => [sequence, discontinuity])).toEqual([
      [0, false],
      [1, false],
      [2, true],
      [3, false],
      [4, false],
    ]);
    const fresh = new Live({}, { maxBytes: 500_000 }).run(30, false).run(9);
    expect(shape(fresh.window).map(([, , discontinuity]) => discontinuity)).toEqual([false, false, false]);
  });

  it('ends a segment at a break and marks the next one', () => {
    const live = new Live().run(6);
    live.channel.change({ codec: 'h265' });
    live.run(6);
    expect(live.window.poll()).toBe(0);
    expect(shape(live.window)).toEqual([
      [0, 4, false],
      [1, 2, false],
      [2, 4, true],
    ]);
    expect(live.window.list().map(({ discontinuities }) => discontinuities)).toEqual([0, 0, 1]);
  });

  it('ends a segment at a break with a picture that is whole', () => {
    const live = new Live().run(6);
    const torn = live.channel.nextFrame();
    const begun = torn.subarray(0, Math.floor(torn.length / 376) * 188);
    live.ring.push(begun, live.now);
    live.channel.change({ codec: 'h265' });
    live.run(6);
    const frames = readFrames(live.bytes(1));
    expect(frames.length).toBeGreaterThan(48);
    expect(live.bytes(1).includes(begun.subarray(-188))).toBe(false);
    expect(frames.every(({ intact }) => intact)).toBe(true);
  });

  it('tells a break within a segment at the next start', () => {
    const live = new Live();
    live.ring.push(discontinuityPacket(0x100, 0), 0);
    live.run(1);
    live.run(0.2);
    live.ring.push(discontinuityPacket(0x100, 0), live.now);
    live.run(10);
    expect(shape(live.window).map(([, , discontinuity]) => discontinuity)).toEqual([false, true, false]);
  });

  it('measures by arrival where the clock breaks or is missing', () => {
    const live = new Live().run(2.5);
    live.channel.jump(-900_000);
    live.run(8);
    expect(live.window.list()[0]?.seconds).toBe(4);
    const bare = new GopRing({ flushAfterMs: 0 });
    const window = new SegmentWindow(bare, { quickSegments: 0 });
    const idr = Buffer.from([0, 0, 1, 0x65, ...new Array<number>(20).fill(9)]);
    const picture = Buffer.concat([pesHeader(0xe0, {}), idr]);
    const source = new TsChannel({ audio: 'none' });
    for (let i = 0; i < 6; i++) {
      bare.push(source.tables(), i * 3000);
      bare.push(tsPacket({ pid: 0x100, counter: i, payload: picture, payloadUnitStart: true }), i * 3000);
    }
    window.poll();
    expect(shape(window).map(([, seconds]) => seconds)).toEqual([6, 6]);
  });

  it('gives the first player a segment at the second keyframe, then grows to the target', () => {
    const live = new Live({ gopFrames: 50 }, {}, { quickSegments: 3 });
    live.run(2.1);
    expect(shape(live.window)).toEqual([[0, 2, false]]);
    live.run(16);
    expect(shape(live.window).map(([, seconds]) => seconds)).toEqual([2, 2, 2, 4, 4, 4]);
    const burst = new Live({ gopFrames: 50 }, {}, { quickSegments: 3 }).run(11, false);
    burst.window.poll();
    expect(shape(burst.window).map(([, seconds]) => seconds)).toEqual([4, 4, 2]);
    const frames = burst.window.list().flatMap(({ sequence }) => readFrames(burst.bytes(sequence)));
    expect(frames.map(({ frame }) => frame)).toEqual(Array.from({ length: 250 }, (_, frame) => frame));
  });

  it('does not make segments of a few pictures to be quick', () => {
    const live = new Live({ gopFrames: 5 }, {}, { quickSegments: 1 }).run(6);
    expect(shape(live.window).map(([, seconds]) => seconds)).toEqual([1, 4]);
  });

  it('numbers from where it is told and says when a picture was live', () => {
    const live = new Live({}, {}, { firstSequence: 700, epochOffsetMs: 5_000 });
    live.now = 2_000;
    live.run(9);
    expect(live.window.list().map(({ sequence, startsAt }) => [sequence, startsAt])).toEqual([
      [700, 7_000],
      [701, 11_000],
    ]);
    live.now += 30_000;
    live.channel.change({ codec: 'h265' });
    live.run(6);
    const [, , rest, next] = live.window.list();
    expect(rest).toMatchObject({ sequence: 702, startsAt: 15_000 });
    expect(next).toMatchObject({ discontinuity: true, startsAt: 46_000 });
  });

  it('leaves out what is too big, and cuts at an earlier keyframe where there is one', () => {
    const huge = new Live({ gopFrames: 100 }, {}, { maxBytes: 450_000 }).run(20);
    expect(huge.window.list()).toEqual([]);
    const large = new Live({ gopFrames: 50 }, {}, { maxBytes: 540_000 }).run(20);
    const lengths = shape(large.window).map(([, seconds]) => seconds);
    expect(new Set(lengths)).toEqual(new Set([2]));
    expect(readFrames(large.bytes(large.window.list()[0]?.sequence ?? 0))[0]).toMatchObject({ intact: true });
  });

  it('lists one less than it keeps when space is short', () => {
    const live = new Live({}, {}, { maxBytes: 1_200_000 }).run(60);
    const sequences = shape(live.window).map(([sequence]) => sequence);
    expect(sequences.length).toBeGreaterThan(2);
    expect(live.window.find((sequences[0] ?? 0) - 1)).toBeDefined();
    expect(live.window.find((sequences[0] ?? 0) - 2)).toBeUndefined();
  });

  it('counts against the common budget only what has left the ring, and gives its oldest first', () => {
    const budget = new RingBudget(3_000_000);
    const live = new Live({}, { maxBytes: 1_000_000, budget }, { budget }).run(8);
    expect(live.window.bytes).toBe(0);
    live.run(42);
    const kept = live.window.list().length;
    expect(kept).toBe(6);
    const { bytes } = live.window;
    expect(bytes).toBeGreaterThan(500_000);
    expect(budget.bytes).toBe(live.ring.bytes + bytes);
    const other = new GopRing({ budget, maxBytes: 2_500_000, minBytes: 0 });
    const source = new TsChannel({ gopFrames: 25, bitrate: 2_000_000 });
    for (let i = 0; i < 250; i++) other.push(source.nextFrame(), i * 40);
    expect(budget.bytes).toBeLessThanOrEqual(budget.maxBytes);
    expect(live.window.bytes).toBeLessThan(bytes);
    live.window.dispose();
    expect(budget.bytes).toBe(live.ring.bytes + other.bytes);
    expect(live.window.list()).toEqual([]);
  });

  it('never makes a segment of no duration', () => {
    const ring = new GopRing();
    const window = new SegmentWindow(ring);
    const channel = new TsChannel({ gopFrames: 25, bitrate: 500_000 });
    ring.push(channel.frames(25), 0);
    channel.change({ codec: 'mpeg2' }).jump(-9_000_000);
    ring.push(Buffer.concat([channel.frames(30), nullPacket()]), 0);
    window.poll();
    expect(window.list()[0]?.seconds).toBe(0.04);
  });
});
