import { expect, it } from '@jest/globals';
import { SeenCodecs } from './seen-codecs.js';

it('remembers the codec that a source showed last, of a bounded number of sources', () => {
  const seen = new SeenCodecs(2);
  seen.note(1, 'h264');
  seen.note(2, 'h264');
  seen.note(1, 'h265');
  seen.note(3, 'mpeg2');
  expect([1, 2, 3].map((id) => seen.of(id))).toEqual(['h265', undefined, 'mpeg2']);
});
