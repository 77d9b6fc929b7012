import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TsChannel } from '../../test/builders/ts-builder.js';
import { RingBudget } from '../core/mpegts/ring-budget.js';
import { TsPipeline } from './ts-pipeline.js';

const first = new TsChannel({ bitrate: 1_500_000 }).seconds(2);
const second = new TsChannel({ bitrate: 1_000_000, gopFrames: 12 }).seconds(2);

describe('TsPipeline', () => {
  /** What readers get of two sources, cut into pieces of these lengths. */
  function play(
    lengths: readonly number[],
    lend: (piece: Buffer) => { bytes: Buffer; takeBack: () => void },
  ): Buffer {
    const budget = new RingBudget(64 * 1024 * 1024);
    const pipeline = new TsPipeline({ ringBytes: 16 * 1024 * 1024, budget, flushMs: 100 });
    let now = 0;
    for (const source of [first, second]) {
      for (let at = 0, i = 0; at < source.length; i++) {
        const length = lengths[i % lengths.length] as number;
        const { bytes, takeBack } = lend(source.subarray(at, at + length));
        pipeline.push(bytes, (now += 10));
        takeBack();
        at += length;
      }
      pipeline.seam(now);
    }
    pipeline.flush(now + 1_000);
    const cursor = pipeline.newCursor();
    cursor.join({ behindMs: Infinity, nowMs: now });
    const out: Buffer[] = [];
    for (let chunk = cursor.next(); chunk; chunk = cursor.next()) out.push(Buffer.from(chunk));
    pipeline.close();
    return Buffer.concat(out);
  }

  it('keeps nothing of the memory that it is given', () => {
    const whole = (piece: Buffer): { bytes: Buffer; takeBack: () => void } => ({
      bytes: piece,
      takeBack: () => {},
    });
    const lent = (piece: Buffer): { bytes: Buffer; takeBack: () => void } => {
      const bytes = Buffer.from(piece);
      return { bytes, takeBack: () => bytes.fill(0x47) };
    };
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 20 }),
        (lengths) => {
          expect(play(lengths, lent).equals(play(lengths, whole))).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
    expect(play([65_536], whole).length).toBeGreaterThan(first.length);
  });
});
