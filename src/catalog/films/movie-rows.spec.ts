import { describe, expect, it } from '@jest/globals';
import type { Movie } from '../../core/films/present-movie.js';
import { TextPool, toFilm, type CatalogFilm } from './catalog-film.js';
import { AiringTableBuilder } from './airing-table.js';
import { MovieRows, type TellableFilms } from './movie-rows.js';

const NOW = 1_800_000_000;
const HASH = 'ab'.repeat(32);

class KeptPictures {
  readonly hashes = new Map<string, string>();
  hashOf = (url: string): string | null => this.hashes.get(url) ?? null;
  isRefused = (): boolean => false;
  want(): void {}
}

function aFilm(id: number, description = ''): CatalogFilm {
  const stored = {
    ...{ id, title: `Film ${id}`, originalTitle: '', year: 1979, durationSeconds: null, description },
    ...{ genres: [], rating: null, ageLimit: null, isAdult: false, guidePicture: 'http://a.test/g.jpg' },
    ...{ posterUrl: 'http://a.test/p.jpg', backdropUrl: '', tmdbId: 7, views: 0, addedAt: 1, updatedAt: 1 },
    editedFields: '',
    tmdbDetails: JSON.stringify({ title: 'Фильм', overview: description }),
  };
  return toFilm(stored, new TextPool());
}

const CHANNEL = {
  ...{ id: 1, name: 'One', num: 1, categoryId: 1, logo: '', epgChannelId: '' },
  ...{ addedAt: 0, isAdult: false, archiveDays: 0 },
};

/** With one showing of the first film, where there is one. */
function some(
  films: readonly CatalogFilm[],
  version = 1,
  airing?: { start: number; stop: number },
): TellableFilms {
  const airings = new AiringTableBuilder(films.length, 10);
  if (airing) airings.add(0, CHANNEL, airing.start, airing.stop, null);
  const building = airings.build(Uint32Array.from(films, (_, at) => at));
  for (;;) {
    const { done, value } = building.next();
    // No two films share one.
    if (done) {
      return { films, airings: value, versions: Float64Array.from(films, ({ id }) => id * 100 + version) };
    }
  }
}

/** Of the films at these indices. */
function pageOf(rows: MovieRows, films: TellableFilms, now: number, indices = [0], base = ''): string {
  const page = rows.page(films, indices, now);
  return page.join('[', ']', base, (length) => Buffer.alloc(length + 7)).toString();
}

const digestOf = (rows: MovieRows, films: TellableFilms, now: number, at = 0): string =>
  rows.page(films, [at], now).digests.toString('hex');

const read = (text: string): Movie[] => JSON.parse(text) as Movie[];

describe('rows of films', () => {
  it('are joined with the address of this server where its pictures are, and nowhere else', () => {
    const pictures = new KeptPictures();
    pictures.hashes.set('http://a.test/g.jpg', HASH);
    const rows = new MovieRows(pictures, 1e6);
    const tricky = 'Ёж said "poster_url":"/x" and {"preview_image":"/static"}';
    const films = some([aFilm(1, tricky), aFilm(2), aFilm(3, tricky)]);
    const all = [0, 1, 2];
    pageOf(rows, films, NOW, all);
    // From what is kept.
    const page = pageOf(rows, films, NOW, all, 'http://tv.test:8080/ü"');
    const [first, ...others] = read(page);
    expect(first?.epg_data.preview_image).toBe(`http://tv.test:8080/ü"/static/posters/${HASH}-342.jpg`);
    expect([first?.tmdb_data?.poster_url, first?.epg_data.description]).toEqual([
      'http://a.test/p.jpg',
      tricky,
    ]);
    expect(others.map(({ id }) => id)).toEqual([2, 3]);
    expect(read(pageOf(rows, films, NOW, [2, 7, 0])).map(({ id }) => id)).toEqual([3, 1]);
    expect(read(pageOf(rows, films, NOW, [], 'http://tv.test'))).toEqual([]);
  });

  it('are kept until their film, their next showing or their pictures change', () => {
    const pictures = new KeptPictures();
    const rows = new MovieRows(pictures, 1e6);
    const airing = { start: NOW, stop: NOW + 60 };
    const films = some([aFilm(1)], 1, airing);
    const digest = digestOf(rows, films, NOW);
    // Of the same version it is the same film: what is kept is told without a look at it.
    expect(digestOf(rows, some([aFilm(1, 'Another.')], 1, airing), NOW + 59)).toBe(digest);
    expect(pageOf(rows, some([aFilm(1, 'Another.')], 2, airing), NOW)).toContain('Another.');
    expect(digestOf(rows, films, NOW)).toBe(digest);
    rows.picturesChanged();
    expect(digestOf(rows, films, NOW)).toBe(digest);
    pictures.hashes.set('http://a.test/p.jpg', HASH);
    expect(digestOf(rows, films, NOW)).toBe(digest);
    rows.picturesChanged();
    const shown = `"poster_url":"/static/posters/${HASH}-342.jpg"`;
    expect(pageOf(rows, films, NOW)).toContain(shown);
    expect(pageOf(rows, films, NOW + 60)).toContain('"airings":[]');
  });

  it('take no more than they may, and are forgotten with their film', () => {
    const rows = new MovieRows(new KeptPictures(), 600_000);
    const films = some(Array.from({ length: 10 }, (_, at) => aFilm(at + 1, 'x'.repeat(50_000))));
    const digests = films.films.map((_, at) => digestOf(rows, films, NOW, at));
    expect([rows.size > 100_000, rows.size <= 600_000]).toEqual([true, true]);
    expect(films.films.map((_, at) => digestOf(rows, films, NOW, at))).toEqual(digests);
    rows.retain(() => false);
    expect(rows.size).toBeLessThan(300_000);
  });
});
