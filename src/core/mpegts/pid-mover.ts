import { NULL_PID, PACKET_SIZE, PAT_PID, pidAt, setPidAt } from './packet.js';
import { PacketSink } from './packet-sink.js';
import type { Program } from './program-tables.js';
import { buildPat, buildPmt, parsePat, parsePmt, SectionAssembler } from './psi.js';
import type { ElementaryStream, Pmt } from './psi.js';

const FIRST_FREE_PID = 0x100;

/**
 * Gives the streams of a new source the pids of those that players know: most players choose their streams once and stay
 * with the pids, whatever later tables say. Streams of a codec that is new to them keep the pids they have.
 */
export class PidMover {
  /** The new programme as it goes out. Its tables keep the versions that they have. */
  readonly program: Program;
  private readonly pids = new Map<number, number>();
  /** What stands at the pids of the source. */
  private readonly kinds = new Map<number, string>();
  private readonly taken = new Set<number>();
  private readonly patSections = new SectionAssembler();
  private pmtSections = new SectionAssembler();
  private pmtPid: number;
  private patCounter = 0;
  private pmtCounter = 0;

  /** @param known streams that players have been given so far */
  private constructor(
    private readonly output: Program,
    private readonly source: Program,
    private readonly known: readonly ElementaryStream[],
  ) {
    this.pmtPid = source.pmtPid;
    this.taken.add(PAT_PID).add(NULL_PID).add(output.pmtPid);
    this.program = {
      pat: {
        ...source.pat,
        transportStreamId: output.pat.transportStreamId,
        programs: [{ programNumber: output.pmt.programNumber, pmtPid: output.pmtPid }],
      },
      pmt: this.moved(source.pmt),
      pmtPid: output.pmtPid,
    };
  }

  /** Undefined where everything stands at its place already. */
  static between(
    output: Program | undefined,
    source: Program,
    known: readonly ElementaryStream[],
  ): PidMover | undefined {
    if (!output) return undefined;
    const mover = new PidMover(output, source, known);
    const inPlace =
      output.pmtPid === source.pmtPid &&
      output.pmt.programNumber === source.pmt.programNumber &&
      [...mover.pids].every(([from, to]) => from === to);
    return inPlace ? undefined : mover;
  }

  /** Where packets of this pid go; undefined where its place belongs to another stream. */
  pidOf(pid: number): number | undefined {
    return this.pids.get(pid) ?? (pid !== NULL_PID && this.taken.has(pid) ? undefined : pid);
  }

  /** Whole packets of the new source → a fresh buffer of whole packets. */
  move(packets: Buffer): Buffer {
    const out = new PacketSink(packets.length);
    for (let at = 0; at < packets.length; at += PACKET_SIZE) {
      const pid = pidAt(packets, at);
      if (pid === PAT_PID) this.patSections.push(packets, at, (section) => this.onPat(section, out));
      else if (pid === this.pmtPid) this.pmtSections.push(packets, at, (section) => this.onPmt(section, out));
      else this.packet(packets, at, pid, out);
    }
    return out.bytes;
  }

  private packet(packets: Buffer, at: number, pid: number, out: PacketSink): void {
    const to = this.pidOf(pid);
    if (to === undefined) return;
    const copyAt = out.add(packets.subarray(at, at + PACKET_SIZE));
    setPidAt(out.buffer, copyAt, to);
  }

  private onPat(section: Buffer, out: PacketSink): void {
    const pat = parsePat(section);
    if (!pat) return;
    const { programNumber } = this.source.pmt;
    const entry = pat.programs.find((program) => program.programNumber === programNumber);
    if (entry && entry.pmtPid !== this.pmtPid) {
      this.pmtPid = entry.pmtPid;
      this.pmtSections = new SectionAssembler();
    }
    const packets = buildPat(this.program.pat, this.patCounter);
    this.patCounter = (this.patCounter + packets.length / PACKET_SIZE) & 0x0f;
    out.add(packets);
  }

  private onPmt(section: Buffer, out: PacketSink): void {
    const pmt = parsePmt(section);
    if (pmt?.programNumber !== this.source.pmt.programNumber) return;
    const packets = buildPmt(this.moved(pmt), this.output.pmtPid, this.pmtCounter);
    this.pmtCounter = (this.pmtCounter + packets.length / PACKET_SIZE) & 0x0f;
    out.add(packets);
  }

  private moved(pmt: Pmt): Pmt {
    this.forgetAllBut(new Set(pmt.streams.map(({ pid }) => pid)).add(pmt.pcrPid));
    const fresh = pmt.streams.filter((stream) => this.kinds.get(stream.pid) !== kindOf(stream));
    for (const { pid } of fresh) this.release(pid);
    for (const stream of fresh) this.match(stream, ({ language }) => language === stream.language);
    for (const stream of fresh) this.match(stream, () => true);
    for (const stream of fresh) this.kinds.set(stream.pid, kindOf(stream));
    for (const { pid } of pmt.streams) this.place(pid);
    this.place(pmt.pcrPid);
    const to = (pid: number): number => this.pids.get(pid) ?? pid;
    return {
      ...pmt,
      programNumber: this.output.pmt.programNumber,
      pcrPid: to(pmt.pcrPid),
      streams: pmt.streams.map((stream) => ({ ...stream, pid: to(stream.pid) })),
    };
  }

  private forgetAllBut(pids: ReadonlySet<number>): void {
    for (const pid of this.pids.keys()) {
      if (!pids.has(pid)) this.release(pid);
    }
  }

  /** Takes the place of a stream of its kind that players know. */
  private match(stream: ElementaryStream, fits: (place: ElementaryStream) => boolean): void {
    if (this.pids.has(stream.pid)) return;
    const kind = kindOf(stream);
    const places = this.known.filter(
      (place) => kindOf(place) === kind && fits(place) && !this.taken.has(place.pid),
    );
    const place = places.find(({ pid }) => pid === stream.pid) ?? places[0];
    if (place) this.give(stream.pid, place.pid);
  }

  /** What nobody knows stays where it is, or goes where nothing is. */
  private place(pid: number): void {
    if (pid === NULL_PID || this.pids.has(pid)) return;
    let free = this.taken.has(pid) ? FIRST_FREE_PID : pid;
    while (this.taken.has(free) || (free !== pid && this.known.some((stream) => stream.pid === free))) free++;
    this.give(pid, free);
  }

  private release(from: number): void {
    const to = this.pids.get(from);
    if (to !== undefined) this.taken.delete(to);
    this.pids.delete(from);
    this.kinds.delete(from);
  }

  private give(from: number, to: number): void {
    this.pids.set(from, to);
    this.taken.add(to);
  }
}

function kindOf({ kind, codec, streamType }: ElementaryStream): string {
  return `${kind} ${codec} ${streamType}`;
}
