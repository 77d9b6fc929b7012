import { Unzip, UnzipInflate, type UnzipFile } from 'fflate';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import xz from 'xz-decompress';
import { sizeText } from '../platform/config/value-types.js';

export type Packing = 'gzip' | 'xz' | 'zip' | 'plain';

export interface UnpackLimits {
  /** Unpacked bytes. */
  maxBytes: number;
  /** Unpacked bytes for each byte that came; real guides stay below 100. Judged after `ratioFromBytes`. */
  maxRatio: number;
  ratioFromBytes: number;
  /** A gzip inside a zip, or a file packed by its author and again by the server. */
  maxLayers: number;
}

export const DEFAULT_UNPACK_LIMITS: Readonly<UnpackLimits> = {
  maxBytes: 8 * 1024 * 1024 * 1024,
  maxRatio: 250,
  ratioFromBytes: 64 * 1024 * 1024,
  maxLayers: 2,
};

export type UnpackFailure =
  /** The packed bytes end in the middle. */
  | 'truncated'
  | 'damaged'
  | 'too-large'
  /** Far more comes out than goes in. */
  | 'bomb'
  /** A zip without an XML or JSON file. */
  | 'no-entry'
  /** bzip2, Zstandard, 7z, RAR, or a zip with a password. */
  | 'unsupported';

/** What came out before it is good as far as it goes, and must not replace anything. */
export class UnpackError extends Error {
  constructor(
    readonly failure: UnpackFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'UnpackError';
  }
}

const MAGIC_BYTES = 6;
const ZIP_SLICE = 8192;
const OUTPUT_BYTES = 65_536;
const ENTRY = /\.(?:xml|xmltv|json)(?:\.(?:gz|xz))?$|\.(?:gz|xz)$/i;
const UNSUPPORTED: readonly (readonly [string, readonly number[]])[] = [
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['Zstandard', [0x28, 0xb5, 0x2f, 0xfd]],
  ['7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['RAR', [0x52, 0x61, 0x72, 0x21]],
];

/**
 * Bytes as they came → the bytes of the guide, whatever it is packed in: told by its first bytes, never by its name.
 * Streams throughout; errors of the source pass as they are, everything else is an `UnpackError`.
 */
export async function* unpack(
  source: AsyncIterable<Uint8Array>,
  limits: Partial<UnpackLimits> = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const bounds = { ...DEFAULT_UNPACK_LIMITS, ...limits };
  const input = new Tap(source);
  let bytes = 0;
  for await (const chunk of layer(input, bounds.maxLayers)) {
    bytes += chunk.length;
    if (bytes > bounds.maxBytes) {
      throw new UnpackError(
        'too-large',
        `the guide is larger than ${sizeText(bounds.maxBytes)} when unpacked`,
      );
    }
    if (bytes > bounds.ratioFromBytes && bytes > input.bytes * bounds.maxRatio) {
      throw new UnpackError(
        'bomb',
        `the guide is packed beyond all measure: ${input.bytes} bytes became more than ${bytes}`,
      );
    }
    yield chunk;
  }
}

/** What these first bytes begin. Throws an UnpackError for packings nobody here reads. */
export function packingOf(head: Uint8Array): Packing {
  if (startsWith(head, [0x1f, 0x8b])) return 'gzip';
  if (startsWith(head, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])) return 'xz';
  if (startsWith(head, [0x50, 0x4b, 0x03, 0x04]) || startsWith(head, [0x50, 0x4b, 0x05, 0x06])) return 'zip';
  const other = UNSUPPORTED.find(([, magic]) => startsWith(head, magic));
  if (other) throw new UnpackError('unsupported', `packed with ${other[0]}`);
  return 'plain';
}

async function* layer(
  source: AsyncIterable<Uint8Array>,
  layers: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { head, whole } = await peek(source);
  const packing = packingOf(head);
  if (packing === 'plain' || layers === 0) yield* whole;
  else yield* layer(OPENERS[packing](whole), layers - 1);
}

const OPENERS = { gzip: gunzip, xz: unxz, zip: unzip } as const;

/** All members of the file, one after the other. */
async function* gunzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const input = new Tap(source);
  // Failures arrive where the bytes are read.
  const output = pipeline(Readable.from(input), createGunzip({ chunkSize: OUTPUT_BYTES }), () => undefined);
  try {
    for await (const chunk of output) yield chunk as Uint8Array;
  } catch (error) {
    if (input.hasFailed) throw error;
    throw unpackError('gzip', isUnexpectedEnd(error), error);
  } finally {
    output.destroy();
  }
}

async function* unxz(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const input = new Tap(source);
  const output = new xz.XzReadableStream(Readable.toWeb(Readable.from(input)) as ReadableStream<Uint8Array>);
  try {
    for await (const chunk of output) yield chunk;
  } catch (error) {
    if (input.hasFailed) throw error;
    // XZ_BUF_ERROR of the decoder: it wants bytes that do not come.
    throw unpackError('xz', /code 8$/.test(String(error)), error);
  }
}

/** The first XML or JSON file of the archive. */
async function* unzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const entry = new ZipEntry();
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length && !entry.isComplete; at += ZIP_SLICE) {
      entry.push(chunk.subarray(at, at + ZIP_SLICE));
      yield* entry.take();
    }
    if (entry.isComplete) return;
  }
  if (!entry.isFound) throw new UnpackError('no-entry', 'the archive holds no XML or JSON file');
  throw unpackError('zip', true);
}

class ZipEntry {
  isFound = false;
  isComplete = false;
  private readonly unzip = new Unzip((file) => this.consider(file));
  private ready: Uint8Array[] = [];
  private failure: UnpackError | null = null;

  constructor() {
    this.unzip.register(UnzipInflate);
  }

  push(bytes: Uint8Array): void {
    try {
      this.unzip.push(bytes);
    } catch (error) {
      this.failure ??= unpackError('zip', false, error);
    }
    if (this.failure) throw this.failure;
  }

  take(): Uint8Array[] {
    const ready = this.ready;
    this.ready = [];
    return ready;
  }

  private consider(file: UnzipFile): void {
    if (this.isFound || !ENTRY.test(file.name)) return;
    this.isFound = true;
    if (file.compression !== 0 && file.compression !== 8) {
      this.failure = new UnpackError('unsupported', `zip with compression method ${file.compression}`);
      return;
    }
    file.ondata = (error, chunk, isLast) => {
      if (error) this.failure = unpackError('zip', false, error);
      else if (chunk.length > 0) this.ready.push(chunk);
      if (isLast) this.isComplete = true;
    };
    file.start();
  }
}

/** Passes bytes on, counts them, and knows whether the source failed by itself. */
class Tap implements AsyncIterable<Uint8Array> {
  bytes = 0;
  hasFailed = false;

  constructor(private readonly source: AsyncIterable<Uint8Array>) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for await (const chunk of this.source) {
        this.bytes += chunk.length;
        yield chunk;
      }
    } catch (error) {
      this.hasFailed = true;
      throw error;
    }
  }
}

/** The first bytes of a source, and the source as if nobody had looked. */
async function peek(
  source: AsyncIterable<Uint8Array>,
): Promise<{ head: Uint8Array; whole: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < MAGIC_BYTES) {
    const next = await iterator.next();
    if (next.done) break;
    first.push(next.value);
    length += next.value.length;
  }
  const whole = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* first;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  };
  return { head: Buffer.concat(first).subarray(0, MAGIC_BYTES), whole: whole() };
}

function startsWith(head: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, at) => head[at] === byte);
}

function isUnexpectedEnd(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'Z_BUF_ERROR';
}

function unpackError(packing: Packing, isTruncated: boolean, cause?: unknown): UnpackError {
  return isTruncated
    ? new UnpackError('truncated', `the ${packing} data end in the middle`, { cause })
    : new UnpackError('damaged', `the ${packing} data are damaged`, { cause });
}
