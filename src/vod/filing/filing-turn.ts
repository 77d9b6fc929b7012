import { Injectable } from '@nestjs/common';
import { Semaphore } from '../../core/util/semaphore.js';

/**
 * The turn of everything that files films. Each reads all of them, decides which is which, and writes: two at once
 * would each make a film of their own.
 */
@Injectable()
export class FilingTurn {
  private readonly turn = new Semaphore(1);

  use<T>(work: () => Promise<T>): Promise<T> {
    return this.turn.use(work);
  }
}
