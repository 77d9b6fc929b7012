import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TsChannel } from '../../../test/builders/ts-builder.js';
import { dropPackets, duplicatePacket } from '../../../test/builders/ts-faults.js';
import { tsPacket } from '../../../test/builders/ts-packets.js';
import { strictContinuity } from '../../../test/builders/ts-reader.js';
import { ContinuityChecker } from './continuity.js';
import { discontinuityPacket, NULL_PID, PACKET_SIZE, pidAt } from './packet.js';

function check(ts: Buffer, checker = new ContinuityChecker()): ContinuityChecker {
  for (let at = 0; at < ts.length; at += PACKET_SIZE) checker.check(ts, at, pidAt(ts, at));
  return checker;
}

const packet = (counter: number, pid = 7): Buffer =>
  tsPacket({ pid, counter, payload: Buffer.alloc(184, counter) });
const ts = new TsChannel({ bitrate: 500_000, nullShare: 0.1 }).seconds(1);

describe('ContinuityChecker', () => {
  it('finds nothing in a clean stream', () => {
    const checker = check(ts);
    expect(checker).toMatchObject({ errors: 0, lostPackets: 0, repeatedPackets: 0 });
    expect(new Set(checker.seenPids)).toEqual(new Set([0, 0x1000, 0x100, 0x101]));
    expect(checker.seenPids).toHaveLength(4);
  });

  it('knows the last counter of a pid', () => {
    const checker = check(Buffer.concat([packet(14), packet(15), packet(0), packet(9, 8)]));
    expect([checker.lastOf(7), checker.lastOf(8), checker.lastOf(9)]).toEqual([0, 9, -1]);
  });

  it('counts a gap once, and how much is missing', () => {
    expect(check(Buffer.concat([packet(3), packet(7), packet(8)]))).toMatchObject({
      errors: 1,
      lostPackets: 3,
    });
  });

  it('agrees with the plain reader on lost packets', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: ts.length / PACKET_SIZE - 3 }),
        fc.integer({ min: 0, max: 3 }),
        (first, count) => {
          const lossy = dropPackets(ts, first, count);
          expect(check(lossy).errors).toBe(strictContinuity(lossy).length);
        },
      ),
    );
  });

  it('lets a packet come twice, not three times', () => {
    expect(check(duplicatePacket(ts, 20))).toMatchObject({ errors: 0, repeatedPackets: 1 });
    const checker = check(Buffer.concat([packet(1), packet(1), packet(1), packet(2), packet(2)]));
    expect(checker).toMatchObject({ errors: 1, repeatedPackets: 2 });
  });

  it('does not step on packets without payload', () => {
    const clock = (counter: number): Buffer => tsPacket({ pid: 7, counter, pcr: 1 });
    expect(check(Buffer.concat([packet(1), clock(1), clock(1), packet(2)])).errors).toBe(0);
    expect(check(Buffer.concat([packet(1), clock(2)]))).toMatchObject({ errors: 1, lostPackets: 1 });
  });

  it('lets a discontinuity indicator excuse a jump', () => {
    expect(check(Buffer.concat([packet(1), discontinuityPacket(7, 9), packet(10)])).errors).toBe(0);
    const flagged = tsPacket({ pid: 7, counter: 5, payload: Buffer.alloc(9), discontinuity: true });
    expect(check(Buffer.concat([packet(1), flagged, packet(6)])).errors).toBe(0);
  });

  it('does not look at null packets', () => {
    const nulls = Buffer.concat([packet(3, NULL_PID), packet(9, NULL_PID)]);
    expect(check(nulls)).toMatchObject({ errors: 0, seenPids: [] });
  });

  it('starts anew after a reset and keeps its counts', () => {
    const checker = check(Buffer.concat([packet(1), packet(5)]));
    checker.reset();
    expect(checker.seenPids).toEqual([]);
    expect(check(packet(11), checker)).toMatchObject({ errors: 1 });
  });
});
