import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { constants, createGzip, deflateRaw, gzip } from 'node:zlib';
import { Semaphore } from '../core/util/semaphore.js';

const gzipAsync = promisify(gzip);
const deflateAsync = promisify(deflateRaw);
const SMALL = 6;
const FAST = 3;
const OUTPUT_CHUNK_BYTES = 256 * 1024;
const LEAST_CHUNK_BYTES = 4 * 1024;

/**
 * Compresses beside the event loop. Two at once at most: passwords are checked on the same few threads, and a
 * login must not wait for playlists.
 */
export class Compressor {
  private readonly slots: Semaphore;

  constructor(private readonly most = 2) {
    this.slots = new Semaphore(most);
  }

  /** Whether the next one would wait. */
  get isBusy(): boolean {
    return this.slots.inUse >= this.most;
  }

  gzip(bytes: Buffer): Promise<Buffer> {
    return this.slots.use(() => gzipAsync(bytes, { level: SMALL, chunkSize: chunkFor(bytes) }));
  }

  /** For a client that waits: fast rather than small. */
  gzipSoon(bytes: Buffer): Promise<Buffer> {
    return this.slots.use(() => gzipAsync(bytes, { level: FAST, chunkSize: chunkFor(bytes) }));
  }

  /** A piece of a deflate stream that ends on a byte, so that others may follow. */
  deflatePiece(bytes: Buffer): Promise<Buffer> {
    const options = { level: SMALL, finishFlush: constants.Z_FULL_FLUSH, chunkSize: OUTPUT_CHUNK_BYTES };
    return this.slots.use(() => deflateAsync(bytes, options));
  }

  /** Compresses fast rather than small, and takes the pieces one after the other: the whole never exists. */
  gzipPieces(pieces: Iterable<Buffer>): Promise<Buffer> {
    return this.slots.use(() =>
      buffer(
        // Errors of either stream end the other, and reach the caller.
        Readable.from(pieces).compose<Readable>(createGzip({ level: FAST, chunkSize: OUTPUT_CHUNK_BYTES })),
      ),
    );
  }
}

/** Texts shrink to a quarter or less. Memory for more is taken and left again with every answer. */
function chunkFor({ length }: Buffer): number {
  return Math.min(OUTPUT_CHUNK_BYTES, Math.max(LEAST_CHUNK_BYTES, length >>> 2));
}
