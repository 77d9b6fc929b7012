import { slowCrc } from '../../builders/ts-packets.js';

const PACKET = 188;
const PTS_WRAP = 2 ** 33;

/** Calls `visit` with the offset of each whole packet. */
export function forEachPacket(data: Buffer, visit: (at: number) => void): void {
  for (let at = 0; at + PACKET <= data.length; at += PACKET) visit(at);
}

export function pidAt(data: Buffer, at: number): number {
  return data.readUInt16BE(at + 1) & 0x1fff;
}

export function setPid(data: Buffer, at: number, pid: number): void {
  data.writeUInt16BE((data.readUInt16BE(at + 1) & 0xe000) | pid, at + 1);
}

export function startsUnit(data: Buffer, at: number): boolean {
  return (byte(data, at + 1) & 0x40) !== 0;
}

/** Offset of the payload, or undefined if the packet has none. */
export function payloadAt(data: Buffer, at: number): number | undefined {
  const control = (byte(data, at + 3) >> 4) & 3;
  if ((control & 1) === 0) return undefined;
  const start = control === 1 ? at + 4 : at + 5 + byte(data, at + 4);
  return start < at + PACKET ? start : undefined;
}

/** PCR in ticks of 90 kHz (fraction dropped), if the packet carries one. */
export function pcrOf(data: Buffer, at: number): number | undefined {
  if (!hasAdaptation(data, at) || (byte(data, at + 5) & 0x10) === 0) return undefined;
  return data.readUInt32BE(at + 6) * 2 + (byte(data, at + 10) >> 7);
}

export function hasAdaptation(data: Buffer, at: number): boolean {
  return (byte(data, at + 3) & 0x20) !== 0 && byte(data, at + 4) > 0;
}

export function flagDiscontinuity(data: Buffer, at: number): void {
  if (hasAdaptation(data, at)) data[at + 5] = byte(data, at + 5) | 0x80;
}

/** PTS (or DTS, if `decode` and there is one) of the PES packet that starts here, 90 kHz. */
export function ptsOf(data: Buffer, at: number, decode = false): number | undefined {
  const pes = pesAt(data, at);
  if (pes === undefined) return undefined;
  const flags = byte(data, pes + 7) >> 6;
  if (flags < 2) return undefined;
  return readStamp(data, pes + (decode && flags === 3 ? 14 : 9));
}

/** Moves PCR, PTS and DTS of every packet by `ticks` of 90 kHz, wrapping at 33 bits. In place. */
export function shiftClocks(data: Buffer, ticks: number): void {
  forEachPacket(data, (at) => {
    const pcr = pcrOf(data, at);
    if (pcr !== undefined) {
      const moved = wrap(pcr + ticks);
      data.writeUInt32BE(Math.floor(moved / 2), at + 6);
      data[at + 10] = (byte(data, at + 10) & 0x7f) | ((moved % 2) << 7);
    }
    const pes = pesAt(data, at);
    if (pes === undefined) return;
    const flags = byte(data, pes + 7) >> 6;
    if (flags >= 2) writeStamp(data, pes + 9, wrap(readStamp(data, pes + 9) + ticks));
    if (flags === 3) writeStamp(data, pes + 14, wrap(readStamp(data, pes + 14) + ticks));
  });
}

/** Gives every PMT section another version and moves the elementary pids. One-packet sections, in place. */
export function changePmt(
  data: Buffer,
  pmtPids: ReadonlySet<number>,
  versionStep: number,
  move: number,
): void {
  forEachPacket(data, (at) => {
    const pid = pidAt(data, at);
    if (pmtPids.has(pid) && startsUnit(data, at)) rewritePmt(data, at, versionStep, move);
    else if (move !== 0 && pid >= 0x20 && pid < 0x1fff && !pmtPids.has(pid)) setPid(data, at, pid + move);
  });
}

/** PMT pids named by the PAT packets of this buffer. */
export function pmtPidsIn(data: Buffer): number[] {
  const pids: number[] = [];
  forEachPacket(data, (at) => {
    const payload = payloadAt(data, at);
    if (pidAt(data, at) !== 0 || payload === undefined || !startsUnit(data, at)) return;
    const section = payload + 1 + byte(data, payload);
    const end = section + 3 + (data.readUInt16BE(section + 1) & 0xfff) - 4;
    for (let entry = section + 8; entry + 4 <= end; entry += 4) {
      if (data.readUInt16BE(entry) !== 0) pids.push(data.readUInt16BE(entry + 2) & 0x1fff);
    }
  });
  return pids;
}

/** Pid of the PCR and of the first video stream by the PMT packet at this place. */
export function readPmt(
  data: Buffer,
  at: number,
): { pcrPid: number; videoPid: number | undefined } | undefined {
  const payload = payloadAt(data, at);
  if (payload === undefined || !startsUnit(data, at)) return undefined;
  const section = payload + 1 + byte(data, payload);
  const end = section + 3 + (data.readUInt16BE(section + 1) & 0xfff) - 4;
  const video = new Set([0x01, 0x02, 0x10, 0x1b, 0x24]);
  let videoPid: number | undefined;
  for (const entry of pmtEntries(data, section, end)) {
    if (video.has(byte(data, entry))) videoPid ??= data.readUInt16BE(entry + 1) & 0x1fff;
  }
  return { pcrPid: data.readUInt16BE(section + 8) & 0x1fff, videoPid };
}

function rewritePmt(data: Buffer, at: number, versionStep: number, move: number): void {
  const payload = payloadAt(data, at);
  if (payload === undefined) return;
  const section = payload + 1 + byte(data, payload);
  const end = section + 3 + (data.readUInt16BE(section + 1) & 0xfff) - 4;
  const version = ((byte(data, section + 5) >> 1) + versionStep) & 31;
  data[section + 5] = (byte(data, section + 5) & 0xc1) | (version << 1);
  movePid(data, section + 8, move);
  for (const entry of pmtEntries(data, section, end)) movePid(data, entry + 1, move);
  data.writeUInt32BE(slowCrc(data.subarray(section, end)) >>> 0, end);
}

function pmtEntries(data: Buffer, section: number, end: number): number[] {
  const entries: number[] = [];
  let entry = section + 12 + (data.readUInt16BE(section + 10) & 0xfff);
  while (entry + 5 <= end) {
    entries.push(entry);
    entry += 5 + (data.readUInt16BE(entry + 3) & 0xfff);
  }
  return entries;
}

function movePid(data: Buffer, at: number, move: number): void {
  const field = data.readUInt16BE(at);
  const pid = field & 0x1fff;
  if (pid < 0x1fff) data.writeUInt16BE((field & 0xe000) | ((pid + move) & 0x1fff), at);
}

function pesAt(data: Buffer, at: number): number | undefined {
  const payload = payloadAt(data, at);
  if (payload === undefined || !startsUnit(data, at) || payload + 19 > at + PACKET) return undefined;
  return data.readUIntBE(payload, 3) === 1 && byte(data, payload + 6) >> 6 === 2 ? payload : undefined;
}

function readStamp(data: Buffer, at: number): number {
  return (
    ((byte(data, at) >> 1) & 7) * 2 ** 30 +
    (byte(data, at + 1) << 22) +
    ((byte(data, at + 2) >> 1) << 15) +
    (byte(data, at + 3) << 7) +
    (byte(data, at + 4) >> 1)
  );
}

function writeStamp(data: Buffer, at: number, ticks: number): void {
  data[at] = (byte(data, at) & 0xf1) | (Math.floor(ticks / 2 ** 30) << 1);
  const low = ticks % 2 ** 30;
  data[at + 1] = low >> 22;
  data[at + 2] = (((low >> 15) & 0x7f) << 1) | 1;
  data[at + 3] = low >> 7;
  data[at + 4] = ((low & 0x7f) << 1) | 1;
}

function wrap(ticks: number): number {
  return ((ticks % PTS_WRAP) + PTS_WRAP) % PTS_WRAP;
}

function byte(data: Buffer, at: number): number {
  return data[at] ?? 0;
}
