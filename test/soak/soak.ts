import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { contentIdOf } from '../fakes/engine-simulator/catalogue.js';
import { createSim } from '../fakes/engine-simulator/engine-simulator.js';
import type { EngineSimulator } from '../fakes/engine-simulator/engine-simulator.js';
import type { Fault } from '../fakes/faults/fault.js';
import { createHttpTsHost } from '../fakes/http-ts-host.js';
import { seededRandom } from '../fakes/net/seeded-random.js';
import { aceId, openStreamHouse } from '../fakes/stream-house.js';
import type { StreamHouse } from '../fakes/stream-house.js';
import { StreamPlayer } from '../fakes/stream-player.js';

export interface SoakOptions {
  seconds: number;
  seed: number;
  /** Viewers at once, at most. */
  viewers?: number;
  /** Told now and then how it goes. */
  report?: (line: string) => void;
}

export interface SoakResult {
  viewings: number;
  faults: number;
  bytes: number;
  /** Heap and buffers after a full collection, MB: after a tenth of the time, and at the end of it. */
  memoryMb: { early: number; late: number };
  unhandled: string[];
  /** What still keeps the process alive once everything is closed. */
  leftOver: string[];
  /** Sessions that nobody stopped and nobody uses, of all engines. */
  leaked: number;
  /** Readers that one engine session had at the same time, at most. */
  readersPerSession: number;
}

const NAMES = ['one', 'two', 'three', 'four', 'five', 'six'];
const EVERY_MS = 60;
const FAULTS: readonly Fault[] = [
  { kind: 'stall', ms: 5_000 },
  { kind: 'dropFin' },
  { kind: 'dropRst' },
  { kind: 'truncatedChunk' },
  { kind: 'garbage', bytes: 3_000 },
  { kind: 'misalign', bytes: 50 },
  { kind: 'duplicateBytes', bytes: 500 },
  { kind: 'textInStream' },
  { kind: 'ptsJump', seconds: 300 },
  { kind: 'pmtChange', movePids: 16 },
  { kind: 'burstBlast', mediaSeconds: 5 },
  { kind: 'missingPackets', rate: 0.02 },
  { kind: 'ccErrors', rate: 0.02 },
  { kind: 'rateBelow', ratio: 0.4 },
  { kind: 'superseded' },
  { kind: 'sessionLost' },
  { kind: 'expireNow' },
  { kind: 'restart', downMs: 500 },
  { kind: 'refuse' },
  { kind: 'hangApiOnly' },
  { kind: 'slowStart', ms: 800 },
  { kind: 'errorJson', text: 'failed to load content' },
  { kind: 'http503' },
  { kind: 'warmup', mode: '500' },
];

/** Viewers who come, zap, stall and go, over engines that break in every way they know. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const unhandled: string[] = [];
  const note = (error: unknown): void => void unhandled.push(String(error));
  process.on('unhandledRejection', note);
  const before = process.getActiveResourcesInfo();
  try {
    const run = await Soak.open(options);
    const figures = await run.play();
    const sims = await run.close();
    await pause(200);
    return { ...figures, ...sims, unhandled, leftOver: beyond(before, process.getActiveResourcesInfo()) };
  } finally {
    process.off('unhandledRejection', note);
  }
}

class Soak {
  private readonly random: () => number;
  private readonly players = new Set<StreamPlayer>();
  private readonly counts = { viewings: 0, faults: 0, bytes: 0 };

  private constructor(
    private readonly options: SoakOptions,
    private readonly sims: readonly EngineSimulator[],
    private readonly house: StreamHouse,
    private readonly channels: readonly number[],
    private readonly closeHost: () => Promise<void>,
  ) {
    this.random = seededRandom(options.seed);
  }

  static async open(options: SoakOptions): Promise<Soak> {
    const contents = NAMES.map((name) => ({ name }));
    const sims = await Promise.all([1, 2].map((seed) => createSim({ contents, seed, prebufMs: 50 })));
    const host = await createHttpTsHost({ channels: NAMES });
    const house = await openStreamHouse({
      engines: sims.map(({ url }) => url),
      startGapMs: 20,
      acestream: { maxStreamsPerEngine: 3, startTimeoutSeconds: 2, firstByteTimeoutSeconds: 5 },
      streaming: { ringBytes: 2 * 1024 * 1024 },
      session: { lingerMs: 1_000, coldLingerMs: 200, stallMs: 2_000, giveUpMs: 8_000, slowReaderMs: 3_000 },
    });
    const channels = NAMES.map((name, index) =>
      house.channels.add(aceId(contentIdOf(name)), ...(index % 2 === 0 ? [host.urlOf(name)] : [])),
    );
    return new Soak(options, sims, house, channels, () => host.close());
  }

  async play(): Promise<Pick<SoakResult, 'viewings' | 'faults' | 'bytes' | 'memoryMb'>> {
    const { seconds, report } = this.options;
    const startedAt = performance.now();
    let early: number | undefined;
    let reportedAt = startedAt;
    for (;;) {
      const elapsed = performance.now() - startedAt;
      if (elapsed >= seconds * 1000) break;
      this.step();
      await pause(EVERY_MS);
      if (early === undefined && elapsed > seconds * 100) early = memoryMb(this.house);
      if (performance.now() - reportedAt > 60_000) {
        reportedAt = performance.now();
        report?.(
          `${Math.round(elapsed / 1000)} s: ${memoryMb(this.house)} MB, ${JSON.stringify(this.counts)}`,
        );
      }
    }
    const late = memoryMb(this.house);
    return { ...this.counts, memoryMb: { early: early ?? late, late } };
  }

  /** Everybody leaves, then everything is closed. */
  async close(): Promise<Pick<SoakResult, 'leaked' | 'readersPerSession'>> {
    for (const player of this.players) player.leave();
    for (const sim of this.sims) sim.control.heal();
    while (this.house.playback.sessions().length > 0) await pause(20);
    await this.house.close();
    const open = this.sims.flatMap((sim) => sim.control.openSessions());
    const most = Math.max(...this.sims.map(({ metrics }) => metrics.maxReadersPerSession));
    await Promise.all([...this.sims.map((sim) => sim.close()), this.closeHost()]);
    return { leaked: open.filter(({ stopRequested }) => !stopRequested).length, readersPerSession: most };
  }

  private step(): void {
    const chance = this.random();
    if (chance < 0.55 && this.players.size < (this.options.viewers ?? 30)) this.come();
    else if (chance < 0.85) this.go();
    else if (chance < 0.92) this.pick([...this.players])?.pause();
    else this.breakSomething();
  }

  private come(): void {
    const path = `/live/ines/pass/${this.pick(this.channels) ?? 1}.ts`;
    // Not through the house, which keeps every player until it is closed.
    const player = new StreamPlayer(this.house.port, path, { keep: false });
    this.counts.viewings++;
    this.players.add(player);
    player.ended().then(
      () => this.forget(player),
      () => this.forget(player),
    );
  }

  private go(): void {
    this.pick([...this.players])?.leave();
  }

  private forget(player: StreamPlayer): void {
    if (this.players.delete(player)) this.counts.bytes += player.bytes;
  }

  private breakSomething(): void {
    const fault = this.pick(FAULTS);
    const sim = this.pick(this.sims);
    if (!fault || !sim) return;
    this.counts.faults++;
    sim.control.inject(fault, { content: this.pick(NAMES) ?? 'one', forMs: 1_500 });
  }

  private pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.random() * from.length)];
  }
}

/** Heap and buffers after a full collection. */
function memoryMb(house: StreamHouse): number {
  house.logger.entries.length = 0;
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return Math.round((heapUsed + arrayBuffers) / 1e5) / 10;
}

/** What the second list has more than the first. */
function beyond(before: readonly string[], after: readonly string[]): string[] {
  const left = [...before];
  return after.filter((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
