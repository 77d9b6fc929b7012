import { describe, expect, it } from '@jest/globals';
import { pictureAddress, posterAddress, POSTER_WIDTH } from './film-pictures.js';

const POSTER = 'http://tmdb.test/p.jpg';
const PREVIEW = 'http://guide.test/p.jpg';
const BASE = 'http://tv.test';

describe('pictures of films', () => {
  function store(state: Readonly<Record<string, string>> = {}) {
    const wanted: string[] = [];
    return {
      wanted,
      hashOf: (url: string) => (state[url] === 'refused' ? null : (state[url] ?? null)),
      isRefused: (url: string) => state[url] === 'refused',
      want: (url: string) => void wanted.push(url),
    };
  }
  const film = { posterUrl: POSTER, guidePicture: PREVIEW };
  const ours = (hash: string): string => `${BASE}/static/posters/${hash}-${POSTER_WIDTH}.jpg`;

  it('are told from here once they are kept, until then from where they are, and asked for', () => {
    const pictures = store({ [POSTER]: 'aa' });
    expect(pictureAddress(pictures, POSTER, BASE, 342)).toBe(ours('aa'));
    expect(pictureAddress(pictures, PREVIEW, BASE, 342)).toBe(PREVIEW);
    expect(pictures.wanted).toEqual([PREVIEW]);
    expect(pictureAddress(pictures, '', BASE, 342)).toBe('');
  });

  it('lead nobody to what turned out to be no picture', () => {
    expect(pictureAddress(store({ [POSTER]: 'refused' }), POSTER, BASE, 342)).toBe('');
  });

  it.each([
    ['the poster where it is kept', { [POSTER]: 'aa', [PREVIEW]: 'bb' }, ours('aa')],
    ['the picture of the guide until then', { [PREVIEW]: 'bb' }, ours('bb')],
    ['the picture of the guide for good, where the poster is none', { [POSTER]: 'refused' }, PREVIEW],
    ['the poster where it is, while neither is kept', {}, POSTER],
    ['the poster where it is, where the guide shows none', { [PREVIEW]: 'refused' }, POSTER],
    ['nothing where neither is a picture', { [POSTER]: 'refused', [PREVIEW]: 'refused' }, ''],
  ])('show %s', (_, state, told) => {
    expect(posterAddress(store(state), film, BASE)).toBe(told);
  });

  it('are the same as paths', () => {
    const pictures = store({ [PREVIEW]: 'bb' });
    expect(posterAddress(pictures, film, '')).toBe(`/static/posters/bb-${POSTER_WIDTH}.jpg`);
    expect(posterAddress(pictures, { posterUrl: POSTER, guidePicture: '' }, '')).toBe(POSTER);
  });
});
