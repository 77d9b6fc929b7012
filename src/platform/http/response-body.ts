import { pipeline, Readable } from 'node:stream';
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { sizeText } from '../config/value-types.js';

export interface BodyLimits {
  /** Counts on the wire and again after decompression. */
  maxBytes: number;
  /** Decompressed bytes per byte on the wire; judged once the first megabytes are out. */
  maxRatio: number;
  makeError: (reason: string) => Error;
}

const RATIO_FROM_BYTES = 8 * 1024 * 1024;
/** Nobody compresses more often by intent. */
const MAX_ENCODINGS = 2;

/** The encodings of a Content-Encoding header in the order of their removal, or undefined if one is unknown. */
export function encodingsOf(header: string): string[] | undefined {
  const names = header
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity')
    .reverse();
  const known = names.every((name) => ['gzip', 'x-gzip', 'deflate', 'br'].includes(name));
  return known && names.length <= MAX_ENCODINGS ? names : undefined;
}

/** Undoes the encodings of a body while counting its bytes; ends with an error as soon as a limit is broken. */
export async function* decodeBody(
  wire: AsyncIterable<Uint8Array>,
  encodings: readonly string[],
  limits: BodyLimits,
): AsyncGenerator<Uint8Array, void, undefined> {
  const counter = { wire: 0, out: 0 };
  const counted = countWire(wire, counter, limits);
  let decoded: AsyncIterable<Uint8Array> = counted;
  for (const encoding of encodings) decoded = decompress(decoded, encoding);
  for await (const chunk of decoded) {
    counter.out += chunk.length;
    if (counter.out > limits.maxBytes) throw limits.makeError(`larger than ${sizeText(limits.maxBytes)}`);
    if (counter.out > RATIO_FROM_BYTES && counter.out > counter.wire * limits.maxRatio) {
      throw limits.makeError(`compressed more than ${limits.maxRatio} times`);
    }
    yield chunk;
  }
}

async function* countWire(
  wire: AsyncIterable<Uint8Array>,
  counter: { wire: number },
  limits: BodyLimits,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of wire) {
    counter.wire += chunk.length;
    if (counter.wire > limits.maxBytes) throw limits.makeError(`larger than ${sizeText(limits.maxBytes)}`);
    yield chunk;
  }
}

async function* decompress(
  input: AsyncIterable<Uint8Array>,
  encoding: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = input[Symbol.asyncIterator]();
  const first = await firstChunk(iterator);
  if (first === undefined) return;
  const stage = createStage(encoding, first);
  // Errors of every part arrive at the stage, which the loop below reads; the callback is pipeline's demand.
  pipeline(Readable.from(rejoin(first, iterator), { objectMode: false }), stage, () => undefined);
  for await (const chunk of stage) yield chunk as Buffer;
}

async function firstChunk(iterator: AsyncIterator<Uint8Array>): Promise<Uint8Array | undefined> {
  for (;;) {
    const next = await iterator.next();
    if (next.done) return undefined;
    if (next.value.length > 0) return next.value;
  }
}

async function* rejoin(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

function createStage(encoding: string, first: Uint8Array): Transform {
  const options = { chunkSize: 64 * 1024 };
  if (encoding === 'br') return createBrotliDecompress(options);
  if (encoding !== 'deflate') return createGunzip(options);
  // "deflate" means zlib, but some servers (old IIS) send it without the zlib header.
  return ((first[0] ?? 0) & 0x0f) === 8 ? createInflate(options) : createInflateRaw(options);
}
