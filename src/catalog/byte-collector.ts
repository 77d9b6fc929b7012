import { createHash } from 'node:crypto';
import type { Slicer } from './slicer.js';

const CHUNK_BYTES = 256 * 1024;
const MAX_UTF8_PER_UNIT = 3;

/** Bytes of an answer and their strong validator (without quotes). */
export interface Collected {
  bytes: Buffer;
  etag: string;
}

/** Gathers an answer piece by piece without ever building it as one string. */
export class ByteCollector {
  private readonly chunks: Buffer[] = [];
  private current = Buffer.allocUnsafe(CHUNK_BYTES);
  private used = 0;
  private flushed = 0;

  /** Bytes gathered so far. */
  get length(): number {
    return this.flushed + this.used;
  }

  addText(text: string): void {
    const most = text.length * MAX_UTF8_PER_UNIT;
    if (most > CHUNK_BYTES) return this.addBytes(Buffer.from(text, 'utf8'), 0);
    if (most > CHUNK_BYTES - this.used) this.flush();
    this.used += this.current.write(text, this.used, 'utf8');
  }

  addBytes(source: Buffer, from: number, to = source.length): void {
    let at = from;
    while (at < to) {
      if (this.used === CHUNK_BYTES) this.flush();
      const copied = source.copy(this.current, this.used, at, to);
      this.used += copied;
      at += copied;
    }
  }

  /** Joins and digests what was gathered, in slices. */
  async finish(slicer: Slicer): Promise<Collected> {
    const bytes = Buffer.allocUnsafe(this.length);
    const hash = createHash('sha256');
    this.flush();
    let at = 0;
    await slicer.each(
      this.chunks,
      (chunk) => {
        at += chunk.copy(bytes, at);
        hash.update(chunk);
      },
      1,
    );
    this.chunks.length = 0;
    return { bytes, etag: hash.digest('base64url').slice(0, 22) };
  }

  private flush(): void {
    if (this.used === 0) return;
    this.chunks.push(this.current.subarray(0, this.used));
    this.flushed += this.used;
    this.current = Buffer.allocUnsafe(CHUNK_BYTES);
    this.used = 0;
  }
}
