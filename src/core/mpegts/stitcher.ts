import { PACKET_SIZE } from './packet.js';
import { PidMover } from './pid-mover.js';
import { buildTables } from './program-tables.js';
import type { ElementaryStream } from './psi.js';
import { SeamRewriter } from './seam-rewriter.js';
import { StreamAnalyser } from './stream-analyser.js';
import type { JoinPoint } from './stream-analyser.js';

export interface OutputStitcherOptions {
  /**
   * What has gone out so far. Give the ring's analyser when every output is pushed to that ring before the next call:
   * then nothing is analysed twice. Else the stitcher follows its own output.
   */
  output?: StreamAnalyser;
  /** The programme to follow in new sources. */
  programNumber?: number;
  /** Of what may yet become a keyframe so much is held back while one is waited for. */
  maxHeldBytes?: number;
}

/** Streams of former sources that are remembered. */
const MAX_KNOWN = 64;
const EMPTY = Buffer.alloc(0);

/**
 * Makes one stream out of connections and sources that follow each other. The first passes unchanged. After
 * `switchSource` nothing comes out until the new source has tables and a keyframe; then its packets continue counters
 * and clocks where the old ones ended, behind fresh tables and discontinuity marks, on the pids of the old ones where the
 * codecs are the same. Codecs may differ.
 */
export class OutputStitcher {
  /** Switches that have led to output. */
  seams = 0;
  /** Packets of new sources from before their first keyframe. */
  droppedPackets = 0;
  private readonly output: StreamAnalyser;
  private readonly ownOutput: boolean;
  private readonly maxHeldBytes: number;
  private source: StreamAnalyser | undefined;
  private held = EMPTY;
  private rewriter: SeamRewriter | undefined;
  private mover: PidMover | undefined;
  /** What players have been given at each pid at first: that is what they take it for. */
  private readonly known = new Map<number, ElementaryStream>();

  constructor(private readonly options: OutputStitcherOptions = {}) {
    this.ownOutput = options.output === undefined;
    this.output = options.output ?? new StreamAnalyser();
    this.maxHeldBytes = options.maxHeldBytes ?? 1024 * 1024;
  }

  /** A new source has been announced and has not shown a keyframe yet. */
  get waiting(): boolean {
    return this.source !== undefined;
  }

  /** What comes next is from another connection or another source. */
  switchSource(): void {
    if (this.output.packets === 0) return;
    this.startOver();
    this.rewriter = undefined;
    this.mover = undefined;
  }

  /**
   * Whole packets of the present source → whole packets of the output. Passes the same buffer on while nothing has to
   * be changed, else a fresh one.
   */
  push(packets: Buffer): Buffer {
    const out = this.source ? this.await(this.source, packets) : this.rewrite(packets);
    if (this.ownOutput) this.output.push(out);
    return out;
  }

  private startOver(): void {
    this.droppedPackets += this.held.length / PACKET_SIZE;
    this.held = EMPTY;
    const { programNumber } = this.options;
    this.source = new StreamAnalyser(programNumber === undefined ? {} : { programNumber });
  }

  /** Looks for the new source's first join point. */
  private await(source: StreamAnalyser, packets: Buffer): Buffer {
    const data = Buffer.concat([this.held, packets]);
    const base = source.position - this.held.length;
    source.push(packets);
    const join = source.joins[0];
    const from = join ? join.position : source.openFrom < 0 ? source.position : source.openFrom;
    const rest = data.subarray(from - base);
    this.droppedPackets += (from - base) / PACKET_SIZE;
    this.held = join ? EMPTY : rest;
    if (this.held.length > this.maxHeldBytes) this.startOver();
    if (!join) return EMPTY;
    this.source = undefined;
    this.seams++;
    const firstPcr = source.pcrs[source.pcrPositions.findIndex((position) => position >= join.position)];
    this.rewriter = new SeamRewriter(this.output, this.moved(join), firstPcr);
    return Buffer.concat([this.rewriter.opening, this.rewrite(rest)]);
  }

  private rewrite(packets: Buffer): Buffer {
    const moved = this.mover?.move(packets) ?? packets;
    return this.rewriter?.rewrite(moved) ?? moved;
  }

  /** The join point as it goes out. */
  private moved(join: JoinPoint): JoinPoint {
    const { program } = this.output;
    for (const stream of program?.pmt.streams ?? []) {
      if (this.known.size < MAX_KNOWN && !this.known.has(stream.pid)) this.known.set(stream.pid, stream);
    }
    this.mover = PidMover.between(program, join.program, [...this.known.values()]);
    if (!this.mover) return join;
    const moved = this.mover.program;
    const pid = this.mover.pidOf(join.pid) as number;
    return { ...join, program: moved, pid, tables: buildTables(moved, 0, 0) };
  }
}
