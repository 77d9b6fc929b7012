import { setImmediate as atOnce } from 'node:timers/promises';
import type { Clock } from '../platform/clock.js';

/** Cuts long work into slices, so that streams and other players are served in between. */
export class Slicer {
  private sliceStart: number;

  constructor(
    private readonly clock: Pick<Clock, 'monotonic'>,
    private readonly sliceMs: number,
    /** Work that no player waits for takes `nextTurn`: one slice of all such work in a turn. */
    private readonly turn: () => Promise<void> = atOnce,
  ) {
    this.sliceStart = clock.monotonic();
  }

  /** Whether the slice is used up; ask every few hundred steps, and breathe if so. */
  get due(): boolean {
    return this.clock.monotonic() - this.sliceStart >= this.sliceMs;
  }

  /** Gives the event loop one turn. */
  async breathe(): Promise<void> {
    await this.turn();
    this.sliceStart = this.clock.monotonic();
  }

  /** Runs `step` for each item, breathing when due. */
  async each<T>(items: Iterable<T>, step: (item: T, index: number) => void, checkEvery = 64): Promise<void> {
    let index = 0;
    for (const item of items) {
      step(item, index);
      index++;
      if (index % checkEvery === 0 && this.due) await this.breathe();
    }
  }

  /** Runs work that pauses by itself, breathing in its pauses when due. */
  async finish<T>(work: Generator<void, T>): Promise<T> {
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
      if (this.due) await this.breathe();
    }
  }
}
