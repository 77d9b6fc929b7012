import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BitWriter } from '../slate/bit-writer.js';
import { readH264Format } from './h264-sequence.js';

interface Set {
  profile?: number;
  level?: number;
  chroma?: number;
  scaling?: boolean;
  order?: 0 | 1 | 2;
  blocks?: [number, number];
  interlaced?: boolean;
  crop?: [number, number, number, number];
}

/** A sequence parameter set as encoders write it, with the start code and guards. */
function set(options: Set = {}): Buffer {
  const { profile = 100, level = 40, chroma = 1, scaling = false, order = 0 } = options;
  const { blocks = [120, 68], interlaced = false, crop } = options;
  const out = new BitWriter().put(profile, 8).put(0, 8).put(level, 8).ue(0);
  if (profile >= 100) {
    out.ue(chroma);
    if (chroma === 3) out.put(0, 1);
    out
      .ue(0)
      .ue(0)
      .put(0, 1)
      .put(scaling ? 1 : 0, 1);
    // The first list falls back to flat at once, the second one repeats what it has, the others are not there.
    if (scaling) {
      out.put(1, 1).ue(16).put(1, 1);
      for (let at = 0; at < 16; at++) out.ue(0);
      out.put(0, chroma === 3 ? 10 : 6);
    }
  }
  out.ue(0).ue(order);
  if (order === 0) out.ue(4);
  if (order === 1) out.put(0, 1).ue(3).ue(4).ue(2).ue(1).ue(2);
  out
    .ue(4)
    .put(0, 1)
    .ue(blocks[0] - 1)
    .ue((interlaced ? blocks[1] / 2 : blocks[1]) - 1);
  out.put(interlaced ? 0 : 1, 1);
  if (interlaced) out.put(1, 1);
  out.put(1, 1).put(crop ? 1 : 0, 1);
  for (const side of crop ?? []) out.ue(side);
  out.put(0, 1).put(1, 1);
  const guarded: number[] = [];
  for (const byte of out.toBuffer()) {
    if (guarded.slice(-2).every((last) => last === 0) && guarded.length >= 2 && byte <= 3) guarded.push(3);
    guarded.push(byte);
  }
  return Buffer.from([0, 0, 0, 1, 9, 0xf0, 0, 0, 0, 1, 0x67, ...guarded, 0, 0, 0, 1, 0x68, 1]);
}

describe('readH264Format', () => {
  it.each<[string, Set, string, number, number]>([
    ['1080p, cropped', { crop: [0, 0, 0, 4] }, 'avc1.640028', 1920, 1080],
    ['1080i, cropped by fields', { interlaced: true, crop: [0, 0, 0, 2] }, 'avc1.640028', 1920, 1080],
    ['baseline', { profile: 66, level: 31, blocks: [80, 45] }, 'avc1.42001f', 1280, 720],
    ['with scaling lists', { scaling: true, blocks: [45, 36] }, 'avc1.640028', 720, 576],
    ['4:4:4 with scaling lists', { profile: 244, chroma: 3, scaling: true }, 'avc1.f40028', 1920, 1088],
    [
      '4:2:2, cropped at both sides',
      { profile: 122, chroma: 2, crop: [1, 1, 0, 8] },
      'avc1.7a0028',
      1916,
      1080,
    ],
    ['grey', { profile: 110, chroma: 0, crop: [1, 0, 0, 0] }, 'avc1.6e0028', 1919, 1088],
    ['picture order 1', { order: 1 }, 'avc1.640028', 1920, 1088],
    ['picture order 2', { profile: 77, order: 2 }, 'avc1.4d0028', 1920, 1088],
  ])('%s', (_name, options, codecs, width, height) => {
    expect(readH264Format(set(options))).toEqual({ codecs, width, height });
  });

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['no set', Buffer.from([0, 0, 0, 1, 0x65, 1, 2, 3, 4, 5, 6])],
    ['a set cut short', set().subarray(0, 18)],
    ['no width left', set({ crop: [600, 600, 0, 0] })],
    ['more blocks than there may be', set({ blocks: [2_000, 68] })],
  ])('takes %s for unknown', (_name, bytes) => {
    expect(readH264Format(bytes)).toBeUndefined();
  });

  it('makes something bounded of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (tail) => {
        const format = readH264Format(Buffer.concat([Buffer.from([0, 0, 1, 0x67]), tail]));
        const { width = 1, height = 1 } = format ?? {};
        expect(width > 0 && height > 0 && width <= 16_384 && height <= 16_384).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
