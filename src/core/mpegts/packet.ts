/**
 * Fields of a 188-byte transport packet, read where it stands in a larger buffer: `at` is the offset of its sync
 * byte, and `at + 188` must lie within the buffer. No object is made per packet.
 */
export const PACKET_SIZE = 188;
export const SYNC_BYTE = 0x47;
export const PAT_PID = 0x0000;
export const NULL_PID = 0x1fff;
export const PID_COUNT = 0x2000;

const DISCONTINUITY = 0x80;
const RANDOM_ACCESS = 0x40;
const HAS_PCR = 0x10;
/** Length byte, flags and the six bytes of the PCR: what an adaptation field with a PCR holds at least. */
const PCR_FIELD_LENGTH = 7;

/** A byte that the caller knows to lie within the buffer. */
export function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}

export function pidAt(bytes: Uint8Array, at: number): number {
  return ((byteAt(bytes, at + 1) & 0x1f) << 8) | byteAt(bytes, at + 2);
}

export function setPidAt(bytes: Uint8Array, at: number, pid: number): void {
  bytes[at + 1] = (byteAt(bytes, at + 1) & 0xe0) | (pid >> 8);
  bytes[at + 2] = pid & 0xff;
}

/** A demodulator saw bits it could not repair: nothing in the packet can be trusted. */
export function transportErrorAt(bytes: Uint8Array, at: number): boolean {
  return (byteAt(bytes, at + 1) & 0x80) !== 0;
}

/** A PES packet or (after its pointer) a section starts in this packet. */
export function payloadUnitStartAt(bytes: Uint8Array, at: number): boolean {
  return (byteAt(bytes, at + 1) & 0x40) !== 0;
}

export function scrambledAt(bytes: Uint8Array, at: number): boolean {
  return (byteAt(bytes, at + 3) & 0xc0) !== 0;
}

export function hasAdaptationAt(bytes: Uint8Array, at: number): boolean {
  return (byteAt(bytes, at + 3) & 0x20) !== 0;
}

export function hasPayloadAt(bytes: Uint8Array, at: number): boolean {
  return (byteAt(bytes, at + 3) & 0x10) !== 0;
}

/** 0..15 */
export function counterAt(bytes: Uint8Array, at: number): number {
  return byteAt(bytes, at + 3) & 0x0f;
}

/** Flags of the adaptation field; 0 where there is none. */
export function adaptationFlagsAt(bytes: Uint8Array, at: number): number {
  if (!hasAdaptationAt(bytes, at) || byteAt(bytes, at + 4) === 0) return 0;
  return byteAt(bytes, at + 5);
}

export function discontinuityAt(bytes: Uint8Array, at: number): boolean {
  return (adaptationFlagsAt(bytes, at) & DISCONTINUITY) !== 0;
}

/** Only a hint: engines set it on every frame. */
export function randomAccessAt(bytes: Uint8Array, at: number): boolean {
  return (adaptationFlagsAt(bytes, at) & RANDOM_ACCESS) !== 0;
}

export function hasPcrAt(bytes: Uint8Array, at: number): boolean {
  return (adaptationFlagsAt(bytes, at) & HAS_PCR) !== 0 && byteAt(bytes, at + 4) >= PCR_FIELD_LENGTH;
}

/** Where the payload starts; `at + 188` where there is none or the adaptation field claims more than the packet. */
export function payloadStartAt(bytes: Uint8Array, at: number): number {
  const end = at + PACKET_SIZE;
  if (!hasPayloadAt(bytes, at)) return end;
  if (!hasAdaptationAt(bytes, at)) return at + 4;
  return Math.min(end, at + 5 + byteAt(bytes, at + 4));
}

export function setCounterAt(bytes: Uint8Array, at: number, counter: number): void {
  bytes[at + 3] = (byteAt(bytes, at + 3) & 0xf0) | (counter & 0x0f);
}

/**
 * A packet without payload that announces a break on its pid: the next packet with payload has `counter + 1`.
 * Decoders then expect new counters and, on the PCR's pid, a new clock.
 */
export function discontinuityPacket(pid: number, counter: number): Buffer {
  const packet = Buffer.alloc(PACKET_SIZE, 0xff);
  packet[0] = SYNC_BYTE;
  packet.writeUInt16BE(pid, 1);
  packet[3] = 0x20 | (counter & 0x0f);
  packet[4] = PACKET_SIZE - 5;
  packet[5] = DISCONTINUITY;
  return packet;
}

/** Keeps a connection alive while a source is silent; players skip it. */
export function nullPacket(): Buffer {
  const packet = Buffer.alloc(PACKET_SIZE, 0xff);
  packet[0] = SYNC_BYTE;
  packet.writeUInt16BE(NULL_PID, 1);
  packet[3] = 0x10;
  return packet;
}
