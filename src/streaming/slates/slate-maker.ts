import { Worker } from 'node:worker_threads';
import type { SlateText } from '../../core/slate/slate-card.js';
import { Semaphore } from '../../core/util/semaphore.js';
import { SingleFlight } from '../../core/util/single-flight.js';
import type { Clock } from '../../platform/clock.js';
import { describeError } from '../../platform/errors/app-error.js';
import type { Logger } from '../../platform/logging/logger.js';

export type SlateMessage = { kind: 'drawn'; turn: Uint8Array } | { kind: 'no-font' };

export interface SlateMakerOptions {
  clock: Clock;
  logger: Logger;
  /** Slates remembered, about 100 KB each; the one not used for longest goes first. */
  remembered?: number;
  /** Slates that may wait to be drawn; more are refused. */
  waiting?: number;
  timeoutMs?: number;
}

const WORKER_MEGABYTES = 128;

/** Draws slates: words on a card, with silence, as a short transport stream to be repeated. One at a time. */
export class SlateMaker {
  private readonly turns = new Map<string, Buffer>();
  private readonly drawing = new SingleFlight<string, Buffer | undefined>();
  private readonly slot = new Semaphore(1);
  private readonly remembered: number;
  private readonly mostWaiting: number;
  private readonly timeoutMs: number;
  private waiting = 0;

  constructor(private readonly options: SlateMakerOptions) {
    this.remembered = options.remembered ?? 32;
    this.mostWaiting = options.waiting ?? 16;
    this.timeoutMs = options.timeoutMs ?? 15_000;
  }

  /** One turn, for `SlateLoop`; undefined when it cannot be drawn, which the log explains. */
  async turn(text: SlateText): Promise<Buffer | undefined> {
    const key = JSON.stringify([text.title, ...(text.lines ?? [])]);
    const known = this.turns.get(key);
    if (!known && this.waiting >= this.mostWaiting) return undefined;
    this.waiting++;
    try {
      const turn = known ?? (await this.drawing.run(key, () => this.slot.use(() => this.draw(text))));
      if (turn) this.remember(key, turn);
      return turn;
    } finally {
      this.waiting--;
    }
  }

  private remember(key: string, turn: Buffer): void {
    this.turns.delete(key);
    this.turns.set(key, turn);
    const [oldest] = this.turns.keys();
    if (this.turns.size > this.remembered && oldest !== undefined) this.turns.delete(oldest);
  }

  private async draw(text: SlateText): Promise<Buffer | undefined> {
    const worker = new Worker(new URL('./slate.worker.js', import.meta.url), {
      workerData: text,
      resourceLimits: { maxOldGenerationSizeMb: WORKER_MEGABYTES },
      execArgv: [],
    });
    try {
      const message = await this.answerOf(worker);
      if (message.kind === 'drawn') return Buffer.from(message.turn);
      this.options.logger.warn(
        'no slate: this machine has no fonts; install some (Debian: fonts-dejavu-core)',
      );
    } catch (error) {
      this.options.logger.error('a slate could not be drawn', { error: describeError(error) });
    } finally {
      await worker.terminate();
    }
    return undefined;
  }

  private answerOf(worker: Worker): Promise<SlateMessage> {
    return new Promise((resolve, reject) => {
      const timer = this.options.clock.setTimer(this.timeoutMs, () => reject(new Error('took too long')));
      const settle = (done: () => void): void => {
        timer.cancel();
        done();
      };
      worker.once('message', (message: SlateMessage) => settle(() => resolve(message)));
      worker.once('error', (error) => settle(() => reject(error)));
      worker.once('exit', (code) => settle(() => reject(new Error(`ended early (${code})`))));
    });
  }
}
