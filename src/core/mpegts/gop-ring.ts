import { JoinPrefix } from './join-prefix.js';
import { Loans } from './loans.js';
import { PACKET_SIZE } from './packet.js';
import type { Tables } from './program-tables.js';
import type { BudgetMember, RingBudget } from './ring-budget.js';
import { RingMemory } from './ring-memory.js';
import { StreamAnalyser } from './stream-analyser.js';
import type { JoinPoint, StreamAnalyserOptions } from './stream-analyser.js';

/** Shared by all readers. Does not change while it is in the ring or lent. */
export interface Chunk {
  /** Grows by one from chunk to chunk. */
  readonly seq: number;
  /** Bytes of the ring's stream before this chunk. */
  readonly position: number;
  /** Whole packets. */
  readonly data: Buffer;
  /** When its first byte came, in the caller's ms. */
  readonly arrivedAt: number;
  /** A decoder may start here: then it is a `KeyframeChunk`. */
  readonly keyframe: boolean;
  /** Holds a packet that announces a discontinuity, or other tables than before. */
  readonly discontinuity: boolean;
  /** Its first PCR, 27 MHz. */
  readonly pcr: number | undefined;
  /** For a keyframe: PAT and PMT to put in front. Else those of the last keyframe; undefined before the first. */
  readonly tables: Tables | undefined;
}

export interface KeyframeChunk extends Chunk {
  readonly keyframe: true;
  readonly tables: Tables;
  /** What a reader gets before it. */
  readonly prefix: JoinPrefix;
  /** DTS (else PTS) of its first picture, 90 kHz; undefined where the stream has no time stamps. */
  readonly time: number | undefined;
}

export interface GopRingOptions extends StreamAnalyserOptions {
  /** Cap of the ring. A GOP that alone is bigger loses its start. */
  maxBytes?: number;
  /** A budget never shrinks the ring below this. */
  minBytes?: number;
  /** No chunk is longer; a multiple of 188. */
  chunkBytes?: number;
  /** A chunk that has so much when a push ends is closed. One system call per reader and chunk. */
  enoughBytes?: number;
  /** A chunk that is not full is closed when its first byte is this old. */
  flushAfterMs?: number;
  /** How long what may become the start of a keyframe is held back when nothing follows that tells. */
  holdMs?: number;
  /** Audio-only: a join point at most every so many bytes, or every frame would be a chunk. */
  audioJoinBytes?: number;
  /** Shared by all rings of the process. */
  budget?: RingBudget;
}

const CHUNKS_PER_BLOCK = 8;
/** People may be waiting for the first keyframe, ms. */
const FIRST_FLUSH_MS = 20;

/** A stream's last seconds in memory: bounded in bytes, cut into chunks, indexed by keyframe. */
export class GopRing implements BudgetMember {
  readonly analyser: StreamAnalyser;
  /** Who reads chunks when they may have left the ring. */
  readonly loans = new Loans();
  readonly minBytes: number;
  private readonly maxBytes: number;
  private readonly enoughBytes: number;
  private readonly flushAfterMs: number;
  private readonly holdMs: number;
  private readonly audioJoinBytes: number;
  private readonly budget: RingBudget | undefined;
  private readonly chunks = new Map<number, Chunk | KeyframeChunk>();
  private readonly keyframes: KeyframeChunk[] = [];
  private first = 0;
  private next = 0;
  private held = 0;
  /** Of the chunks, and of the one under construction, whose bytes follow the position `staged`. */
  private readonly memory: RingMemory;
  private staged = 0;
  /** When the first of them came, and when the last. */
  private stagedSince = 0;
  private pushedAt = 0;
  /** Set when the chunk under construction starts with a join point. */
  private join: JoinPoint | undefined;
  private lastJoin: JoinPoint | undefined;
  private readonly breaks: number[] = [];
  private readonly pcrs: number[] = [];
  private readonly pcrPositions: number[] = [];

  /** Throws RangeError when `chunkBytes` is no multiple of 188. */
  constructor(options: GopRingOptions = {}) {
    const chunkBytes = options.chunkBytes ?? 696 * PACKET_SIZE;
    if (chunkBytes < PACKET_SIZE || chunkBytes % PACKET_SIZE !== 0) {
      throw new RangeError(`chunkBytes must be a multiple of ${PACKET_SIZE}`);
    }
    this.analyser = new StreamAnalyser(options);
    this.maxBytes = options.maxBytes ?? 16 * 1024 * 1024;
    this.enoughBytes = options.enoughBytes ?? 348 * PACKET_SIZE;
    this.minBytes = options.minBytes ?? 2 * 1024 * 1024;
    this.flushAfterMs = options.flushAfterMs ?? 50;
    this.holdMs = options.holdMs ?? 500;
    this.audioJoinBytes = options.audioJoinBytes ?? 8192;
    const blockBytes = chunkBytes * CHUNKS_PER_BLOCK;
    this.memory = new RingMemory({ chunkBytes, blockBytes, loans: this.loans });
    this.budget = options.budget;
    this.budget?.join(this);
  }

  /** Bytes of all chunks; the one under construction is not counted. */
  get bytes(): number {
    return this.held;
  }

  /** Sequence number of the oldest chunk at hand. */
  get firstSeq(): number {
    return this.first;
  }

  /** The sequence number that the next chunk will have. */
  get nextSeq(): number {
    return this.next;
  }

  /** Position behind the newest chunk. */
  get endPosition(): number {
    return this.staged;
  }

  /** When `flush` will have something to do, in the caller's ms; undefined while there is nothing to flush. */
  get flushDueAt(): number | undefined {
    if (this.memory.used === 0) return undefined;
    return this.stagedSince + this.patienceMs();
  }

  chunk(seq: number): Chunk | KeyframeChunk | undefined {
    return this.chunks.get(seq);
  }

  get newestKeyframe(): KeyframeChunk | undefined {
    return this.keyframes.at(-1);
  }

  /** The newest keyframe that came at least `behindMs` ago, else the oldest one at hand. */
  keyframeBehind(behindMs: number, nowMs: number): KeyframeChunk | undefined {
    return this.keyframes.findLast(({ arrivedAt }) => arrivedAt <= nowMs - behindMs) ?? this.keyframes[0];
  }

  /** `packets`: whole, aligned 188-byte packets; they are copied. Returns how many chunks became readable. */
  push(packets: Buffer, nowMs: number): number {
    const before = this.next;
    const base = this.analyser.position;
    this.analyser.push(packets);
    append(this.breaks, this.analyser.breaks);
    append(this.pcrs, this.analyser.pcrs);
    append(this.pcrPositions, this.analyser.pcrPositions);
    let at = 0;
    for (const join of this.analyser.joins) {
      at = this.stage(packets, at, Math.max(at, join.position - base), nowMs);
      this.cut(join);
    }
    this.stage(packets, at, packets.length, nowMs);
    if (this.memory.used >= this.enoughBytes && !this.isHeld()) this.close(this.safeEnd());
    this.flush(nowMs);
    return this.next - before;
  }

  /** Closes a chunk that has waited long enough. Returns how many chunks became readable: 0 or 1. */
  flush(nowMs: number): number {
    const due = this.flushDueAt;
    if (due === undefined || nowMs < due) return 0;
    if (this.isHeld()) this.analyser.letGo();
    this.close(this.safeEnd());
    return 1;
  }

  get canGive(): boolean {
    const oldest = this.chunks.get(this.first);
    return oldest !== undefined && this.held - oldest.data.length >= this.minBytes;
  }

  get startsAtNewestKeyframe(): boolean {
    return this.newestKeyframe?.seq === this.first;
  }

  evictOldest(): void {
    const oldest = this.chunks.get(this.first);
    if (!oldest) return;
    this.chunks.delete(this.first);
    if (this.keyframes[0] === oldest) this.keyframes.shift();
    this.first++;
    this.held -= oldest.data.length;
    this.memory.dropOldest();
    this.budget?.changed(-oldest.data.length);
  }

  /** Gives everything back to the budget; the ring is not to be used any more. */
  dispose(): void {
    this.budget?.leave(this);
    this.chunks.clear();
    this.keyframes.length = 0;
    this.first = this.next;
    this.held = 0;
    this.memory.clear();
  }

  /** Copies `packets[from, to)` behind what is staged, closing chunks as they fill. Returns `to`. */
  private stage(packets: Buffer, from: number, to: number, nowMs: number): number {
    this.pushedAt = nowMs;
    for (let at = from; at < to;) {
      if (this.memory.used === 0) this.stagedSince = nowMs;
      at += this.memory.stage(packets, at, to);
      if (!this.memory.isFull) continue;
      if (this.isHeld()) this.analyser.letGo();
      this.close(this.safeEnd());
    }
    return to;
  }

  private patienceMs(): number {
    if (this.isHeld()) return Math.max(this.holdMs, this.flushAfterMs);
    const isFirstKeyframe = this.join !== undefined && this.keyframes.length === 0;
    return isFirstKeyframe ? Math.min(FIRST_FLUSH_MS, this.flushAfterMs) : this.flushAfterMs;
  }

  /** All that is staged may yet become the start of a keyframe. */
  private isHeld(): boolean {
    return this.analyser.openFrom === this.staged;
  }

  /** Where the chunk may end without cutting into what may yet become a join point, if it can be helped. */
  private safeEnd(): number {
    const open = this.analyser.openFrom;
    const end = this.staged + this.memory.used;
    return open > this.staged && open < end ? open : end;
  }

  /** Lets a chunk start at a join point, unless its place has been given out already or too many would come. */
  private cut(join: JoinPoint): void {
    const tooClose =
      !join.video && join.position - (this.lastJoin?.position ?? -Infinity) < this.audioJoinBytes;
    if (join.position < this.staged || tooClose) return;
    if (join.position > this.staged) this.close(join.position);
    this.join = join;
    this.lastJoin = join;
  }

  /** Makes a chunk of what is staged before `end`. */
  private close(end: number): void {
    this.add({
      seq: this.next,
      position: this.staged,
      data: this.memory.take(end - this.staged),
      arrivedAt: this.stagedSince,
      keyframe: false,
      discontinuity: takeBefore(this.breaks, end) > 0,
      pcr: this.takePcr(end),
      tables: this.lastJoin?.tables,
    });
    this.join = undefined;
    this.staged = end;
    this.stagedSince = this.pushedAt;
  }

  private add(chunk: Chunk): void {
    if (this.join) {
      const { tables, time } = this.join;
      const prefix = new JoinPrefix(this.join);
      const keyframe: KeyframeChunk = { ...chunk, keyframe: true, tables, prefix, time };
      this.keyframes.push(keyframe);
      this.chunks.set(this.next, keyframe);
    } else {
      this.chunks.set(this.next, chunk);
    }
    this.next++;
    this.held += chunk.data.length;
    while (this.held > this.maxBytes && this.next - this.first > 1) this.evictOldest();
    this.budget?.changed(chunk.data.length);
  }

  private takePcr(end: number): number | undefined {
    const pcr = this.pcrs[0];
    const count = takeBefore(this.pcrPositions, end);
    this.pcrs.splice(0, count);
    return count > 0 ? pcr : undefined;
  }
}

/** Not `push(...more)`: a hostile stream could bring more than an argument list holds. */
function append(list: number[], more: readonly number[]): void {
  for (const value of more) list.push(value);
}

/** Removes the positions before `end` from an ascending list; returns how many there were. */
function takeBefore(positions: number[], end: number): number {
  let count = 0;
  for (const position of positions) {
    if (position >= end) break;
    count++;
  }
  positions.splice(0, count);
  return count;
}
