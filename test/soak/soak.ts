import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BenchRooftop } from '../bench/streams/rooftop.js';
import { contentIdOf } from '../fakes/engine-simulator/catalogue.js';
import { createSim } from '../fakes/engine-simulator/engine-simulator.js';
import type { EngineSimulator } from '../fakes/engine-simulator/engine-simulator.js';
import { createHttpTsHost } from '../fakes/http-ts-host.js';
import type { HttpTsHost } from '../fakes/http-ts-host.js';
import { seededRandom } from '../fakes/net/seeded-random.js';
import { StreamPlayer } from '../fakes/stream-player.js';
import { ENGINE_FAULTS, HOST_FAULTS } from './faults.js';
import { SegmentPlayer } from './segment-player.js';
import type { ServerSample } from './server.js';

export interface SoakOptions {
  seconds: number;
  seed: number;
  /** Viewers at once, at most. */
  viewers?: number;
  /** Somebody comes, goes or stalls, or something breaks, so often. */
  everyMs?: number;
  bitrateKbps?: number;
  /** Told once a minute how it goes. */
  report?: (line: string) => void;
}

export interface SoakResult {
  viewings: number;
  faults: number;
  bytes: number;
  /** The server after a full collection: before the first viewer, after a tenth of the time, at its end, and empty. */
  server: { idle: ServerSample; early: ServerSample; late: ServerSample; empty: ServerSample };
  /** Rejections that nobody handled, in the server. */
  unhandled: readonly string[];
  /** What still keeps the server alive once everything is closed. */
  leftOver: readonly string[];
  /** Sessions that nobody stopped and nobody uses, of all engines. */
  leaked: number;
  /** Sessions that we ended ourselves by starting the same again. */
  superseded: number;
  /** What these were like. */
  supersessions: readonly string[];
  /** Readers that one engine session had at the same time, at most. */
  readersPerSession: number;
}

type Player = Pick<StreamPlayer, 'bytes' | 'leave' | 'pause' | 'ended'>;
type Counts = Pick<SoakResult, 'viewings' | 'faults' | 'bytes'>;

const SERVER = fileURLToPath(new URL('./server.js', import.meta.url));
const NAMES = ['one', 'two', 'three', 'four', 'five', 'six'];
const MINUTE_MS = 60_000;
/** Faults that last do so for this long. */
const FAULT_MS = 1_500;
/** Patience is short, so that a short run sees its end often. */
const SERVER_OPTIONS = {
  ROOFTOP_ACESTREAM_MAX_STREAMS_PER_ENGINE: '3',
  ROOFTOP_ACESTREAM_START_TIMEOUT_SECONDS: '2',
  ROOFTOP_ACESTREAM_FIRST_BYTE_TIMEOUT_SECONDS: '5',
  ROOFTOP_STREAMING_RING_BYTES: '2MiB',
  ROOFTOP_STREAMING_LINGER_SECONDS: '1',
  ROOFTOP_STREAMING_STALL_SECONDS: '2',
  ROOFTOP_STREAMING_GIVE_UP_SECONDS: '8',
  ROOFTOP_STREAMING_SLOW_READER_SECONDS: '3',
};

/**
 * Viewers who come, zap, stall and go, over engines and a host that break in every way they know. The server is the
 * whole program in a process of its own; all that stands around it is in this one.
 */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'rooftop-soak-'));
  const run = await Soak.open(options, path.join(folder, 'left-over.json'));
  try {
    return await run.play();
  } finally {
    await run.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

class Soak {
  private readonly random: () => number;
  private readonly players = new Set<Player>();
  private readonly counts: Counts = { viewings: 0, faults: 0, bytes: 0 };

  private constructor(
    private readonly options: SoakOptions,
    private readonly sims: readonly EngineSimulator[],
    private readonly host: HttpTsHost,
    private readonly rooftop: BenchRooftop,
    private readonly paths: readonly string[],
    private readonly leftOverFile: string,
  ) {
    this.random = seededRandom(options.seed);
  }

  static async open(options: SoakOptions, leftOverFile: string): Promise<Soak> {
    const { bitrateKbps = 1_000 } = options;
    const contents = NAMES.map((name) => ({ name, bitrateKbps }));
    const sims = await Promise.all([1, 2].map((seed) => createSim({ contents, seed, prebufMs: 50 })));
    const host = await createHttpTsHost({ channels: NAMES.map((name) => ({ name, bitrateKbps })) });
    const rooftop = await BenchRooftop.start(
      {
        ...SERVER_OPTIONS,
        ROOFTOP_ACESTREAM_ENGINES: sims.map(({ url }) => url).join(','),
        SOAK_LEFT_OVER: leftOverFile,
      },
      { main: SERVER },
    );
    const paths: string[] = [];
    for (const [index, name] of NAMES.entries()) {
      const alternates = index % 2 === 0 ? [host.urlOf(name)] : [];
      paths.push(await rooftop.addChannel(name, `acestream://${contentIdOf(name)}`, ...alternates));
    }
    return new Soak(options, sims, host, rooftop, paths, leftOverFile);
  }

  async play(): Promise<SoakResult> {
    const idle = await this.sample('collected');
    const early = await this.playUntil(this.options.seconds * 100, 0);
    const late = await this.playUntil(this.options.seconds * 1000, this.options.seconds * 100);
    await this.emptyHouse();
    const empty = await this.sample('collected');
    await this.rooftop.stop();
    const leftOver = JSON.parse(readFileSync(this.leftOverFile, 'utf8')) as string[];
    return {
      ...this.counts,
      ...this.engineFigures(),
      server: { idle, early, late, empty },
      unhandled: empty.unhandled,
      leftOver,
    };
  }

  async close(): Promise<void> {
    for (const player of this.players) player.leave();
    await this.rooftop.stop();
    await Promise.all([...this.sims.map((sim) => sim.close()), this.host.close()]);
  }

  private async playUntil(endMs: number, startMs: number): Promise<ServerSample> {
    const { everyMs = 60, report } = this.options;
    const startedAt = performance.now() - startMs;
    let minute = Math.floor(startMs / MINUTE_MS);
    for (let elapsed = startMs; elapsed < endMs; elapsed = performance.now() - startedAt) {
      this.step();
      await pause(everyMs);
      if (elapsed < (minute + 1) * MINUTE_MS) continue;
      minute++;
      const kind = minute % 10 === 0 ? 'collected' : 'sample';
      report?.(`${minute} min ${JSON.stringify({ ...this.counts, kind, ...(await this.sample(kind)) })}`);
    }
    return this.sample('collected');
  }

  /** Everybody leaves and all faults end; resolves when the last stream has ended. */
  private async emptyHouse(): Promise<void> {
    for (const breakable of [...this.sims.map(({ control }) => control), this.host]) breakable.heal();
    for (const player of this.players) player.leave();
    const streams = (): Promise<number> => this.rooftop.metric(/^rooftop_streams\{.*\} ([1-9]\d*)$/m);
    while (!Number.isNaN(await streams())) await pause(100);
  }

  private engineFigures(): Pick<SoakResult, 'leaked' | 'superseded' | 'supersessions' | 'readersPerSession'> {
    const open = this.sims.flatMap((sim) => sim.control.openSessions());
    const metrics = this.sims.map((sim) => sim.metrics);
    return {
      leaked: open.filter(({ stopRequested }) => !stopRequested).length,
      superseded: metrics.reduce((sum, { supersededBySelf }) => sum + supersededBySelf, 0),
      supersessions: metrics.flatMap(({ supersessions }) => supersessions),
      readersPerSession: Math.max(...metrics.map(({ maxReadersPerSession }) => maxReadersPerSession)),
    };
  }

  private sample(kind: 'sample' | 'collected'): Promise<ServerSample> {
    return this.rooftop.ask<ServerSample>(kind);
  }

  private step(): void {
    const chance = this.random();
    if (chance < 0.55 && this.players.size < (this.options.viewers ?? 30)) this.come();
    else if (chance < 0.85) this.go();
    else if (chance < 0.92) this.stall();
    else this.breakSomething();
  }

  private come(): void {
    const path = this.pick(this.paths);
    const player =
      this.random() < 0.2
        ? new SegmentPlayer(`http://127.0.0.1:${this.rooftop.port}${path.replace(/ts$/, 'm3u8')}`)
        : new StreamPlayer(this.rooftop.port, path, { keep: false });
    this.counts.viewings++;
    this.players.add(player);
    player.ended().then(
      () => this.forget(player),
      () => this.forget(player),
    );
  }

  private go(): void {
    if (this.players.size > 0) this.pick([...this.players]).leave();
  }

  private stall(): void {
    if (this.players.size > 0) this.pick([...this.players]).pause();
  }

  private forget(player: Player): void {
    if (this.players.delete(player)) this.counts.bytes += player.bytes;
  }

  private breakSomething(): void {
    const scope = { content: this.pick(NAMES), forMs: FAULT_MS };
    this.counts.faults++;
    if (this.random() < 0.25) this.host.inject(this.pick(HOST_FAULTS), scope);
    else this.pick(this.sims).control.inject(this.pick(ENGINE_FAULTS), scope);
  }

  /** One of a list that is not empty. */
  private pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.random() * from.length)] as T;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
