import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface ConnectProxyOptions {
  /** `user:password` that it wants; without one everybody may use it. */
  login?: string;
  /** Answers every wish with this status instead of a tunnel. */
  refusal?: number;
  /** Takes connections and never answers. */
  isMute?: boolean;
  /** Names it resolves, all to loopback; other names are unknown to it. */
  names?: readonly string[];
}

/** A proxy on loopback that opens real tunnels (CONNECT) and writes down what it was asked. */
export class ConnectProxy {
  readonly asked: { target: string; headers: IncomingMessage['headers'] }[] = [];
  /** Requests that came without CONNECT. */
  plainRequests = 0;
  bytes = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  constructor(readonly options: ConnectProxyOptions = {}) {
    this.server = createServer((_, response) => {
      this.plainRequests++;
      response.writeHead(405).end();
    });
    this.server.on('connect', (request: IncomingMessage, socket: Socket) => this.serve(request, socket));
    this.server.on('connection', (socket) => this.keep(socket));
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Its address, for somebody who knows `login`. */
  urlFor(login = this.options.login): string {
    return `http://${login === undefined ? '' : `${login}@`}${this.host}`;
  }

  /** Sockets that are open now: two for every tunnel. */
  get connections(): number {
    return this.sockets.size;
  }

  /** Resolves when no tunnel is open. */
  async idle(): Promise<void> {
    for (const socket of this.sockets) {
      await new Promise<void>((resolve) => socket.once('close', () => resolve()));
    }
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (!this.server.listening) return;
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private serve(request: IncomingMessage, socket: Socket): void {
    const { login, refusal, isMute, names = [] } = this.options;
    const target = request.url ?? '';
    this.asked.push({ target, headers: request.headers });
    if (isMute) return;
    const wanted = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
    if (wanted !== undefined && request.headers['proxy-authorization'] !== wanted) return say(socket, 407);
    if (refusal !== undefined) return say(socket, refusal);
    const { hostname, port } = new URL(`http://${target}`);
    if (hostname !== '127.0.0.1' && !names.includes(hostname)) return say(socket, 502);
    const upstream = connect(Number(port === '' ? 80 : port), '127.0.0.1');
    this.keep(upstream);
    upstream.once('connect', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.on('data', (chunk: Buffer) => (this.bytes += chunk.length));
      socket.pipe(upstream).pipe(socket);
    });
    upstream.once('error', () => say(socket, 502));
    upstream.once('close', () => socket.destroy());
    socket.once('close', () => upstream.destroy());
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.sockets.delete(socket));
  }
}

function say(socket: Socket, status: number): void {
  socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
}
