import { createReadStream, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AppError, describeError } from '../platform/errors/app-error.js';

/** A guide from a file: address, as it is read. Throws `fetch_failed`, also while it is read. */
export function openGuideFile(url: string): { size: number; body: AsyncIterable<Uint8Array> } {
  const file = fileURLToPath(url);
  try {
    return { size: statSync(file).size, body: read(file) };
  } catch (error) {
    throw unreadable(file, error);
  }
}

async function* read(file: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 128 * 1024 })) yield chunk as Buffer;
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, cause: unknown): AppError {
  return new AppError('fetch_failed', `${file} cannot be read (${describeError(cause)})`, {
    status: 502,
    cause,
  });
}
