import { describe, expect, it } from '@jest/globals';
import { LiveWindow } from './live-window.js';
import type { SourceSegment } from './read-playlist.js';

const segment = (sequence: number, uri = `${sequence}.ts`, discontinuity = false): SourceSegment => ({
  sequence,
  uri,
  seconds: 4,
  discontinuity,
  key: null,
  range: null,
  init: null,
  isGap: false,
});
const range = (from: number, to: number, uri = (n: number): string => `${n}.ts`): SourceSegment[] =>
  Array.from({ length: to - from + 1 }, (_, index) => segment(from + index, uri(from + index)));

/** Takes all that is there: `12` for a segment that continues, `~12` for one that does not. */
function takeAll(window: LiveWindow): string[] {
  const taken: string[] = [];
  for (let next = window.take(); next; next = window.take()) {
    taken.push(`${next.seam ? '~' : ''}${next.segment.uri.replace(/\.ts.*/, '')}`);
  }
  return taken;
}

describe('LiveWindow', () => {
  function watching(first: SourceSegment[], isEnded = false): { window: LiveWindow; taken: string[] } {
    const window = new LiveWindow();
    window.update({ segments: first, isEnded });
    return { window, taken: takeAll(window) };
  }

  it('enters a live stream three segments before its end', () => {
    expect(watching(range(10, 20)).taken).toEqual(['18', '19', '20']);
    expect(watching(range(10, 11)).taken).toEqual(['10', '11']);
  });

  it('plays a finished one from its start', () => {
    expect(watching(range(0, 4), true).taken).toEqual(['0', '1', '2', '3', '4']);
  });

  it('takes every segment once while the window moves', () => {
    const { window } = watching(range(10, 20));
    expect(window.update({ segments: range(10, 20), isEnded: false })).toBe(false);
    expect(window.update({ segments: range(11, 21), isEnded: false })).toBe(true);
    expect(window.peek()?.sequence).toBe(21);
    expect(window.waiting).toBe(1);
    window.update({ segments: range(13, 23), isEnded: false });
    expect(takeAll(window)).toEqual(['21', '22', '23']);
  });

  it('tells breaks that the playlist names', () => {
    const { window } = watching(range(1, 3));
    window.update({ segments: [...range(1, 3), segment(4, '4.ts', true)], isEnded: false });
    expect(takeAll(window)).toEqual(['~4']);
  });

  it('goes on near the live end when the window has passed it by', () => {
    const { window } = watching(range(1, 5));
    window.update({ segments: range(6, 10), isEnded: false });
    expect(takeAll(window)).toEqual(['6', '7', '8', '9', '10']);
    window.update({ segments: range(30, 40), isEnded: false });
    expect(takeAll(window)).toEqual(['~38', '39', '40']);
  });

  it('lets an old edition of the playlist pass', () => {
    const { window } = watching(range(1, 9));
    expect(window.update({ segments: range(1, 8), isEnded: false })).toBe(false);
    expect(takeAll(window)).toEqual([]);
    window.update({ segments: range(3, 10), isEnded: false });
    expect(takeAll(window)).toEqual(['10']);
  });

  it('begins anew where the server counts anew', () => {
    const { window } = watching(range(100, 105));
    window.update({ segments: range(0, 5, (n) => `new${n}.ts`), isEnded: false });
    expect(takeAll(window)).toEqual(['~new3', 'new4', 'new5']);
  });

  it('begins anew where other segments bear the same numbers', () => {
    const { window } = watching(range(0, 5));
    window.update({ segments: range(0, 9, (n) => `new${n}.ts`), isEnded: false });
    expect(takeAll(window)).toEqual(['~new7', 'new8', 'new9']);
  });

  it('follows the names where the numbers never move', () => {
    const shown = (from: number): SourceSegment[] =>
      range(0, 4).map((_, index) => segment(index, `${from + index}.ts`));
    const { window, taken } = watching(shown(50));
    expect(taken).toEqual(['52', '53', '54']);
    window.update({ segments: shown(52), isEnded: false });
    expect(takeAll(window)).toEqual(['55', '56']);
  });

  it('is not misled by tokens that change with every edition', () => {
    const token = (word: string) => (n: number) => `/${word}/${n}.ts?token=${word}`;
    const window = new LiveWindow();
    window.update({ segments: range(1, 3, token('a')), isEnded: false });
    while (window.take());
    window.update({ segments: range(2, 4, token('b')), isEnded: false });
    expect(window.take()).toMatchObject({ segment: { sequence: 4 }, seam: false });
  });

  it('marks what follows a segment that could not be played', () => {
    const { window } = watching(range(1, 3));
    window.markSeam();
    window.update({ segments: range(1, 5), isEnded: false });
    expect(takeAll(window)).toEqual(['~4', '5']);
  });

  it('waits while a playlist is empty', () => {
    const { window } = watching([]);
    expect(window.update({ segments: [], isEnded: false })).toBe(false);
    window.update({ segments: range(1, 2), isEnded: false });
    expect(takeAll(window)).toEqual(['1', '2']);
    window.update({ segments: [], isEnded: false });
    expect(takeAll(window)).toEqual([]);
  });
});
