import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Shows the files of a folder over HTTP, and remembers who asked for what. */
export class FolderHost {
  readonly requests: { path: string; headers: IncomingMessage['headers'] }[] = [];
  /** Looks at a request first; true when it has answered. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  private readonly server: Server;

  constructor(private readonly folder: string) {
    this.server = createServer((request, response) => this.answer(request, response));
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? '/', this.url);
    this.requests.push({ path: pathname, headers: request.headers });
    if (this.intercept(request, response)) return;
    try {
      const bytes = readFileSync(path.join(this.folder, path.normalize(pathname)));
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
      if (from === undefined) response.writeHead(200).end(bytes);
      else response.writeHead(206).end(bytes.subarray(Number(from), Number(to) + 1));
    } catch {
      response.writeHead(404).end();
    }
  }
}
