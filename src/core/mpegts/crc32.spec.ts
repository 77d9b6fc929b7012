import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { slowCrc } from '../../../test/builders/ts-packets.js';
import { crc32 } from './crc32.js';

describe('CRC-32/MPEG-2', () => {
  it('gives the published check value', () => {
    expect(crc32(Buffer.from('123456789'))).toBe(0x0376e6e7);
  });

  it('agrees with the bitwise definition, and is 0 over data with its CRC', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(20), (data, from) => {
        const start = Math.min(from, data.length);
        const crc = crc32(data, start);
        const trailer = Buffer.alloc(4);
        trailer.writeUInt32BE(crc);
        expect(crc).toBe(slowCrc(data.subarray(start)));
        expect(crc32(Buffer.concat([data.subarray(start), trailer]))).toBe(0);
      }),
    );
  });
});
