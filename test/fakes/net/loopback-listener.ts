import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import { createServer as createNetServer } from 'node:net';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';

export type RequestHandler = (req: IncomingMessage, res: ServerResponse) => void;

/**
 * An HTTP server on loopback whose port can be shut and opened again while it keeps its number: a port that
 * refuses, a process that restarts.
 */
export class LoopbackListener {
  private readonly http: HttpServer;
  private readonly sockets = new Set<Socket>();
  private net: NetServer | undefined;
  private chosenPort: number;

  constructor(
    handler: RequestHandler,
    private readonly options: {
      host?: string;
      port?: number;
      onDisconnect?: () => void;
    } = {},
  ) {
    this.http = createHttpServer({ keepAliveTimeout: 0 }, handler);
    this.chosenPort = options.port ?? 0;
  }

  get host(): string {
    return this.options.host ?? '127.0.0.1';
  }

  get port(): number {
    return this.chosenPort;
  }

  get url(): string {
    return `http://${this.host}:${this.chosenPort}`;
  }

  get isOpen(): boolean {
    return this.net !== undefined;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.sockets.size;
  }

  async open(): Promise<void> {
    if (this.net) return;
    const net = createNetServer((socket) => this.accept(socket));
    this.net = net;
    net.listen(this.chosenPort, this.host);
    await once(net, 'listening');
    this.chosenPort = (net.address() as AddressInfo).port;
  }

  /** New connections are refused; those that are open stay. */
  stopListening(): void {
    this.net?.close();
    this.net = undefined;
  }

  /** Ends every open connection with a reset. */
  resetConnections(): void {
    for (const socket of [...this.sockets]) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    const net = this.net;
    this.net = undefined;
    const ended = [...this.sockets].map(
      (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
    );
    const closed = net ? [once(net, 'close')] : [];
    net?.close();
    for (const socket of [...this.sockets]) socket.destroy();
    await Promise.all([...ended, ...closed]);
  }

  private accept(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => {
      this.sockets.delete(socket);
      this.options.onDisconnect?.();
    });
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    this.http.emit('connection', socket);
  }
}
