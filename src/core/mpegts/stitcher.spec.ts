import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TsChannel } from '../../../test/builders/ts-builder.js';
import type { TsChannelOptions } from '../../../test/builders/ts-builder.js';
import { splitAt } from '../../../test/builders/ts-faults.js';
import {
  Counters,
  patSection,
  pesHeader,
  sectionPackets,
  tsPacket,
} from '../../../test/builders/ts-packets.js';
import { plainPackets, readFrames, strictContinuity } from '../../../test/builders/ts-reader.js';
import { GopRing } from './gop-ring.js';
import { nullPacket, PACKET_SIZE, pidAt } from './packet.js';
import { ProgramTables } from './program-tables.js';
import type { Program } from './program-tables.js';
import { OutputStitcher } from './stitcher.js';
import { clockDifference, dtsOffset, PCR_WRAP, PTS_WRAP, ptsOffset, readTimestampAt } from './timestamps.js';

const channel = (options: Partial<TsChannelOptions> = {}): TsChannel =>
  new TsChannel({ bitrate: 400_000, gopFrames: 10, ...options });

/** One source after the other, each from the given frame of its channel on. */
function stitch(sources: readonly Buffer[], stitcher = new OutputStitcher()): Buffer {
  return Buffer.concat(
    sources.map((source, i) => {
      if (i > 0) stitcher.switchSource();
      return stitcher.push(source);
    }),
  );
}

function timesOf(ts: Buffer, wanted: number): number[] {
  const times: number[] = [];
  for (let at = 0; at < ts.length; at += PACKET_SIZE) {
    const packet = plainPackets(ts.subarray(at, at + PACKET_SIZE))[0];
    if (packet?.pid !== wanted || !packet.payloadUnitStart) continue;
    const { payload } = packet;
    const dtsAt = dtsOffset(payload, 0, payload.length);
    const stampAt = dtsAt >= 0 ? dtsAt : ptsOffset(payload, 0, payload.length);
    if (stampAt >= 0) times.push(readTimestampAt(payload, stampAt));
  }
  return times;
}

/** One picture, and sound that was ahead of it by up to one frame. */
const SEAM = 3600 + 2880;

/** All steps of a clock are forwards and at most `most`. */
function expectSteady(clock: readonly number[], wrap: number, most: number): void {
  const steps = clock.slice(1).map((value, i) => clockDifference(value, clock[i] ?? 0, wrap));
  expect(Math.min(...steps)).toBeGreaterThan(0);
  expect(Math.max(...steps)).toBeLessThanOrEqual(most);
}

function programsIn(ts: Buffer): Program[] {
  const tables = new ProgramTables();
  const programs: Program[] = [];
  for (let at = 0; at < ts.length; at += PACKET_SIZE) {
    if (tables.push(ts, at, pidAt(ts, at)) && tables.program) programs.push(tables.program);
  }
  return programs;
}

const pcrsOf = (ts: Buffer): number[] =>
  plainPackets(ts).flatMap(({ pcr }) => (pcr === undefined ? [] : [pcr]));
const framesOf = (ts: Buffer, pid?: number): string[] =>
  readFrames(ts, pid).map(({ channelId, frame, intact }) => `${channelId}:${frame}${intact ? '' : '!'}`);

describe('OutputStitcher', () => {
  it('passes the first source through untouched', () => {
    const stitcher = new OutputStitcher();
    const ts = channel().frames(30);
    expect(stitcher.push(ts)).toBe(ts);
    expect(stitcher).toMatchObject({ waiting: false, seams: 0, droppedPackets: 0 });
  });

  it('makes no seam before anything has gone out', () => {
    const stitcher = new OutputStitcher();
    stitcher.switchSource();
    expect(stitcher.waiting).toBe(false);
  });

  it('continues counters and clocks over a switch, from the keyframe on', () => {
    const [one, two] = [channel({ channelId: 1 }), channel({ channelId: 2, startPts: 5_000_000_000 })];
    const stitcher = new OutputStitcher();
    const first = one.frames(33);
    two.frames(4);
    const out = stitch([first, two.frames(40)], stitcher);
    expect(strictContinuity(out)).toEqual([]);
    expectSteady(timesOf(out, 0x100), PTS_WRAP, SEAM);
    expectSteady(timesOf(out, 0x101), PTS_WRAP, 2 * 3600);
    expectSteady(pcrsOf(out), PCR_WRAP, 2 * 40 * 27_000);
    expect(framesOf(out)).toEqual([
      ...Array.from({ length: 33 }, (_, i) => `1:${i}`),
      ...Array.from({ length: 34 }, (_, i) => `2:${i + 10}`),
    ]);
    expect(stitcher).toMatchObject({ waiting: false, seams: 1 });
    expect(stitcher.droppedPackets).toBeGreaterThan(0);
  });

  it('measures from the keyframe, not from clocks that came before it', () => {
    const second = channel({ gopFrames: 40, startPts: 77 });
    second.frames(4);
    const out = stitch([channel().frames(33), second.frames(60)]);
    expectSteady(timesOf(out, 0x100), PTS_WRAP, SEAM);
    expectSteady(pcrsOf(out), PCR_WRAP, 2 * 40 * 27_000);
  });

  it('opens with fresh tables and discontinuity marks', () => {
    const first = channel().frames(15);
    const out = stitch([first, channel().frames(15)]).subarray(first.length);
    expect(
      plainPackets(out)
        .slice(0, 5)
        .map(({ pid, discontinuity }) => [pid, discontinuity]),
    ).toEqual([
      [0, false],
      [0x1000, false],
      [0x100, true],
      [0x101, true],
      [0, false],
    ]);
  });

  it('keeps the version of tables that are the same, though the new source has another', () => {
    const first = channel({ pmtVersion: 30 }).frames(12);
    const out = stitch([first, channel({ pmtVersion: 3 }).frames(30)]);
    expect(programsIn(out)).toHaveLength(1);
    expect(programsIn(out)[0]?.pmt.version).toBe(30);
    expect(strictContinuity(out)).toEqual([]);
  });

  it('raises the version of tables that differ, as long as the source lasts', () => {
    const first = channel({ pmtVersion: 5 });
    const second = channel({
      pmtVersion: 5,
      codec: 'h265',
      otherPrograms: [{ programNumber: 9, pmtPid: 0x90 }],
    });
    const out = stitch([
      first.frames(12),
      Buffer.concat([second.frames(20), second.change({ audio: 'mp2' }).frames(15)]),
    ]);
    const programs = programsIn(out);
    expect(programs.map(({ pmt }) => [pmt.version, pmt.streams[0]?.codec])).toEqual([
      [5, 'h264'],
      [5, 'h264'],
      [6, 'h265'],
      [7, 'h265'],
    ]);
    expect(programs.map(({ pat }) => pat.version)).toEqual([0, 1, 1, 1]);
    expect(programs.at(-1)?.pmt.streams[1]?.codec).toBe('mpeg-audio');
    expect(strictContinuity(out)).toEqual([]);
  });

  it('leaves different tables with different versions alone', () => {
    const out = stitch([
      channel({ pmtVersion: 5 }).frames(12),
      channel({ pmtVersion: 9, codec: 'mpeg2' }).frames(12),
    ]);
    expect(programsIn(out).map(({ pmt }) => pmt.version)).toEqual([5, 9]);
  });

  it('goes on at the pids that players know, though the new source has others', () => {
    const second = channel({
      ...{ programNumber: 9, pmtPid: 0x50, videoPid: 0x101, audioPid: 0x52 },
      ...{ channelId: 7, startPts: 0 },
    });
    const out = stitch([channel().frames(20), second.frames(20)]);
    expect(strictContinuity(out)).toEqual([]);
    expect(programsIn(out)).toHaveLength(1);
    expect(framesOf(out, 0x100).slice(20)).toEqual(Array.from({ length: 20 }, (_, i) => `7:${i}`));
    expectSteady(timesOf(out, 0x100), PTS_WRAP, SEAM);
    expectSteady(timesOf(out, 0x101), PTS_WRAP, 2 * 3600);
    const flagged = plainPackets(out).filter(({ discontinuity }) => discontinuity);
    expect(flagged.map(({ pid }) => pid)).toEqual([0x100, 0x101]);
  });

  it('comes back to the pids that players know after a source with another codec', () => {
    const other = channel({ codec: 'mpeg2', videoPid: 0x51, audioPid: 0x52, channelId: 7 });
    const third = channel({ videoPid: 0x61, audioPid: 0x62, channelId: 8 });
    const out = stitch([channel().frames(20), other.frames(20), third.frames(20)]);
    expect(strictContinuity(out)).toEqual([]);
    expect(framesOf(out, 0x51)).toEqual(Array.from({ length: 20 }, (_, i) => `7:${i}`));
    expect(framesOf(out, 0x100).slice(20)).toEqual(Array.from({ length: 20 }, (_, i) => `8:${i}`));
    expectSteady(timesOf(out, 0x101), PTS_WRAP, 2 * 3600);
  });

  it('can switch from video to sound alone and back', () => {
    const sound = channel({ codec: 'none', startPts: 77_000 });
    const out = stitch([channel().frames(20), sound.frames(50), channel({ startPts: 1 }).frames(20)]);
    expect(strictContinuity(out)).toEqual([]);
    expectSteady(timesOf(out, 0x101), PTS_WRAP, 2 * 3600);
    expectSteady(pcrsOf(out), PCR_WRAP, 150 * 27_000);
  });

  it('leaves out sound from before the first picture, but not sound on a clock of its own', () => {
    const lead = (options: Partial<TsChannelOptions>, audioPts: number): string[] => {
      const source = channel({ ...options, audio: 'none', otherStreams: [{ streamType: 0x0f, pid: 0x300 }] });
      const sound = (pts: number | undefined, counter: number): Buffer =>
        tsPacket({
          pid: 0x300,
          counter,
          payload: Buffer.concat([pesHeader(0xc0, pts === undefined ? {} : { pts }), Buffer.from([counter])]),
          payloadUnitStart: true,
        });
      const rest = tsPacket({ pid: 0x300, counter: 1, payload: Buffer.from([99]) });
      const clock = tsPacket({ pid: 0x300, counter: 1, randomAccess: true });
      const parts = [
        source.frames(1),
        sound(audioPts, 0),
        rest,
        clock,
        sound(source.pts, 2),
        sound(undefined, 3),
      ];
      const out = stitch([channel({ audio: 'mp2' }).frames(20), Buffer.concat([...parts, source.frames(5)])]);
      expect(strictContinuity(out)).toEqual([]);
      return plainPackets(out)
        .filter(({ pid, discontinuity }) => pid === 0x300 && !discontinuity)
        .map(({ payload }) => String(payload.at(-1)));
    };
    expect(lead({}, 900_000 - 1000)).toEqual(['undefined', '2', '3']);
    expect(lead({}, 900_000 - 900_000)).toEqual(['0', '99', 'undefined', '2', '3']);
    expect(lead({}, 900_000)).toEqual(['0', '99', 'undefined', '2', '3']);
  });

  it('takes what has no time at all as it comes', () => {
    const source = channel({ audio: 'none', otherStreams: [{ streamType: 0x05, pid: 0x300 }] });
    const data = (counter: number): Buffer =>
      tsPacket({ pid: 0x300, counter, payload: Buffer.from([1, 2, 3]), payloadUnitStart: true });
    const out = stitch([
      channel().frames(20),
      Buffer.concat([source.frames(1), data(9), nullPacket(), data(10)]),
    ]);
    expect(plainPackets(out).filter(({ pid, hasPayload }) => pid === 0x300 && hasPayload)).toHaveLength(2);
    expect(plainPackets(out).filter(({ pid }) => pid === 0x1fff)).toHaveLength(1);
  });

  it.each([
    [90_000, 90_000 + 3600],
    [11 * 90_000, 3600],
  ])('waits for sound that is %i ahead of the picture, if it runs by the same clock', (ahead, expected) => {
    const first = channel({ audio: 'none', otherStreams: [{ streamType: 0x0f, pid: 0x300 }] });
    const video = first.frames(20);
    const last = first.pts - 3600;
    const header = pesHeader(0xc0, { pts: last + ahead });
    const sound = tsPacket({ pid: 0x300, counter: 0, payload: header, payloadUnitStart: true });
    const out = stitch([Buffer.concat([video, sound]), channel().frames(12)]);
    expect(timesOf(out, 0x100)[20]).toBe(last + expected);
  });

  it('never lets the PCR step back, though the new source is closer to its clock', () => {
    const late = channel({ reorderFrames: 0, channelId: 2 });
    const shifted = Buffer.from(late.frames(30));
    for (let at = 0; at < shifted.length; at += PACKET_SIZE) shiftPcr(shifted, at, -400 * 27_000);
    const out = stitch([channel().frames(20), shifted]);
    expectSteady(pcrsOf(out), PCR_WRAP, 500 * 27_000);
    expectSteady(timesOf(out, 0x100), PTS_WRAP, 40_000);
  });

  it('does not follow a PCR that has nothing to do with the pictures', () => {
    const odd = Buffer.from(channel().frames(30));
    for (let at = 0; at < odd.length; at += PACKET_SIZE) shiftPcr(odd, at, -3_600_000 * 27_000);
    expectSteady(timesOf(stitch([channel().frames(20), odd]), 0x100), PTS_WRAP, SEAM);
  });

  it('works without clocks', () => {
    const bare = (pid: number): Buffer => {
      const source = channel({ audio: 'none', videoPid: pid });
      const idr = Buffer.from([0, 0, 1, 0x65, ...new Array<number>(20).fill(9)]);
      const picture = Buffer.concat([pesHeader(0xe0, {}), idr]);
      return Buffer.concat([
        source.tables(),
        tsPacket({ pid, counter: 5, payload: picture, payloadUnitStart: true }),
      ]);
    };
    const out = stitch([bare(0x100), bare(0x200), channel().frames(12), bare(0x100)]);
    expect(strictContinuity(out)).toEqual([]);
    expectSteady(timesOf(out, 0x100), PTS_WRAP, SEAM);
    expect(
      plainPackets(stitch([channel().frames(12), Buffer.concat([bare(0x300), channel().frames(2)])])).filter(
        ({ pid, payloadUnitStart }) => pid === 0x101 && payloadUnitStart,
      ).length,
    ).toBeGreaterThan(23);
    const noPcr = channel().frames(12);
    for (let at = 0; at < noPcr.length; at += PACKET_SIZE) {
      if (noPcr[at + 3] && (noPcr[at + 3] ?? 0) & 0x20) noPcr[at + 5] = (noPcr[at + 5] ?? 0) & 0xef;
    }
    const joined = stitch([channel().frames(20), noPcr, channel().frames(12)]);
    expectSteady(timesOf(joined, 0x100), PTS_WRAP, SEAM);
  });

  it('has nothing to continue where the first source brought no programme', () => {
    const second = channel({ pmtVersion: 9, startPts: 4000 });
    const out = stitch([nullPacket(), second.frames(12)]);
    expect(programsIn(out).map(({ pmt }) => pmt.version)).toEqual([9]);
    expect(timesOf(out, 0x100)[0]).toBe(4000);
  });

  it('switches again before the next source has shown a keyframe', () => {
    const stitcher = new OutputStitcher();
    const first = stitcher.push(channel({ channelId: 1 }).frames(15));
    stitcher.switchSource();
    const lost = channel({ channelId: 2 });
    const tables = lost.tables();
    lost.frames(3);
    expect(stitcher.push(Buffer.concat([lost.frames(4), tables]))).toHaveLength(0);
    expect(stitcher.waiting).toBe(true);
    const dropped = stitcher.droppedPackets;
    stitcher.switchSource();
    expect(stitcher.droppedPackets).toBeGreaterThan(dropped);
    const second = stitcher.push(channel({ channelId: 3 }).frames(12));
    expect(stitcher.seams).toBe(1);
    const out = Buffer.concat([first, second]);
    expect(strictContinuity(out)).toEqual([]);
    expect(framesOf(out).slice(14, 17)).toEqual(['1:14', '3:0', '3:1']);
  });

  it('holds back only so much while it waits', () => {
    const stitcher = new OutputStitcher({ maxHeldBytes: 10 * PACKET_SIZE });
    stitcher.push(channel().frames(12));
    stitcher.switchSource();
    const source = channel({ audio: 'none' });
    stitcher.push(source.tables());
    stitcher.push(Buffer.concat(new Array<Buffer>(20).fill(nullPacket())));
    expect(stitcher.droppedPackets).toBe(22);
    expect(stitcher.push(source.frames(15)).length).toBeGreaterThan(0);
  });

  it('waits for the wished programme', () => {
    const stitcher = new OutputStitcher({ programNumber: 5 });
    stitcher.push(channel({ programNumber: 5 }).frames(12));
    stitcher.switchSource();
    expect(stitcher.push(channel({ programNumber: 1 }).frames(12))).toHaveLength(0);
    stitcher.switchSource();
    expect(stitcher.push(channel({ programNumber: 5 }).frames(12)).length).toBeGreaterThan(0);
  });

  it('drops damaged tables where it has to pack them anew', () => {
    const second = channel({ pmtVersion: 0, codec: 'h265' });
    const damaged = sectionPackets(
      0x1000,
      Buffer.from([2, 0xb0, 20, ...new Array<number>(20).fill(1)]),
      new Counters(),
    );
    const short = sectionPackets(0x1000, Buffer.from([2, 0x30, 2, 1, 1]), new Counters());
    short[3] = 0x15;
    const out = stitch([
      channel().frames(12),
      Buffer.concat([second.frames(2), damaged, short, second.frames(10)]),
    ]);
    expect(strictContinuity(out)).toEqual([]);
    expect(programsIn(out).map(({ pmt }) => pmt.version)).toEqual([0, 1]);
  });

  it('keeps to its programme when a later PAT does not list it', () => {
    const second = channel({ startPts: 1_000 });
    const pat = sectionPackets(0, patSection([{ programNumber: 7, pmtPid: 0x70 }], 1), new Counters());
    pat[3] = 0x15;
    const out = stitch([channel().frames(12), Buffer.concat([second.frames(2), pat, second.frames(5)])]);
    expect(programsIn(out)).toHaveLength(1);
    expectSteady(timesOf(out, 0x100), PTS_WRAP, SEAM);
  });

  it('leaves scrambled clocks alone', () => {
    const source = channel({ scrambled: true, startPts: 5 });
    const out = stitch([channel().frames(12), source.frames(12)]);
    expect(strictContinuity(out)).toEqual([]);
    expect(timesOf(out, 0x100).slice(12)[0]).toBe(5);
  });

  it('marks the seam in a ring that shares its analyser', () => {
    const ring = new GopRing();
    const stitcher = new OutputStitcher({ output: ring.analyser });
    const push = (ts: Buffer): number => ring.push(stitcher.push(ts), 0);
    push(channel({ channelId: 1 }).frames(25));
    stitcher.switchSource();
    push(channel({ channelId: 2, startPts: 12345 }).frames(25));
    ring.flush(100);
    expect(ring.analyser.continuity.errors).toBe(0);
    const chunks = Array.from({ length: ring.nextSeq }, (_, seq) => ring.chunk(seq));
    const seam = chunks.filter((chunk) => chunk?.discontinuity);
    expect(seam.map((chunk) => chunk?.keyframe)).toEqual([true]);
    expect(framesOf(seam[0]?.data ?? Buffer.alloc(1))[0]).toBe('2:0');
  });

  it('shows no break to anybody, whatever follows whatever, however it is cut', () => {
    const codec = fc.constantFrom<TsChannelOptions['codec']>('h264', 'h265', 'mpeg2', 'none');
    const source = fc.record({
      codec,
      startPts: fc.nat(PTS_WRAP - 1),
      pmtVersion: fc.nat(31),
      videoPid: fc.constantFrom(0x100, 0x200),
      audioPid: fc.constantFrom(0x101, 0x201),
      pmtPid: fc.constantFrom(0x1000, 0x50),
      programNumber: fc.constantFrom(1, 2),
      tablesAtKeyframe: fc.boolean(),
      reorderFrames: fc.nat(2),
      skip: fc.nat(15),
    });
    const cuts = fc.array(fc.nat(400), { maxLength: 10 });
    fc.assert(
      fc.property(fc.array(fc.tuple(source, cuts), { minLength: 1, maxLength: 5 }), (sources) => {
        const stitcher = new OutputStitcher();
        const out: Buffer[] = [];
        sources.forEach(([{ skip, ...options }, offsets], i) => {
          if (i > 0) stitcher.switchSource();
          const from = channel({ ...options, channelId: i });
          from.frames(skip);
          const ts = from.frames(30);
          for (const part of splitAt(
            ts,
            offsets.map((cut) => Math.min(cut * PACKET_SIZE, ts.length)),
          )) {
            out.push(stitcher.push(part));
          }
        });
        const ts = Buffer.concat(out);
        expect(strictContinuity(ts)).toEqual([]);
        expect(framesOf(ts).filter((frame) => frame.endsWith('!'))).toEqual([]);
        expectSteady(pcrsOf(ts), PCR_WRAP, 3_000 * 27_000);
      }),
      { numRuns: 60 },
    );
  });
});

function shiftPcr(bytes: Buffer, at: number, by: number): void {
  const [packet] = plainPackets(bytes.subarray(at, at + PACKET_SIZE));
  if (packet?.pcr === undefined) return;
  const moved = tsPacket({ pid: packet.pid, counter: 0, pcr: (packet.pcr + by + PCR_WRAP) % PCR_WRAP });
  moved.copy(bytes, at + 6, 6, 12);
}
