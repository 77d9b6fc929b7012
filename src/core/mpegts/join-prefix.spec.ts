import { describe, expect, it } from '@jest/globals';
import { plainPackets, strictContinuity } from '../../../test/builders/ts-reader.js';
import { JoinPrefix } from './join-prefix.js';
import { PACKET_SIZE, pidAt } from './packet.js';
import { buildTables, ProgramTables } from './program-tables.js';
import type { Program } from './program-tables.js';

/** A programme whose PMT section is 16 + 5 + `filling` bytes long. */
function programOf(filling: number): Program {
  const stream = { pid: 0x100, streamType: 0x1b, kind: 'video' as const, codec: 'h264' as const };
  const pmt = { programNumber: 1, version: 3, pcrPid: 0x100, programDescriptors: Buffer.alloc(0) };
  return {
    pat: { transportStreamId: 1, version: 0, programs: [{ programNumber: 1, pmtPid: 0x20 }] },
    pmt: { ...pmt, streams: [{ ...stream, descriptors: Buffer.alloc(filling, 0xff) }] },
    pmtPid: 0x20,
  };
}

function prefixOf(program: Program): JoinPrefix {
  const counters = [
    { pid: 0, counter: 4 },
    { pid: 0x20, counter: 9 },
    { pid: 0x100, counter: 0 },
  ];
  const tables = buildTables(program, 4, 9);
  return new JoinPrefix({ position: 0, tables, counters, video: true, program, pid: 0x100, time: 0 });
}

describe('JoinPrefix', () => {
  it('keeps the tables whole and marks every pid, whatever room the PMT leaves', () => {
    for (let filling = 0; filling < 400; filling++) {
      const program = programOf(filling);
      const bytes = prefixOf(program).afterJump;
      const tables = new ProgramTables();
      for (let at = 0; at < bytes.length; at += PACKET_SIZE) tables.push(bytes, at, pidAt(bytes, at));
      expect(tables.program).toEqual(program);
      const first = new Map(
        plainPackets(bytes)
          .map((packet) => [packet.pid, packet] as const)
          .reverse(),
      );
      expect([...first.values()].map(({ discontinuity }) => discontinuity)).toEqual([true, true, true]);
      expect(
        strictContinuity(Buffer.concat([bytes, buildTables(program, 5, 9 + pmtPackets(program)).pat])),
      ).toEqual([]);
    }
  });

  it('marks nothing for a reader who starts', () => {
    const prefix = prefixOf(programOf(0));
    expect(plainPackets(prefix.atStart).map(({ pid, discontinuity }) => [pid, discontinuity])).toEqual([
      [0, false],
      [0x20, false],
    ]);
    expect(prefix.atStart).toBe(prefix.atStart);
  });
});

function pmtPackets(program: Program): number {
  return buildTables(program, 0, 0).pmt.length / PACKET_SIZE;
}
