import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** One request and the ways a fake answers it, the improper ones included. */
export class Exchange {
  readonly url: URL;
  readonly socket: Socket;

  constructor(
    readonly req: IncomingMessage,
    private readonly res: ServerResponse,
    private readonly extraHeaders: Readonly<Record<string, string>> = {},
  ) {
    this.url = new URL(req.url ?? '/', 'http://loopback');
    this.socket = req.socket;
  }

  get path(): string {
    return this.url.pathname;
  }

  get query(): URLSearchParams {
    return this.url.searchParams;
  }

  get host(): string {
    return this.req.headers.host ?? 'localhost';
  }

  get isGone(): boolean {
    return this.socket.destroyed;
  }

  /** Calls back once when the caller hangs up; returns the way to stop listening. */
  onGone(callback: () => void): () => void {
    this.socket.once('close', callback);
    return () => this.socket.off('close', callback);
  }

  send(status: number, body: string | Buffer, headers: Readonly<Record<string, string>> = {}): void {
    if (this.isGone) return;
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    this.res.writeHead(status, {
      ...this.extraHeaders,
      ...headers,
      'Content-Length': bytes.length,
    });
    this.res.end(bytes);
  }

  json(value: unknown, status = 200): void {
    this.send(status, JSON.stringify(value), { 'Content-Type': 'application/json' });
  }

  text(status: number, body: string): void {
    this.send(status, body, { 'Content-Type': 'text/plain' });
  }

  /** Head (and body) byte for byte, then the end of the connection. */
  raw(statusLine: string, headers: Readonly<Record<string, string>>, body = ''): void {
    if (this.isGone) return;
    this.socket.end(`${rawHead(statusLine, { ...this.extraHeaders, ...headers })}${body}`);
  }

  /** Starts an answer that the caller of this goes on writing to the socket. */
  rawStart(statusLine: string, headers: Readonly<Record<string, string>>): Socket {
    this.socket.write(rawHead(statusLine, { ...this.extraHeaders, ...headers }));
    return this.socket;
  }

  redirect(location: string): void {
    this.raw('HTTP/1.1 302 Found', { Location: location, Connection: 'close' }, 'Found');
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }

  hangUp(): void {
    this.socket.end();
  }
}

function rawHead(statusLine: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `${[statusLine, ...lines].join('\r\n')}\r\n\r\n`;
}
