import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface CommandResult {
  code: number | null;
  out: string;
  err: string;
}

/** Rooftop as an operator runs it: processes of their own over one data folder. */
export class RooftopHouse {
  readonly output: string[] = [];
  private server: ChildProcess | undefined;

  private constructor(
    readonly folder: string,
    readonly port: number,
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  static async make(environment: Readonly<Record<string, string>> = {}): Promise<RooftopHouse> {
    return new RooftopHouse(
      await mkdtemp(path.join(tmpdir(), 'rooftop-e2e-')),
      await freePort(),
      environment,
    );
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get dataDir(): string {
    return path.join(this.folder, 'data');
  }

  /** Starts the server and waits until it is ready. */
  async start(): Promise<void> {
    const server = this.spawn(['dist/src/main.js']);
    this.server = server;
    const ended = once(server, 'exit').then(([code]) => {
      throw new Error(`the server ended with ${String(code)}:\n${this.output.join('')}`);
    });
    await Promise.race([this.waitUntilReady(), ended]);
    ended.catch(() => undefined);
  }

  /** A start that is expected to fail. */
  async startAndFail(environment: Readonly<Record<string, string>> = {}): Promise<CommandResult> {
    return finish(this.spawn(['dist/src/main.js'], environment));
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const { server } = this;
    if (!server || server.exitCode !== null) return server?.exitCode ?? null;
    const ended = once(server, 'exit');
    server.kill(signal);
    const [code] = (await ended) as [number | null];
    this.server = undefined;
    return code;
  }

  run(...args: string[]): Promise<CommandResult> {
    return finish(this.spawn(['bin/rooftop.mjs', ...args]));
  }

  /** Runs a command that must succeed and reads its JSON. */
  async json<T>(...args: string[]): Promise<T> {
    const { code, out, err } = await this.run(...args, '--json');
    if (code !== 0) throw new Error(`rooftop ${args.join(' ')} ended with ${String(code)}: ${err}${out}`);
    return JSON.parse(out) as T;
  }

  spawn(args: string[], environment: Readonly<Record<string, string>> = {}): ChildProcess {
    const child = spawn(process.execPath, args, {
      env: {
        PATH: process.env.PATH,
        ROOFTOP_DATA_DIR: this.dataDir,
        ROOFTOP_LOG_DIR: path.join(this.folder, 'logs'),
        ROOFTOP_PORT: String(this.port),
        ROOFTOP_HOST: '127.0.0.1',
        ROOFTOP_ALLOW_PRIVATE_SOURCES: 'true',
        ...this.environment,
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (args[0] === 'dist/src/main.js') {
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => this.output.push(String(chunk)));
      }
    }
    return child;
  }

  /** Everything the server wrote into its log folder. */
  async logText(): Promise<string> {
    const folder = path.join(this.folder, 'logs');
    const names = await readdir(folder);
    return (await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')))).join('\n');
  }

  async demolish(): Promise<void> {
    await this.stop('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }

  private async waitUntilReady(): Promise<void> {
    for (let attempt = 0; attempt < 600; attempt++) {
      const response = await fetch(`${this.url}/readyz`).catch(() => undefined);
      await response?.arrayBuffer();
      if (response?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the server did not become ready:\n${this.output.join('')}`);
  }
}

async function finish(child: ChildProcess): Promise<CommandResult> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += String(chunk)));
  child.stderr?.on('data', (chunk: Buffer) => (err += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
