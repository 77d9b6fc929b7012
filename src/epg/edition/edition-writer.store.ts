import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { constants, crc32, deflateRawSync } from 'node:zlib';
import { crcShift } from '../../core/util/crc-combine.js';
import { AppError } from '../../platform/errors/app-error.js';
import { editionNames, writeEditionIndex } from './edition-index.store.js';
import type { EditionFiles, KeptEdition } from './edition-job.js';

/** Each piece ends on a byte and begins with an empty window: pieces may be left out and put together at will. */
const DEFLATE = { level: 3, finishFlush: constants.Z_FULL_FLUSH } as const;
const WRITE_BYTES = 1024 * 1024;
/** Of the plain file: a hundred times the guide of a large household. */
const MAX_BYTES = 8 * 1024 * 1024 * 1024;

/** A file that grows at its end. */
class OutputFile {
  private readonly descriptor: number;
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  bytes = 0;

  constructor(name: string) {
    this.descriptor = openSync(name, 'w', 0o600);
  }

  add(data: Buffer): void {
    this.waiting.push(data);
    this.waitingBytes += data.length;
    this.bytes += data.length;
    if (this.waitingBytes >= WRITE_BYTES) this.flush();
  }

  flush(): void {
    const data = Buffer.concat(this.waiting);
    for (let at = 0; at < data.length;) at += writeSync(this.descriptor, data, at);
    this.waiting = [];
    this.waitingBytes = 0;
  }

  /** Everything is on the disk when it returns. */
  finish(): void {
    this.flush();
    fsyncSync(this.descriptor);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

/** Writes one edition piece by piece. Call `close` in any case, and `discard` where it is not to be kept. */
export class EditionWriter {
  private readonly plain: OutputFile;
  private readonly packed: OutputFile;
  private readonly firstPiece: number[] = [];
  private readonly day: number[] = [];
  private readonly plainAt: number[] = [];
  private readonly packedAt: number[] = [];
  private readonly crc: number[] = [];
  private readonly shift: number[] = [];
  private programmes = 0;

  private readonly names: ReturnType<typeof editionNames>;

  constructor(place: string) {
    mkdirSync(path.dirname(place), { recursive: true, mode: 0o700 });
    this.names = editionNames(place);
    this.plain = new OutputFile(this.names.plain);
    this.packed = new OutputFile(this.names.packed);
  }

  /** What follows belongs to the next channel. */
  beginChannel(): void {
    this.firstPiece.push(this.crc.length);
  }

  /** The programmes of one day, in the order of days. */
  addPiece(day: number, text: string, programmes: number): void {
    const data = Buffer.from(text);
    this.day.push(day);
    this.plainAt.push(this.plain.bytes);
    this.packedAt.push(this.packed.bytes);
    this.crc.push(crc32(data));
    this.shift.push(crcShift(data.length));
    this.plain.add(data);
    this.packed.add(deflateRawSync(data, DEFLATE));
    this.programmes += programmes;
    if (this.plain.bytes > MAX_BYTES) throw new AppError('internal', 'the guide is too large for one file');
  }

  finish(made: Pick<KeptEdition, 'madeOf' | 'madeAt'>): EditionFiles {
    this.plain.finish();
    this.packed.finish();
    const files: EditionFiles = {
      ...this.names,
      firstPiece: Uint32Array.from([...this.firstPiece, this.crc.length]),
      day: Int32Array.from(this.day),
      plainAt: Float64Array.from([...this.plainAt, this.plain.bytes]),
      packedAt: Float64Array.from([...this.packedAt, this.packed.bytes]),
      crc: Uint32Array.from(this.crc),
      shift: Uint32Array.from(this.shift),
      programmes: this.programmes,
    };
    writeEditionIndex(files, made);
    return files;
  }

  close(): void {
    this.plain.close();
    this.packed.close();
  }

  discard(): void {
    const { index, plain, packed } = this.names;
    for (const name of [index, `${index}.new`, plain, packed]) rmSync(name, { force: true });
  }
}
