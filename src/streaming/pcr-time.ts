import { clockDifference, PCR_RATE, PCR_WRAP } from '../core/mpegts/timestamps.js';

/** A clock that moves by more than this between two of its marks has jumped. */
const MAX_STEP_MS = 2_000;

/** Playing time that passes in a stream, by its own clock. */
export class PcrTime {
  private last: number | undefined;

  /** ms between the last mark before these and the last of these; jumps count as nothing. 27 MHz. */
  advance(pcrs: readonly number[]): number {
    let total = 0;
    for (const pcr of pcrs) {
      const ms = this.last === undefined ? 0 : (clockDifference(pcr, this.last, PCR_WRAP) * 1000) / PCR_RATE;
      if (ms > 0 && ms <= MAX_STEP_MS) total += ms;
      this.last = pcr;
    }
    return total;
  }

  reset(): void {
    this.last = undefined;
  }
}
