import { describe, expect, it } from '@jest/globals';
import type { Movie } from '../../core/films/present-movie.js';
import { TextPool, toFilm, type CatalogFilm } from './catalog-film.js';
import { joinRows, MovieRows } from './movie-rows.js';

const NOW = 1_800_000_000;
const HASH = 'ab'.repeat(32);

class KeptPictures {
  readonly hashes = new Map<string, string>();
  hashOf = (url: string): string | null => this.hashes.get(url) ?? null;
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

const read = (bytes: Buffer): Movie[] => JSON.parse(bytes.toString()) as Movie[];

describe('rows of films', () => {
  it('are joined with the address of this server where its pictures are, and nowhere else', () => {
    const pictures = new KeptPictures();
    pictures.hashes.set('http://a.test/g.jpg', HASH);
    const rows = new MovieRows(pictures, 1e6);
    const tricky = 'Ёж said "poster_url":"/x" and {"preview_image":"/static"}';
    const films = [aFilm(1, tricky), aFilm(2), aFilm(3, tricky)];
    const page = joinRows(
      '[',
      films.map((film) => rows.row(film, NOW)),
      ']',
      'http://tv.test:8080/ü"',
    );
    const [first, ...others] = read(page);
    expect(first?.epg_data.preview_image).toBe(`http://tv.test:8080/ü"/static/posters/${HASH}-342.jpg`);
    expect([first?.tmdb_data?.poster_url, first?.epg_data.description]).toEqual([
      'http://a.test/p.jpg',
      tricky,
    ]);
    expect(others.map(({ id }) => id)).toEqual([2, 3]);
    expect(read(joinRows('[', [], ']', 'http://tv.test'))).toEqual([]);
  });

  it('are kept until their film, their next showing or their pictures change', () => {
    const pictures = new KeptPictures();
    const rows = new MovieRows(pictures, 1e6);
    const channel = { id: 1, name: 'One', num: 1, categoryId: 1, logo: '', epgChannelId: '' };
    const airing = { channel: { ...channel, addedAt: 0, isAdult: false, archiveDays: 0 }, title: 'Film 1' };
    const film = { ...aFilm(1), airings: [{ ...airing, start: NOW, stop: NOW + 60 }] };
    const row = rows.row(film, NOW);
    expect(rows.row(film, NOW + 59)).toBe(row);
    expect(rows.row({ ...film }, NOW)).not.toBe(row);
    const again = rows.row(film, NOW);
    rows.picturesChanged();
    expect(rows.row(film, NOW)).toBe(again);
    pictures.hashes.set('http://a.test/p.jpg', HASH);
    expect(rows.row(film, NOW)).toBe(again);
    rows.picturesChanged();
    expect(rows.row(film, NOW).json.toString()).toContain(`"poster_url":"/static/posters/${HASH}-342.jpg"`);
    expect(rows.row(film, NOW + 60).json.toString()).toContain('"airings":[]');
  });

  it('take no more than they may, and are forgotten with their film', () => {
    const rows = new MovieRows(new KeptPictures(), 3_000);
    for (let id = 1; id <= 10; id++) rows.row(aFilm(id), NOW);
    expect([rows.size > 500, rows.size <= 3_000]).toEqual([true, true]);
    rows.retain(() => false);
    expect(rows.size).toBe(0);
  });
});
