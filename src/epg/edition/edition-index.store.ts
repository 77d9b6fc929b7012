import { createHash, type Hash } from 'node:crypto';
import { closeSync, createReadStream, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { EditionFiles, KeptEdition } from './edition-job.js';

/** Raised when the files of an edition, or this one, mean something else than before. */
const FORMAT = 1;
const HASH_BYTES = 32;
/** Of the index; one of a million pieces has 32 MB. */
const MAX_BYTES = 128 * 1024 * 1024;

interface Head {
  format: number;
  madeOf: string;
  madeAt: number;
  programmes: number;
  channels: number;
  pieces: number;
}

/**
 * Says what an edition was made of and where its pieces are, so that a later process can go on with it. It appears whole,
 * and after everything it speaks of is on the disk; an edition without it is none.
 */
export function writeEditionIndex(
  files: EditionFiles,
  { madeOf, madeAt }: Pick<KeptEdition, 'madeOf' | 'madeAt'>,
): void {
  const head: Head = {
    ...{ format: FORMAT, madeOf, madeAt, programmes: files.programmes },
    ...{ channels: files.firstPiece.length - 1, pieces: files.day.length },
  };
  const text = Buffer.from(`${JSON.stringify(head)}\n`);
  const parts = [text, ...columnsOf(files).map(bytesOf)];
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  const unfinished = `${files.index}.new`;
  const descriptor = openSync(unfinished, 'w', 0o600);
  try {
    for (const part of [hash.digest(), ...parts]) {
      for (let at = 0; at < part.length;) at += writeSync(descriptor, part, at);
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(unfinished, files.index);
}

/** The edition at this place; undefined for one that is not whole, or whose index is none of ours. */
export async function readEditionIndex(place: string): Promise<KeptEdition | undefined> {
  const data = await verifiedBytes(`${place}.index`);
  const end = data?.indexOf('\n') ?? -1;
  const head = data && end >= 0 ? headOf(data.toString('utf8', 0, end)) : undefined;
  if (data === undefined || head === undefined) return undefined;
  const files = filesOf(place, head, data.subarray(end + 1));
  if (files === undefined) return undefined;
  const isWhole =
    (await lengthOf(files.plain)) === files.plainAt.at(-1) &&
    (await lengthOf(files.packed)) === files.packedAt.at(-1);
  return isWhole ? { madeOf: head.madeOf, madeAt: head.madeAt, files } : undefined;
}

/** Without the digest at its beginning, which has to fit. Read in pieces: it may be large, and nobody has to wait for it. */
async function verifiedBytes(name: string): Promise<Buffer | undefined> {
  const length = await lengthOf(name);
  if (length === undefined || length < HASH_BYTES || length > MAX_BYTES) return undefined;
  const hash: Hash = createHash('sha256');
  const chunks: Buffer[] = [];
  let seen = 0;
  for await (const chunk of createReadStream(name) as AsyncIterable<Buffer>) {
    hash.update(seen < HASH_BYTES ? chunk.subarray(HASH_BYTES - seen) : chunk);
    seen += chunk.length;
    chunks.push(chunk);
  }
  const data = Buffer.concat(chunks);
  return hash.digest().equals(data.subarray(0, HASH_BYTES)) ? data.subarray(HASH_BYTES) : undefined;
}

function headOf(text: string): Head | undefined {
  // The digest has said that these bytes are ours, of whichever version.
  const head = JSON.parse(text) as Partial<Head>;
  return head.format === FORMAT ? (head as Head) : undefined;
}

function filesOf(place: string, head: Head, data: Buffer): EditionFiles | undefined {
  const { channels, pieces, programmes } = head;
  let at = 0;
  const next = (bytes: number): ArrayBuffer => {
    const from = data.byteOffset + at;
    at += bytes;
    return (data.buffer as ArrayBuffer).slice(from, from + bytes);
  };
  if (data.length !== (channels + 1) * 4 + pieces * 12 + (pieces + 1) * 16) return undefined;
  const columns = {
    firstPiece: new Uint32Array(next((channels + 1) * 4)),
    day: new Int32Array(next(pieces * 4)),
    plainAt: new Float64Array(next((pieces + 1) * 8)),
    packedAt: new Float64Array(next((pieces + 1) * 8)),
    crc: new Uint32Array(next(pieces * 4)),
    shift: new Uint32Array(next(pieces * 4)),
  };
  return { ...editionNames(place), ...columns, programmes };
}

function columnsOf({ firstPiece, day, plainAt, packedAt, crc, shift }: EditionFiles) {
  return [firstPiece, day, plainAt, packedAt, crc, shift] as const;
}

function bytesOf({ buffer, byteOffset, byteLength }: NodeJS.ArrayBufferView): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}

async function lengthOf(name: string): Promise<number | undefined> {
  try {
    return (await stat(name)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function editionNames(place: string): Pick<EditionFiles, 'plain' | 'packed' | 'index'> {
  return { plain: `${place}.xml`, packed: `${place}.deflate`, index: `${place}.index` };
}
