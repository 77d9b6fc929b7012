import { beforeAll, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { judgeVideo } from '../../src/core/rutube/judge-video.js';
import { readRutubePage } from '../../src/core/rutube/read-page.js';
import { readPlayOptions } from '../../src/core/rutube/read-play-options.js';
import { readRutubeAddress, readRutubeReference } from '../../src/core/rutube/rutube-address.js';
import type { RutubePage, RutubeVideo } from '../../src/core/rutube/types.js';
import { describeWithService } from '../fakes/services.js';

const BASE = 'https://rutube.ru';
const folder = path.resolve('..', 'shared', 'data', 'rutube');

function read(name: string): unknown {
  return JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as unknown;
}

describeWithService('shared-data', 'answers that Rutube really gave', () => {
  let names: string[];
  let pages: Map<string, RutubePage | null>;
  let videos: RutubeVideo[];

  beforeAll(() => {
    names = readdirSync(folder).filter((name) => name.startsWith('list_'));
    pages = new Map(names.map((name) => [name, readRutubePage(read(name))]));
    videos = [...pages.values()].flatMap((page) => page?.videos ?? []);
  });

  it('reads every list, entry by entry', () => {
    expect(names.length).toBeGreaterThan(10);
    for (const [name, page] of pages) {
      // One list is of people.
      const isPeople = name === 'list_18227.json';
      expect([name, page?.unread]).toEqual([name, isPeople ? 12 : 0]);
    }
    expect(videos.length).toBeGreaterThan(100);
    expect(
      videos.every(({ addedAt, pageUrl, author }) => addedAt !== null && pageUrl !== '' && author !== ''),
    ).toBe(true);
  });

  it('follows every next page, and knows every address they were had from', () => {
    for (const page of pages.values()) {
      if (page?.next) expect(readRutubeReference(page.next, BASE)).toMatch(/^\/api\/.*page=2/);
    }
    const manifest = read('manifest.json') as { url: string }[];
    expect(manifest.filter(({ url }) => readRutubeAddress(url, BASE) === null)).toEqual([]);
  });

  it('takes none of the trailers, shows, clips and episodes for a film', () => {
    const taken = videos.filter((video) => judgeVideo(video, { thisYear: 2026 }).kind !== 'no');
    expect(taken.map(({ title }) => title)).toEqual([]);
  });

  it('reads the cards of films, and titles and years of them', () => {
    const cards = pages.get('list_17037.json')?.cards ?? [];
    expect(cards).toHaveLength(11);
    const records = cards.map((card) => judgeVideo(aVideo(card.name), { card, thisYear: 2026 }));
    expect(records.map(({ kind }) => kind)).toEqual(cards.map(() => 'film'));
    expect(records.map(({ record }) => `${record.title} | ${record.originalTitle} | ${record.year}`)).toEqual(
      [
        'Ёлки 5 |  | 2016',
        'Горько в Мексике | Hasta que la boda nos separe | 2018',
        'Парень из Голливуда, или Необыкновенные приключения Вени Везунчика |  | 2018',
        'Доминика |  | 2018',
        'Трон эльфов | Throne of Elves | 2016',
        'Ларри Краун | Larry Crowne | 2011',
        'Всё и сразу |  | 2013',
        'Бунтующая юность | Youth in Revolt | 2009',
        'Самый лучший день |  | 2015',
        'Разрисованная вуаль | The Painted Veil | 2006',
        'На крючке |  | 2010',
      ],
    );
    expect(cards.every(({ contentUrl }) => readRutubeReference(contentUrl, BASE) !== null)).toBe(true);
  });

  it('finds the stream of a video', () => {
    const play = readPlayOptions(read('play_options.json'));
    expect(play).toMatchObject({ kind: 'hls', url: expect.stringContaining('.m3u8') });
  });
});

/** Of the length of a film, as the list of a card tells it. */
function aVideo(title: string): RutubeVideo {
  return {
    ...{ id: '0'.repeat(32), title, description: '', durationSeconds: 6000, pageUrl: '', thumbnailUrl: '' },
    ...{
      pictureUrl: '',
      views: 0,
      addedAt: null,
      ageLimit: null,
      isAdult: false,
      isLive: false,
      isActive: true,
    },
    ...{ author: '', category: '', type: '', hasEpisode: false },
  };
}
