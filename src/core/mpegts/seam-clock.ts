import { hasPcrAt, PACKET_SIZE, payloadStartAt, payloadUnitStartAt, scrambledAt } from './packet.js';
import type { JoinPoint, StreamAnalyser } from './stream-analyser.js';
import {
  clockDifference,
  dtsOffset,
  PCR_WRAP,
  PTS_RATE,
  PTS_WRAP,
  ptsOffset,
  readPcrAt,
  readTimestampAt,
  wrapClock,
  writePcrAt,
  writeTimestampAt,
} from './timestamps.js';

/** Streams of one programme lie closer together than this; what is further away runs by another clock. */
const SAME_CLOCK = 10 * PTS_RATE;

/**
 * What to add to a new source's clocks (90 kHz), so that its first picture follows one frame after the newest picture
 * and sound that went out, and its PCR does not step back. 0 where one of them has no clock.
 */
export function clockShift(output: StreamAnalyser, join: JoinPoint, firstPcr: number | undefined): number {
  const latest = latestTime(output);
  if (latest === undefined || join.time === undefined) return 0;
  const byTime = wrapClock(latest + output.frameTicks - join.time, PTS_WRAP);
  if (firstPcr === undefined || output.lastPcr === undefined) return byTime;
  const pcrStep = Math.ceil(clockDifference(output.lastPcr, firstPcr, PCR_WRAP) / 300);
  const byPcr = wrapClock(pcrStep + output.frameTicks, PTS_WRAP);
  const ahead = clockDifference(byPcr, byTime, PTS_WRAP);
  return ahead > 0 && ahead < SAME_CLOCK ? byPcr : byTime;
}

function latestTime(output: StreamAnalyser): number | undefined {
  const lead = output.leadTime;
  if (lead === undefined) return undefined;
  let ahead = 0;
  for (const time of output.lastTimes.values()) {
    const by = clockDifference(time, lead, PTS_WRAP);
    if (by > ahead && by < SAME_CLOCK) ahead = by;
  }
  return lead + ahead;
}

/** Shifts PCR, PTS and DTS of one packet by `shift` (90 kHz), in place. */
export function shiftClocksAt(bytes: Buffer, at: number, shift: number): void {
  if (hasPcrAt(bytes, at)) {
    writePcrAt(bytes, at, wrapClock(readPcrAt(bytes, at) + shift * 300, PCR_WRAP));
  }
  if (!payloadUnitStartAt(bytes, at) || scrambledAt(bytes, at)) return;
  const start = payloadStartAt(bytes, at);
  const end = at + PACKET_SIZE;
  for (const stampAt of [ptsOffset(bytes, start, end), dtsOffset(bytes, start, end)]) {
    if (stampAt < 0) continue;
    writeTimestampAt(bytes, stampAt, wrapClock(readTimestampAt(bytes, stampAt) + shift, PTS_WRAP));
  }
}
