import { describe, expect, it } from '@jest/globals';
import { TsChannel } from '../../../test/builders/ts-builder.js';
import type { TsChannelOptions } from '../../../test/builders/ts-builder.js';
import { tsPacket, pesHeader } from '../../../test/builders/ts-packets.js';
import { plainPackets, readFrames, strictContinuity } from '../../../test/builders/ts-reader.js';
import { GopRing } from '../mpegts/gop-ring.js';
import type { GopRingOptions } from '../mpegts/gop-ring.js';
import { discontinuityPacket, nullPacket } from '../mpegts/packet.js';
import { Segmenter } from './segmenter.js';
import type { SegmenterOptions } from './segmenter.js';

class Live {
  readonly ring: GopRing;
  readonly channel: TsChannel;
  readonly segmenter: Segmenter;
  now = 0;

  constructor(
    channel: Partial<TsChannelOptions> = {},
    ring: GopRingOptions = {},
    options: SegmenterOptions = {},
  ) {
    this.channel = new TsChannel({ gopFrames: 25, bitrate: 500_000, ...channel });
    this.ring = new GopRing(ring);
    this.segmenter = new Segmenter(this.ring, options);
  }

  run(seconds: number, poll = true): this {
    for (let i = 0; i < seconds * 25; i++) {
      this.ring.push(this.channel.nextFrame(), this.now);
      this.now += 40;
      if (poll) this.segmenter.poll();
    }
    return this;
  }

  bytes(sequence: number): Buffer {
    return Buffer.concat(this.segmenter.read(sequence) ?? []);
  }
}

const shape = (segmenter: Segmenter): [number, number, boolean][] =>
  segmenter.list().map(({ sequence, seconds, discontinuity }) => [sequence, seconds, discontinuity]);

describe('Segmenter', () => {
  it('cuts at the first keyframe after the target', () => {
    const live = new Live({ gopFrames: 40 }).run(20);
    expect(shape(live.segmenter)).toEqual([0, 1, 2, 3].map((sequence) => [sequence, 4.8, false]));
    expect(live.segmenter.targetDuration).toBe(5);
  });

  it('gives segments that hold every frame once and start with tables', () => {
    const live = new Live({ tablesAtKeyframe: false, tablesEveryMs: 350 }).run(20);
    const frames = live.segmenter.list().flatMap(({ sequence }) => {
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
    expect(shape(live.segmenter)).toEqual([
      [0, 10, false],
      [1, 10, false],
    ]);
    expect(live.segmenter.targetDuration).toBe(10);
  });

  it('lists only the newest and forgets what the ring has dropped', () => {
    const live = new Live({}, { maxBytes: 1_000_000 }, { targetSeconds: 2, listed: 3 }).run(40);
    expect(shape(live.segmenter).map(([sequence]) => sequence)).toEqual([16, 17, 18]);
    expect(live.segmenter.read(0)).toBeUndefined();
    expect(live.segmenter.read(99)).toBeUndefined();
    expect(live.bytes(16).length).toBeGreaterThan(0);
    live.run(40, false);
    expect(live.segmenter.read(18)).toBeUndefined();
  });

  it('goes on behind a discontinuity when the ring was faster', () => {
    const live = new Live({}, { maxBytes: 1_000_000 }).run(9);
    live.run(60, false).segmenter.poll();
    expect(shape(live.segmenter).map(([sequence, , discontinuity]) => [sequence, discontinuity])).toEqual([
      [2, true],
      [3, false],
      [4, false],
    ]);
    const fresh = new Live({}, { maxBytes: 500_000 }).run(30, false).run(9);
    expect(shape(fresh.segmenter).map(([, , discontinuity]) => discontinuity)).toEqual([false]);
  });

  it('ends a segment at a break and marks the next one', () => {
    const live = new Live().run(6);
    live.channel.change({ codec: 'h265' });
    live.run(6);
    expect(live.segmenter.poll()).toBe(0);
    expect(shape(live.segmenter)).toEqual([
      [0, 4, false],
      [1, 2, false],
      [2, 4, true],
    ]);
    expect(live.segmenter.list().map(({ discontinuities }) => discontinuities)).toEqual([0, 0, 1]);
  });

  it('tells a break within a segment at the next start', () => {
    const live = new Live();
    live.ring.push(discontinuityPacket(0x100, 0), 0);
    live.run(1);
    live.run(0.2);
    live.ring.push(discontinuityPacket(0x100, 0), live.now);
    live.run(10);
    expect(shape(live.segmenter).map(([, , discontinuity]) => discontinuity)).toEqual([false, true, false]);
  });

  it('measures by arrival where the clock breaks or is missing', () => {
    const live = new Live().run(2.5);
    live.channel.jump(-900_000);
    live.run(8);
    expect(live.segmenter.list()[0]?.seconds).toBe(4);
    const bare = new GopRing({ flushAfterMs: 0 });
    const segmenter = new Segmenter(bare);
    const idr = Buffer.from([0, 0, 1, 0x65, ...new Array<number>(20).fill(9)]);
    const picture = Buffer.concat([pesHeader(0xe0, {}), idr]);
    const source = new TsChannel({ audio: 'none' });
    for (let i = 0; i < 6; i++) {
      bare.push(source.tables(), i * 3000);
      bare.push(tsPacket({ pid: 0x100, counter: i, payload: picture, payloadUnitStart: true }), i * 3000);
    }
    segmenter.poll();
    expect(shape(segmenter).map(([, seconds]) => seconds)).toEqual([6, 6]);
  });

  it('never makes a segment of no duration', () => {
    const ring = new GopRing();
    const segmenter = new Segmenter(ring);
    const channel = new TsChannel({ gopFrames: 25, bitrate: 500_000 });
    ring.push(channel.frames(25), 0);
    channel.change({ codec: 'mpeg2' }).jump(-9_000_000);
    ring.push(Buffer.concat([channel.frames(30), nullPacket()]), 0);
    segmenter.poll();
    expect(segmenter.list()[0]?.seconds).toBe(0.04);
  });
});
