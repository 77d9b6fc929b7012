import { crc32 } from './crc32.js';
import {
  counterAt,
  discontinuityPacket,
  hasPayloadAt,
  NULL_PID,
  PACKET_SIZE,
  PAT_PID,
  payloadStartAt,
  payloadUnitStartAt,
  PID_COUNT,
  pidAt,
  setCounterAt,
} from './packet.js';
import { PacketSink } from './packet-sink.js';
import { ProgramTables } from './program-tables.js';
import type { Program } from './program-tables.js';
import { buildPat, buildPmt, packetiseSection, SectionAssembler, withVersion } from './psi.js';
import type { Pat, Pmt } from './psi.js';
import { clockShift, shiftClocksAt } from './seam-clock.js';
import type { JoinPoint, StreamAnalyser } from './stream-analyser.js';
import { clockDifference, PTS_RATE, PTS_WRAP, ptsOffset, readTimestampAt } from './timestamps.js';

const UNKNOWN = -1;
/** Sound from before the first picture is left out, but not sound whose clock has nothing to do with the picture's. */
const TOO_EARLY = 5 * PTS_RATE;
/** What an intact section has at least: header and CRC. */
const MIN_SECTION = 12;

/** Rewrites a new source so that it continues what has gone out: counters, table versions, PCR, PTS and DTS. */
export class SeamRewriter {
  /** Goes out first: the new tables and a discontinuity mark for every pid of the programme. */
  readonly opening: Buffer;
  /** Of what had gone out at the seam; of the tables packed anew, up to now. */
  private readonly lastCounters = new Int8Array(PID_COUNT).fill(15);
  private readonly counterOffsets = new Int8Array(PID_COUNT).fill(UNKNOWN);
  private readonly tables: ProgramTables;
  private readonly sections = new Map<number, SectionAssembler>();
  private readonly patDelta: number;
  private readonly pmtDelta: number;
  /** 90 kHz. */
  private readonly shift: number;
  private readonly notStarted: Set<number>;
  private pmtPid: number;
  /** Pids whose clocks are shifted. */
  private media: ReadonlySet<number>;

  /**
   * @param output what has gone out so far
   * @param join where the new source starts
   * @param firstPcr the new source's first PCR from there on, 27 MHz
   */
  constructor(
    output: StreamAnalyser,
    private readonly join: JoinPoint,
    firstPcr: number | undefined,
  ) {
    const { program } = join;
    for (const pid of output.continuity.seenPids) this.lastCounters[pid] = output.continuity.lastOf(pid);
    this.tables = new ProgramTables(program.pmt.programNumber);
    for (const table of [join.tables.pat, join.tables.pmt]) this.seed(table);
    this.pmtPid = program.pmtPid;
    this.media = mediaOf(program);
    this.notStarted = new Set(program.pmt.streams.map(({ pid }) => pid).filter((pid) => pid !== join.pid));
    this.patDelta = versionDelta(output.program?.pat, program.pat, patBytes);
    this.pmtDelta = versionDelta(output.program?.pmt, program.pmt, pmtBytes);
    this.shift = clockShift(output, join, firstPcr);
    this.opening = this.open(program);
  }

  /** Whole packets of the new source, from the join point on → a fresh buffer of whole packets. */
  rewrite(packets: Buffer): Buffer {
    const out = new PacketSink(packets.length);
    for (let at = 0; at < packets.length; at += PACKET_SIZE) this.packet(packets, at, out);
    return out.bytes;
  }

  private open(program: Program): Buffer {
    const { pat, pmt, pmtPid } = program;
    const version = (table: Pat | Pmt, delta: number): number => (table.version + delta) & 0x1f;
    const out = new PacketSink(PACKET_SIZE * (this.media.size + 8));
    const patVersion = version(pat, this.patDelta);
    this.addTable(out, PAT_PID, (counter) => buildPat({ ...pat, version: patVersion }, counter));
    const pmtVersion = version(pmt, this.pmtDelta);
    this.addTable(out, pmtPid, (counter) => buildPmt({ ...pmt, version: pmtVersion }, pmtPid, counter));
    for (const pid of this.media) out.add(discontinuityPacket(pid, this.lastCounters[pid] as number));
    return out.bytes;
  }

  private addTable(out: PacketSink, pid: number, build: (counter: number) => Buffer): void {
    const last = this.lastCounters[pid] as number;
    const packets = build((last + 1) & 0x0f);
    this.lastCounters[pid] = (last + packets.length / PACKET_SIZE) & 0x0f;
    out.add(packets);
  }

  private packet(bytes: Buffer, at: number, out: PacketSink): void {
    const pid = pidAt(bytes, at);
    if (pid === PAT_PID || pid === this.pmtPid) {
      if (this.tables.push(bytes, at, pid)) this.followProgram();
      const delta = pid === PAT_PID ? this.patDelta : this.pmtDelta;
      if (delta !== 0) {
        this.retable(bytes, at, pid, delta, out);
        return;
      }
    }
    if (this.notStarted.has(pid) && !this.starts(bytes, at, pid)) return;
    const copyAt = out.add(bytes.subarray(at, at + PACKET_SIZE));
    if (pid === NULL_PID) return;
    this.continueCounter(out.buffer, copyAt, pid);
    if (this.shift !== 0 && this.media.has(pid)) shiftClocksAt(out.buffer, copyAt, this.shift);
  }

  /** The packet counts on from the last one that went out; a loss within the source stays visible. */
  private continueCounter(bytes: Buffer, at: number, pid: number): void {
    const last = this.lastCounters[pid] as number;
    const hasPayload = hasPayloadAt(bytes, at);
    if (this.counterOffsets[pid] === UNKNOWN) {
      if (!hasPayload) {
        setCounterAt(bytes, at, last);
        return;
      }
      this.counterOffsets[pid] = (last + 1 - counterAt(bytes, at)) & 0x0f;
    }
    setCounterAt(bytes, at, counterAt(bytes, at) + (this.counterOffsets[pid] as number));
  }

  /** Packs the sections of a table anew, with other versions: players take a table of a known version for known. */
  private retable(bytes: Buffer, at: number, pid: number, delta: number, out: PacketSink): void {
    const assembler = this.sections.get(pid) ?? new SectionAssembler();
    this.sections.set(pid, assembler);
    assembler.push(bytes, at, (section) => {
      if (section.length < MIN_SECTION || crc32(section) !== 0) return;
      this.addTable(out, pid, (counter) => packetiseSection(pid, counter, withVersion(section, delta)));
    });
  }

  /** The first whole unit of a stream that does not lie before the first picture. */
  private starts(bytes: Buffer, at: number, pid: number): boolean {
    if (!hasPayloadAt(bytes, at)) return true;
    if (!payloadUnitStartAt(bytes, at)) return false;
    const ptsAt = ptsOffset(bytes, payloadStartAt(bytes, at), at + PACKET_SIZE);
    if (ptsAt >= 0 && this.join.time !== undefined) {
      const early = clockDifference(this.join.time, readTimestampAt(bytes, ptsAt), PTS_WRAP);
      if (early > 0 && early < TOO_EARLY) return false;
    }
    this.notStarted.delete(pid);
    return true;
  }

  private seed(table: Buffer): void {
    for (let at = 0; at < table.length; at += PACKET_SIZE) this.tables.push(table, at, pidAt(table, at));
  }

  private followProgram(): void {
    const { program } = this.tables;
    if (!program) return;
    this.pmtPid = program.pmtPid;
    this.media = mediaOf(program);
  }
}

function mediaOf({ pmt }: Program): ReadonlySet<number> {
  const pids = new Set(pmt.streams.map(({ pid }) => pid)).add(pmt.pcrPid);
  pids.delete(NULL_PID);
  return pids;
}

/** What to add to a new table's version: equal contents keep the old version, others must not have it. */
function versionDelta<T extends { version: number }>(
  before: T | undefined,
  after: T,
  bytesOf: (table: T) => Buffer,
): number {
  if (!before) return 0;
  if (bytesOf(before).equals(bytesOf(after))) return (before.version - after.version) & 0x1f;
  return before.version === after.version ? 1 : 0;
}

function patBytes(pat: Pat): Buffer {
  return buildPat({ ...pat, version: 0 }, 0);
}

function pmtBytes(pmt: Pmt): Buffer {
  return buildPmt({ ...pmt, version: 0 }, 0, 0);
}
