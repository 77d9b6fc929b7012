import { TS_PACKET } from './ts-packets.js';
import { frameFilling } from './ts-builder.js';

/** A plain, strict reader for tests, independent of the code under test. */

export interface PlainPacket {
  pid: number;
  payloadUnitStart: boolean;
  counter: number;
  hasPayload: boolean;
  discontinuity: boolean;
  randomAccess: boolean;
  /** 27 MHz. */
  pcr?: number;
  payload: Buffer;
}

/** Throws unless `ts` is whole packets, each with its sync byte. */
export function plainPackets(ts: Buffer): PlainPacket[] {
  if (ts.length % TS_PACKET !== 0) throw new Error(`${ts.length} bytes are not whole packets`);
  const packets: PlainPacket[] = [];
  for (let at = 0; at < ts.length; at += TS_PACKET) {
    packets.push(plainPacket(ts.subarray(at, at + TS_PACKET)));
  }
  return packets;
}

function plainPacket(bytes: Buffer): PlainPacket {
  if (bytes[0] !== 0x47) throw new Error('no sync byte');
  const control = bytes[3] ?? 0;
  const adaptation = control & 0x20 ? (bytes[4] ?? 0) + 1 : 0;
  const flags = adaptation > 1 ? (bytes[5] ?? 0) : 0;
  const packet: PlainPacket = {
    pid: bytes.readUInt16BE(1) & 0x1fff,
    payloadUnitStart: ((bytes[1] ?? 0) & 0x40) !== 0,
    counter: control & 15,
    hasPayload: (control & 0x10) !== 0,
    discontinuity: (flags & 0x80) !== 0,
    randomAccess: (flags & 0x40) !== 0,
    payload: control & 0x10 ? bytes.subarray(4 + adaptation) : Buffer.alloc(0),
  };
  if (flags & 0x10) {
    packet.pcr =
      (bytes.readUInt32BE(6) * 2 + ((bytes[10] ?? 0) >> 7)) * 300 + (bytes.readUInt16BE(10) & 0x1ff);
  }
  return packet;
}

/** Every break of a continuity counter that no discontinuity indicator excuses, in words. */
export function strictContinuity(ts: Buffer): string[] {
  const last = new Map<number, PlainPacket>();
  const errors: string[] = [];
  plainPackets(ts).forEach((packet, index) => {
    if (packet.pid === 0x1fff) return;
    const before = last.get(packet.pid);
    last.set(packet.pid, packet);
    if (!before || packet.discontinuity) return;
    const expected = packet.hasPayload ? (before.counter + 1) & 15 : before.counter;
    const repeated =
      packet.hasPayload && packet.counter === before.counter && packet.payload.equals(before.payload);
    if (packet.counter !== expected && !repeated) {
      errors.push(`packet ${index}: pid ${packet.pid} has ${packet.counter}, expected ${expected}`);
    }
  });
  return errors;
}

export interface ReadFrame {
  channelId: number;
  frame: number;
  /** Every byte of the filling is as the builder made it. */
  intact: boolean;
}

/** The builder's frames on one video pid; frames without filling (a bit rate too low for it) are not seen. */
export function readFrames(ts: Buffer, videoPid = 0x100): ReadFrame[] {
  const units: Buffer[][] = [];
  for (const packet of plainPackets(ts)) {
    if (packet.pid !== videoPid) continue;
    if (packet.payloadUnitStart) units.push([]);
    units.at(-1)?.push(packet.payload);
  }
  return units.map((unit) => readFrame(Buffer.concat(unit))).filter((frame) => frame !== undefined);
}

function readFrame(unit: Buffer): ReadFrame | undefined {
  const at = unit.indexOf('RTOP');
  if (at < 0 || at + 16 > unit.length) return undefined;
  const number = (from: number, to: number): number =>
    [...unit.subarray(at + from, at + to)].reduce((sum, byte) => sum * 128 + (byte & 127), 0);
  const channelId = number(4, 6);
  const frame = number(6, 11);
  // User data of MPEG-2 ends where the first slice starts; the others close with a stop bit.
  const slice = unit.indexOf(Buffer.from([0, 0, 1, 1]), at);
  const end = slice < 0 ? unit.length - 1 : slice;
  const expected = frameFilling(channelId, frame, end - at);
  return { channelId, frame, intact: unit.subarray(at, end).equals(expected) };
}
