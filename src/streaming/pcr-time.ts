import { clockDifference, PCR_RATE, PCR_WRAP } from '../core/mpegts/timestamps.js';

/** A clock that moves by more than this between two of its marks has jumped. */
const MAX_STEP_MS = 2_000;

/** A stretch that is longer is a film shown again, not a broadcast that hangs. */
const MAX_STRETCH_MS = 600_000;
/** Rounds over the same stretch agree this well. */
const SAME_STRETCH_MS = 1_000;

/** Playing time that passes in a stream, by its own clock. */
export class PcrTime {
  /** How often in a row the clock has fallen back over the same stretch. */
  rounds = 0;
  private last: number | undefined;
  private fall: { to: number; ms: number } | undefined;

  /** ms between the last mark before these and the last of these; jumps count as nothing. 27 MHz. */
  advance(pcrs: readonly number[]): number {
    let total = 0;
    for (const pcr of pcrs) {
      const ms = this.last === undefined ? 0 : (clockDifference(pcr, this.last, PCR_WRAP) * 1000) / PCR_RATE;
      if (ms > 0 && ms <= MAX_STEP_MS) total += ms;
      if (ms < -MAX_STEP_MS) this.fellTo(pcr, -ms);
      this.last = pcr;
    }
    return total;
  }

  reset(): void {
    this.last = undefined;
    this.fall = undefined;
    this.rounds = 0;
  }

  private fellTo(to: number, ms: number): void {
    const { fall } = this;
    const isSame =
      fall !== undefined &&
      ms <= MAX_STRETCH_MS &&
      Math.abs(fall.ms - ms) < SAME_STRETCH_MS &&
      Math.abs((clockDifference(to, fall.to, PCR_WRAP) * 1000) / PCR_RATE) < SAME_STRETCH_MS;
    this.rounds = isSame ? this.rounds + 1 : 1;
    this.fall = { to, ms };
  }
}
