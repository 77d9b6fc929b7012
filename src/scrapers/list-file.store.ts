import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sizeText } from '../platform/config/value-types.js';
import { AppError, describeError } from '../platform/errors/app-error.js';

/** Reads a list from a file: address. Throws `fetch_failed`, `fetch_too_large`. */
export async function readListFile(url: string, maxBytes: number): Promise<Buffer> {
  const file = fileURLToPath(url);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw new AppError('fetch_failed', `${file} cannot be read (${describeError(error)})`, {
      status: 502,
      cause: error,
    });
  }
  if (size > maxBytes) {
    throw new AppError('fetch_too_large', `${file} is larger than ${sizeText(maxBytes)}`, { status: 502 });
  }
  return Buffer.concat(chunks);
}
