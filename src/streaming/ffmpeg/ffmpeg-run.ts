import type { ChildProcess } from 'node:child_process';
import { Readable } from 'node:stream';
import type { Writable } from 'node:stream';
import type { Clock } from '../../platform/clock.js';
import { FfmpegFailed, ffmpegFailure } from './ffmpeg-failure.js';

export interface RunEnd {
  code: number | null;
  /** The last it printed; may hold addresses with credentials. */
  printed: string;
}

/** After a polite request to end, ms. */
const PATIENCE_MS = 2_000;
const MAX_PRINTED = 8_192;

/** One running ffmpeg. */
export class FfmpegRun {
  /** What it writes. Ends when it ends well, else fails with `FfmpegFailed`; destroying it ends the process. */
  readonly output: Readable;
  /** Resolves when the process is gone. */
  readonly ended: Promise<RunEnd>;
  private printed = '';
  private stopping: Promise<void> | undefined;
  private isGone = false;

  constructor(
    private readonly child: ChildProcess,
    private readonly clock: Clock,
    onEnd: (end: RunEnd) => void,
  ) {
    child.stderr?.on('data', (chunk: Buffer) => {
      this.printed = (this.printed + chunk.toString('utf8')).slice(-MAX_PRINTED);
    });
    this.ended = new Promise((resolve) => {
      const finish = (code: number | null): void => {
        if (this.isGone) return;
        this.isGone = true;
        const end = { code, printed: this.printed };
        onEnd(end);
        resolve(end);
      };
      child.once('close', finish);
      // It could not even be started; no 'close' follows then.
      child.once('error', (error) => {
        this.printed += error.message;
        if (child.pid === undefined) finish(null);
      });
    });
    child.stdin?.on('error', () => {});
    this.output = this.follow(child.stdout as Readable);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Where its input goes, for one that takes any. */
  get input(): Writable | null {
    return this.child.stdin;
  }

  /** Asks it to end, then makes it. Resolves when it is gone. */
  stop(): Promise<void> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  kill(): void {
    if (!this.isGone) this.child.kill('SIGKILL');
  }

  private async end(): Promise<void> {
    if (this.isGone) return;
    this.child.kill('SIGTERM');
    const timer = this.clock.setTimer(PATIENCE_MS, () => this.kill());
    // Nobody reads what it still has to say, and a full pipe would keep it from ending.
    this.child.stdout?.resume();
    await this.ended;
    timer.cancel();
  }

  private follow(stdout: Readable): Readable {
    const output = new Readable({
      read: () => void stdout.resume(),
      destroy: (error, callback) => {
        this.stop().then(
          () => callback(error),
          () => callback(error),
        );
      },
    });
    stdout.on('data', (chunk: Buffer) => {
      if (!output.destroyed && !output.push(chunk)) stdout.pause();
    });
    stdout.on('error', () => {});
    this.ended.then(
      ({ code }) => {
        if (output.destroyed) return;
        if (code === 0) output.push(null);
        else output.destroy(new FfmpegFailed(ffmpegFailure(this.printed)));
      },
      () => {},
    );
    output.on('error', () => {});
    return output;
  }
}
