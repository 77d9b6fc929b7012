import { byteAt } from './packet.js';

const POLYNOMIAL = 0x04c11db7;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
  return crc;
});

/**
 * CRC-32/MPEG-2 of `bytes[from, to)`, as an unsigned number. Over a section with its CRC the result is 0 when it is
 * intact.
 */
export function crc32(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let crc = -1;
  for (let i = from; i < to; i++) {
    crc = (crc << 8) ^ (TABLE[(crc >>> 24) ^ byteAt(bytes, i)] as number);
  }
  return crc >>> 0;
}
