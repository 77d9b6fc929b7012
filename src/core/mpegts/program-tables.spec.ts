import { describe, expect, it } from '@jest/globals';
import { Counters, patSection, pmtSection, sectionPackets } from '../../../test/builders/ts-packets.js';
import type { PatEntry, PmtEntry } from '../../../test/builders/ts-packets.js';
import { strictContinuity } from '../../../test/builders/ts-reader.js';
import { PACKET_SIZE, pidAt } from './packet.js';
import { buildTables, ProgramTables } from './program-tables.js';

const VIDEO: PmtEntry[] = [{ streamType: 0x1b, pid: 0x100 }];
const DATA: PmtEntry[] = [{ streamType: 0x05, pid: 0x200 }];

class Feed {
  private readonly counters = new Counters();
  constructor(readonly tables = new ProgramTables()) {}

  pat(programs: readonly PatEntry[], version = 0): boolean {
    return this.push(sectionPackets(0, patSection(programs, version), this.counters));
  }

  pmt(pid: number, programNumber: number, streams: readonly PmtEntry[], version = 0): boolean {
    const section = pmtSection({ programNumber, pcrPid: 0x100, streams, version });
    return this.push(sectionPackets(pid, section, this.counters));
  }

  push(packets: Buffer): boolean {
    let changed = false;
    for (let at = 0; at < packets.length; at += PACKET_SIZE) {
      changed = this.tables.push(packets, at, pidAt(packets, at)) || changed;
    }
    return changed;
  }
}

const one = { programNumber: 1, pmtPid: 0x20 };
const two = { programNumber: 2, pmtPid: 0x21 };

describe('ProgramTables', () => {
  it('needs the PAT before a PMT', () => {
    const feed = new Feed();
    expect(feed.pmt(0x20, 1, VIDEO)).toBe(false);
    expect(feed.pat([one])).toBe(true);
    expect(feed.tables.tablePids).toEqual([0, 0x20]);
    expect(feed.tables.program).toBeUndefined();
    expect(feed.pmt(0x20, 1, VIDEO)).toBe(true);
    expect(feed.tables.program).toMatchObject({ pmtPid: 0x20, pmt: { programNumber: 1 } });
  });

  it('says nothing new when tables repeat', () => {
    const feed = new Feed();
    feed.pat([one]);
    feed.pmt(0x20, 1, VIDEO);
    expect([feed.pat([one]), feed.pmt(0x20, 1, VIDEO)]).toEqual([false, false]);
    expect(feed.pmt(0x20, 1, [...VIDEO, ...DATA], 1)).toBe(true);
    expect(feed.tables.program?.pmt.streams).toHaveLength(2);
  });

  it('takes the first programme with video or audio and stays with it', () => {
    const feed = new Feed();
    feed.pat([one, two]);
    expect(feed.pmt(0x20, 1, DATA)).toBe(false);
    expect(feed.pmt(0x21, 2, VIDEO)).toBe(true);
    expect(feed.pmt(0x20, 1, VIDEO, 1)).toBe(false);
    expect(feed.tables.program?.pmt.programNumber).toBe(2);
  });

  it('takes the wished programme', () => {
    const feed = new Feed(new ProgramTables(2));
    feed.pat([one, two]);
    expect(feed.pmt(0x20, 1, VIDEO)).toBe(false);
    expect(feed.pmt(0x21, 2, [{ streamType: 0x03, pid: 0x300 }])).toBe(true);
  });

  it('refuses a PMT on a pid where its programme is not announced', () => {
    const feed = new Feed();
    feed.pat([one, two]);
    expect(feed.pmt(0x21, 1, VIDEO)).toBe(false);
  });

  it('drops the programme that a new PAT does not list, and keeps the one it does', () => {
    const feed = new Feed();
    feed.pat([one]);
    feed.pmt(0x20, 1, VIDEO);
    expect(feed.pat([one, two], 1)).toBe(true);
    expect(feed.tables.program?.pat.programs).toHaveLength(2);
    expect(feed.pat([two], 2)).toBe(true);
    expect(feed.tables.program).toBeUndefined();
    expect(feed.tables.tablePids).toEqual([0, 0x21]);
    expect(feed.pmt(0x20, 1, VIDEO)).toBe(false);
    expect(feed.pmt(0x21, 2, VIDEO)).toBe(true);
  });

  it('takes a programme that comes back with the very same tables', () => {
    const feed = new Feed();
    feed.pat([one]);
    feed.pmt(0x20, 1, VIDEO);
    feed.pat([two], 1);
    feed.pat([one], 2);
    expect(feed.tables.program).toBeUndefined();
    expect(feed.pmt(0x20, 1, VIDEO)).toBe(true);
    expect(feed.tables.program?.pmt.programNumber).toBe(1);
  });

  it('ignores damaged tables', () => {
    const feed = new Feed();
    feed.pat([one]);
    const pat = sectionPackets(0, patSection([two], 1), new Counters());
    pat[12] = 0x55;
    pat[3] = 0x19;
    const pmt = sectionPackets(
      0x20,
      pmtSection({ programNumber: 1, pcrPid: 1, streams: VIDEO }),
      new Counters(),
    );
    pmt[20] = 0x55;
    pmt[3] = 0x19;
    expect([feed.push(pat), feed.push(pmt)]).toEqual([false, false]);
    expect(feed.tables.tablePids).toEqual([0, 0x20]);
  });

  it('follows at most 64 programmes, none of them on the pids of the PAT or of null packets', () => {
    const feed = new Feed();
    const programs = Array.from({ length: 100 }, (_, i) => ({ programNumber: i + 1, pmtPid: i + 30 }));
    feed.pat([{ programNumber: 500, pmtPid: 0 }, { programNumber: 501, pmtPid: 0x1fff }, ...programs]);
    expect(feed.tables.tablePids).toHaveLength(63);
  });
});

describe('buildTables', () => {
  it('ends with the wished counters, over several packets too', () => {
    const streams = Array.from({ length: 60 }, (_, i) => ({ streamType: 0x0f, pid: 0x100 + i }));
    const feed = new Feed();
    feed.pat([one]);
    feed.pmt(0x20, 1, streams);
    const program = feed.tables.program;
    if (!program) throw new Error('no programme');
    const { pat, pmt } = buildTables(program, 9, 0);
    const next = buildTables(program, 10, pmt.length / PACKET_SIZE);
    expect(pmt.length / PACKET_SIZE).toBe(2);
    expect([pat[3], pmt[3], pmt[PACKET_SIZE + 3]].map((byte) => (byte ?? 0) & 15)).toEqual([9, 15, 0]);
    expect(strictContinuity(Buffer.concat([pat, pmt, next.pat, next.pmt]))).toEqual([]);
    const again = new Feed();
    again.push(Buffer.concat([pat, pmt]));
    expect(again.tables.program).toEqual(program);
  });
});
