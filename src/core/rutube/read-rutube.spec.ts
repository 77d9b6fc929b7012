import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readRutubePage } from './read-page.js';
import { readPlayOptions } from './read-play-options.js';

const ID = '58e7cdbf72c657d421d4f8b34da8ad2a';
const VIDEO = {
  id: ID,
  title: 'Весна\n (1947)',
  description: '<p>Комедия&nbsp;&ndash; о науке</p>',
  duration: 6240,
  hits: 12,
  video_url: `https://rutube.ru/video/${ID}/`,
  thumbnail_url: 'javascript:alert(1)',
  picture_url: '',
  created_ts: '2019-06-03T10:00:30',
  pg_rating: { age: 12 },
  category: { name: 'Фильмы' },
};

describe('pages', () => {
  it('are read field by field, each with its bound', () => {
    const page = readRutubePage({
      has_next: false,
      next: 'https://rutube.ru/x',
      results: [VIDEO, { id: 5 }, null],
    });
    expect(page).toMatchObject({ next: null, unread: 2, cards: [] });
    expect(page?.videos[0]).toMatchObject({
      ...{
        id: ID,
        title: 'Весна (1947)',
        description: 'Комедия – о науке',
        durationSeconds: 6240,
        views: 12,
      },
      ...{ thumbnailUrl: '', ageLimit: 12, category: 'Фильмы', isActive: true, isLive: false },
      // Moscow's time.
      addedAt: Date.UTC(2019, 5, 3, 7, 0, 30) / 1000,
    });
  });

  it('give the next page unless they say that there is none', () => {
    const next = 'https://rutube.ru/api/tags/video/1/?page=2';
    expect(readRutubePage({ has_next: true, next, results: [] })?.next).toBe(next);
    expect(readRutubePage({ next, results: [] })?.next).toBe(next);
    expect(readRutubePage({ has_next: true, next: null, results: [] })?.next).toBeNull();
  });

  it('may be one video, or a feed made of lists', () => {
    expect(readRutubePage(VIDEO)?.videos).toHaveLength(1);
    const tabs = [{ resources: [{ url: '/api/tags/video/1/' }, { url: '/api/tags/video/1/' }, {}] }, null];
    expect(readRutubePage({ tabs })?.lists).toEqual(['/api/tags/video/1/']);
  });

  it('are told from everything else', () => {
    expect(readRutubePage({ detail: 'Not found.' })).toBeNull();
    expect(readRutubePage([])).toBeNull();
    fc.assert(fc.property(fc.anything(), (value) => void readRutubePage(value)));
    fc.assert(
      fc.property(
        fc.anything(),
        (value) => void readRutubePage({ results: [value, { ...VIDEO, title: value }] }),
      ),
    );
  });
});

describe('how a video is played', () => {
  const url = 'https://bl.rutube.ru/route/x.m3u8?sign=1';

  it.each([
    ['a stream', { video_balancer: { default: url, m3u8: url } }, { kind: 'hls', url }],
    [
      'refused',
      { acl_access: { allowed: false, err_text: 'только в РФ' } },
      { kind: 'refused', reason: 'Rutube says: только в РФ' },
    ],
    ['protected', { video_balancer: { m3u8: url }, drm_token: 'x' }, { kind: 'refused' }],
    ['for adults', { video_balancer: {}, is_adult: true }, { kind: 'refused' }],
    ['nothing yet', { video_balancer: {}, acl_access: { allowed: true } }, { kind: 'nothing' }],
    ['an address that is none', { video_balancer: { m3u8: 'file:///etc/passwd' } }, { kind: 'nothing' }],
  ])('%s', (_, answer, expected) => {
    expect(readPlayOptions(answer)).toMatchObject(expected);
  });

  it('is told from everything else', () => {
    expect(readPlayOptions({ detail: 'x' })).toBeNull();
    fc.assert(fc.property(fc.anything(), (value) => void readPlayOptions(value)));
    fc.assert(
      fc.property(
        fc.anything(),
        (value) => void readPlayOptions({ video_balancer: value, live_streams: value }),
      ),
    );
  });
});
