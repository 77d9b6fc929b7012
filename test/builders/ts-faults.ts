import { TS_PACKET } from './ts-packets.js';

/** What a network, an engine or a bad recording does to a transport stream. */

/** Repeatable bytes that never hold a sync byte unless asked for. */
export function garbage(size: number, seed = 1, withSyncBytes = false): Buffer {
  const bytes = Buffer.alloc(size);
  let state = seed >>> 0 || 1;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const byte = state >>> 24;
    bytes[i] = byte === 0x47 && !withSyncBytes ? 0x48 : byte;
  }
  return bytes;
}

export function insertAt(ts: Buffer, offset: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([ts.subarray(0, offset), bytes, ts.subarray(offset)]);
}

/** The bytes from `offset` on a second time, as after a careless reconnect. */
export function duplicateBytes(ts: Buffer, offset: number, size: number): Buffer {
  return insertAt(ts, offset + size, ts.subarray(offset, offset + size));
}

export function dropBytes(ts: Buffer, offset: number, size: number): Buffer {
  return Buffer.concat([ts.subarray(0, offset), ts.subarray(offset + size)]);
}

export function dropPackets(ts: Buffer, first: number, count = 1): Buffer {
  return dropBytes(ts, first * TS_PACKET, count * TS_PACKET);
}

/** The standard allows one repetition of a packet. */
export function duplicatePacket(ts: Buffer, index: number): Buffer {
  return duplicateBytes(ts, index * TS_PACKET, TS_PACKET);
}

export function flipByte(ts: Buffer, offset: number): Buffer {
  const copy = Buffer.from(ts);
  copy[offset] = (copy[offset] ?? 0) ^ 0xff;
  return copy;
}

/** 192-byte packets: four bytes of time stamp before each, as cameras and Blu-ray write them. */
export function toM2ts(ts: Buffer): Buffer {
  return repack(ts, (packet, index) => {
    const stamp = Buffer.alloc(4);
    stamp.writeUInt32BE((index * 1504) & 0x3fffffff);
    return [stamp, packet];
  });
}

/** 204-byte packets: sixteen bytes of Reed-Solomon parity (here: noise) after each. */
export function to204(ts: Buffer): Buffer {
  return repack(ts, (packet, index) => [packet, garbage(16, index + 1)]);
}

function repack(ts: Buffer, each: (packet: Buffer, index: number) => Buffer[]): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at + TS_PACKET <= ts.length; at += TS_PACKET) {
    parts.push(...each(ts.subarray(at, at + TS_PACKET), at / TS_PACKET));
  }
  return Buffer.concat(parts);
}

/** Cuts at the given offsets, in any order; equal offsets give empty chunks. */
export function splitAt(bytes: Buffer, offsets: readonly number[]): Buffer[] {
  const cuts = [...offsets].sort((a, b) => a - b);
  return [...cuts, bytes.length].map((end, i) => bytes.subarray(cuts[i - 1] ?? 0, end));
}

/** Chunks of the given sizes, round and round. */
export function chop(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? bytes.length);
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}
