import { byteAt, PACKET_SIZE, SYNC_BYTE } from './packet.js';

export interface PacketSplitterOptions {
  /** After so many bytes without packets the answer is 'not-ts'. */
  notTsAfterBytes?: number;
}

export interface SplitterStats {
  packets: number;
  /** How often the lock was lost on bytes that are no packet. */
  resyncs: number;
  /** Bytes that belonged to no packet: before the first lock, garbage, partial packets at a reset. */
  droppedBytes: number;
}

/** 'locked' stays through short garbage; 'not-ts' turns back to 'locked' when packets come after all. */
export type SplitterVerdict = 'undecided' | 'locked' | 'not-ts';

/** Plain packets; with a time stamp of 4 bytes before each (M2TS); with 16 bytes of parity behind each. */
const STRIDES = [PACKET_SIZE, 192, 204] as const;
const LOCK_PACKETS = 5;
const EMPTY = Buffer.alloc(0);

/**
 * Bytes in any chunking → whole, aligned 188-byte packets. How the bytes are cut never changes what comes out.
 * Locks where five packets follow each other at one of the known distances; holds at most 820 bytes back.
 */
export class PacketSplitter {
  readonly stats: SplitterStats = { packets: 0, resyncs: 0, droppedBytes: 0 };
  verdict: SplitterVerdict = 'undecided';
  private readonly notTsAfterBytes: number;
  private carry = EMPTY;
  /** Distance of packets, 0 while not locked. */
  private stride = 0;
  /** Bytes of the next chunk that only stand between packets. */
  private skip = 0;
  private unlockedBytes = 0;

  constructor(options: PacketSplitterOptions = {}) {
    this.notTsAfterBytes = options.notTsAfterBytes ?? 65_536;
  }

  /** The result may share memory with `chunk`: use it before the chunk's memory is used again. */
  push(chunk: Uint8Array): Buffer {
    return whole(this.split(chunk));
  }

  /** The same in one or two pieces, so that only the packet that came in two halves is copied. */
  pushInPieces(chunk: Uint8Array): readonly Buffer[] {
    const runs = this.split(chunk);
    return runs.length <= 2 ? runs : [whole(runs)];
  }

  private split(chunk: Uint8Array): Buffer[] {
    const runs: Buffer[] = [];
    const data = this.join(chunk, runs);
    let at = this.skip;
    for (;;) {
      if (this.stride === 0) at = this.search(data, at);
      if (this.stride === 0) break;
      const start = at;
      at = this.endOfRun(data, at);
      this.collect(runs, data, start, at);
      if (at >= data.length || byteAt(data, at) === SYNC_BYTE) break;
      this.stride = 0;
      this.stats.resyncs++;
    }
    this.skip = Math.max(0, at - data.length);
    this.carry = at < data.length ? Buffer.from(data.subarray(at)) : EMPTY;
    return runs;
  }

  /**
   * The stream has ended: packets that were held back because fewer than five follow each other after garbage.
   * Nothing where there never was a lock.
   */
  end(): Buffer {
    const runs: Buffer[] = [];
    if (this.verdict === 'locked' && this.stride === 0) {
      const data = this.carry;
      let at = 0;
      while (at + PACKET_SIZE <= data.length && !holdsToTheEnd(data, at)) at++;
      this.stats.droppedBytes += at;
      const start = at;
      while (at + PACKET_SIZE <= data.length) at += PACKET_SIZE;
      this.collect(runs, data, start, at, PACKET_SIZE);
      this.carry = data.subarray(at);
    }
    this.forget();
    return whole(runs);
  }

  /** Forgets the partial packet and the lock: the next byte comes from another connection. */
  reset(): void {
    this.forget();
    this.verdict = 'undecided';
  }

  private forget(): void {
    this.stats.droppedBytes += this.carry.length;
    this.carry = EMPTY;
    this.stride = 0;
    this.skip = 0;
    this.unlockedBytes = 0;
  }

  /** What is to be looked through. A packet begun in the chunk before is a run of its own where it is sure to be one. */
  private join(chunk: Uint8Array, runs: Buffer[]): Buffer {
    const missing = PACKET_SIZE - this.carry.length;
    const begun = this.carry.length > 0;
    if (begun && (this.stride !== PACKET_SIZE || missing > chunk.length)) {
      return Buffer.concat([this.carry, chunk]);
    }
    if (begun) this.collect(runs, Buffer.concat([this.carry, chunk.subarray(0, missing)]), 0, PACKET_SIZE);
    const from = begun ? missing : 0;
    return Buffer.from(chunk.buffer, chunk.byteOffset + from, chunk.byteLength - from);
  }

  private endOfRun(data: Uint8Array, from: number): number {
    let at = from;
    const last = data.length - PACKET_SIZE;
    while (at <= last && byteAt(data, at) === SYNC_BYTE) at += this.stride;
    return at;
  }

  private collect(runs: Buffer[], data: Buffer, start: number, end: number, stride = this.stride): void {
    if (end === start) return;
    this.stats.packets += (end - start) / stride;
    if (stride === PACKET_SIZE) {
      runs.push(data.subarray(start, end));
      return;
    }
    for (let at = start; at < end; at += stride) runs.push(data.subarray(at, at + PACKET_SIZE));
  }

  /** Returns where packets start and sets the stride, or where the search has to go on with more bytes. */
  private search(data: Buffer, from: number): number {
    let at = from;
    for (;;) {
      const candidate = data.indexOf(SYNC_BYTE, at);
      const next = candidate < 0 ? data.length : candidate;
      this.drop(next - at);
      at = next;
      if (at >= data.length) return at;
      const stride = strideAt(data, at);
      if (stride === 'more') return at;
      if (stride !== 'none') {
        this.stride = stride;
        this.unlockedBytes = 0;
        this.verdict = 'locked';
        return at;
      }
      this.drop(1);
      at++;
    }
  }

  private drop(count: number): void {
    this.stats.droppedBytes += count;
    this.unlockedBytes += count;
    if (this.unlockedBytes >= this.notTsAfterBytes) this.verdict = 'not-ts';
  }
}

/** The answer depends on the bytes alone and never on how many of them have come yet. */
function strideAt(data: Uint8Array, at: number): number | 'none' | 'more' {
  for (const stride of STRIDES) {
    const fit = fits(data, at, stride);
    if (fit === 'more') return 'more';
    if (fit === 'yes') return stride;
  }
  return 'none';
}

function fits(data: Uint8Array, at: number, stride: number): 'yes' | 'no' | 'more' {
  for (let i = 0, head = at; i < LOCK_PACKETS; i++, head += stride) {
    if (head + 3 >= data.length) return 'more';
    if (!looksLikeHeader(data, head)) return 'no';
  }
  return 'yes';
}

/** The two bits that tell payload from adaptation field are never both 0: keeps text full of 'G' from locking. */
function looksLikeHeader(data: Uint8Array, at: number): boolean {
  return byteAt(data, at) === SYNC_BYTE && (byteAt(data, at + 3) & 0x30) !== 0;
}

function holdsToTheEnd(data: Uint8Array, from: number): boolean {
  for (let at = from; at + 3 < data.length; at += PACKET_SIZE) {
    if (!looksLikeHeader(data, at)) return false;
  }
  return true;
}

function whole(runs: readonly Buffer[]): Buffer {
  const [only] = runs;
  if (only === undefined) return EMPTY;
  return runs.length === 1 ? only : Buffer.concat(runs);
}
