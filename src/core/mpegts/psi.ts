import { codecOf, descriptorsIn, languageOf } from './codecs.js';
import type { Codec, StreamKind } from './codecs.js';
import { crc32 } from './crc32.js';
import {
  byteAt,
  counterAt,
  hasPayloadAt,
  PACKET_SIZE,
  PAT_PID,
  payloadStartAt,
  payloadUnitStartAt,
  SYNC_BYTE,
} from './packet.js';

export interface Pat {
  transportStreamId: number;
  /** 0..31, rises when the contents change. */
  version: number;
  programs: PatProgram[];
}

export interface PatProgram {
  programNumber: number;
  pmtPid: number;
}

export interface ElementaryStream {
  pid: number;
  streamType: number;
  kind: StreamKind;
  codec: Codec;
  language?: string;
  /** As they stand in the table. */
  descriptors: Buffer;
}

export interface Pmt {
  programNumber: number;
  version: number;
  pcrPid: number;
  programDescriptors: Buffer;
  streams: ElementaryStream[];
}

const PAT_TABLE = 0x00;
const PMT_TABLE = 0x02;
const HEADER = 8;
const CRC = 4;
/** What `section_length` may say in a PAT or PMT, plus the three bytes before it counts. */
const MAX_SECTION = 1024;
const EMPTY = Buffer.alloc(0);

/** Puts the sections of one pid together from its packets. Holds at most one section and one packet. */
export class SectionAssembler {
  private pending = EMPTY;
  private collecting = false;
  private lastCounter = -1;

  /** `bytes[at, at + 188)` is a packet of this pid. The sections given out are copies; their CRC is not checked here. */
  push(bytes: Uint8Array, at: number, onSection: (section: Buffer) => void): void {
    if (!hasPayloadAt(bytes, at)) return;
    const counter = counterAt(bytes, at);
    const repeated = counter === this.lastCounter;
    this.lastCounter = counter;
    if (repeated) return;
    const end = at + PACKET_SIZE;
    const start = payloadStartAt(bytes, at);
    if (!payloadUnitStartAt(bytes, at)) {
      this.append(bytes.subarray(start, end), onSection);
      return;
    }
    if (start >= end) return;
    const first = start + 1 + byteAt(bytes, start);
    this.append(bytes.subarray(start + 1, Math.min(first, end)), onSection);
    this.pending = EMPTY;
    this.collecting = first < end;
    this.append(bytes.subarray(Math.min(first, end), end), onSection);
  }

  reset(): void {
    this.pending = EMPTY;
    this.collecting = false;
    this.lastCounter = -1;
  }

  private append(payload: Uint8Array, onSection: (section: Buffer) => void): void {
    if (!this.collecting) return;
    this.pending = Buffer.concat([this.pending, payload]);
    while (this.pending.length >= 3) {
      const size = 3 + (this.pending.readUInt16BE(1) & 0x0fff);
      if (byteAt(this.pending, 0) === 0xff || size > MAX_SECTION) {
        this.collecting = false;
        this.pending = EMPTY;
        return;
      }
      if (this.pending.length < size) return;
      onSection(this.pending.subarray(0, size));
      this.pending = this.pending.subarray(size);
    }
  }
}

/** Undefined unless it is a PAT that is valid now and intact. The network information pid is left out. */
export function parsePat(section: Buffer): Pat | undefined {
  if (!isIntact(section, PAT_TABLE)) return undefined;
  const programs: PatProgram[] = [];
  for (let at = HEADER; at + 4 <= section.length - CRC; at += 4) {
    const programNumber = section.readUInt16BE(at);
    if (programNumber !== 0) programs.push({ programNumber, pmtPid: section.readUInt16BE(at + 2) & 0x1fff });
  }
  return { transportStreamId: section.readUInt16BE(3), version: versionOf(section), programs };
}

/** Undefined unless it is a PMT that is valid now, intact and whose lengths agree with each other. */
export function parsePmt(section: Buffer): Pmt | undefined {
  if (!isIntact(section, PMT_TABLE) || section.length < HEADER + 4 + CRC) return undefined;
  const end = section.length - CRC;
  const streamsAt = HEADER + 4 + (section.readUInt16BE(HEADER + 2) & 0x0fff);
  if (streamsAt > end) return undefined;
  const streams: ElementaryStream[] = [];
  for (let at = streamsAt; at < end;) {
    if (at + 5 > end) return undefined;
    const next = at + 5 + (section.readUInt16BE(at + 3) & 0x0fff);
    if (next > end) return undefined;
    streams.push(elementaryStream(section, at, next));
    at = next;
  }
  return {
    programNumber: section.readUInt16BE(3),
    version: versionOf(section),
    pcrPid: section.readUInt16BE(HEADER) & 0x1fff,
    programDescriptors: section.subarray(HEADER + 4, streamsAt),
    streams,
  };
}

function elementaryStream(section: Buffer, at: number, end: number): ElementaryStream {
  const streamType = byteAt(section, at);
  const descriptors = section.subarray(at + 5, end);
  const list = descriptorsIn(descriptors);
  const language = languageOf(list);
  return {
    pid: section.readUInt16BE(at + 1) & 0x1fff,
    streamType,
    ...codecOf(streamType, list),
    ...(language === undefined ? {} : { language }),
    descriptors,
  };
}

/** Long form, valid now (not "next"), one of its size, CRC right. */
function isIntact(section: Buffer, tableId: number): boolean {
  if (section.length < HEADER + CRC || byteAt(section, 0) !== tableId) return false;
  if ((section.readUInt16BE(1) & 0x8fff) !== 0x8000 + section.length - 3) return false;
  return (byteAt(section, 5) & 1) === 1 && crc32(section) === 0;
}

function versionOf(section: Buffer): number {
  return (byteAt(section, 5) >> 1) & 0x1f;
}

/** PAT packets whose first has the continuity counter `counter`. Throws RangeError when the table is too big. */
export function buildPat(pat: Pat, counter: number): Buffer {
  const body = Buffer.alloc(pat.programs.length * 4);
  pat.programs.forEach(({ programNumber, pmtPid }, i) => {
    body.writeUInt16BE(programNumber, i * 4);
    body.writeUInt16BE(0xe000 | pmtPid, i * 4 + 2);
  });
  return packetiseSection(
    PAT_PID,
    counter,
    buildSection(PAT_TABLE, pat.transportStreamId, pat.version, body),
  );
}

/** PMT packets on `pid`; codecs and languages stand in the descriptors, so only those are written. Throws RangeError. */
export function buildPmt(pmt: Pmt, pid: number, counter: number): Buffer {
  const parts: Buffer[] = [];
  const head = Buffer.alloc(4);
  head.writeUInt16BE(0xe000 | pmt.pcrPid, 0);
  head.writeUInt16BE(0xf000 | pmt.programDescriptors.length, 2);
  parts.push(head, pmt.programDescriptors);
  for (const stream of pmt.streams) {
    const entry = Buffer.alloc(5);
    entry[0] = stream.streamType;
    entry.writeUInt16BE(0xe000 | stream.pid, 1);
    entry.writeUInt16BE(0xf000 | stream.descriptors.length, 3);
    parts.push(entry, stream.descriptors);
  }
  return packetiseSection(
    pid,
    counter,
    buildSection(PMT_TABLE, pmt.programNumber, pmt.version, Buffer.concat(parts)),
  );
}

function buildSection(tableId: number, extension: number, version: number, body: Buffer): Buffer {
  const size = HEADER + body.length + CRC;
  if (size > MAX_SECTION) throw new RangeError(`a table section of ${size} bytes is over ${MAX_SECTION}`);
  const section = Buffer.alloc(size);
  section[0] = tableId;
  section.writeUInt16BE(0xb000 | (size - 3), 1);
  section.writeUInt16BE(extension, 3);
  section[5] = 0xc1 | (version << 1);
  body.copy(section, HEADER);
  section.writeUInt32BE(crc32(section, 0, size - CRC), size - CRC);
  return section;
}

/** A copy that claims the version `delta` further on (modulo 32), with the CRC made right. */
export function withVersion(section: Buffer, delta: number): Buffer {
  const copy = Buffer.from(section);
  const crcAt = section.length - CRC;
  copy[5] = (byteAt(section, 5) & 0xc1) | (((versionOf(section) + delta) & 0x1f) << 1);
  copy.writeUInt32BE(crc32(copy, 0, crcAt), crcAt);
  return copy;
}

/** Packets of one section; the first has the continuity counter `counter`. */
export function packetiseSection(pid: number, counter: number, section: Buffer): Buffer {
  const room = PACKET_SIZE - 4;
  const count = Math.ceil((section.length + 1) / room);
  const packets = Buffer.alloc(count * PACKET_SIZE, 0xff);
  for (let i = 0; i < count; i++) {
    const at = i * PACKET_SIZE;
    packets[at] = SYNC_BYTE;
    packets.writeUInt16BE((i === 0 ? 0x4000 : 0) | pid, at + 1);
    packets[at + 3] = 0x10 | ((counter + i) & 0x0f);
    if (i === 0) packets[at + 4] = 0;
    const from = i === 0 ? 0 : i * room - 1;
    section.copy(packets, i === 0 ? at + 5 : at + 4, from, (i + 1) * room - 1);
  }
  return packets;
}
