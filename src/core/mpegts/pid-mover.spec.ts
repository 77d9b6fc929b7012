import { describe, expect, it } from '@jest/globals';
import {
  Counters,
  nullPacket,
  patSection,
  pmtSection,
  sectionPackets,
  tsPacket,
} from '../../../test/builders/ts-packets.js';
import type { PatEntry, PmtEntry } from '../../../test/builders/ts-packets.js';
import { plainPackets } from '../../../test/builders/ts-reader.js';
import { NULL_PID, PACKET_SIZE, pidAt } from './packet.js';
import { PidMover } from './pid-mover.js';
import { ProgramTables } from './program-tables.js';
import type { Program } from './program-tables.js';

const H264 = 0x1b;
const H265 = 0x24;
const AAC = 0x0f;

interface Source {
  programNumber?: number;
  pmtPid?: number;
  pcrPid?: number;
  streams: PmtEntry[];
  others?: readonly PatEntry[];
  version?: number;
}

function spoken(pid: number, language: string): PmtEntry {
  return { streamType: AAC, pid, descriptors: Buffer.from([0x0a, 4, ...Buffer.from(language), 0]) };
}

/** Counters run on from one call to the next, as those of one connection do. */
function tablesOf(source: Source, counters = new Counters()): Buffer {
  const { programNumber = 1, pmtPid = 0x1000, streams, others = [], version = 0 } = source;
  const pcrPid = source.pcrPid ?? streams[0]?.pid ?? NULL_PID;
  return Buffer.concat([
    sectionPackets(0, patSection([...others, { programNumber, pmtPid }], version), counters),
    sectionPackets(pmtPid, pmtSection({ programNumber, version, pcrPid, streams }), counters),
  ]);
}

function programOf(ts: Buffer, programNumber?: number): Program {
  const tables = new ProgramTables(programNumber);
  for (let at = 0; at < ts.length; at += PACKET_SIZE) tables.push(ts, at, pidAt(ts, at));
  if (!tables.program) throw new Error('no programme');
  return tables.program;
}

function mover(output: Source, source: Source): PidMover | undefined {
  const before = programOf(tablesOf(output));
  return PidMover.between(before, programOf(tablesOf(source), source.programNumber), before.pmt.streams);
}

function moverOf(output: Source, source: Source): PidMover {
  const made = mover(output, source);
  if (!made) throw new Error('everything is in place');
  return made;
}

function placesOf(moved: PidMover, pids: readonly number[]): (number | undefined)[] {
  return pids.map((pid) => moved.pidOf(pid));
}

const TELEVISION: Source = {
  streams: [
    { streamType: H264, pid: 0x100 },
    { streamType: AAC, pid: 0x101 },
  ],
};

describe('PidMover', () => {
  it('has nothing to do where everything stands at its place, or nothing went out before', () => {
    expect(mover(TELEVISION, TELEVISION)).toBeUndefined();
    const other = { streams: [{ streamType: H265, pid: 0x100 }], pcrPid: NULL_PID };
    expect(mover(TELEVISION, other)).toBeUndefined();
    expect(PidMover.between(undefined, programOf(tablesOf(TELEVISION)), [])).toBeUndefined();
  });

  it('moves streams to those of their codec, whatever place they had', () => {
    const streams = [
      { streamType: AAC, pid: 0x100 },
      { streamType: H264, pid: 0x101 },
    ];
    const moved = moverOf(TELEVISION, { pmtPid: 0x50, programNumber: 7, pcrPid: 0x101, streams });
    expect(placesOf(moved, [0x100, 0x101])).toEqual([0x101, 0x100]);
    expect(moved.program).toMatchObject({
      pmtPid: 0x1000,
      pat: { programs: [{ programNumber: 1, pmtPid: 0x1000 }] },
      pmt: { programNumber: 1, pcrPid: 0x100 },
    });
    expect(moved.program.pmt.streams.map(({ pid, codec }) => [pid, codec])).toEqual([
      [0x101, 'aac'],
      [0x100, 'h264'],
    ]);
  });

  it('gives what is new a place that nobody has', () => {
    const moved = moverOf(TELEVISION, {
      pcrPid: 0x1000,
      pmtPid: 0x60,
      streams: [
        { streamType: H265, pid: 0x101 },
        { streamType: AAC, pid: 0x52 },
        { streamType: 0x06, pid: 0x53 },
      ],
    });
    expect(placesOf(moved, [0x101, 0x52, 0x53])).toEqual([0x102, 0x101, 0x53]);
    expect(moved.program.pmt.pcrPid).toBe(0x103);
  });

  it('goes by languages first, then by places', () => {
    const output = {
      streams: [spoken(0x101, 'deu'), spoken(0x102, 'fra'), { streamType: AAC, pid: 0x103 }],
    };
    const streams = [spoken(0x201, 'eng'), spoken(0x202, 'deu'), spoken(0x103, 'ita'), spoken(0x204, 'rus')];
    expect(placesOf(moverOf(output, { streams }), [0x201, 0x202, 0x103, 0x204])).toEqual([
      0x102, 0x101, 0x103, 0x204,
    ]);
  });

  it('moves packets and leaves out what would stand in the place of others', () => {
    const source = { ...TELEVISION, pmtPid: 0x50, streams: [{ streamType: H264, pid: 0x51 }] };
    const moved = moverOf(TELEVISION, source);
    const payload = Buffer.from('picture');
    const packets = [0x51, 0x100, 0x1000, 0x12].map((pid) => tsPacket({ pid, counter: 4, payload }));
    const out = plainPackets(moved.move(Buffer.concat([tablesOf(source), ...packets, nullPacket()])));
    expect(out.map(({ pid }) => pid)).toEqual([0, 0x1000, 0x100, 0x12, NULL_PID]);
    expect(out[2]).toMatchObject({ counter: 4 });
    expect(out[2]?.payload.subarray(-7).toString()).toBe('picture');
  });

  it('follows the tables of its programme and drops all others', () => {
    const counters = new Counters();
    const others = [{ programNumber: 9, pmtPid: 0x50 }];
    const source = { programNumber: 7, pmtPid: 0x50, others, streams: [{ streamType: H264, pid: 0x51 }] };
    const moved = moverOf(TELEVISION, source);
    const push = (next: Source): Program => programOf(moved.move(tablesOf(next, counters)));
    const streams = [...source.streams, { streamType: AAC, pid: 0x100 }];
    expect(push({ ...source, pmtPid: 0x60, streams, version: 1 }).pmt).toMatchObject({
      version: 1,
      streams: [{ pid: 0x100 }, { pid: 0x100 + 1 }],
    });
    // Sound on another pid, and another codec where the picture was.
    const changed = [
      { streamType: H265, pid: 0x51 },
      { streamType: AAC, pid: 0x70 },
    ];
    expect(push({ ...source, pmtPid: 0x60, streams: changed, version: 2 }).pmt.streams).toMatchObject([
      { pid: 0x51, codec: 'h265' },
      { pid: 0x101, codec: 'aac' },
    ]);
    const foreign = pmtSection({ programNumber: 9, version: 0, pcrPid: 1, streams: [] });
    const damaged = patSection([{ programNumber: 7, pmtPid: 0x33 }]);
    damaged[9] = (damaged[9] ?? 0) ^ 1;
    const bad = Buffer.concat([
      sectionPackets(0x60, foreign, counters),
      sectionPackets(0, damaged, counters),
    ]);
    expect(moved.move(bad)).toHaveLength(0);
    const unlisted = moved.move(sectionPackets(0, patSection(others, 3), counters));
    expect(unlisted).toHaveLength(PACKET_SIZE);
  });
});
