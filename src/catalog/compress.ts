import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Semaphore } from '../core/util/semaphore.js';

const gzipAsync = promisify(gzip);
const OUTPUT_CHUNK_BYTES = 256 * 1024;

/**
 * Compresses beside the event loop. Two at once at most: passwords are checked on the same few threads, and a
 * login must not wait for playlists.
 */
export class Compressor {
  private readonly slots = new Semaphore(2);

  gzip(bytes: Buffer, level = 6): Promise<Buffer> {
    return this.slots.use(() => gzipAsync(bytes, { level, chunkSize: OUTPUT_CHUNK_BYTES }));
  }
}
