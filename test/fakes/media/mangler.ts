import type { FaultBook, FaultPlace } from '../faults/fault-book.js';
import { changePmt, forEachPacket, pcrOf, pmtPidsIn, shiftClocks } from './ts-rewrite.js';

const PACKET = 188;
const CLOCK_WRAP = 2 ** 33;

/** Changes whole units the way a broken path does; keeps what must stay changed once it has changed. */
export class Mangler {
  private readonly pmtPids = new Set<number>();
  private clockShift = 0;
  private wrapIn: number | undefined;
  private versionStep = 0;
  private pidMove = 0;

  constructor(
    private readonly faults: FaultBook,
    private readonly place: FaultPlace,
    private readonly random: () => number,
  ) {}

  jump(seconds: number): void {
    this.clockShift += Math.round(seconds * 90_000);
  }

  wrapAfter(seconds: number): void {
    this.wrapIn = seconds;
  }

  changePmt(movePids: number): void {
    this.versionStep++;
    this.pidMove += movePids;
  }

  apply(data: Buffer): Buffer {
    for (const pid of pmtPidsIn(data)) this.pmtPids.add(pid);
    this.settleWrap(data);
    const missing = this.faults.peek('missingPackets', this.place);
    const counters = this.faults.peek('ccErrors', this.place);
    if (this.clockShift === 0 && this.versionStep === 0 && !missing && !counters) return data;
    const changed = Buffer.from(data);
    if (this.clockShift !== 0) shiftClocks(changed, this.clockShift);
    if (this.versionStep > 0) changePmt(changed, this.pmtPids, this.versionStep, this.pidMove);
    if (counters) this.breakCounters(changed, counters.rate);
    return missing ? this.lose(changed, missing.rate) : changed;
  }

  /** The shift that brings the next PCR so far before the overflow as was asked for. */
  private settleWrap(data: Buffer): void {
    const seconds = this.wrapIn;
    if (seconds === undefined) return;
    forEachPacket(data, (at) => {
      const pcr = pcrOf(data, at);
      if (pcr === undefined || this.wrapIn === undefined) return;
      this.clockShift = CLOCK_WRAP - Math.round(seconds * 90_000) - pcr;
      this.wrapIn = undefined;
    });
  }

  private breakCounters(data: Buffer, rate: number): void {
    forEachPacket(data, (at) => {
      if (this.random() >= rate) return;
      const value = data[at + 3] ?? 0;
      data[at + 3] = (value & 0xf0) | ((value + 5) & 0x0f);
    });
  }

  private lose(data: Buffer, rate: number): Buffer {
    const kept: Buffer[] = [];
    forEachPacket(data, (at) => {
      if (this.random() >= rate) kept.push(data.subarray(at, at + PACKET));
    });
    return Buffer.concat(kept);
  }
}
