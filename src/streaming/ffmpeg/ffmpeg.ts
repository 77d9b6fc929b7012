import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Clock } from '../../platform/clock.js';
import type { Logger } from '../../platform/logging/logger.js';
import { redactText } from '../../platform/logging/redact.js';
import type { StreamFailure } from '../stream-failure.js';
import { FfmpegRun } from './ffmpeg-run.js';
import { FFMPEG_BUSY, FFMPEG_MISSING } from './ffmpeg-failure.js';

export interface FfmpegOptions {
  /** A name to be looked up in PATH, or a file. */
  path: string;
  /** Processes at once. */
  maxProcesses: number;
  clock: Clock;
  logger: Logger;
}

export interface RunRequest {
  /** Everything but the options common to all runs. */
  args: readonly string[];
  /** For whose sake, in the log. */
  purpose: string;
  /** Gets its input from us. */
  takesInput?: boolean;
  /** Yields the processor to whatever else runs. */
  isIdle?: boolean;
  /** Is ended when another run needs its place. */
  makesWay?: boolean;
}

export type RunOutcome = { ok: true; run: FfmpegRun } | { ok: false; failure: StreamFailure };

const COMMON = ['-hide_banner', '-nostats', '-loglevel', 'error'];
const VERSION_TIMEOUT_MS = 10_000;
const IDLE_NICENESS = 15;
const DRIVER_VARIABLE = /^(?:(?:LIBVA|CUDA|NVIDIA|ONEVPL)_\w+|LD_LIBRARY_PATH)$/;

/** The ffmpeg of this machine, if it has one: how many run, and that none outlives the server. */
export class Ffmpeg {
  private readonly runs = new Set<FfmpegRun>();
  /** Those among them that make way. */
  private readonly yielding = new Set<FfmpegRun>();
  private lookup: Promise<string | undefined> | undefined;
  private found: string | undefined;
  private missed = false;
  private closed = false;

  constructor(private readonly options: FfmpegOptions) {}

  /** Its version, or undefined when there is none. Looked up once. */
  version(): Promise<string | undefined> {
    this.lookup ??= versionOf(this.options.path).then((version) => (this.found = version));
    return this.lookup;
  }

  /** As far as known by now. */
  get isThere(): boolean {
    return this.found !== undefined;
  }

  /** Something needed it, and it was not there. */
  get isMissed(): boolean {
    return this.missed;
  }

  get processes(): number {
    return this.runs.size;
  }

  /** Starts one. Its output flows at once; its end is told by the run. */
  async start(request: RunRequest): Promise<RunOutcome> {
    if ((await this.version()) === undefined) {
      this.missed = true;
      return { ok: false, failure: FFMPEG_MISSING };
    }
    if (this.isFull && !request.makesWay) await this.clearPlace();
    if (this.closed || this.isFull) {
      return { ok: false, failure: FFMPEG_BUSY };
    }
    const { clock, logger } = this.options;
    const run = new FfmpegRun(this.spawn(request), clock, (end) => {
      this.runs.delete(run);
      this.yielding.delete(run);
      const { code, printed } = end;
      if (printed !== '') {
        logger.debug('ffmpeg ended', { purpose: request.purpose, code, said: redactText(printed) });
      }
    });
    this.runs.add(run);
    if (request.makesWay) this.yielding.add(run);
    return { ok: true, run };
  }

  /** Ends all of them; resolves when they are gone. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.runs].map((run) => run.stop()));
  }

  /** For the last moment of a process that cannot wait any more. */
  killAll(): void {
    for (const run of this.runs) run.kill();
  }

  private get isFull(): boolean {
    return this.runs.size >= this.options.maxProcesses;
  }

  private async clearPlace(): Promise<void> {
    const [run] = this.yielding;
    run?.kill();
    await run?.ended;
  }

  private spawn({ args, takesInput = false, isIdle = false }: RunRequest): ChildProcess {
    const command = [this.options.path, ...COMMON, ...(takesInput ? [] : ['-nostdin']), ...args];
    const nice = ['nice', '-n', String(IDLE_NICENESS)];
    const [program = '', ...rest] = isIdle && process.platform !== 'win32' ? [...nice, ...command] : command;
    return spawn(program, rest, {
      stdio: [takesInput ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      // Settings of the server, secrets among them, are none of its business.
      env: { ...ofDrivers(process.env), PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
      windowsHide: true,
    });
  }
}

/** What tells the drivers of graphics hardware which of them to take, and from where. */
function ofDrivers(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => DRIVER_VARIABLE.test(name)));
}

function versionOf(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(path, ['-version'], { timeout: VERSION_TIMEOUT_MS }, (error, stdout) => {
      resolve(error ? undefined : (/^ffmpeg version (\S{1,64})/.exec(stdout)?.[1] ?? 'unknown'));
    });
  });
}
