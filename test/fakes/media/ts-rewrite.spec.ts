import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TsChannel } from '../../builders/ts-builder.js';
import { slowCrc } from '../../builders/ts-packets.js';
import { inspectTs } from './inspect-ts.js';
import { changePmt, forEachPacket, payloadAt, pidAt, pmtPidsIn, shiftClocks } from './ts-rewrite.js';

describe('shiftClocks', () => {
  it('gives what a channel with another clock would have sent', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 33 - 1 }),
        fc.integer({ min: -(2 ** 33) + 1, max: 2 ** 33 - 1 }),
        (startPts, shift) => {
          const options = { bitrate: 300_000, reorderFrames: 1, startPts };
          const data = new TsChannel(options).frames(12);
          shiftClocks(data, shift);
          const moved = (((startPts + shift) % 2 ** 33) + 2 ** 33) % 2 ** 33;
          expect(data.equals(new TsChannel({ ...options, startPts: moved }).frames(12))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('changePmt', () => {
  it('gives a new version with a right checksum and moves the streams', () => {
    const data = new TsChannel({ audio: 'ac3' }).frames(30);
    const pmtPids = new Set(pmtPidsIn(data));
    changePmt(data, pmtPids, 3, 0x40);
    const report = inspectTs(data);
    expect([report.pmtVersions, report.videoPids, report.continuityErrors]).toEqual([[3], [0x140], 0]);
    expect(report.videoStamps.length).toBe(30);
    forEachPacket(data, (at) => {
      if (!pmtPids.has(pidAt(data, at))) return;
      const section = (payloadAt(data, at) ?? 0) + 1;
      const length = 3 + (data.readUInt16BE(section + 1) & 0xfff);
      expect(slowCrc(data.subarray(section, section + length))).toBe(0);
    });
  });
});

describe('inspectTs', () => {
  it('finds what is wrong', () => {
    const data = new TsChannel({ gopFrames: 10 }).frames(40);
    expect(inspectTs(data)).toMatchObject({ strayBytes: 0, continuityErrors: 0, keyframes: 4 });
    const lost = Buffer.concat([data.subarray(0, 188 * 20), data.subarray(188 * 21)]);
    expect(inspectTs(lost).continuityErrors).toBe(1);
    const stray = Buffer.concat([data.subarray(0, 188 * 20), Buffer.alloc(33, 1), data.subarray(188 * 20)]);
    expect(inspectTs(stray).strayBytes).toBeGreaterThanOrEqual(33);
  });
});
