import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answerer = (response: ServerResponse, request: IncomingMessage) => void;

/** A loopback host that answers by path as a test says; everything else is not found. */
export class ScriptedHost {
  readonly requests: { path: string; headers: IncomingMessage['headers'] }[] = [];
  private readonly answers = new Map<string, Answerer>();
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://loopback');
      this.requests.push({ path: pathname, headers: request.headers });
      const answer = this.answers.get(pathname);
      if (answer) answer(response, request);
      else response.writeHead(404).end('not found');
    });
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  /** A text or bytes, or what the function does. Returns the address. */
  at(path: string, answer: string | Buffer | Answerer, type = 'application/octet-stream'): string {
    const given = typeof answer === 'function' ? answer : undefined;
    this.answers.set(
      path,
      given ??
        ((response) => response.writeHead(200, { 'content-type': type }).end(answer as string | Buffer)),
    );
    return `${this.url}${path}`;
  }

  asked(path: string): number {
    return this.requests.filter((request) => request.path === path).length;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
