import { openSync, readSync } from 'node:fs';

export interface LongestTurn {
  /** As anybody waits for it; other programs on the machine make it longer. Milliseconds. */
  wallMs: number;
  /** Processor time of the main thread in one turn, garbage collection included (Linux only, else 0). Milliseconds. */
  cpuMs: number;
}

/** Looks at the event loop in every turn, and so keeps it busy: for benchmarks only. */
export class LoopWatch {
  private readonly schedstat =
    process.platform === 'linux' ? openSync(`/proc/self/task/${process.pid}/schedstat`, 'r') : null;
  private readonly figures = Buffer.alloc(64);
  private lastWall = performance.now();
  private lastCpu = this.mainThreadMs();
  private longest: LongestTurn = { wallMs: 0, cpuMs: 0 };
  private running = true;

  constructor() {
    this.turn();
  }

  /** The longest turn since the last call; what the present one has taken counts for this call. */
  take(): LongestTurn {
    this.look();
    const { longest } = this;
    this.longest = { wallMs: 0, cpuMs: 0 };
    return longest;
  }

  stop(): void {
    this.running = false;
  }

  private turn(): void {
    this.look();
    if (this.running) setImmediate(() => this.turn());
  }

  private look(): void {
    const wall = performance.now();
    const cpu = this.mainThreadMs();
    this.longest.wallMs = Math.max(this.longest.wallMs, wall - this.lastWall);
    this.longest.cpuMs = Math.max(this.longest.cpuMs, cpu - this.lastCpu);
    this.lastWall = wall;
    this.lastCpu = cpu;
  }

  private mainThreadMs(): number {
    if (this.schedstat === null) return 0;
    const read = readSync(this.schedstat, this.figures, 0, this.figures.length, 0);
    return Number(this.figures.toString('latin1', 0, read).split(' ')[0]) / 1e6;
  }
}
