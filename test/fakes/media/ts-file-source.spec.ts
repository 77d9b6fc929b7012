import { describe, expect, it } from '@jest/globals';
import { TsChannel } from '../../builders/ts-builder.js';
import type { TsChannelOptions } from '../../builders/ts-builder.js';
import { inspectTs } from './inspect-ts.js';
import { TsFileSource } from './ts-file-source.js';

function aFile(options: Partial<TsChannelOptions> = {}, frames = 100): Buffer {
  return new TsChannel({ gopFrames: 25, bitrate: 500_000, ...options }).frames(frames);
}

function rounds(source: TsFileSource, count: number): Buffer {
  const parts: Buffer[] = [];
  let seconds = 0;
  while (seconds < source.seconds * count - 0.001) {
    const unit = source.next();
    seconds += unit.seconds;
    parts.push(unit.data);
  }
  return Buffer.concat(parts);
}

describe('TsFileSource', () => {
  it('plays a file again and again with clocks and counters that run on', () => {
    const source = new TsFileSource(aFile({ reorderFrames: 1 }));
    expect(source.seconds).toBeCloseTo(4, 6);
    const report = inspectTs(rounds(source, 3));
    expect(report.strayBytes).toBe(0);
    expect(report.continuityErrors).toBe(0);
    expect(report.keyframes).toBe(12);
    const steps = report.videoStamps.slice(1).map((stamp, i) => stamp - (report.videoStamps[i] ?? 0));
    expect(new Set(steps)).toEqual(new Set([3600]));
    expect(report.discontinuities).toBe(2);
  });

  it('leaves the seam unmarked on request', () => {
    const source = new TsFileSource(aFile(), { flagSeam: false });
    expect(inspectTs(rounds(source, 3)).discontinuities).toBe(0);
  });

  it('survives clocks that overflow within the file', () => {
    const source = new TsFileSource(aFile({ startPts: 2 ** 33 - 90_000 }));
    const { videoStamps } = inspectTs(rounds(source, 2));
    const steps = videoStamps.slice(1).map((stamp, i) => (stamp - (videoStamps[i] ?? 0) + 2 ** 33) % 2 ** 33);
    expect(new Set(steps)).toEqual(new Set([3600]));
  });

  it('begins every keyframe with tables, and can do without keyframes', () => {
    const source = new TsFileSource(aFile());
    const units = Array.from({ length: 100 }, () => source.next());
    const keyframes = units.filter(({ keyframe }) => keyframe);
    expect(keyframes).toHaveLength(4);
    for (const { data } of keyframes) expect(data.readUInt16BE(1) & 0x1fff).toBe(0);
    source.suppressKeyframes = true;
    expect(Array.from({ length: 100 }, () => source.next()).some(({ keyframe }) => keyframe)).toBe(false);
  });

  it('leaves out sound that reaches beyond one round', () => {
    const long = new TsChannel({ gopFrames: 25, bitrate: 500_000 });
    const file = Buffer.concat([long.frames(50), onlyAudio(long.frames(25))]);
    const report = inspectTs(rounds(new TsFileSource(file), 2));
    expect(report.videoStamps).toHaveLength(100);
    expect(report.continuityErrors).toBe(0);
  });

  it('refuses what is no transport stream', () => {
    expect(() => new TsFileSource(Buffer.alloc(1880))).toThrow('no packet at byte 0');
    expect(() => new TsFileSource(new TsChannel().frames(1))).toThrow('fewer than two pictures');
    const silent = aFile().subarray(188 * 2, 188 * 10);
    expect(() => new TsFileSource(silent)).toThrow('no programme');
  });
});

function onlyAudio(data: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < data.length; at += 188) {
    if ((data.readUInt16BE(at + 1) & 0x1fff) === 0x101) parts.push(data.subarray(at, at + 188));
  }
  return Buffer.concat(parts);
}
