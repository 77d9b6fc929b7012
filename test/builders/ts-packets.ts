/** The layer of packets and tables: independent of the code under test, so that each checks the other. */

export const TS_PACKET = 188;
export const PTS_WRAP = 2 ** 33;
const NULL_PID = 0x1fff;

export interface PacketFields {
  pid: number;
  counter: number;
  payload?: Uint8Array;
  payloadUnitStart?: boolean;
  randomAccess?: boolean;
  discontinuity?: boolean;
  /** 27 MHz. */
  pcr?: number;
  scrambling?: 0 | 1 | 2 | 3;
  transportError?: boolean;
}

/** One packet; the rest of a short payload becomes adaptation field stuffing. Throws when the payload is too long. */
export function tsPacket(fields: PacketFields): Buffer {
  const payload = fields.payload ?? new Uint8Array(0);
  const adaptation = adaptationField(fields, 184 - payload.length);
  if (payload.length + adaptation.length !== 184) throw new Error('the payload does not fit one packet');
  const header = Buffer.alloc(4);
  header[0] = 0x47;
  header.writeUInt16BE(
    (fields.transportError ? 0x8000 : 0) | (fields.payloadUnitStart ? 0x4000 : 0) | fields.pid,
    1,
  );
  header[3] =
    ((fields.scrambling ?? 0) << 6) |
    (adaptation.length > 0 ? 0x20 : 0) |
    (payload.length > 0 ? 0x10 : 0) |
    (fields.counter & 15);
  return Buffer.concat([header, adaptation, payload]);
}

function adaptationField(fields: PacketFields, room: number): Buffer {
  const flags = (fields.discontinuity ? 0x80 : 0) | (fields.randomAccess ? 0x40 : 0);
  const needed = fields.pcr !== undefined ? 8 : flags !== 0 ? 2 : 0;
  const length = Math.max(needed, room);
  const field = Buffer.alloc(length, 0xff);
  if (length > 0) field[0] = length - 1;
  if (length > 1) field[1] = flags | (fields.pcr !== undefined ? 0x10 : 0);
  if (fields.pcr !== undefined) writePcr(field, 2, fields.pcr);
  return field;
}

export function writePcr(buffer: Buffer, offset: number, pcr: number): void {
  const base = Math.floor(pcr / 300) % PTS_WRAP;
  const extension = Math.floor(pcr) % 300;
  buffer.writeUInt32BE(Math.floor(base / 2), offset);
  buffer.writeUInt16BE((base % 2) * 0x8000 + 0x7e00 + extension, offset + 4);
}

/** How many payload bytes fit a packet that carries these fields. */
export function payloadRoom(fields: Pick<PacketFields, 'pcr' | 'randomAccess' | 'discontinuity'>): number {
  if (fields.pcr !== undefined) return 176;
  return fields.randomAccess || fields.discontinuity ? 182 : 184;
}

export function nullPacket(): Buffer {
  return tsPacket({ pid: NULL_PID, counter: 0, payload: Buffer.alloc(184, 0xff) });
}

/** Hands out continuity counters, one row per pid. */
export class Counters {
  private readonly next = new Map<number, number>();

  take(pid: number): number {
    const counter = this.next.get(pid) ?? 0;
    this.next.set(pid, (counter + 1) & 15);
    return counter;
  }
}

/** CRC-32/MPEG-2, bit by bit: slow and plainly right. */
export function slowCrc(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte << 24;
    for (let i = 0; i < 8; i++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc >>> 0;
}

/** A long-form PSI section with its CRC. */
export function section(tableId: number, extension: number, version: number, body: Uint8Array): Buffer {
  const length = 5 + body.length + 4;
  const head = Buffer.from([tableId, 0xb0 | (length >> 8), length & 0xff, 0, 0, 0xc1 | (version << 1), 0, 0]);
  head.writeUInt16BE(extension, 3);
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(slowCrc(Buffer.concat([head, body])));
  return Buffer.concat([head, body, crc]);
}

export interface PatEntry {
  programNumber: number;
  pmtPid: number;
}

export function patSection(programs: readonly PatEntry[], version = 0, transportStreamId = 1): Buffer {
  const body = Buffer.concat(
    programs.map(({ programNumber, pmtPid }) =>
      Buffer.from([programNumber >> 8, programNumber & 0xff, 0xe0 | (pmtPid >> 8), pmtPid & 0xff]),
    ),
  );
  return section(0x00, transportStreamId, version, body);
}

export interface PmtEntry {
  streamType: number;
  pid: number;
  /** Descriptors as bytes: tag, length, data, tag ... */
  descriptors?: Uint8Array;
}

export interface PmtFields {
  programNumber: number;
  pcrPid: number;
  version?: number;
  programDescriptors?: Uint8Array;
  streams: readonly PmtEntry[];
}

export function pmtSection(fields: PmtFields): Buffer {
  const info = fields.programDescriptors ?? new Uint8Array(0);
  const head = [
    0xe0 | (fields.pcrPid >> 8),
    fields.pcrPid & 0xff,
    0xf0 | (info.length >> 8),
    info.length & 0xff,
  ];
  const body: Uint8Array[] = [Buffer.from(head), info];
  for (const { streamType, pid, descriptors = new Uint8Array(0) } of fields.streams) {
    const size = descriptors.length;
    body.push(Buffer.from([streamType, 0xe0 | (pid >> 8), pid & 0xff, 0xf0 | (size >> 8), size & 0xff]));
    body.push(descriptors);
  }
  return section(0x02, fields.programNumber, fields.version ?? 0, Buffer.concat(body));
}

/** One section in as many packets as it needs, padded with 0xff. */
export function sectionPackets(pid: number, bytes: Uint8Array, counters: Counters): Buffer {
  const data = Buffer.concat([Buffer.from([0]), bytes]);
  const packets: Buffer[] = [];
  for (let at = 0; at < data.length; at += 184) {
    const payload = Buffer.alloc(184, 0xff);
    data.copy(payload, 0, at, at + 184);
    packets.push(tsPacket({ pid, counter: counters.take(pid), payload, payloadUnitStart: at === 0 }));
  }
  return Buffer.concat(packets);
}

/** PES header with a PTS (90 kHz), and a DTS when one is given. Length 0 = unbounded, as video has it. */
export function pesHeader(streamId: number, times: { pts?: number; dts?: number }, dataLength = 0): Buffer {
  const { pts, dts } = times;
  const stamps: Buffer[] = [];
  if (pts !== undefined) stamps.push(timestamp(dts === undefined ? 2 : 3, pts));
  if (dts !== undefined) stamps.push(timestamp(1, dts));
  const size = stamps.length * 5;
  const length = dataLength === 0 ? 0 : dataLength + 3 + size;
  const flags = pts === undefined ? 0 : dts === undefined ? 0x80 : 0xc0;
  const head = Buffer.from([0, 0, 1, streamId, length >> 8, length & 0xff, 0x84, flags, size]);
  return Buffer.concat([head, ...stamps]);
}

function timestamp(prefix: number, value: number): Buffer {
  const time = ((value % PTS_WRAP) + PTS_WRAP) % PTS_WRAP;
  const high = Math.floor(time / 2 ** 30);
  const middle = Math.floor(time / 2 ** 15) % 2 ** 15;
  const low = time % 2 ** 15;
  return Buffer.from([
    (prefix << 4) | (high << 1) | 1,
    middle >> 7,
    ((middle & 0x7f) << 1) | 1,
    low >> 7,
    ((low & 0x7f) << 1) | 1,
  ]);
}
