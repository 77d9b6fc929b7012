import { describe, expect, it } from '@jest/globals';
import { cleanTitle } from './clean-title.js';
import { judgeVideo, type JudgeOptions } from './judge-video.js';
import type { RutubeCard, RutubeVideo } from './types.js';

const OPTIONS: JudgeOptions = { thisYear: 2026 };

function aVideo(fields: Partial<RutubeVideo> = {}): RutubeVideo {
  return {
    ...{ id: '0'.repeat(32), title: 'Доминика (2018)', description: '', durationSeconds: 90 * 60 },
    ...{ pageUrl: '', thumbnailUrl: '', pictureUrl: '', views: 0, addedAt: null, ageLimit: null },
    ...{
      isAdult: false,
      isLive: false,
      isActive: true,
      author: '',
      category: 'Фильмы',
      type: '',
      hasEpisode: false,
    },
    ...fields,
  };
}

function aCard(fields: Partial<RutubeCard> = {}): RutubeCard {
  return {
    ...{ id: 1, type: 'movie', name: 'Ёлки 5 (2016)', originalTitle: '', description: '', pictureUrl: '' },
    ...{ ageLimit: 6, isAdult: false, contentUrl: '' },
    ...fields,
  };
}

describe('what is a film', () => {
  it.each([
    ['filed under films, with the length of one', {}, 'film', 'category'],
    ['filed by the editors', { category: '', type: 'movie', title: 'Без года' }, 'film', 'type'],
    ['marked in the title', { category: 'Разное', title: 'Х/ф "Весна" (1947)' }, 'film', 'title-mark'],
    [
      'a cartoon of an hour and a half with a year',
      { category: 'Мультфильмы' },
      'candidate',
      'year-and-length',
    ],
    [
      'neither category nor type, but a year and the length',
      { category: '' },
      'candidate',
      'year-and-length',
    ],
    ['neither category nor year', { category: '', title: 'Прогулка по лесу' }, 'no', 'no-mark'],
    [
      'a trailer',
      { title: 'Куриоса/ Curiosa (2019) Дублированный трейлер', durationSeconds: 67 },
      'no',
      'trailer',
    ],
    ['a trailer that is as long as a film', { title: 'Куриоса (2019) трейлер' }, 'no', 'trailer'],
    ['what a film is about', { title: 'Матрица - обзор фильма' }, 'no', 'trailer'],
    ['an episode by its numbers', { hasEpisode: true }, 'no', 'episode'],
    ['an episode by its title', { title: 'САШАТАНЯ, 5 сезон, 3 серия' }, 'no', 'episode'],
    ['an episode by its type', { type: 'episode' }, 'no', 'episode'],
    ['all episodes at once', { title: 'Слепая все серии подряд (2014)' }, 'no', 'series'],
    ['a part', { title: 'Война и мир. 2 ч. (1965)' }, 'no', 'part'],
    ['a documentary by its mark', { title: 'Д/ф "Море" (2010)' }, 'no', 'documentary'],
    ['a short', { durationSeconds: 39 * 60 }, 'no', 'too-short'],
    ['the shortest film', { durationSeconds: 40 * 60 }, 'film', 'category'],
    ['a night of films', { durationSeconds: 301 * 60 }, 'no', 'too-long'],
    ['of unknown length', { durationSeconds: null }, 'no', 'no-length'],
    ['a broadcast', { isLive: true }, 'no', 'live'],
    ['hidden', { isActive: false }, 'no', 'inactive'],
    ['a show on television', { category: 'Телепередачи' }, 'no', 'other-category'],
    ['music', { category: 'Музыка' }, 'no', 'other-category'],
    ['a film of that very title', { title: 'Интервью (2007)' }, 'film', 'category'],
  ] as const)('%s', (_, fields, kind, reason) => {
    const judgement = judgeVideo(aVideo(fields), OPTIONS);
    expect([judgement.kind, judgement.reasons[0]]).toEqual([kind, reason]);
  });

  it('takes the word of the operator, but not for trailers and episodes', () => {
    const all = { ...OPTIONS, isAllFilms: true };
    expect(judgeVideo(aVideo({ category: 'Люди и блоги', title: 'Без года' }), all).kind).toBe('film');
    expect(judgeVideo(aVideo({ title: 'Весна (1947) трейлер' }), all).kind).toBe('no');
    expect(judgeVideo(aVideo({ title: 'Весна. 3-я серия' }), all).kind).toBe('no');
  });

  it('takes title, year, age and text of the card', () => {
    const card = aCard({ description: 'Год: 2015\nЖанр: комедия, семейный.' });
    const video = aVideo({ title: 'Ёлки 5 в HD', category: '', ageLimit: 12 });
    expect(judgeVideo(video, { ...OPTIONS, card })).toMatchObject({
      kind: 'film',
      reasons: ['card'],
      record: { title: 'Ёлки 5', year: 2016, ageLimit: 6, genres: ['комедия', 'семейный'] },
    });
    expect(judgeVideo(video, { ...OPTIONS, card: aCard({ type: 'serial' }) }).reasons).toEqual(['series']);
  });

  it('reads year, genres and rating of a description', () => {
    const description = 'Год выпуска: 1979\nЖанр: Фантастика / Драма\nРейтинг КиноПоиск: 8,1';
    const { record } = judgeVideo(aVideo({ title: 'Сталкер', description }), OPTIONS);
    expect(record).toMatchObject({ year: 1979, genres: ['Фантастика', 'Драма'], rating: 8.1 });
  });

  it('believes no year that has not come', () => {
    expect(judgeVideo(aVideo({ title: 'Завтра (2099)' }), OPTIONS).record.year).toBeNull();
  });
});

describe('titles', () => {
  it.each([
    ['Ёлки 5 (2016)', 'Ёлки 5', 2016, ''],
    ['Ларри Краун /Larry Crowne (2011)', 'Ларри Краун', 2011, 'Larry Crowne'],
    ['Трон эльфов / Throne of Elves (2016)', 'Трон эльфов', 2016, 'Throne of Elves'],
    ['Куриоса/ Curiosa (2019) боевик', 'Куриоса', 2019, 'Curiosa'],
    ['Матрица (фильм, 1999) | фантастика | HD 1080', 'Матрица', 1999, ''],
    ['Фильм «Весна» 1947 года смотреть онлайн', 'Весна', 1947, ''],
    ['Весна смотреть онлайн бесплатно в хорошем качестве', 'Весна', null, ''],
    ['Космос 1999', 'Космос 1999', null, ''],
    ['Весна, 1947', 'Весна', 1947, ''],
    ['1917', '1917', null, ''],
    ['2012 (2009)', '2012', 2009, ''],
    ['Онлайн', 'Онлайн', null, ''],
    ['AC/DC', 'AC/DC', null, ''],
  ])('%s', (written, title, year, originalTitle) => {
    const read = cleanTitle(written);
    expect([read.title, read.year, read.originalTitle]).toEqual([title, year, originalTitle]);
  });
});
