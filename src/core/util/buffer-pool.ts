/** Smallest buffer, bytes; each class is twice the one before. */
const SMALLEST = 16 * 1024;

/**
 * Buffers that are used again, by classes of size: memory of every answer taken anew is memory that the collector of
 * garbage must find again, and it walks through the whole heap for that. A buffer that nobody gives back is lost
 * without harm.
 */
export class BufferPool {
  private readonly free = new Map<number, Buffer[]>();
  private held = 0;

  /** Idle buffers are kept up to `maxIdleBytes` in all. */
  constructor(private readonly maxIdleBytes: number) {}

  /** Of `length` bytes or more, with anything in it. */
  take(length: number): Buffer {
    const size = classOf(length);
    const buffer = this.free.get(size)?.pop();
    if (!buffer) return Buffer.allocUnsafeSlow(size);
    this.held -= size;
    return buffer;
  }

  /** Once, by who took it, when nothing reads it any more. */
  give(buffer: Buffer): void {
    const size = buffer.length;
    if (this.held + size > this.maxIdleBytes) return;
    this.held += size;
    const others = this.free.get(size);
    if (others) others.push(buffer);
    else this.free.set(size, [buffer]);
  }

  get idleBytes(): number {
    return this.held;
  }
}

function classOf(length: number): number {
  let size = SMALLEST;
  while (size < length) size *= 2;
  return size;
}
