// A web server in a process of its own, so that serving a file costs the measured process nothing.
import { fork, type ChildProcess } from 'node:child_process';
import { createReadStream, statSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

export interface FileServer {
  url: string;
  close(): void;
}

/** Serves one file under every path. */
export async function serveFile(file: string): Promise<FileServer> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), [file]);
  const [port] = (await once(child, 'message')) as [number];
  return { url: `http://127.0.0.1:${port}`, close: () => void child.kill() };
}

const [, script, file] = process.argv;
if (script === fileURLToPath(import.meta.url) && file !== undefined) {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Length': statSync(file).size, 'Content-Type': 'application/xml' });
    createReadStream(file, { highWaterMark: 256 * 1024 }).pipe(response);
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
  process.on('disconnect', () => process.exit());
}
