import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { SourcePlace } from '../../core/xmltv/problems.js';

/** A programme as it waits: its times and its place apart, everything else as JSON in UTF-8. */
export interface SpooledProgramme extends SourcePlace {
  /** Epoch seconds. */
  start: number;
  stop: number | null;
  /** A JSON object without the times. */
  body: Buffer;
}

export interface SpoolOptions {
  /** Where the file goes when memory is full; made when needed. */
  folder: string;
  /** Gathered before anything is written to the file. */
  memoryBytes?: number;
  maxProgrammesPerChannel?: number;
  /** All that is ever read at once. */
  maxBytesPerChannel?: number;
}

interface Waiting {
  count: number;
  bytes: number;
  /** Records in memory, newest last; -1 = none. */
  first: number;
  last: number;
  /** Offset and length pairs in the file. */
  segments: number[];
}

/** Start, stop (none = NaN) and place as doubles, then the line and the length of the body. */
const HEADER_BYTES = 32;
const LINE_AT = 24;
const LENGTH_AT = 28;
const MAX_LINE = 0xffff_ffff;
const MAX_RECORDS = 1 << 17;
const WRITE_BYTES = 1024 * 1024;
const MiB = 1024 * 1024;

/**
 * Sorts programmes by channel, in bounded memory: guides come in any order, and finishing a channel needs all of it.
 * What does not fit goes to a file in runs grouped by channel. The file has no name where the system allows it, so a
 * killed process leaves nothing behind.
 */
export class ProgrammeSpool {
  private readonly arena: Buffer;
  private readonly offsets = new Uint32Array(MAX_RECORDS);
  private readonly followers = new Int32Array(MAX_RECORDS);
  /** With gaps: a channel may have no programmes yet. */
  private readonly channels: (Waiting | undefined)[] = [];
  private readonly maxProgrammes: number;
  private readonly maxBytes: number;
  private records = 0;
  private used = 0;
  private file: number | undefined;
  private fileBytes = 0;

  constructor(private readonly options: SpoolOptions) {
    this.arena = Buffer.allocUnsafe(Math.max(4 * MiB, options.memoryBytes ?? 24 * MiB));
    this.maxProgrammes = options.maxProgrammesPerChannel ?? 20_000;
    this.maxBytes = options.maxBytesPerChannel ?? 32 * MiB;
  }

  /** Bytes in the file so far. */
  get spilledBytes(): number {
    return this.fileBytes;
  }

  /** `channel` counts from 0. False: the channel is full, the programme is left out. */
  add(channel: number, start: number, stop: number | null, body: string, at = 0, line = 0): boolean {
    const waiting = (this.channels[channel] ??= { count: 0, bytes: 0, first: -1, last: -1, segments: [] });
    const most = HEADER_BYTES + body.length * 3;
    if (waiting.count >= this.maxProgrammes || waiting.bytes + most > this.maxBytes) return false;
    if (this.used + most > this.arena.length || this.records >= MAX_RECORDS) this.spill();
    if (most > this.arena.length) return false;
    const offset = this.used;
    const length = this.arena.write(body, offset + HEADER_BYTES);
    this.arena.writeDoubleLE(start, offset);
    this.arena.writeDoubleLE(stop ?? Number.NaN, offset + 8);
    this.arena.writeDoubleLE(at, offset + 16);
    this.arena.writeUInt32LE(Math.min(line, MAX_LINE), offset + LINE_AT);
    this.arena.writeUInt32LE(length, offset + LENGTH_AT);
    this.used += HEADER_BYTES + length;
    waiting.count++;
    waiting.bytes += HEADER_BYTES + length;
    this.chain(waiting, offset);
    return true;
  }

  /** Everything of one channel, in the order it came. The bodies are good until the next call. */
  read(channel: number): SpooledProgramme[] {
    const waiting = this.channels[channel];
    if (!waiting) return [];
    const bytes = Buffer.allocUnsafe(waiting.bytes);
    let at = 0;
    for (let index = 0; index < waiting.segments.length; index += 2) {
      at += this.readFile(bytes, at, waiting.segments[index] ?? 0, waiting.segments[index + 1] ?? 0);
    }
    for (let record = waiting.first; record >= 0; record = this.followers[record] ?? -1) {
      at += this.recordAt(record).copy(bytes, at);
    }
    return toProgrammes(bytes.subarray(0, at));
  }

  close(): void {
    if (this.file === undefined) return;
    closeSync(this.file);
    rmSync(this.fileName, { force: true });
    this.file = undefined;
  }

  private chain(waiting: Waiting, offset: number): void {
    const record = this.records++;
    this.offsets[record] = offset;
    this.followers[record] = -1;
    if (waiting.last >= 0) this.followers[waiting.last] = record;
    else waiting.first = record;
    waiting.last = record;
  }

  private recordAt(record: number): Buffer {
    const offset = this.offsets[record] ?? 0;
    return this.arena.subarray(offset, offset + HEADER_BYTES + this.arena.readUInt32LE(offset + LENGTH_AT));
  }

  private spill(): void {
    const out = Buffer.allocUnsafe(WRITE_BYTES);
    let filled = 0;
    const flush = (): void => {
      this.writeFile(out.subarray(0, filled));
      filled = 0;
    };
    for (const waiting of this.channels) {
      if (!waiting || waiting.first < 0) continue;
      const start = this.fileBytes + filled;
      for (let record = waiting.first; record >= 0; record = this.followers[record] ?? -1) {
        const bytes = this.recordAt(record);
        if (filled + bytes.length > out.length) flush();
        if (bytes.length > out.length) this.writeFile(bytes);
        else filled += bytes.copy(out, filled);
      }
      waiting.segments.push(start, this.fileBytes + filled - start);
      waiting.first = -1;
      waiting.last = -1;
    }
    flush();
    this.used = 0;
    this.records = 0;
  }

  private writeFile(bytes: Buffer): void {
    this.file ??= this.openFile();
    for (let at = 0; at < bytes.length;) {
      at += writeSync(this.file, bytes, at, bytes.length - at, this.fileBytes + at);
    }
    this.fileBytes += bytes.length;
  }

  private openFile(): number {
    mkdirSync(this.options.folder, { recursive: true, mode: 0o700 });
    const file = openSync(this.fileName, 'w+', 0o600);
    // Windows keeps the name of an open file; `close` takes it away there.
    if (process.platform !== 'win32') rmSync(this.fileName, { force: true });
    return file;
  }

  private get fileName(): string {
    return path.join(this.options.folder, `guide-${process.pid}.spool`);
  }

  private readFile(target: Buffer, at: number, offset: number, length: number): number {
    if (this.file === undefined) return 0;
    let done = 0;
    while (done < length) {
      const count = readSync(this.file, target, at + done, length - done, offset + done);
      if (count === 0) throw new Error('the spool of the guide ends early');
      done += count;
    }
    return done;
  }
}

function toProgrammes(bytes: Buffer): SpooledProgramme[] {
  const programmes: SpooledProgramme[] = [];
  for (let at = 0; at < bytes.length;) {
    const stop = bytes.readDoubleLE(at + 8);
    const from = at + HEADER_BYTES;
    const to = from + bytes.readUInt32LE(at + LENGTH_AT);
    programmes.push({
      start: bytes.readDoubleLE(at),
      stop: Number.isNaN(stop) ? null : stop,
      body: bytes.subarray(from, to),
      at: bytes.readDoubleLE(at + 16),
      line: bytes.readUInt32LE(at + LINE_AT),
    });
    at = to;
  }
  return programmes;
}
