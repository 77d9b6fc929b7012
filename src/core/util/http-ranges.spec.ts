import { describe, expect, it } from '@jest/globals';
import {
  answersRange,
  formatContentRange,
  formatRange,
  parseContentRange,
  parseRange,
  parseUnsatisfied,
} from './http-ranges.js';

describe('ranges of bytes', () => {
  it.each([
    ['bytes=0-', 'bytes=0-'],
    ['bytes=5-9', 'bytes=5-9'],
    ['Bytes = 3275999000-', 'bytes=3275999000-'],
    ['bytes=-500', 'bytes=-500'],
  ])('reads %s', (header, again) => {
    const range = parseRange(header);
    expect(range && formatRange(range)).toBe(again);
  });

  it.each([undefined, '', 'bytes=-', 'bytes=9-5', 'bytes=0-1,5-6', 'items=0-1', 'bytes=a-b', 'bytes=1'])(
    'takes %s for no range',
    (header) => expect(parseRange(header)).toBeNull(),
  );

  it('reads and writes what an answer holds', () => {
    const range = parseContentRange('bytes 0-99/3276000000');
    expect(range).toEqual({ first: 0, last: 99, total: 3_276_000_000 });
    expect(range && formatContentRange(range)).toBe('bytes 0-99/3276000000');
    expect(parseContentRange('bytes 5-9/*')).toEqual({ first: 5, last: 9, total: null });
    expect(parseUnsatisfied('bytes */1000')).toBe(1000);
  });

  it.each([undefined, 'bytes 9-5/10', 'bytes 0-10/10', 'bytes */10', '0-9/10'])('refuses %s', (header) =>
    expect(parseContentRange(header)).toBeNull(),
  );

  it.each([
    ['bytes=0-', 'bytes 0-9/10', true],
    ['bytes=0-', 'bytes 0-8/10', false],
    ['bytes=2-99', 'bytes 2-9/10', true],
    ['bytes=2-5', 'bytes 0-5/10', false],
    ['bytes=2-5', 'bytes 2-9/10', false],
    ['bytes=2-5', 'bytes 2-5/*', true],
    ['bytes=-3', 'bytes 7-9/10', true],
    ['bytes=-30', 'bytes 0-9/10', true],
    ['bytes=-3', 'bytes 0-2/10', false],
  ])('%s is answered by %s: %s', (asked, given, holds) => {
    const [range, content] = [parseRange(asked), parseContentRange(given)];
    expect(range !== null && content !== null && answersRange(range, content)).toBe(holds);
  });
});
