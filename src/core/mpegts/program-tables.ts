import { NULL_PID, PACKET_SIZE, PAT_PID } from './packet.js';
import { buildPat, buildPmt, parsePat, parsePmt, SectionAssembler } from './psi.js';
import type { Pat, Pmt } from './psi.js';

/** Packets of both tables; each may take several. */
export interface Tables {
  pat: Buffer;
  pmt: Buffer;
}

/** One programme and where it was found. */
export interface Program {
  pat: Pat;
  pmt: Pmt;
  pmtPid: number;
}

/** Of a PAT with more programmes than this the rest is not looked at. */
const MAX_PROGRAMS = 64;

/** Follows the PAT and the PMT of one programme: the wished one, else the first whose PMT names video or audio. */
export class ProgramTables {
  /** Undefined before both tables have come, and after a PAT that does not list the programme any more. */
  program: Program | undefined;
  private pat: Pat | undefined;
  private readonly patSections = new SectionAssembler();
  private readonly pmtSections = new Map<number, SectionAssembler>();
  private patBytes: Buffer | undefined;
  private pmtBytes: Buffer | undefined;
  private changed = false;

  constructor(private readonly programNumber?: number) {}

  /** Pids that carry tables: the PAT's and the PMT's of all programmes. */
  get tablePids(): readonly number[] {
    return [PAT_PID, ...this.pmtSections.keys()];
  }

  /** A packet of any pid; only those of `tablePids` matter. True when it completed a table that says something new. */
  push(bytes: Uint8Array, at: number, pid: number): boolean {
    this.changed = false;
    if (pid === PAT_PID) this.patSections.push(bytes, at, this.onPat);
    else this.pmtSections.get(pid)?.push(bytes, at, (section) => this.onPmt(section, pid));
    return this.changed;
  }

  private readonly onPat = (section: Buffer): void => {
    if (this.patBytes?.equals(section)) return;
    const pat = parsePat(section);
    if (!pat) return;
    this.patBytes = section;
    this.pat = pat;
    this.changed = true;
    this.followPmts(new Set(pat.programs.slice(0, MAX_PROGRAMS).map(({ pmtPid }) => pmtPid)));
    if (!this.program) return;
    const stays = lists(pat, this.program.pmt.programNumber, this.program.pmtPid);
    this.program = stays ? { ...this.program, pat } : undefined;
    if (!stays) this.pmtBytes = undefined;
  };

  private followPmts(pids: ReadonlySet<number>): void {
    for (const pid of this.pmtSections.keys()) if (!pids.has(pid)) this.pmtSections.delete(pid);
    for (const pid of pids) {
      if (pid === PAT_PID || pid === NULL_PID || this.pmtSections.has(pid)) continue;
      this.pmtSections.set(pid, new SectionAssembler());
    }
  }

  private onPmt(section: Buffer, pmtPid: number): void {
    if (this.pmtBytes?.equals(section)) return;
    const pmt = parsePmt(section);
    if (!this.pat || !pmt || !this.isWanted(pmt) || !lists(this.pat, pmt.programNumber, pmtPid)) return;
    this.pmtBytes = section;
    this.program = { pat: this.pat, pmt, pmtPid };
    this.changed = true;
  }

  private isWanted(pmt: Pmt): boolean {
    const wanted = this.programNumber ?? this.program?.pmt.programNumber;
    if (wanted !== undefined) return pmt.programNumber === wanted;
    return pmt.streams.some(({ kind }) => kind === 'video' || kind === 'audio');
  }
}

/**
 * Both tables as packets whose last counters are the given ones. All programmes of the PAT are kept, its network entry
 * is not.
 */
export function buildTables(program: Program, lastPatCounter: number, lastPmtCounter: number): Tables {
  return {
    pat: endingWith(lastPatCounter, (counter) => buildPat(program.pat, counter)),
    pmt: endingWith(lastPmtCounter, (counter) => buildPmt(program.pmt, program.pmtPid, counter)),
  };
}

function endingWith(lastCounter: number, build: (counter: number) => Buffer): Buffer {
  const packets = build(0).length / PACKET_SIZE;
  return build((lastCounter - packets + 1) & 0x0f);
}

function lists(pat: Pat, programNumber: number, pmtPid: number): boolean {
  return pat.programs.some((program) => program.programNumber === programNumber && program.pmtPid === pmtPid);
}
