import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { buildConnector } from 'undici';
import { SharedReadTurns } from './read-turns.js';
import type { ReadTurns } from './read-turns.js';

/** Node.js reads as much at once by itself. */
const READ_BYTES = 64 * 1024;
/** For all that is copied out of it before the next read, of whatever connection. */
const shared = Buffer.allocUnsafeSlow(READ_BYTES);
/** Until a body has given so much, somebody may wait for its first picture. */
const AT_ONCE_BYTES = 1024 * 1024;
const sharedTurns = new SharedReadTurns();

/** Which connection a piece of memory was read from. */
const readers = new WeakMap<ArrayBufferLike, ReusedReads>();

/**
 * For the receiver of a body's bytes that has done with each of them when its call returns: from then on the body's
 * connection is read into the same memory again and again. New memory for every read costs more than the read itself: for
 * twenty streams of 8 Mbit/s it was a third of all that receiving them took. `bytes` is what the body has just given.
 * After its first megabyte, what comes within some 40 ms is read at once.
 * Where the body comes by another kind of connection, nothing changes. What it gives while it is not flowing stays valid
 * as ever. Only for bodies as undici gives them: what another stream passes on may be kept on the way.
 */
export function usesBytesAtOnce(body: Readable, bytes: Buffer): void {
  readers.get(bytes.buffer)?.lendTo(body);
}

/** A connector for plain HTTP that can read without new memory; for all else the usual one. */
export function connectorWithReusedReads(
  options: buildConnector.BuildOptions,
  turns: ReadTurns = sharedTurns,
): buildConnector.connector {
  const usual = buildConnector(options);
  return (target, callback) => {
    if (target.protocol !== 'http:') return usual(target, callback);
    const reads = new ReusedReads(turns);
    const connect = buildConnector({ ...options, onread: reads.onread });
    connect(target, (error, socket) => {
      if (error) return callback(error, null);
      reads.attach(socket);
      callback(null, socket);
    });
  };
}

/**
 * How one connection is read. undici takes bytes with `read()` when `readable` is emitted, parses them before that
 * call returns, and hands pieces of the same memory on; it puts back with `unshift()` what it does not want yet. So both
 * are answered here, and the socket's own buffer stays empty. Bytes are copied unless a receiver uses them at once: heads
 * are kept until they are whole, and a body that does not flow keeps what it is given.
 */
class ReusedReads {
  /** Whose receiver uses bytes at once. */
  private body: Readable | undefined;
  readonly onread = {
    buffer: (): Buffer => this.own ?? shared,
    callback: (size: number, memory: Uint8Array): boolean => this.receive(memory, size),
  };
  /** What is read into once there is such a receiver. */
  private own: Buffer | undefined;
  private socket: Socket | undefined;
  /** What has not been taken yet. */
  private readonly waiting: Uint8Array[] = [];
  private stopped = false;
  private lentBytes = 0;
  private readonly readOn = (): void => {
    if (!this.stopped) this.socket?.resume();
  };

  constructor(private readonly turns: ReadTurns) {}

  attach(socket: Socket): void {
    this.socket = socket;
    const read = socket.read.bind(socket);
    socket.read = (size?: number): unknown => (size === undefined ? this.take() : read(size));
    socket.unshift = (rest: Uint8Array): void => void this.waiting.unshift(this.copyOf(rest, rest.length));
  }

  lendTo(body: Readable): void {
    this.body = body;
  }

  /** False stops reading: until everything has been taken, or, where all has been, until the next turn. */
  private receive(memory: Uint8Array, size: number): boolean {
    const lent = memory === this.own && this.waiting.length === 0 && this.passesOn();
    this.waiting.push(lent ? memory.subarray(0, size) : this.copyOf(memory, size));
    this.socket?.emit('readable');
    // A receiver that paused in the middle of it keeps the rest.
    if (this.body && (!this.own || (lent && !this.passesOn()))) this.own = this.newMemory(READ_BYTES);
    this.stopped = this.waiting.length > 0;
    if (lent) this.lentBytes += size;
    const isDry = lent && size < READ_BYTES && this.lentBytes > AT_ONCE_BYTES;
    if (isDry && !this.stopped) this.turns.wait(this.readOn);
    return !this.stopped && !isDry;
  }

  /** What the body is given goes to its receiver within the same call. */
  private passesOn(): boolean {
    const { body } = this;
    return (
      body?.readableFlowing === true &&
      body.readableLength === 0 &&
      body.listenerCount('data') > 0 &&
      !body.destroyed
    );
  }

  private take(): Uint8Array | null {
    const bytes = this.waiting.shift();
    if (bytes) return bytes;
    if (this.stopped) {
      this.stopped = false;
      this.socket?.resume();
    }
    return null;
  }

  private copyOf(bytes: Uint8Array, size: number): Buffer {
    const copy = this.newMemory(size);
    copy.set(bytes.subarray(0, size));
    return copy;
  }

  private newMemory(size: number): Buffer {
    const memory = Buffer.allocUnsafeSlow(size);
    readers.set(memory.buffer, this);
    return memory;
  }
}
