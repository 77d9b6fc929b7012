import { createReadStream } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { EncodedFile } from './encode-image.js';

export interface OpenedFile {
  bytes: number;
  body: () => Readable;
}

/** Files of pictures under `data/posters`, named by the digest of their original. */
export class ImageFiles {
  constructor(private readonly folder: string) {}

  /** Each file appears under its name only when it is whole. Returns the bytes written. */
  async write(hash: string, files: readonly EncodedFile[]): Promise<number> {
    let total = 0;
    await mkdir(path.dirname(this.place(hash, 0, 'webp')), { recursive: true, mode: 0o700 });
    for (const { width, format, bytes } of files) {
      const place = this.place(hash, width, format);
      const temporary = `${place}.part`;
      try {
        await writeFile(temporary, bytes, { mode: 0o600 });
        await rename(temporary, place);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
      total += bytes.length;
    }
    return total;
  }

  /** null = there is no such file. */
  async open(hash: string, width: number, format: EncodedFile['format']): Promise<OpenedFile | null> {
    const place = this.place(hash, width, format);
    try {
      const { size } = await stat(place);
      return { bytes: size, body: () => createReadStream(place) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  async remove(hash: string, widths: readonly number[], fallback: 'jpeg' | 'png'): Promise<void> {
    for (const width of widths) {
      for (const format of ['webp', fallback] as const) {
        await rm(this.place(hash, width, format), { force: true });
      }
    }
  }

  private place(hash: string, width: number, format: EncodedFile['format']): string {
    return path.join(this.folder, hash.slice(0, 2), `${hash}-${width}.${format}`);
  }
}
