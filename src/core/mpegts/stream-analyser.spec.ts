import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TsChannel } from '../../../test/builders/ts-builder.js';
import type { TsChannelOptions } from '../../../test/builders/ts-builder.js';
import { duplicatePacket, splitAt } from '../../../test/builders/ts-faults.js';
import { nullPacket, pesHeader, tsPacket } from '../../../test/builders/ts-packets.js';
import { plainPackets } from '../../../test/builders/ts-reader.js';
import { discontinuityPacket, PACKET_SIZE } from './packet.js';
import { StreamAnalyser } from './stream-analyser.js';
import type { JoinPoint } from './stream-analyser.js';

function analyse(
  ts: Buffer,
  analyser = new StreamAnalyser(),
): { analyser: StreamAnalyser; joins: JoinPoint[] } {
  analyser.push(ts);
  return { analyser, joins: [...analyser.joins] };
}

/** Byte offsets of the frames that a channel starts its GOPs with, tables included. */
function gopOffsets(options: Partial<TsChannelOptions>, gops: number): { ts: Buffer; offsets: number[] } {
  const channel = new TsChannel({ bitrate: 600_000, gopFrames: 10, ...options });
  const parts: Buffer[] = [];
  const offsets: number[] = [];
  let size = 0;
  for (let i = 0; i < gops; i++) {
    offsets.push(size);
    parts.push(channel.gop());
    size += parts.at(-1)?.length ?? 0;
  }
  return { ts: Buffer.concat(parts), offsets };
}

describe('StreamAnalyser', () => {
  it.each<[string, Partial<TsChannelOptions>]>([
    ['H.264', {}],
    ['H.264 with the flag on every frame', { keyframeFlag: 'always' }],
    ['H.264 without flags', { keyframeFlag: 'never' }],
    ['H.264 with open GOPs', { h264Keyframe: 'recovery-point', reorderFrames: 2 }],
    ['H.265 with AC-3', { codec: 'h265', audio: 'ac3', keyframeFlag: 'always' }],
    ['MPEG-2 with MP2', { codec: 'mpeg2', audio: 'mp2', keyframeFlag: 'always' }],
    ['several programmes', { otherPrograms: [{ programNumber: 9, pmtPid: 0x900 }] }],
  ])('finds the keyframes of %s, from their tables on', (_, options) => {
    const { ts, offsets } = gopOffsets(options, 4);
    const { analyser, joins } = analyse(ts);
    expect(joins.map(({ position }) => position)).toEqual(offsets);
    expect(analyser).toMatchObject({ hasVideo: true, joinPoints: 4, scrambledShare: 0, position: ts.length });
    expect(analyser.codec).toBe(options.codec ?? 'h264');
  });

  it('finds keyframes that no tables precede', () => {
    const { ts, offsets } = gopOffsets({ tablesAtKeyframe: false, tablesEveryMs: 300 }, 5);
    const { joins } = analyse(ts);
    const packets = plainPackets(ts);
    expect(joins.length).toBe(5);
    joins.forEach(({ position }, i) => {
      const packet = packets[position / PACKET_SIZE];
      expect([0, 0x100]).toContain(packet?.pid);
      expect(position).toBeGreaterThanOrEqual(offsets[i] ?? 0);
    });
    expect(joins.some(({ position }) => packets[position / PACKET_SIZE]?.pid === 0x100)).toBe(true);
  });

  it('gives the same answers however the packets come', () => {
    const { ts } = gopOffsets({ bitrate: 300_000, tablesAtKeyframe: false }, 6);
    const whole = analyse(ts);
    const packets = ts.length / PACKET_SIZE;
    fc.assert(
      fc.property(fc.array(fc.nat(packets), { maxLength: 40 }), (cuts) => {
        const analyser = new StreamAnalyser();
        const joins: JoinPoint[] = [];
        let openFrom = -1;
        for (const part of splitAt(
          ts,
          cuts.map((cut) => cut * PACKET_SIZE),
        )) {
          const start = analyser.position;
          analyser.push(part);
          for (const join of analyser.joins) {
            expect(join.position >= start || join.position === openFrom).toBe(true);
          }
          joins.push(...analyser.joins);
          openFrom = analyser.openFrom;
        }
        expect(joins).toEqual(whole.joins);
      }),
    );
  });

  it('hands out tables and counters that lead up to the join point', () => {
    const { ts } = gopOffsets({}, 3);
    for (const { position, tables, counters } of analyse(ts).joins) {
      const first = new Map<number, number>();
      for (const { pid, counter } of plainPackets(ts.subarray(position))) {
        if (!first.has(pid)) first.set(pid, counter);
      }
      const last = (packets: Buffer): number => ((packets[packets.length - PACKET_SIZE + 3] ?? 0) + 1) & 15;
      expect(last(tables.pat)).toBe(first.get(0));
      expect(last(tables.pmt)).toBe(first.get(0x1000));
      for (const { pid, counter } of counters) expect((counter + 1) & 15).toBe(first.get(pid));
    }
  });

  it('says from where on nothing is certain yet', () => {
    const { ts } = gopOffsets({ bitrate: 3_000_000 }, 1);
    const analyser = new StreamAnalyser();
    analyser.push(ts.subarray(0, PACKET_SIZE));
    expect(analyser.openFrom).toBe(0);
    analyser.push(ts.subarray(PACKET_SIZE));
    expect(analyser.openFrom).toBe(-1);
    expect(analyser.joins.map(({ position }) => position)).toEqual([0]);
  });

  it('judges a picture over several packets, and stops at its bound', () => {
    const tables = new TsChannel({ audio: 'none' }).tables();
    const sps = Buffer.from([0, 0, 1, 0x67, 1, 2, 3, 0, 0, 1, 12]);
    const filler = Buffer.alloc(150, 0xff);
    const idr = Buffer.from([0, 0, 1, 0x65, 0x88, 0x84, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const video = [
      tsPacket({
        pid: 0x100,
        counter: 0,
        payload: Buffer.concat([pesHeader(0xe0, { pts: 5 }), sps, filler]),
        payloadUnitStart: true,
      }),
      tsPacket({ pid: 0x100, counter: 1, payload: Buffer.alloc(180, 0xff) }),
      tsPacket({ pid: 0x100, counter: 2, payload: idr }),
    ];
    const analyser = new StreamAnalyser();
    const steps = [tables, ...video].map((part) => {
      analyser.push(part);
      return [analyser.openFrom, analyser.joins.length];
    });
    expect(steps).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
      [-1, 1],
    ]);
    const hasty = new StreamAnalyser({ maxProbeBytes: 200 });
    hasty.push(Buffer.concat([tables, ...video]));
    expect(hasty.joins).toEqual([]);
  });

  it('decides at the next picture when the last one was too short', () => {
    const channel = new TsChannel({ audio: 'none' });
    const picture = (payload: number[], counter: number): Buffer =>
      tsPacket({
        pid: 0x100,
        counter,
        payload: Buffer.concat([pesHeader(0xe0, {}), Buffer.from(payload)]),
        payloadUnitStart: true,
      });
    const ts = Buffer.concat([
      channel.tables(),
      picture([0, 0, 1, 0x65, 0x88], 0),
      picture([0, 0, 1, 0x41, 0x9a], 1),
    ]);
    const { analyser, joins } = analyse(ts);
    expect(joins.map(({ position }) => position)).toEqual([0]);
    expect(analyser.openFrom).toBe(3 * PACKET_SIZE);
    expect(analyser.firstPts).toBeUndefined();
  });

  it('takes every audio frame of a programme without video', () => {
    const channel = new TsChannel({ codec: 'none', bitrate: 150_000 });
    const { analyser, joins } = analyse(channel.frames(30));
    expect(joins).toHaveLength(30);
    expect(joins.every(({ video }) => !video)).toBe(true);
    expect([analyser.codec, analyser.hasVideo]).toEqual(['aac', false]);
    const headless = tsPacket({
      pid: 0x101,
      counter: 0,
      payload: Buffer.alloc(184, 1),
      payloadUnitStart: true,
    });
    analyser.push(headless);
    expect(analyser.joins).toEqual([]);
  });

  it('has only the flag where the codec is unknown or the bytes are scrambled', () => {
    const { ts, offsets } = gopOffsets({ scrambled: true }, 2);
    const { analyser, joins } = analyse(ts);
    expect(joins.map(({ position }) => position)).toEqual(offsets);
    expect(analyser.scrambledShare).toBeGreaterThan(0.9);
    expect(analyse(gopOffsets({ scrambled: true, keyframeFlag: 'never' }, 2).ts).joins).toEqual([]);
    expect(analyse(new TsChannel({ codec: 'none', scrambled: true }).frames(3)).joins).toHaveLength(3);
  });

  it('has no join point without video and audio', () => {
    const tables = new TsChannel({ codec: 'h264', audio: 'none' });
    tables.change({ codec: 'none', otherStreams: [{ streamType: 0x05, pid: 0x100 }] });
    const { analyser, joins } = analyse(
      Buffer.concat([
        tables.tables(),
        tsPacket({ pid: 0x100, counter: 0, payload: Buffer.alloc(9), payloadUnitStart: true }),
      ]),
    );
    expect([joins.length, analyser.codec, analyser.hasVideo]).toEqual([0, undefined, false]);
    expect(new StreamAnalyser().program).toBeUndefined();
  });

  it('reads clocks and the bit rate', () => {
    const channel = new TsChannel({ bitrate: 1_000_000, startPts: 90_000 });
    const { analyser } = analyse(channel.frames(50));
    expect(analyser.firstPts).toBe(90_000);
    expect(analyser.lastPts).toBe(90_000 + 49 * 3600);
    expect(analyser.pcrs).toHaveLength(50);
    expect(analyser.pcrPositions[0]).toBe(2 * PACKET_SIZE);
    expect(analyser.lastPcr).toBe(analyser.pcrs.at(-1));
    expect(analyser.bitsPerSecond).toBeGreaterThan(990_000);
    expect(analyser.bitsPerSecond).toBeLessThan(1_010_000);
    expect(analyser.frameTicks).toBe(3600);
    const first = analyser.lastPts;
    analyser.push(channel.nextFrame());
    expect(analyser.firstPts).toBe((first ?? 0) + 3600);
  });

  it('marks discontinuities of the programme and changes of its tables, not the first ones', () => {
    const channel = new TsChannel({ bitrate: 500_000 });
    const first = channel.frames(5);
    const { analyser } = analyse(first);
    expect(analyser.breaks).toEqual([]);
    analyser.push(channel.jump(900_000, true).nextFrame());
    expect(analyser.breaks).toEqual([first.length]);
    const start = analyser.position;
    analyser.push(channel.change({ codec: 'h265' }).nextFrame());
    expect(analyser.breaks).toEqual([start + PACKET_SIZE]);
    expect([analyser.codec, analyser.joins.length]).toEqual(['h265', 1]);
    analyser.push(discontinuityPacket(0x1abc, 0));
    expect(analyser.breaks).toEqual([]);
  });

  it('takes no leap of the clock for the length of a picture', () => {
    const channel = new TsChannel({ bitrate: 500_000, fps: 50, audio: 'none' });
    const { analyser } = analyse(channel.frames(3));
    analyser.push(channel.jump(-900_000).nextFrame());
    analyser.push(channel.jump(1_800_000).nextFrame());
    expect(analyser.frameTicks).toBe(1800);
    expect(analyser.leadTime).toBe(900_000 + 4 * 1800 + 900_000);
  });

  it('forgets a programme that the PAT does not list any more', () => {
    const channel = new TsChannel({ bitrate: 500_000 });
    const { analyser } = analyse(channel.frames(2));
    channel.change({ programNumber: 2, pmtPid: 0x1001 });
    const tables = channel.tables();
    analyser.push(tables.subarray(0, PACKET_SIZE));
    expect([analyser.codec, analyser.breaks.length]).toEqual([undefined, 1]);
    analyser.push(tables.subarray(PACKET_SIZE));
    expect(analyser.codec).toBe('h264');
  });

  it('counts null packets, damaged packets and broken counters', () => {
    const channel = new TsChannel({ bitrate: 500_000, audio: 'none' });
    const damaged = tsPacket({ pid: 0x100, counter: 3, payload: Buffer.alloc(184), transportError: true });
    const ts = Buffer.concat([
      channel.frames(2),
      nullPacket(),
      damaged,
      channel.frames(1).subarray(PACKET_SIZE),
    ]);
    const { analyser } = analyse(ts);
    expect(analyser).toMatchObject({ nullPackets: 1, transportErrors: 1, packets: ts.length / PACKET_SIZE });
    expect(analyser.continuity.errors).toBe(1);
  });

  it('does not count a repeated picture start twice', () => {
    const { ts } = gopOffsets({ audio: 'none' }, 1);
    expect(analyse(duplicatePacket(ts, 2)).joins).toHaveLength(1);
  });

  it('lets packets of others between the tables not disturb the counters', () => {
    const channel = new TsChannel({
      bitrate: 500_000,
      audio: 'none',
      otherPrograms: [{ programNumber: 5, pmtPid: 0x500 }],
    });
    const service = (counter: number): Buffer =>
      tsPacket({ pid: 0x11, counter, payload: Buffer.alloc(184, 0xff) });
    const other = (counter: number): Buffer =>
      tsPacket({ pid: 0x500, counter, payload: Buffer.alloc(184, 0xff) });
    const analyser = new StreamAnalyser();
    const frame = channel.nextFrame();
    const cut = (at: number): Buffer[] => [
      frame.subarray(0, at * PACKET_SIZE),
      frame.subarray(at * PACKET_SIZE),
    ];
    const [pat, rest] = cut(1) as [Buffer, Buffer];
    analyser.push(Buffer.concat([service(0), other(0), pat, service(1), other(1), rest]));
    const [join] = analyser.joins;
    expect(join?.position).toBe(5 * PACKET_SIZE);
    expect(join?.counters).toEqual(
      expect.arrayContaining([
        { pid: 0x11, counter: 1 },
        { pid: 0x500, counter: 1 },
        { pid: 0, counter: 0 },
        { pid: 0x1000, counter: 15 },
      ]),
    );
  });

  it('remembers a bounded number of foreign pids', () => {
    const channel = new TsChannel({ bitrate: 500_000, audio: 'none' });
    const foreign = Array.from({ length: 300 }, (_, i) =>
      tsPacket({ pid: 0x600 + i, counter: 0, payload: Buffer.alloc(184) }),
    );
    const { joins } = analyse(Buffer.concat([...foreign, channel.gop()]));
    expect(joins[0]?.counters.map(({ pid }) => pid)).toEqual(expect.arrayContaining([0, 0x100, 0x1000]));
    expect(joins[0]?.counters.length).toBe(48 + 3);
  });

  it('never throws on hostile packets', () => {
    const header = fc.tuple(
      fc.constantFrom(0, 0x1000, 0x100, 0x101, 0x1fff, 0x1ffe),
      fc.nat(255),
      fc.boolean(),
    );
    const packet = fc
      .tuple(header, fc.uint8Array({ minLength: 184, maxLength: 184 }))
      .map(([[pid, control, start], payload]) =>
        Buffer.concat([Buffer.from([0x47, (start ? 0x40 : 0) | (pid >> 8), pid & 255, control]), payload]),
      );
    const tables = new TsChannel().tables();
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 30 }), (packets) => {
        const analyser = new StreamAnalyser();
        analyser.push(Buffer.concat([tables, ...packets]));
        for (const { position } of analyser.joins) expect(position % PACKET_SIZE).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
