import { describe, expect, it } from '@jest/globals';
import { TsChannel } from './ts-builder.js';
import type { TsChannelOptions } from './ts-builder.js';
import { dropPackets, flipByte } from './ts-faults.js';
import { TS_PACKET } from './ts-packets.js';
import { plainPackets, readFrames, strictContinuity } from './ts-reader.js';

const kinds: [string, Partial<TsChannelOptions>][] = [
  ['H.264', {}],
  ['H.264 at 24 fps with 10 s GOPs', { fps: 24, gopFrames: 240, bitrate: 8_000_000 }],
  ['HEVC', { codec: 'h265', audio: 'ac3', reorderFrames: 2 }],
  ['MPEG-2', { codec: 'mpeg2', audio: 'mp2', nullShare: 0.2 }],
  ['sound alone', { codec: 'none', bitrate: 200_000 }],
  ['ATSC', { audio: 'ac3-atsc', tablesAtKeyframe: false }],
];

describe('TsChannel', () => {
  it.each(kinds)('keeps rate, clocks and tables as promised: %s', (_, options) => {
    const ts = new TsChannel(options).seconds(5);
    const bitrate = options.bitrate ?? 2_000_000;
    expect(Math.abs((ts.length * 8) / 5 - bitrate) / bitrate).toBeLessThan(0.01);
    expect(strictContinuity(ts)).toEqual([]);
    const packets = plainPackets(ts);
    const pcrs = packets.flatMap(({ pcr }) => (pcr === undefined ? [] : [pcr]));
    const gaps = pcrs.slice(1).map((pcr, i) => (pcr - (pcrs[i] ?? 0)) / 27_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(40);
    const pats = packets.flatMap(({ pid }, i) => (pid === 0 ? [(i * TS_PACKET * 8000) / bitrate] : []));
    const waits = pats.slice(1).map((at, i) => at - (pats[i] ?? 0));
    expect(Math.max(...waits)).toBeLessThanOrEqual(410);
  });

  it('numbers its frames, and the reader sees one wrong byte', () => {
    const ts = new TsChannel({ channelId: 300 }).frames(60);
    const frames = readFrames(ts);
    expect(frames).toEqual(frames.map((_, frame) => ({ channelId: 300, frame, intact: true })));
    expect(frames).toHaveLength(60);
    const videoAt = plainPackets(ts).findIndex(
      ({ pid, payloadUnitStart }) => pid === 0x100 && !payloadUnitStart,
    );
    const damaged = readFrames(flipByte(ts, videoAt * TS_PACKET + 100));
    expect(damaged.filter(({ intact }) => !intact)).toHaveLength(1);
    expect(readFrames(dropPackets(ts, videoAt)).filter(({ intact }) => !intact)).toHaveLength(1);
    expect(strictContinuity(dropPackets(ts, videoAt))).toHaveLength(1);
  });

  it('gives equal bytes for equal options', () => {
    expect(
      new TsChannel({ channelId: 4 }).seconds(1).equals(new TsChannel({ channelId: 4 }).seconds(1)),
    ).toBe(true);
    expect(
      new TsChannel({ channelId: 4 }).seconds(1).equals(new TsChannel({ channelId: 5 }).seconds(1)),
    ).toBe(false);
  });
});
