import type { Socket } from 'node:net';
import type { MediaSink, StreamEnd } from './media-pump.js';

export type Framing = 'chunked' | 'close' | 'rawHttp10';

export function statusLineOf(framing: Framing): string {
  return framing === 'rawHttp10' ? 'HTTP/1.0 200 OK' : 'HTTP/1.1 200 OK';
}

export function framingHeaders(framing: Framing): Record<string, string> {
  if (framing === 'rawHttp10') return {};
  return framing === 'chunked' ? { 'Transfer-Encoding': 'chunked' } : { Connection: 'close' };
}

/** Writes a body in the framing that the head has announced. */
export class SocketSink implements MediaSink {
  private ended = false;

  constructor(
    private readonly socket: Socket,
    private readonly framing: Framing,
  ) {}

  write(data: Buffer): boolean {
    if (this.ended || this.socket.destroyed) return false;
    if (this.framing !== 'chunked') return this.socket.write(data);
    this.socket.cork();
    this.socket.write(`${data.length.toString(16)}\r\n`);
    this.socket.write(data);
    const flowing = this.socket.write('\r\n');
    this.socket.uncork();
    return flowing;
  }

  end(how: StreamEnd): void {
    if (this.ended) return;
    this.ended = true;
    if (how === 'rst') this.resetWhenRead();
    else if (this.framing !== 'chunked') this.socket.end();
    else this.socket.end(how === 'fin' ? '0\r\n\r\n' : '10000\r\ncut off here');
  }

  /**
   * A reset that arrives together with unread bytes is reported as a plain end by libuv, so the reader gets some
   * turns of the event loop to take what was sent.
   */
  private resetWhenRead(turns = 10): void {
    if (this.socket.writableLength > 0) {
      this.socket.once('drain', () => this.resetWhenRead(turns));
    } else if (turns > 0) {
      setImmediate(() => this.resetWhenRead(turns - 1));
    } else {
      this.socket.resetAndDestroy();
    }
  }
}
