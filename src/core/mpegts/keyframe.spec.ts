import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BitWriter } from '../../../test/builders/bit-writer.js';
import { pesHeader } from '../../../test/builders/ts-packets.js';
import { nal, picture } from '../../../test/builders/ts-pictures.js';
import type { VideoCodec } from '../../../test/builders/ts-pictures.js';
import type { Codec } from './codecs.js';
import { canReadPictures, PictureProbe } from './keyframe.js';
import type { PictureVerdict } from './picture-syntax.js';

function pes(unit: Uint8Array): Buffer {
  return Buffer.concat([pesHeader(0xe0, { pts: 0, dts: 0 }), unit]);
}

/** The verdict over a PES packet that comes in pieces; the first holds at least the fixed header. */
function verdict(
  codec: Codec,
  bytes: Buffer,
  sizes: readonly number[] = [],
  probe = new PictureProbe(),
): PictureVerdict {
  let at = Math.max(9, sizes[0] ?? bytes.length);
  let answer = probe.start(codec, bytes, 0, Math.min(at, bytes.length));
  for (let i = 1; at < bytes.length; i++) {
    const end = Math.min(bytes.length, at + Math.max(1, sizes[i % sizes.length] ?? bytes.length));
    answer = probe.continue(bytes, at, end);
    at = end;
  }
  return answer === 'undecided' ? probe.finish() : answer;
}

const codecs: VideoCodec[] = ['h264', 'h265', 'mpeg2'];
const key = (codec: VideoCodec, keyframe: boolean): Buffer =>
  pes(picture(codec, { keyframe, number: 3, h264Keyframe: 'idr' }));
const startCode = (...bytes: number[]): Buffer => Buffer.from([0, 0, 1, ...bytes]);

describe('PictureProbe', () => {
  it.each(codecs)('tells keyframes from others in %s', (codec) => {
    expect(verdict(codec, key(codec, true))).toBe('keyframe');
    expect(verdict(codec, key(codec, false))).toBe('other');
  });

  it('gives the same answer however the picture is cut', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.constantFrom(...codecs), fc.boolean(), cuts, (codec, keyframe, sizes) => {
        expect(verdict(codec, key(codec, keyframe), sizes)).toBe(keyframe ? 'keyframe' : 'other');
      }),
    );
  });

  it('does not take H.264 slices for anything of HEVC', () => {
    expect(verdict('h265', key('h264', false))).not.toBe('keyframe');
    expect(verdict('h264', key('h265', false))).not.toBe('keyframe');
  });

  it.each(['recovery-point', 'i-slice'] as const)('takes an open GOP in H.264 (%s)', (h264Keyframe) => {
    expect(verdict('h264', pes(picture('h264', { keyframe: true, number: 5, h264Keyframe })))).toBe(
      'keyframe',
    );
  });

  const sps = nal([0x67], Buffer.from([1, 2, 3]));
  const slice = (first: number, type: number): Buffer =>
    nal([0x41], new BitWriter().ue(first).ue(type).trailing().toBuffer());
  const sei = (...bytes: number[]): Buffer => nal([0x06], Buffer.from([...bytes, 0x80]));
  const filler = nal([12], Buffer.alloc(700, 0xff));

  it.each<[string, Buffer[], PictureVerdict]>([
    ['an I slice with SPS', [sps, slice(0, 2)], 'keyframe'],
    ['an SI slice with SPS', [sps, slice(0, 4)], 'keyframe'],
    ['an SI picture with SPS', [sps, slice(300, 9)], 'keyframe'],
    ['an I slice without SPS', [slice(0, 7)], 'other'],
    ['a P slice with SPS', [sps, slice(0, 0)], 'other'],
    ['data partition A', [sps, nal([0x42], Buffer.from([0x88, 0x80]))], 'keyframe'],
    ['a P slice at a recovery point', [sps, sei(6, 1, 0x88), slice(0, 5)], 'keyframe'],
    ['a recovery point behind other messages', [sps, sei(0, 2, 9, 9, 6, 1, 0x88), slice(0, 5)], 'keyframe'],
    [
      'a recovery point behind a long message',
      [sps, sei(255, 4, 255, 45, ...new Array<number>(300).fill(7), 6, 1, 1), slice(0, 5)],
      'keyframe',
    ],
    [
      'a recovery point beyond what is kept',
      [sps, sei(4, 255, 255, 90, ...new Array<number>(600).fill(7), 6, 1, 1), slice(0, 5)],
      'other',
    ],
    ['a recovery point without SPS', [sei(6, 1, 0x88), slice(0, 5)], 'other'],
    ['another message', [sps, sei(5, 1, 0x88), slice(0, 5)], 'other'],
    [
      'a message that ends in its type',
      [sps, sei(...new Array<number>(600).fill(255)), slice(0, 5)],
      'other',
    ],
    ['a message cut before its body', [sps, nal([0x06], Buffer.from([6, 255])), slice(0, 5)], 'other'],
    ['a slice number beyond all bounds', [sps, nal([0x41], Buffer.alloc(30))], 'other'],
    ['an IDR behind filler', [filler, nal([0x65], Buffer.from([0x88, 0x84]))], 'keyframe'],
    ['parameter sets alone', [sps, nal([0x68], Buffer.from([1]))], 'other'],
    ['nothing', [], 'other'],
  ])('H.264: %s', (_, units, expected) => {
    const bytes = pes(Buffer.concat(units));
    expect(verdict('h264', bytes)).toBe(expected);
    expect(verdict('h264', bytes, [20, 1])).toBe(expected);
  });

  it.each([
    [0, 'other'],
    [9, 'other'],
    [15, 'other'],
    [16, 'keyframe'],
    [19, 'keyframe'],
    [21, 'keyframe'],
    [24, 'other'],
    [32, 'other'],
  ])('H.265: NAL type %i', (type, expected) => {
    expect(verdict('h265', pes(nal([type << 1, 1], Buffer.alloc(20, 0xaa))))).toBe(expected);
  });

  it.each([
    [0, 'other'],
    [7, 'keyframe'],
    [9, 'keyframe'],
    [10, 'keyframe'],
    [11, 'other'],
    [15, 'other'],
  ])('H.266: NAL type %i', (type, expected) => {
    expect(verdict('h266', pes(nal([0, (type << 3) | 1], Buffer.alloc(20, 0xaa))))).toBe(expected);
  });

  const sequence = startCode(0xb3, 1, 2, 3, 4, 5, 6, 7, 8);
  const mpeg2 = (type: number): Buffer => startCode(0, 0, (type << 3) | 7, 0xff, 0xf8);

  it.each<[string, Buffer[], PictureVerdict]>([
    ['I behind a sequence header', [sequence, mpeg2(1)], 'keyframe'],
    ['P behind a sequence header', [sequence, mpeg2(2)], 'keyframe'],
    ['B behind a sequence header', [sequence, mpeg2(3)], 'other'],
    ['I alone', [mpeg2(1)], 'other'],
    ['a slice first', [sequence, startCode(0x01, 9, 9, 9)], 'other'],
  ])('MPEG-2: %s', (_, units, expected) => {
    expect(verdict('mpeg2', pes(Buffer.concat(units)))).toBe(expected);
    expect(verdict('mpeg1', pes(Buffer.concat(units)))).toBe(expected);
  });

  it.each<[Codec, Buffer, PictureVerdict]>([
    ['mpeg4', startCode(0x20, 1, 2, 0, 0, 1, 0xb6, 0x10), 'keyframe'],
    ['mpeg4', startCode(0xb6, 0x50), 'other'],
    ['vc1', startCode(0x0f, 1), 'keyframe'],
    ['vc1', startCode(0x0e, 1), 'keyframe'],
    ['vc1', startCode(0x1d, 1, 0, 0, 1, 0x0d, 1), 'other'],
  ])('%s', (codec, unit, expected) => {
    expect(verdict(codec, pes(unit))).toBe(expected);
  });

  it('cannot read codecs it does not know', () => {
    expect([canReadPictures('h264'), canReadPictures('av1')]).toEqual([true, false]);
    expect(verdict('av1', key('h264', true))).toBe('other');
    expect(new PictureProbe().finish()).toBe('other');
    expect(new PictureProbe().continue(Buffer.alloc(9), 0, 9)).toBe('other');
  });

  it('says other where no PES packet starts', () => {
    expect(verdict('h264', Buffer.concat([Buffer.alloc(20), key('h264', true)]))).toBe('other');
  });

  it('looks only so far', () => {
    const bytes = pes(Buffer.concat([filler, nal([0x65], Buffer.from([0x88, 0x84]))]));
    expect(verdict('h264', bytes, [100], new PictureProbe({ maxBytes: 300 }))).toBe('other');
    expect(verdict('h264', bytes, [100], new PictureProbe({ maxBytes: 1000 }))).toBe('keyframe');
  });

  it('starts each picture without memory of the last', () => {
    const probe = new PictureProbe();
    expect(verdict('h264', pes(Buffer.concat([sps, sei(6, 1, 0x88), slice(0, 0)])), [], probe)).toBe(
      'keyframe',
    );
    expect(verdict('h264', pes(slice(0, 2)), [], probe)).toBe('other');
  });

  it('never throws, and always comes to an end', () => {
    const all = fc.constantFrom<Codec>('h264', 'h265', 'h266', 'mpeg2', 'mpeg4', 'vc1');
    const bytes = fc.array(fc.constantFrom(0, 0, 0, 1, 1, 3, 6, 7, 0x41, 0x65, 255, 128), { maxLength: 200 });
    fc.assert(
      fc.property(
        all,
        bytes,
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        (codec, unit, sizes) => {
          const whole = verdict(codec, pes(Buffer.from(unit)));
          expect(verdict(codec, pes(Buffer.from(unit)), sizes)).toBe(whole);
          expect(['keyframe', 'other']).toContain(whole);
        },
      ),
      { numRuns: 500 },
    );
  });
});
