import {
  forEachPacket,
  hasAdaptation,
  payloadAt,
  pcrOf,
  pidAt,
  pmtPidsIn,
  ptsOf,
  readPmt,
  startsUnit,
} from './ts-rewrite.js';

const NULL_PID = 0x1fff;

export interface TsReport {
  packets: number;
  /** Bytes before the first packet border and after lost ones. */
  strayBytes: number;
  continuityErrors: number;
  /** In the order of the stream, 90 kHz. */
  pcrs: number[];
  videoStamps: number[];
  pmtVersions: number[];
  videoPids: number[];
  /** Video pictures with the random access flag. */
  keyframes: number;
  discontinuities: number;
}

/** What a strict receiver finds in these bytes. Resynchronises at 0x47 with another one packet later. */
export function inspectTs(bytes: Buffer): TsReport {
  const { data, strayBytes } = aligned(bytes);
  const report: TsReport = {
    packets: data.length / 188,
    strayBytes,
    continuityErrors: 0,
    pcrs: [],
    videoStamps: [],
    pmtVersions: [],
    videoPids: [],
    keyframes: 0,
    discontinuities: 0,
  };
  const counters = new Map<number, number>();
  let pmtPids: number[] = [];
  forEachPacket(data, (at) => {
    const pid = pidAt(data, at);
    if (pid === NULL_PID) return;
    const flags = hasAdaptation(data, at) ? (data[at + 5] ?? 0) : 0;
    if (flags & 0x80) report.discontinuities++;
    if (!countIsRight(data, at, counters) && !(flags & 0x80)) report.continuityErrors++;
    const pcr = pcrOf(data, at);
    if (pcr !== undefined) report.pcrs.push(pcr);
    if (pid === 0) pmtPids = pmtPidsIn(data.subarray(at, at + 188));
    if (pmtPids.includes(pid)) notePmt(data, at, report);
    if (pid !== report.videoPids.at(-1) || !startsUnit(data, at)) return;
    const stamp = ptsOf(data, at);
    if (stamp !== undefined) report.videoStamps.push(stamp);
    if (flags & 0x40) report.keyframes++;
  });
  return report;
}

function notePmt(data: Buffer, at: number, report: TsReport): void {
  const payload = payloadAt(data, at);
  const pmt = readPmt(data, at);
  if (payload === undefined || !pmt) return;
  const version = ((data[payload + 6 + (data[payload] ?? 0)] ?? 0) >> 1) & 31;
  if (report.pmtVersions.at(-1) !== version) report.pmtVersions.push(version);
  const video = pmt.videoPid ?? pmt.pcrPid;
  if (report.videoPids.at(-1) !== video) report.videoPids.push(video);
}

function countIsRight(data: Buffer, at: number, counters: Map<number, number>): boolean {
  const pid = pidAt(data, at);
  const value = (data[at + 3] ?? 0) & 15;
  const last = counters.get(pid);
  counters.set(pid, value);
  if (last === undefined) return true;
  return value === (payloadAt(data, at) === undefined ? last : (last + 1) & 15);
}

function aligned(bytes: Buffer): { data: Buffer; strayBytes: number } {
  const parts: Buffer[] = [];
  let stray = 0;
  for (let at = 0; at + 188 <= bytes.length;) {
    const next = bytes[at + 188];
    if (bytes[at] === 0x47 && (next === undefined || next === 0x47)) {
      parts.push(bytes.subarray(at, at + 188));
      at += 188;
    } else {
      stray++;
      at++;
    }
  }
  return { data: Buffer.concat(parts), strayBytes: stray };
}
