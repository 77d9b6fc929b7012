import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BenchChild } from './child.js';
import type { Usage } from './child.js';
import type { LoopDelay } from './loop-delay.js';

const MAIN = fileURLToPath(new URL('../../../src/main.js', import.meta.url));
/** For who wants to look closer, e.g. BENCH_NODE="--cpu-prof". */
const NODE_ARGUMENTS = (process.env['BENCH_NODE'] ?? '').split(' ').filter((argument) => argument !== '');
const LOOP_DELAY = new URL('./loop-delay.js', import.meta.url).href;
const PAGE_BYTES = 4096;
/** Of the CPU times in /proc: fixed in Linux, whatever the kernel's own clock is. */
const TICKS_PER_SECOND = 100;
const OWNER = { username: 'owner', password: 'bench-owner' };
const VIEWER = { username: 'ines', password: 'bench-pass' };

interface BenchGuide {
  run: object | null;
  lastReport: { status: string; programmes: number } | null;
}

interface BenchList {
  run: object | null;
  lastReport: object | null;
}

interface BenchMatch {
  isRunning: boolean;
  report: { linked: number } | null;
}

/** The whole program in a process of its own, on an empty SQLite database. */
export class BenchRooftop {
  private token = '';
  private categoryId = 0;
  private readonly child: BenchChild;

  private constructor(
    private readonly server: ChildProcess,
    private readonly folder: string,
    readonly port: number,
  ) {
    this.child = new BenchChild(server);
  }

  /**
   * `main`: a program that starts the server and answers `ask`; the server itself answers nothing. `watchLoop`: looks at
   * its event loop every ten milliseconds, which costs some tenths of a percent of a core.
   */
  static async start(
    environment: Readonly<Record<string, string>> = {},
    { main = MAIN, watchLoop = false }: { main?: string; watchLoop?: boolean } = {},
  ): Promise<BenchRooftop> {
    const folder = mkdtempSync(path.join(tmpdir(), 'rooftop-bench-'));
    const server = spawn(
      process.execPath,
      [...NODE_ARGUMENTS, ...(watchLoop ? ['--import', LOOP_DELAY] : []), main],
      {
        env: {
          PATH: process.env.PATH,
          ROOFTOP_DATA_DIR: path.join(folder, 'data'),
          ROOFTOP_LOG_DIR: path.join(folder, 'logs'),
          ROOFTOP_HOST: '127.0.0.1',
          ROOFTOP_PORT: '0',
          ROOFTOP_ADMIN_USERNAME: OWNER.username,
          ROOFTOP_ADMIN_PASSWORD: OWNER.password,
          ROOFTOP_ALLOW_PRIVATE_SOURCES: 'true',
          ROOFTOP_STREAMING_MAX_READERS: '100000',
          ROOFTOP_HTTP_MAX_CONNECTIONS: '100000',
          ROOFTOP_HTTP_MAX_CONNECTIONS_PER_ADDRESS: '100000',
          ...environment,
        },
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      },
    );
    process.once('exit', () => server.kill('SIGKILL'));
    const rooftop = new BenchRooftop(server, folder, await portOf(server));
    const login = await rooftop.post<{ accessToken: string }>('auth/login', OWNER);
    rooftop.token = login.accessToken;
    rooftop.categoryId = (
      await rooftop.post<{ id: number }>('categories', { kind: 'live', name: 'Bench' })
    ).id;
    await rooftop.post('users', { ...VIEWER, maxConnections: 0 });
    return rooftop;
  }

  /** Path of the new channel's stream for the viewer. The first source is the one to try first. */
  async addChannel(name: string, ...addresses: readonly string[]): Promise<string> {
    const { id } = await this.post<{ id: number }>('channels', { name, categoryId: this.categoryId });
    for (const address of addresses) await this.post(`channels/${id}/streams`, { address });
    return `/live/${VIEWER.username}/${VIEWER.password}/${id}.ts`;
  }

  /** Path of a question of the viewer's player. */
  question(action: string): string {
    return `/player_api.php?username=${VIEWER.username}&password=${VIEWER.password}&action=${action}`;
  }

  /** Reads a list, whose channels the viewer then sees. */
  async addList(url: string): Promise<void> {
    const { id } = await this.post<{ id: number }>('sources', { url, intervalMinutes: 0 });
    await this.post(`sources/${id}/refresh`, { force: true });
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      const { run, lastReport } = await this.get<BenchList>(`sources/${id}`);
      if (run === null && lastReport !== null) return;
    }
  }

  /** How many channels have a guide. */
  async linkedChannels(): Promise<number> {
    await this.post('guide-links/match', {});
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      const { isRunning, report } = await this.get<BenchMatch>('guide-links/match');
      if (!isRunning && report !== null) return report.linked;
    }
  }

  /** Path of the guide file of the viewer. */
  get guideFile(): string {
    return `/xmltv.php?username=${VIEWER.username}&password=${VIEWER.password}`;
  }

  /** Id of the new guide. */
  async addGuide(url: string): Promise<number> {
    return (await this.post<{ id: number }>('guides', { url, intervalMinutes: 0 })).id;
  }

  /** Reads the guide and waits until it serves; tells how that went. */
  async refreshGuide(id: number): Promise<string> {
    await this.post(`guides/${id}/refresh`, { force: true });
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      const guide = await this.get<BenchGuide>(`guides/${id}`);
      if (guide.run === null) return `${guide.lastReport?.status} ${guide.lastReport?.programmes}`;
    }
  }

  /** CPU and memory, without asking the server where the system tells: an answer of the metrics costs milliseconds. */
  async usage(): Promise<Usage> {
    const cpuSeconds = this.cpuSeconds();
    if (!Number.isNaN(cpuSeconds)) return { cpuSeconds, rssBytes: this.rssBytes() };
    return {
      cpuSeconds: await this.metric(/^\S*process_cpu_seconds_total (\S+)$/m),
      rssBytes: await this.metric(/^\S*process_resident_memory_bytes (\S+)$/m),
    };
  }

  /** How late the event loop was since the last call. Only of a server started with `watchLoop`. */
  loopDelay(): Promise<LoopDelay> {
    return this.ask('loopDelay');
  }

  /** Resident memory now, without asking the server. Linux only, else NaN. */
  rssBytes(): number {
    try {
      const [, pages] = readFileSync(`/proc/${this.server.pid}/statm`, 'latin1').split(' ');
      return Number(pages) * PAGE_BYTES;
    } catch {
      return NaN;
    }
  }

  /** Of all threads. Linux only, else NaN. */
  private cpuSeconds(): number {
    try {
      const stat = readFileSync(`/proc/${this.server.pid}/stat`, 'latin1');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    } catch {
      return NaN;
    }
  }

  /** One number of the metrics. */
  async metric(pattern: RegExp): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.port}/metrics`)).text();
    return Number(pattern.exec(text)?.[1] ?? NaN);
  }

  ask<T>(name: string): Promise<T> {
    return this.child.ask<T>(name);
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    if (this.server.exitCode === null && this.server.signalCode === null) {
      const ended = once(this.server, 'exit');
      this.server.kill('SIGTERM');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async get<T>(route: string): Promise<T> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/api/admin/${route}`, {
      headers: { authorization: `Bearer ${this.token}` },
    });
    if (!answer.ok) throw new Error(`${route}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  private async post<T>(route: string, body: object): Promise<T> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/api/admin/${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token}` },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${route}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}

/** The welcome text names the address. What the server says afterwards is read and dropped. */
function portOf(server: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = '';
    server.stdout?.on('data', (chunk: Buffer) => {
      if (text.length < 100_000) text += String(chunk);
      const port = /Server\s+http:\/\/[^\s/]*:(\d+)/.exec(text)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    server.once('exit', () => reject(new Error(`the server did not start:\n${text}`)));
  });
}
