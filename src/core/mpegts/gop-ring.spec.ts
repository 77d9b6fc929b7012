import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TsChannel } from '../../../test/builders/ts-builder.js';
import { chop, splitAt } from '../../../test/builders/ts-faults.js';
import { pesHeader, tsPacket } from '../../../test/builders/ts-packets.js';
import { plainPackets, strictContinuity } from '../../../test/builders/ts-reader.js';
import { GopRing } from './gop-ring.js';
import type { Chunk, GopRingOptions } from './gop-ring.js';
import { discontinuityPacket, nullPacket, PACKET_SIZE } from './packet.js';
import { RingBudget } from './ring-budget.js';

function chunksOf(ring: GopRing): Chunk[] {
  const chunks: Chunk[] = [];
  for (let seq = ring.firstSeq; seq < ring.nextSeq; seq++) {
    const chunk = ring.chunk(seq);
    if (!chunk) throw new Error(`chunk ${seq} is missing`);
    chunks.push(chunk);
  }
  return chunks;
}

const bytesOf = (ring: GopRing): Buffer => Buffer.concat(chunksOf(ring).map(({ data }) => data));

/** A ring fed frame by frame, one each 40 ms. */
function fed(
  channel: TsChannel,
  frames: number,
  options: GopRingOptions = {},
): { ring: GopRing; ts: Buffer; now: number } {
  const ring = new GopRing(options);
  const parts: Buffer[] = [];
  for (let i = 0; i < frames; i++) {
    parts.push(channel.nextFrame());
    ring.push(parts.at(-1) ?? nullPacket(), i * 40);
  }
  const now = frames * 40 + 1000;
  ring.flush(now);
  return { ring, ts: Buffer.concat(parts), now };
}

describe('GopRing', () => {
  it('refuses chunks that are no whole packets', () => {
    expect(() => new GopRing({ chunkBytes: 1000 })).toThrow(RangeError);
    expect(() => new GopRing({ chunkBytes: 0 })).toThrow(RangeError);
  });

  it('keeps every byte, in chunks of whole packets in a row', () => {
    const { ring, ts } = fed(new TsChannel({ gopFrames: 12 }), 40);
    expect(bytesOf(ring).equals(ts)).toBe(true);
    expect(ring.bytes).toBe(ts.length);
    expect(ring.endPosition).toBe(ts.length);
    let position = 0;
    for (const chunk of chunksOf(ring)) {
      expect(chunk.position).toBe(position);
      expect(chunk.data.length % PACKET_SIZE).toBe(0);
      position += chunk.data.length;
    }
  });

  it('starts a chunk at each keyframe, with the tables in front of it', () => {
    const { ring } = fed(new TsChannel({ gopFrames: 10 }), 30);
    const keyframes = chunksOf(ring).filter(({ keyframe }) => keyframe);
    expect(keyframes).toHaveLength(3);
    expect(keyframes.at(-1)).toBe(ring.newestKeyframe);
    for (const { data, pcr } of keyframes) {
      const packets = plainPackets(data);
      expect(packets.slice(0, 3).map(({ pid }) => pid)).toEqual([0, 0x1000, 0x100]);
      expect(packets[2]).toMatchObject({ randomAccess: true, pcr });
    }
    const [first] = chunksOf(ring);
    expect(first?.tables?.pat.length).toBe(PACKET_SIZE);
    expect(chunksOf(ring)[1]?.tables).toBe(first?.tables);
  });

  it('fills chunks up to their size when data come fast', () => {
    const ring = new GopRing({ chunkBytes: 50 * PACKET_SIZE });
    const ts = new TsChannel({ gopFrames: 1000, bitrate: 4_000_000 }).seconds(2);
    expect(ring.push(ts, 0)).toBe(Math.floor(ts.length / PACKET_SIZE / 50));
    const sizes = chunksOf(ring).map(({ data }) => data.length);
    expect(new Set(sizes)).toEqual(new Set([50 * PACKET_SIZE]));
  });

  it('closes a chunk when its first byte is 50 ms old, and says when that is', () => {
    const channel = new TsChannel({ bitrate: 300_000, gopFrames: 1000 });
    const ring = new GopRing();
    expect([ring.flushDueAt, ring.flush(1e9)]).toEqual([undefined, 0]);
    channel.nextFrame();
    expect(ring.push(channel.nextFrame(), 100)).toBe(0);
    expect(ring.flushDueAt).toBe(150);
    expect([ring.flush(149), ring.flush(150), ring.flush(1000)]).toEqual([0, 1, 0]);
    ring.push(channel.nextFrame(), 200);
    expect(ring.push(channel.nextFrame(), 250)).toBe(1);
    expect(chunksOf(ring).map(({ arrivedAt }) => arrivedAt)).toEqual([100, 200]);
    const quick = new GopRing({ flushAfterMs: 0 });
    expect(quick.push(channel.nextFrame(), 0)).toBe(1);
  });

  it('is quick with the first keyframe, for which people may be waiting', () => {
    const channel = new TsChannel({ bitrate: 300_000, gopFrames: 2 });
    const ring = new GopRing({ flushAfterMs: 100 });
    ring.push(channel.nextFrame(), 1_000);
    expect(ring.flushDueAt).toBe(1_020);
    expect([ring.flush(1_019), ring.flush(1_020)]).toEqual([0, 1]);
    expect(ring.newestKeyframe?.arrivedAt).toBe(1_000);
    ring.push(channel.frames(2), 1_040);
    expect(ring.flushDueAt).toBe(1_140);
    const quick = new GopRing({ flushAfterMs: 5 });
    quick.push(channel.nextFrame(), 0);
    quick.push(channel.nextFrame(), 0);
    expect(quick.flushDueAt).toBe(5);
  });

  it('closes a chunk that has enough at the end of what came, rather than cut it at a length', () => {
    const channel = new TsChannel({ bitrate: 4_000_000, gopFrames: 1000 });
    const ring = new GopRing({ chunkBytes: 400 * PACKET_SIZE, enoughBytes: 100 * PACKET_SIZE });
    channel.frames(2);
    const ts = channel.seconds(1).subarray(0, 620 * PACKET_SIZE);
    const packets = (from: number, to: number): Buffer => ts.subarray(from * PACKET_SIZE, to * PACKET_SIZE);
    expect(ring.push(packets(0, 99), 0)).toBe(0);
    expect(ring.push(packets(99, 180), 1)).toBe(1);
    expect(ring.push(packets(180, 620), 2)).toBe(1);
    ring.flush(1000);
    expect(chunksOf(ring).map(({ data }) => data.length / PACKET_SIZE)).toEqual([180, 400, 40]);
    expect(bytesOf(ring).equals(ts)).toBe(true);
  });

  it('does not flush what may yet become the start of a keyframe', () => {
    const channel = new TsChannel({ bitrate: 300_000, gopFrames: 3, audio: 'none' });
    const ring = new GopRing();
    const first = channel.frames(3);
    const second = channel.nextFrame();
    ring.push(first, 0);
    expect(ring.push(second.subarray(0, PACKET_SIZE), 40)).toBe(1);
    expect(ring.flush(60)).toBe(0);
    expect(ring.endPosition).toBe(first.length);
    expect([ring.flushDueAt, ring.flush(539)]).toEqual([540, 0]);
    ring.push(second.subarray(PACKET_SIZE), 539);
    ring.flush(1000);
    expect(ring.newestKeyframe).toMatchObject({
      position: first.length,
      arrivedAt: 40,
      time: 900_000 + 3 * 3600,
    });
    expect(bytesOf(ring).equals(Buffer.concat([first, second]))).toBe(true);
  });

  it('lets go of it when nothing follows, and joins at the picture when that comes', () => {
    const channel = new TsChannel({ bitrate: 300_000, gopFrames: 3, audio: 'none' });
    const ring = new GopRing({ holdMs: 300 });
    const first = channel.frames(3);
    const second = channel.nextFrame();
    ring.push(Buffer.concat([first, second.subarray(0, PACKET_SIZE)]), 0);
    ring.flush(60);
    ring.push(nullPacket(), 200);
    expect([ring.flush(299), ring.flush(300)]).toEqual([0, 1]);
    expect(ring.endPosition).toBe(first.length + 2 * PACKET_SIZE);
    ring.push(Buffer.concat([second.subarray(PACKET_SIZE), channel.frames(2)]), 400);
    ring.flush(1000);
    const position = first.length + 2 * PACKET_SIZE;
    expect(ring.newestKeyframe?.position).toBe(position);
    const { prefix } = ring.newestKeyframe ?? {};
    const joined = Buffer.concat([prefix?.atStart ?? nullPacket(), bytesOf(ring).subarray(position)]);
    expect(strictContinuity(joined)).toEqual([]);
  });

  it('lets go of a picture that has not told what it is', () => {
    const tables = new TsChannel({ audio: 'none' }).tables();
    const payload = Buffer.concat([pesHeader(0xe0, {}), Buffer.alloc(150, 0xff)]);
    const open = tsPacket({ pid: 0x100, counter: 0, payload, payloadUnitStart: true });
    const idr = Buffer.from([0, 0, 1, 0x65, ...new Array<number>(20).fill(9)]);
    const ring = new GopRing();
    ring.push(Buffer.concat([tables, open]), 0);
    expect(ring.flush(500)).toBe(1);
    ring.push(tsPacket({ pid: 0x100, counter: 1, payload: idr }), 600);
    ring.flush(700);
    expect([ring.endPosition, ring.newestKeyframe]).toEqual([4 * PACKET_SIZE, undefined]);
  });

  it('cuts a full chunk before what may yet become the start of a keyframe', () => {
    const channel = new TsChannel({ bitrate: 300_000, gopFrames: 3, audio: 'none' });
    const first = channel.frames(3);
    const second = channel.nextFrame();
    const ring = new GopRing({ chunkBytes: first.length + PACKET_SIZE });
    expect(ring.push(Buffer.concat([first, second.subarray(0, PACKET_SIZE)]), 0)).toBe(1);
    expect(ring.endPosition).toBe(first.length);
    ring.push(second.subarray(PACKET_SIZE), 0);
    ring.flush(100);
    expect(ring.newestKeyframe?.position).toBe(first.length);
  });

  it('gives up on a start that fills a whole chunk without saying what it is', () => {
    const tables = new TsChannel({ audio: 'none' }).tables();
    const payload = Buffer.concat([pesHeader(0xe0, {}), Buffer.alloc(150, 0xff)]);
    const open = tsPacket({ pid: 0x100, counter: 0, payload, payloadUnitStart: true });
    const idr = tsPacket({
      pid: 0x100,
      counter: 1,
      payload: Buffer.from([0, 0, 1, 0x65, ...new Array<number>(20).fill(9)]),
    });
    const ring = new GopRing({ chunkBytes: 4 * PACKET_SIZE });
    ring.push(Buffer.concat([tables, open, nullPacket()]), 0);
    expect(ring.nextSeq).toBe(1);
    ring.push(Buffer.concat([idr, nullPacket()]), 0);
    ring.flush(100);
    expect(ring.analyser.joinPoints).toBe(0);
    expect(chunksOf(ring).map(({ keyframe }) => keyframe)).toEqual([false, false]);
  });

  it('flags discontinuities and changed tables, not the start', () => {
    const channel = new TsChannel({ gopFrames: 10, bitrate: 1_000_000 });
    const ring = new GopRing();
    ring.push(channel.frames(20), 0);
    ring.push(discontinuityPacket(0x100, 3), 0);
    ring.push(channel.frames(10), 0);
    ring.push(channel.change({ codec: 'h265' }).frames(10), 0);
    ring.push(channel.frames(10), 0);
    ring.flush(100);
    const flags = chunksOf(ring).map(({ discontinuity }) => discontinuity);
    expect(flags.filter(Boolean)).toHaveLength(2);
    expect(flags[0]).toBe(false);
    expect(chunksOf(ring).find(({ keyframe, discontinuity }) => keyframe && discontinuity)).toBeDefined();
  });

  it('joins audio-only channels here and there, not at every frame', () => {
    const channel = new TsChannel({ codec: 'none', bitrate: 128_000 });
    const ring = new GopRing({ audioJoinBytes: 20 * PACKET_SIZE });
    const ts = channel.seconds(10);
    for (const part of chop(ts, [PACKET_SIZE])) ring.push(part, 0);
    ring.flush(100);
    const positions = chunksOf(ring)
      .filter(({ keyframe }) => keyframe)
      .map(({ position }) => position);
    expect(positions.length).toBeGreaterThan(20);
    positions.slice(1).forEach((position, i) => {
      expect(position - (positions[i] ?? 0)).toBeGreaterThanOrEqual(20 * PACKET_SIZE);
    });
    expect(bytesOf(ring).equals(ts)).toBe(true);
  });

  it('gives the same keyframe chunks however the packets come', () => {
    const ts = new TsChannel({ bitrate: 300_000, gopFrames: 7, tablesAtKeyframe: false }).seconds(3);
    const keyframes = (ring: GopRing): [number, string][] =>
      chunksOf(ring)
        .filter(({ keyframe }) => keyframe)
        .map(({ position, tables }) => [position, tables?.pat.toString('hex') ?? '']);
    const whole = new GopRing({ chunkBytes: 90 * PACKET_SIZE });
    whole.push(ts, 0);
    whole.flush(100);
    fc.assert(
      fc.property(
        fc.array(fc.nat(ts.length / PACKET_SIZE), { maxLength: 60 }),
        fc.array(fc.nat(60), { minLength: 1 }),
        (cuts, pauses) => {
          const ring = new GopRing({ chunkBytes: 90 * PACKET_SIZE });
          let now = 0;
          splitAt(
            ts,
            cuts.map((cut) => cut * PACKET_SIZE),
          ).forEach((part, i) => {
            ring.push(part, (now += pauses[i % pauses.length] ?? 0));
          });
          ring.flush(now + 100);
          expect(keyframes(ring)).toEqual(keyframes(whole));
          expect(bytesOf(ring).equals(ts)).toBe(true);
        },
      ),
    );
  });

  it('takes a copy, so that the source may use its memory again', () => {
    const ring = new GopRing();
    const ts = Buffer.from(new TsChannel().nextFrame());
    const before = Buffer.from(ts);
    ring.push(ts, 0);
    ts.fill(0);
    ring.flush(100);
    expect(bytesOf(ring).equals(before)).toBe(true);
  });

  it('finds the keyframe that is old enough, else the oldest', () => {
    const { ring, now } = fed(new TsChannel({ gopFrames: 25, bitrate: 500_000 }), 100);
    expect(now).toBe(5000);
    const at = (behind: number): number | undefined => ring.keyframeBehind(behind, 4000)?.arrivedAt;
    expect([at(0), at(1000), at(1001), at(3500), at(60_000)]).toEqual([3000, 3000, 2000, 0, 0]);
    expect(new GopRing().keyframeBehind(0, 0)).toBeUndefined();
    expect(new GopRing().newestKeyframe).toBeUndefined();
  });
});

describe('memory of the ring', () => {
  it('drops the oldest chunks over the cap and never the newest keyframe', () => {
    const channel = new TsChannel({ gopFrames: 25, bitrate: 2_000_000 });
    const ring = new GopRing({ maxBytes: 700_000 });
    for (let i = 0; i < 400; i++) {
      ring.push(channel.nextFrame(), i * 40);
      expect(ring.bytes).toBeLessThanOrEqual(700_000);
      if (i > 3) expect(ring.newestKeyframe).toBeDefined();
    }
    expect(ring.firstSeq).toBeGreaterThan(0);
    expect(ring.chunk(ring.firstSeq - 1)).toBeUndefined();
    expect(chunksOf(ring)[0]?.position).toBe(ring.endPosition - ring.bytes);
    expect(ring.keyframeBehind(1e9, 0)?.seq).toBeGreaterThanOrEqual(ring.firstSeq);
  });

  it('lets go of the start of a GOP that is bigger than the cap', () => {
    const channel = new TsChannel({ gopFrames: 250, bitrate: 2_000_000 });
    const ring = new GopRing({ maxBytes: 500_000 });
    for (let i = 0; i < 200; i++) ring.push(channel.nextFrame(), i * 40);
    expect(ring.newestKeyframe).toBeUndefined();
    expect(ring.bytes).toBeLessThanOrEqual(500_000);
    for (let i = 200; i < 255; i++) ring.push(channel.nextFrame(), i * 40);
    expect(ring.newestKeyframe).toBeDefined();
  });

  it('keeps its newest chunk whatever the cap', () => {
    const { ring } = fed(new TsChannel(), 10, { maxBytes: 1 });
    expect(ring.nextSeq - ring.firstSeq).toBe(1);
  });

  it('shrinks with the budget that all rings share, and gives back at the end', () => {
    const budget = new RingBudget(1_000_000);
    const options = { budget, minBytes: 100_000 };
    const big = new GopRing(options);
    const small = new GopRing(options);
    const source = new TsChannel({ gopFrames: 25 });
    for (let i = 0; i < 100; i++) big.push(source.nextFrame(), i * 40);
    expect(big.bytes).toBeGreaterThan(900_000);
    const other = new TsChannel({ gopFrames: 25 });
    for (let i = 0; i < 60; i++) {
      small.push(other.nextFrame(), i * 40);
      expect(budget.bytes).toBeLessThanOrEqual(1_000_000);
      expect(budget.bytes).toBe(big.bytes + small.bytes);
    }
    expect(Math.abs(big.bytes - small.bytes)).toBeLessThan(120_000);
    big.dispose();
    expect(budget.bytes).toBe(small.bytes);
    expect([big.bytes, big.newestKeyframe, big.firstSeq]).toEqual([0, undefined, big.nextSeq]);
  });

  it('never shrinks below its minimum', () => {
    const budget = new RingBudget(1);
    const { ring } = fed(new TsChannel({ gopFrames: 25 }), 60, { budget, minBytes: 300_000 });
    expect(ring.bytes).toBeGreaterThanOrEqual(300_000);
    expect(ring.bytes).toBeLessThan(400_000);
    expect(ring.canGive).toBe(false);
    expect(fed(new TsChannel(), 10).ring.startsAtNewestKeyframe).toBe(true);
    expect(ring.startsAtNewestKeyframe).toBe(false);
    const empty = new GopRing();
    empty.evictOldest();
    expect([empty.canGive, empty.bytes]).toEqual([false, 0]);
  });
});
