import { readFileSync } from 'node:fs';
import type { MediaSource, MediaUnit } from './media-source.js';
import {
  flagDiscontinuity,
  forEachPacket,
  hasAdaptation,
  payloadAt,
  pcrOf,
  pidAt,
  pmtPidsIn,
  ptsOf,
  readPmt,
  shiftClocks,
  startsUnit,
} from './ts-rewrite.js';

const PACKET = 188;
const NULL_PID = 0x1fff;
const CLOCK_WRAP = 2 ** 33;

export interface TsFileOptions {
  /** The first clock packet after the seam carries the discontinuity indicator. The clocks go on evenly either way. */
  flagSeam?: boolean;
}

interface FileUnit {
  data: Buffer;
  seconds: number;
  keyframe: boolean;
}

/** A transport stream file played in a loop: clocks and continuity counters run on over the seam. */
export class TsFileSource implements MediaSource {
  suppressKeyframes = false;
  /** Length of one round. */
  readonly seconds: number;
  private readonly units: readonly FileUnit[];
  private readonly counters = new Map<number, number>();
  private at = 0;
  private round = 0;

  constructor(
    file: string | Buffer,
    private readonly options: TsFileOptions = {},
  ) {
    const { units, ticks } = readUnits(typeof file === 'string' ? readFileSync(file) : file);
    this.units = units;
    this.seconds = ticks / 90_000;
  }

  next(): MediaUnit {
    for (;;) {
      const unit = this.units[this.at] as FileUnit;
      const atSeam = this.at === 0 && this.round > 0;
      const shift = Math.round(this.round * this.seconds * 90_000);
      this.at = (this.at + 1) % this.units.length;
      if (this.at === 0) this.round++;
      if (this.suppressKeyframes && unit.keyframe) continue;
      return { ...unit, data: this.moved(unit.data, shift, atSeam) };
    }
  }

  private moved(original: Buffer, shift: number, atSeam: boolean): Buffer {
    const data = Buffer.from(original);
    shiftClocks(data, shift);
    let flagged = !(atSeam && (this.options.flagSeam ?? true));
    forEachPacket(data, (at) => {
      this.count(data, at);
      if (flagged || pcrOf(data, at) === undefined) return;
      flagDiscontinuity(data, at);
      flagged = true;
    });
    return data;
  }

  /** Continuity counters count packets with payload, per pid. */
  private count(data: Buffer, at: number): void {
    const pid = pidAt(data, at);
    if (pid === NULL_PID) return;
    const last = this.counters.get(pid) ?? 15;
    const value = ((data[at + 3] ?? 0) & 0x10) === 0 ? last : (last + 1) & 15;
    this.counters.set(pid, value);
    data[at + 3] = ((data[at + 3] ?? 0) & 0xf0) | value;
  }
}

/** Pictures between two PAT/PMT pairs at most: 0.2 s at 25 pictures a second; players want them twice a second. */
const TABLES_EVERY = 5;

/** Cuts a file into pictures; each keyframe, and some pictures between, get PAT and PMT in front. */
function readUnits(file: Buffer): { units: FileUnit[]; ticks: number } {
  const data = file.subarray(0, file.length - (file.length % PACKET));
  const { pmtPid, pmtAt, patAt, videoPid } = findTables(data);
  const tables = Buffer.concat([data.subarray(patAt, patAt + PACKET), data.subarray(pmtAt, pmtAt + PACKET)]);
  const pictures = findPictures(data, videoPid);
  const firstStamp = pictures[0]?.decodeAt ?? 0;
  const step = since(firstStamp, pictures[1]?.decodeAt ?? firstStamp);
  const ticks = since(firstStamp, pictures.at(-1)?.decodeAt ?? firstStamp) + step;
  const keep = keptPackets(data, videoPid, ticks);
  const units = pictures.map((picture, index) => {
    const next = pictures[index + 1];
    const from = index === 0 ? 0 : picture.at;
    const packets = gather(data, from, next?.at ?? data.length, (at) => {
      const pid = pidAt(data, at);
      return keep(at) && pid !== 0 && pid !== pmtPid && pid !== NULL_PID;
    });
    const seconds = (next ? since(picture.decodeAt, next.decodeAt) : step) / 90_000;
    const parts = picture.keyframe || index % TABLES_EVERY === 0 ? [tables, packets] : [packets];
    return { data: Buffer.concat(parts), seconds, keyframe: picture.keyframe };
  });
  return { units, ticks };
}

function findTables(data: Buffer): { patAt: number; pmtAt: number; pmtPid: number; videoPid: number } {
  let patAt: number | undefined;
  let pmtPid: number | undefined;
  for (let at = 0; at < data.length; at += PACKET) {
    if (data[at] !== 0x47) throw new Error(`no packet at byte ${at}`);
    if (pidAt(data, at) === 0 && patAt === undefined) {
      patAt = at;
      pmtPid = pmtPidsIn(data.subarray(at, at + PACKET))[0];
    }
    if (patAt === undefined || pmtPid === undefined || pidAt(data, at) !== pmtPid) continue;
    const pmt = readPmt(data, at);
    if (!pmt) continue;
    return { patAt, pmtAt: at, pmtPid, videoPid: pmt.videoPid ?? pmt.pcrPid };
  }
  throw new Error('the file holds no programme');
}

function findPictures(data: Buffer, pid: number): { at: number; decodeAt: number; keyframe: boolean }[] {
  const pictures: { at: number; decodeAt: number; keyframe: boolean }[] = [];
  forEachPacket(data, (at) => {
    if (pidAt(data, at) !== pid || !startsUnit(data, at)) return;
    const decodeAt = ptsOf(data, at, true);
    if (decodeAt === undefined) return;
    const keyframe = hasAdaptation(data, at) && ((data[at + 5] ?? 0) & 0x40) !== 0;
    pictures.push({ at, decodeAt, keyframe });
  });
  if (pictures.length < 2) throw new Error('the file holds fewer than two pictures');
  return pictures;
}

/** Sound that reaches beyond one round would meet the next round's: those PES packets are left out. */
function keptPackets(data: Buffer, videoPid: number, ticks: number): (at: number) => boolean {
  const first = new Map<number, number>();
  const dropping = new Set<number>();
  const dropped = new Set<number>();
  forEachPacket(data, (at) => {
    const pid = pidAt(data, at);
    if (pid === videoPid) return;
    const stamp = ptsOf(data, at);
    if (stamp !== undefined) {
      if (!first.has(pid)) first.set(pid, stamp);
      if (since(first.get(pid) ?? stamp, stamp) >= ticks) dropping.add(pid);
      else dropping.delete(pid);
    }
    if (dropping.has(pid) && payloadAt(data, at) !== undefined) dropped.add(at);
  });
  return (at) => !dropped.has(at);
}

function gather(data: Buffer, from: number, to: number, keep: (at: number) => boolean): Buffer {
  const parts: Buffer[] = [];
  for (let at = from; at < to; at += PACKET) if (keep(at)) parts.push(data.subarray(at, at + PACKET));
  return Buffer.concat(parts);
}

function since(from: number, to: number): number {
  return (to - from + CLOCK_WRAP) % CLOCK_WRAP;
}
