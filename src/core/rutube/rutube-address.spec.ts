import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addressOf, readRutubeAddress, readRutubeReference } from './rutube-address.js';

const BASE = 'https://rutube.ru';
const ID = '58e7cdbf72c657d421d4f8b34da8ad2a';

describe('what an operator writes', () => {
  it.each([
    ['tag:5064', '/api/tags/video/5064/'],
    ['person:2664175', '/api/video/person/2664175/'],
    ['playlist:77', '/api/playlist/custom/77/videos/'],
    ['card:10605', '/api/metainfo/tv/10605/video/'],
    ['cards:825', '/api/feeds/cardgroup/825'],
    ['feed:movies', '/api/feeds/movies/'],
    [`video:${ID.toUpperCase()}`, `/api/video/${ID}/`],
    ['https://rutube.ru/api/tags/video/5470/?sort=publication_d', '/api/tags/video/5470/?sort=publication_d'],
    ['https://rutube.ru/video/person/2664175/', '/api/video/person/2664175/'],
    ['https://rutube.ru/channel/2664175/videos/', '/api/video/person/2664175/'],
    ['https://rutube.ru/plst/77/', '/api/playlist/custom/77/videos/'],
    ['https://rutube.ru/metainfo/tv/1523/', '/api/metainfo/tv/1523/video/'],
    ['http://rutube.ru/feeds/movies/?ref=main', '/api/feeds/movies/'],
    [`https://rutube.ru/video/${ID}/?r=wd`, `/api/video/${ID}/`],
    [' /api/video/person/1/?page_size=50 ', '/api/video/person/1/?page_size=50'],
  ])('%s', (text, path) => {
    expect(readRutubeAddress(text, BASE)).toBe(path);
  });

  it.each([
    '',
    'tag:abc',
    'actor:5',
    'https://example.org/api/tags/video/1/',
    'https://rutube.ru.example.org/api/tags/video/1/',
    'https://rutube.ru/api/users/',
    'ftp://rutube.ru/api/tags/video/1/',
    `https://rutube.ru/api/play/options/${ID}/`,
    'x'.repeat(5000),
  ])('refuses %s', (text) => {
    expect(readRutubeAddress(text, BASE)).toBeNull();
  });
});

describe('what Rutube refers to', () => {
  it('is asked at the mirror that is used', () => {
    const mirror = 'http://10.0.0.2:9000/rt/';
    const path = readRutubeReference('https://rutube.ru/api/tags/video/1/?page=2', mirror);
    expect(addressOf(path ?? '', mirror)).toBe('http://10.0.0.2:9000/rt/api/tags/video/1/?page=2');
    expect(readRutubeReference('http://10.0.0.2:9000/rt/api/tags/video/1/', mirror)).toBe(
      '/api/tags/video/1/',
    );
  });

  it('never leads to another host', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl(), fc.string()), (text) => {
        const path = readRutubeReference(text, BASE);
        const host = path === null ? 'rutube.ru' : new URL(addressOf(path, BASE)).host;
        expect(host).toBe('rutube.ru');
      }),
    );
    expect(readRutubeReference('//169.254.169.254/api/tags/video/1/', BASE)).toBeNull();
    expect(readRutubeReference('https://user@evil.example/api/tags/video/1/', BASE)).toBeNull();
  });
});
