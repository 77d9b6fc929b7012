import { byteAt, discontinuityAt, NULL_PID, PID_COUNT } from './packet.js';

export type ContinuityVerdict = 'ok' | 'repeated' | 'broken';

const NONE = -1;

/**
 * Follows the continuity counter of every pid. By the standard a packet may come twice, null packets do not count,
 * packets without payload do not step, and a discontinuity indicator excuses any jump. A loss of exactly 16 packets of
 * one pid cannot be seen.
 */
export class ContinuityChecker {
  /** Breaks that nothing excuses. */
  errors = 0;
  /** Packets lost at these breaks, as far as the counters tell (modulo 16). */
  lostPackets = 0;
  repeatedPackets = 0;
  private readonly counters = new Int8Array(PID_COUNT).fill(NONE);
  private readonly repeats = new Uint8Array(PID_COUNT);
  private readonly pids: number[] = [];

  /** `pid` is the packet's; the caller has read it already. */
  check(bytes: Uint8Array, at: number, pid: number): ContinuityVerdict {
    const control = byteAt(bytes, at + 3);
    const counter = control & 0x0f;
    if ((control & 0x10) !== 0 && this.isNext(pid, counter)) return 'ok';
    return this.checkOddOne(bytes, at, pid, counter);
  }

  /** Takes a packet with payload if it is the next of its pid; else nothing has happened, and `check` has to judge it. */
  isNext(pid: number, counter: number): boolean {
    const last = this.counters[pid] as number;
    if (last === NONE || counter !== ((last + 1) & 0x0f)) return false;
    this.counters[pid] = counter;
    this.repeats[pid] = 0;
    return true;
  }

  /** Last counter of a pid, −1 where none was seen. */
  lastOf(pid: number): number {
    return this.counters[pid] as number;
  }

  /** Pids seen since the last reset, in order of appearance; without the null packets'. */
  get seenPids(): readonly number[] {
    return this.pids;
  }

  /** Another connection: whatever comes next is no error. The counts stay. */
  reset(): void {
    for (const pid of this.pids) this.counters[pid] = NONE;
    this.pids.length = 0;
  }

  /** Everything but the next packet with payload. */
  private checkOddOne(bytes: Uint8Array, at: number, pid: number, counter: number): ContinuityVerdict {
    if (pid === NULL_PID) return 'ok';
    const last = this.lastOf(pid);
    const hasPayload = (byteAt(bytes, at + 3) & 0x10) !== 0;
    this.counters[pid] = counter;
    if (last === NONE) this.pids.push(pid);
    if (last === NONE || discontinuityAt(bytes, at)) {
      this.repeats[pid] = 0;
      return 'ok';
    }
    if (counter === last && !hasPayload) return 'ok';
    if (counter === last && this.repeats[pid] === 0) {
      this.repeats[pid] = 1;
      this.repeatedPackets++;
      return 'repeated';
    }
    this.repeats[pid] = 0;
    this.errors++;
    this.lostPackets += (counter - last - (hasPayload ? 1 : 0)) & 0x0f;
    return 'broken';
  }
}
