import type { FileHandle } from 'node:fs/promises';
import type { Writable } from 'node:stream';

/** Bytes of a file: from, and to (excluded). */
export interface ByteRange {
  from: number;
  to: number;
}

/** What a core keeps in its own cache, twice. */
const STEP_BYTES = 256 * 1024;
/** Kept for the next sender. */
const MAX_SPARE = 16;

/**
 * Memory that files are read into on their way to a socket, used again by whoever sends next: new memory for every
 * step costs as much as reading into it.
 */
export class StepMemory {
  private readonly spare: Buffer[] = [];

  take(): Buffer {
    return this.spare.pop() ?? Buffer.allocUnsafeSlow(STEP_BYTES);
  }

  /** Call it when nobody reads it any more. */
  giveBack(memory: Buffer): void {
    if (this.spare.length < MAX_SPARE) this.spare.push(memory);
  }
}

/**
 * Writes ranges of a file as fast as `out` takes them; while one step is sent, the next is read. Rejects when the file
 * cannot be read or is shorter than a range, and when `out` fails.
 */
export async function sendRanges(
  out: Writable,
  handle: FileHandle,
  ranges: readonly ByteRange[],
  memory: StepMemory,
): Promise<void> {
  const source = new RangeReader(handle, ranges);
  let [sending, reading] = [memory.take(), memory.take()];
  try {
    for (let size = await source.fill(sending); size > 0;) {
      // Both have to be over before the memory may be given to another.
      const [sent, read] = await Promise.allSettled([
        write(out, sending.subarray(0, size)),
        source.fill(reading),
      ]);
      if (sent.status === 'rejected') throw sent.reason;
      if (read.status === 'rejected') throw read.reason;
      size = read.value;
      [sending, reading] = [reading, sending];
    }
  } finally {
    memory.giveBack(sending);
    memory.giveBack(reading);
  }
}

/**
 * Resolves when `out` has done with the bytes; rejects when it fails or closes before. A response of Node.js whose
 * socket has just been destroyed forgets the write: only that it closes is told then.
 */
export function write(out: Writable, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = (): void => reject(new Error('what took the file was closed'));
    out.once('close', onClose);
    out.write(bytes, (error) => {
      out.off('close', onClose);
      if (error) reject(error);
      else resolve();
    });
  });
}

class RangeReader {
  private index = 0;
  private at: number;

  constructor(
    private readonly handle: FileHandle,
    private readonly ranges: readonly ByteRange[],
  ) {
    this.at = ranges[0]?.from ?? 0;
  }

  /** How much of `memory` was filled: all of it, except at the end. */
  async fill(memory: Buffer): Promise<number> {
    let used = 0;
    for (
      let range = this.ranges[this.index];
      range && used < memory.length;
      range = this.ranges[this.index]
    ) {
      if (this.at === range.to) {
        this.at = this.ranges[++this.index]?.from ?? 0;
        continue;
      }
      const wanted = Math.min(range.to - this.at, memory.length - used);
      const { bytesRead } = await this.handle.read(memory, used, wanted, this.at);
      if (bytesRead === 0) throw new Error('a file is shorter than what is to be sent of it');
      this.at += bytesRead;
      used += bytesRead;
    }
    return used;
  }
}
