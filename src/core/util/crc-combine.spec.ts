import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { crc32 } from 'node:zlib';
import { crcJoin, crcShift } from './crc-combine.js';

it('joins as if the parts had been digested in one go', () => {
  const part = fc.uint8Array({ maxLength: 5000 });
  fc.assert(
    fc.property(part, part, (one, other) => {
      const whole = crc32(Buffer.concat([one, other]));
      expect(crcJoin(crc32(one), crc32(other), crcShift(other.length))).toBe(whole);
    }),
  );
});

it('joins a long part', () => {
  const one = Buffer.from('head');
  const other = Buffer.alloc(70_000_001, 'abc');
  expect(crcJoin(crc32(one), crc32(other), crcShift(other.length))).toBe(crc32(Buffer.concat([one, other])));
});
