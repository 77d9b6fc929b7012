import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TsChannel } from '../../../test/builders/ts-builder.js';
import type { TsChannelOptions } from '../../../test/builders/ts-builder.js';
import { plainPackets, readFrames, strictContinuity } from '../../../test/builders/ts-reader.js';
import { RingCursor } from './cursor.js';
import { GopRing } from './gop-ring.js';
import type { GopRingOptions } from './gop-ring.js';

/** A live channel on a clock: each step is one frame of 40 ms. */
class Live {
  readonly ring: GopRing;
  readonly channel: TsChannel;
  now = 0;

  constructor(channel: Partial<TsChannelOptions> = {}, ring: GopRingOptions = {}) {
    this.channel = new TsChannel({ gopFrames: 25, bitrate: 1_000_000, ...channel });
    this.ring = new GopRing(ring);
  }

  run(frames: number): this {
    for (let i = 0; i < frames; i++) {
      this.ring.push(this.channel.nextFrame(), this.now);
      this.now += 40;
    }
    return this;
  }

  join(behindMs = 0): RingCursor {
    const cursor = new RingCursor(this.ring);
    expect(cursor.join({ behindMs, nowMs: this.now })).toBe('joined');
    return cursor;
  }
}

function drain(cursor: RingCursor): Buffer {
  const parts: Buffer[] = [];
  for (let part = cursor.next(); part; part = cursor.next()) parts.push(part);
  return Buffer.concat(parts);
}

const frames = (ts: Buffer): number[] => {
  const read = readFrames(ts);
  expect(read.slice(0, -1).every(({ intact }) => intact)).toBe(true);
  return read.map(({ frame }) => frame);
};

describe('joining', () => {
  it('has to wait for the first keyframe', () => {
    const live = new Live();
    const cursor = new RingCursor(live.ring);
    expect(cursor.join({ behindMs: 0, nowMs: 0 })).toBe('not-yet');
    expect([cursor.joined, cursor.next(), cursor.lagBytes, cursor.lagMs(0)]).toEqual([
      false,
      undefined,
      0,
      0,
    ]);
    expect(cursor.skipToNewestKeyframe()).toBe(false);
    live.run(5);
    expect(cursor.join({ behindMs: 0, nowMs: live.now })).toBe('joined');
    expect(cursor.joined).toBe(true);
  });

  it('starts with PAT and PMT at the newest keyframe that is old enough', () => {
    const live = new Live().run(110);
    const newest = live.join(0);
    const first = newest.next();
    expect(plainPackets(first ?? Buffer.alloc(1)).map(({ pid }) => pid)).toEqual([0, 0x1000]);
    expect(frames(drain(newest))[0]).toBe(100);
    expect(frames(drain(live.join(1000)))[0]).toBe(75);
    expect(frames(drain(live.join(3000)))[0]).toBe(25);
    expect(frames(drain(live.join(60_000)))[0]).toBe(0);
  });

  it('shows no continuity error, wherever it joins', () => {
    const live = new Live({ tablesAtKeyframe: false, audio: 'ac3' }).run(130);
    for (const behind of [0, 1000, 2000, 3000, 4000]) {
      const cursor = live.join(behind);
      const ts = drain(cursor);
      expect(strictContinuity(ts)).toEqual([]);
      expect(plainPackets(ts)[0]?.discontinuity).toBe(false);
    }
  });

  it('gives all readers the same memory and allocates nothing for them', () => {
    const live = new Live().run(60);
    const [one, two] = [live.join(), live.join()];
    for (let part = one.next(); part; part = one.next()) expect(two.next()).toBe(part);
  });

  it('follows the stream to its end and goes on when more comes', () => {
    const live = new Live().run(30);
    const cursor = live.join(5000);
    const seen = frames(drain(cursor));
    expect(cursor.next()).toBeUndefined();
    expect([cursor.lagBytes, cursor.lagMs(live.now)]).toEqual([0, 0]);
    live.run(30);
    live.ring.flush(live.now + 100);
    expect([...seen, ...frames(drain(cursor))]).toEqual(Array.from({ length: 60 }, (_, i) => i));
    expect(cursor.jumps).toBe(0);
  });
});

describe('lag', () => {
  it('is what the ring has and the reader has not', () => {
    const live = new Live().run(25);
    const cursor = live.join(5000);
    expect(cursor.lagBytes).toBe(live.ring.endPosition);
    expect(cursor.lagMs(live.now)).toBe(1000);
    cursor.next();
    const chunk = cursor.next();
    expect(cursor.lagBytes).toBe(live.ring.endPosition - (chunk?.length ?? 0));
    expect(cursor.lagMs(live.now)).toBeLessThan(1000);
    drain(cursor);
    expect(cursor.lagBytes).toBe(0);
  });
});

describe('falling behind', () => {
  it('continues at the newest keyframe with tables marked as a discontinuity', () => {
    const live = new Live({}, { maxBytes: 400_000 }).run(10);
    const cursor = live.join();
    const before = drain(cursor);
    live.run(200);
    const first = cursor.next();
    const after = drain(cursor);
    const ts = Buffer.concat([before, first ?? Buffer.alloc(1), after]);
    expect(cursor.jumps).toBe(1);
    const packets = plainPackets(first ?? Buffer.alloc(1));
    expect(packets.map(({ pid, discontinuity }) => [pid, discontinuity])).toEqual([
      [0, true],
      [0x1000, true],
      [0x100, true],
      [0x101, true],
    ]);
    expect(frames(after)[0]).toBe(200);
    expect(strictContinuity(ts)).toEqual([]);
  });

  it('waits for a keyframe when the ring has none, and counts one jump', () => {
    const live = new Live({ gopFrames: 100 }, { maxBytes: 250_000 }).run(10);
    const cursor = live.join();
    cursor.next();
    live.run(85);
    expect([cursor.next(), cursor.next()]).toEqual([undefined, undefined]);
    expect(cursor.jumps).toBe(1);
    expect(cursor.lagBytes).toBeGreaterThan(200_000);
    expect(cursor.lagMs(live.now)).toBeGreaterThan(1000);
    live.run(20);
    expect(frames(drain(cursor))[0]).toBe(100);
    expect(cursor.jumps).toBe(1);
  });

  it('skips on demand, only forwards', () => {
    const live = new Live().run(60);
    const cursor = live.join(5000);
    const parts = [cursor.next(), cursor.next()];
    expect(cursor.skipToNewestKeyframe()).toBe(true);
    const rest = drain(cursor);
    expect(frames(rest)[0]).toBe(50);
    expect(plainPackets(rest)[0]).toMatchObject({ pid: 0, discontinuity: true });
    expect(strictContinuity(Buffer.concat([...parts.map((part) => part ?? Buffer.alloc(1)), rest]))).toEqual(
      [],
    );
    expect(cursor.skipToNewestKeyframe()).toBe(false);
    expect(cursor.jumps).toBe(1);
  });

  it('does not skip to where the reader is anyway', () => {
    const live = new Live().run(20);
    const cursor = live.join();
    expect(cursor.skipToNewestKeyframe()).toBe(false);
    expect(plainPackets(cursor.next() ?? Buffer.alloc(1))[0]?.discontinuity).toBe(false);
    expect(cursor.jumps).toBe(0);
  });

  it('makes what all need after a jump only once', () => {
    const live = new Live().run(60);
    const cursors = [live.join(5000), live.join(5000)];
    const first = cursors.map((cursor) => {
      cursor.skipToNewestKeyframe();
      return cursor.next();
    });
    expect(first[0]).toBe(first[1]);
  });

  it('puts the mark before a PMT that leaves no room for it', () => {
    const streams = Array.from({ length: 34 }, (_, i) => ({ streamType: 0x05, pid: 0x300 + i }));
    const live = new Live({ otherStreams: streams }).run(60);
    const cursor = live.join(5000);
    const before = Buffer.concat([cursor.next() ?? Buffer.alloc(1), cursor.next() ?? Buffer.alloc(1)]);
    cursor.skipToNewestKeyframe();
    const rest = drain(cursor);
    expect(
      plainPackets(rest)
        .slice(0, 4)
        .map(({ pid, hasPayload }) => [pid, hasPayload]),
    ).toEqual([
      [0, true],
      [0x1000, false],
      [0x1000, true],
      [0x1000, true],
    ]);
    expect(strictContinuity(Buffer.concat([before, rest]))).toEqual([]);
  });

  it('gives nothing from a ring that is gone', () => {
    const live = new Live().run(60);
    const cursor = live.join();
    live.ring.dispose();
    expect(cursor.next()).toBeUndefined();
  });

  it('never shows a continuity error nor half a frame but at jumps, whatever the reader does', () => {
    const step = fc.constantFrom<'live' | 'long' | 'read' | 'drain' | 'skip'>(
      'live',
      'live',
      'long',
      'read',
      'drain',
      'skip',
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.boolean(), (steps, tablesAtKeyframe) => {
        const live = new Live(
          { bitrate: 300_000, gopFrames: 12, tablesAtKeyframe },
          { maxBytes: 60_000, chunkBytes: 18_800 },
        );
        const cursor = live.run(20).join(2000);
        const out: Buffer[] = [];
        for (const what of steps) {
          if (what === 'live') live.run(3);
          if (what === 'long') live.run(60);
          if (what === 'skip') cursor.skipToNewestKeyframe();
          if (what === 'drain') out.push(drain(cursor));
          if (what === 'read') out.push(cursor.next() ?? Buffer.alloc(0));
        }
        out.push(drain(cursor));
        const ts = Buffer.concat(out);
        expect(strictContinuity(ts)).toEqual([]);
        const broken = readFrames(ts)
          .slice(0, -1)
          .filter(({ intact }) => !intact).length;
        expect(broken).toBeLessThanOrEqual(cursor.jumps);
        const numbers = readFrames(ts).map(({ frame }) => frame);
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      }),
      { numRuns: 100 },
    );
  });
});

describe('memory used again', () => {
  /** 48 packets a frame at most: a ring of a few chunks, whose blocks come round after some frames. */
  const small: GopRingOptions = { maxBytes: 60_000, chunkBytes: 10 * 188, flushAfterMs: 0 };

  it('leaves alone what a reader has got and not used up', () => {
    const live = new Live({ gopFrames: 2 }, small).run(10);
    let unused = 0;
    const cursor = new RingCursor(live.ring, () => unused);
    cursor.join({ behindMs: 0, nowMs: live.now });
    unused = 1;
    const got: [Buffer, Buffer][] = [];
    for (let i = 0; i < 20; i++) {
      live.run(2);
      for (let part = cursor.next(); part; part = cursor.next()) got.push([part, Buffer.from(part)]);
    }
    live.run(50);
    expect(got.length).toBeGreaterThan(100);
    expect(got.every(([part, copy]) => part.equals(copy))).toBe(true);
  });

  it('leaves alone what a reader had not used up when he left', () => {
    const live = new Live({ gopFrames: 2 }, small).run(10);
    const cursor = new RingCursor(live.ring, () => 1);
    cursor.join({ behindMs: 0, nowMs: live.now });
    const got: [Buffer, Buffer][] = [];
    for (let part = cursor.next(); part; part = cursor.next()) got.push([part, Buffer.from(part)]);
    cursor.close();
    live.run(80);
    expect(got.every(([part, copy]) => part.equals(copy))).toBe(true);
  });

  it('leaves everything alone where a reader does not say', () => {
    const live = new Live({ gopFrames: 2 }, small).run(10);
    const first = live.ring.chunk(live.ring.firstSeq)?.data ?? Buffer.alloc(0);
    const copy = Buffer.from(first);
    live.join().close();
    live.run(80);
    expect(first.equals(copy)).toBe(true);
  });

  it('comes round where readers use up what they get', () => {
    const live = new Live({ gopFrames: 2 }, small).run(10);
    const cursor = new RingCursor(live.ring, () => 0);
    cursor.join({ behindMs: 0, nowMs: live.now });
    const blocks = new Set<ArrayBufferLike>();
    for (let i = 0; i < 100; i++) {
      live.run(1);
      for (let part = cursor.next(); part; part = cursor.next()) blocks.add(part.buffer);
      expect(cursor.heldFrom).toBe(live.ring.nextSeq);
    }
    cursor.close();
    expect(blocks.size).toBeLessThan(12);
  });
});
