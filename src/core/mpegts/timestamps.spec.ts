import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pesHeader, tsPacket, writePcr } from '../../../test/builders/ts-packets.js';
import {
  clockDifference,
  ClockUnwrapper,
  dtsOffset,
  isPesWithHeader,
  PCR_WRAP,
  PcrRate,
  pesDataOffset,
  PTS_WRAP,
  ptsOffset,
  readPcrAt,
  readTimestampAt,
  wrapClock,
  writePcrAt,
  writeTimestampAt,
} from './timestamps.js';

const pts = fc.integer({ min: 0, max: PTS_WRAP - 1 });
const pcr = fc.integer({ min: 0, max: PCR_WRAP - 1 });

describe('clock arithmetic', () => {
  it('goes the shorter way round', () => {
    expect(clockDifference(5, PTS_WRAP - 5, PTS_WRAP)).toBe(10);
    expect(clockDifference(PTS_WRAP - 5, 5, PTS_WRAP)).toBe(-10);
    expect(clockDifference(PTS_WRAP / 2, 0, PTS_WRAP)).toBe(-PTS_WRAP / 2);
    expect(clockDifference(7, 7, PTS_WRAP)).toBe(0);
  });

  it('undoes a step of less than half a wrap, either way', () => {
    const step = fc.integer({ min: -PTS_WRAP / 2, max: PTS_WRAP / 2 - 1 });
    fc.assert(
      fc.property(pts, step, (start, by) => {
        expect(clockDifference(wrapClock(start + by, PTS_WRAP), start, PTS_WRAP)).toBe(by);
      }),
    );
  });

  it('unwraps a clock over any number of wraps', () => {
    const steps = fc.array(fc.integer({ min: -1000, max: PTS_WRAP / 2 - 1 }), { maxLength: 20 });
    fc.assert(
      fc.property(pts, steps, (start, by) => {
        const unwrapper = new ClockUnwrapper(PTS_WRAP);
        let line = start;
        expect(unwrapper.push(start)).toBe(start);
        for (const step of by) {
          line += step;
          expect(unwrapper.push(wrapClock(line, PTS_WRAP))).toBe(line);
        }
      }),
    );
  });

  it('starts anew after a reset', () => {
    const unwrapper = new ClockUnwrapper(PTS_WRAP);
    unwrapper.push(PTS_WRAP - 1);
    expect(unwrapper.push(4)).toBe(PTS_WRAP + 4);
    unwrapper.reset();
    expect(unwrapper.push(4)).toBe(4);
  });
});

describe('PCR', () => {
  it('reads what the builder wrote and writes what the builder would', () => {
    fc.assert(
      fc.property(pcr, pcr, (first, second) => {
        const packet = tsPacket({ pid: 1, counter: 0, pcr: first });
        expect(readPcrAt(packet, 0)).toBe(first);
        const expected = Buffer.from(packet);
        writePcr(expected, 6, second);
        writePcrAt(packet, 0, second);
        expect(packet).toEqual(expected);
      }),
    );
  });
});

describe('PTS and DTS', () => {
  it('reads both and overwrites them in place', () => {
    fc.assert(
      fc.property(pts, pts, pts, (first, second, third) => {
        const bytes = Buffer.concat([
          Buffer.alloc(3),
          pesHeader(0xe0, { pts: first, dts: second }),
          Buffer.alloc(2),
        ]);
        const [ptsAt, dtsAt] = [ptsOffset(bytes, 3, bytes.length), dtsOffset(bytes, 3, bytes.length)];
        expect([readTimestampAt(bytes, ptsAt), readTimestampAt(bytes, dtsAt)]).toEqual([first, second]);
        writeTimestampAt(bytes, ptsAt, third);
        writeTimestampAt(bytes, dtsAt, first);
        const wanted = pesHeader(0xe0, { pts: third, dts: first });
        expect(bytes.subarray(3, -2)).toEqual(wanted);
        expect(pesDataOffset(bytes, 3)).toBe(3 + wanted.length);
      }),
    );
  });

  it('finds a PTS alone, and neither where there is none', () => {
    const only = pesHeader(0xc0, { pts: 1 });
    expect([ptsOffset(only, 0, only.length), dtsOffset(only, 0, only.length)]).toEqual([9, -1]);
    const none = pesHeader(0xc0, {});
    expect([ptsOffset(none, 0, none.length), dtsOffset(none, 0, none.length)]).toEqual([-1, -1]);
  });

  it('reads no stamp that lies beyond the packet', () => {
    const both = pesHeader(0xe0, { pts: 1, dts: 2 });
    expect([ptsOffset(both, 0, 13), dtsOffset(both, 0, 18)]).toEqual([-1, -1]);
  });

  it.each([
    ['a cut header', pesHeader(0xe0, { pts: 1 }).subarray(0, 8)],
    ['no start code', Buffer.alloc(20)],
    ['a padding stream', pesHeader(0xbe, { pts: 1 })],
    ['MPEG-1 syntax', Buffer.from([0, 0, 1, 0xe0, 0, 0, 0x21, 0, 1, 0, 1, 0, 0, 0])],
  ])('finds no PES header in %s', (_, bytes) => {
    expect(isPesWithHeader(bytes, 0, bytes.length)).toBe(false);
    expect(ptsOffset(bytes, 0, bytes.length)).toBe(-1);
  });
});

describe('PcrRate', () => {
  const ms = 27_000;

  it('measures bytes by the stream clock, over a wrap too', () => {
    const rate = new PcrRate({ windowMs: 1000 });
    const start = PCR_WRAP - 500 * ms;
    for (let i = 0; i <= 24; i++) rate.push(wrapClock(start + i * 40 * ms, PCR_WRAP), i * 10_000);
    expect(rate.bitsPerSecond).toBeUndefined();
    rate.push(wrapClock(start + 25 * 40 * ms, PCR_WRAP), 250_000);
    expect(rate.bitsPerSecond).toBe(2_000_000);
  });

  it('starts anew at a break of the clock', () => {
    const rate = new PcrRate({ windowMs: 100, maxGapMs: 100 });
    for (const [at, position] of [
      [0, 0],
      [80, 1000],
      [5000, 2000],
      [5060, 3000],
      [4000, 4000],
      [4050, 5000],
    ] as const) {
      rate.push(at * ms, position);
    }
    expect(rate.bitsPerSecond).toBeUndefined();
    rate.push(4100 * ms, 6000);
    expect(rate.bitsPerSecond).toBe(160_000);
  });

  it('has its defaults', () => {
    const rate = new PcrRate();
    rate.push(0, 0);
    rate.push(1000 * ms, 125_000);
    expect(rate.bitsPerSecond).toBe(1_000_000);
  });
});
