import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { BulkRows } from '../../../src/platform/database/bulk-rows.js';
import { touch, type Database } from '../../../src/platform/database/database.js';
import { ImageSource } from '../../../src/platform/images/image-source.entity.js';
import { StoredImage } from '../../../src/platform/images/image.entity.js';
import { FilmAiring } from '../../../src/vod/film-airing.entity.js';
import { Film } from '../../../src/vod/film.entity.js';
import { storeChannels } from '../../builders/stored-channel.js';

const CHANNELS = 300;
const SLICE = 500;
const CHANGED_AT_ONCE = 50;
const FIRST_ID = 500_000_001;
const WORDS =
  'звезда тихий дом river last winter señor лето город night ангел blue море return снег king'.split(' ');
export const GENRES = ['Drama', 'Комедия', 'Action', 'Ужасы', 'Family', 'Thriller', 'Детектив', 'Western'];
const OVERVIEW = 'Two people meet in a town where it never rains, and one of them knows why. ';

export const wordAt = (seed: number): string => WORDS[seed % WORDS.length] ?? '';
export const genreAt = (seed: number): string => GENRES[seed % GENRES.length] ?? '';

/** Three words and a number, which hundreds of films share. */
export const titleAt = (index: number): string =>
  `${[7, 13, 29].map((factor) => wordAt(index * factor + Math.floor(index / factor))).join(' ')} ${index % 997}`;

/** Every other film is known to TMDB. */
function filmAt(index: number, now: number): Partial<Film> {
  const title = titleAt(index);
  const genres = [genreAt(index), genreAt(index * 3 + 1)];
  const year = 1950 + (index % 76);
  const known = index % 2 === 0;
  return {
    ...{ id: FIRST_ID + index, identityKey: String(index), state: 'film', title, originalTitle: '', year },
    ...{ durationSeconds: 6_000, description: OVERVIEW.repeat(3), genres, rating: (index % 100) / 10 },
    ...{ ageLimit: null, isAdult: false, guidePicture: `http://pictures.test/guide/${index}.jpg` },
    ...{ posterUrl: known ? `http://pictures.test/poster/${index}.jpg` : '', backdropUrl: '' },
    ...{ tmdbId: known ? index : null, tmdbStatus: known ? 'match' : 'none', tmdbScore: known ? 1 : null },
    ...{ tmdbReasons: [], tmdbDetails: known ? factsAt(index, title, year, genres) : null },
    ...{ tmdbCheckedAt: now, views: index % 1000, isHidden: false, editedFields: [] },
    ...{ addedAt: now - index, updatedAt: now, retiredAt: null },
  };
}

function factsAt(index: number, title: string, year: number, genres: string[]): object {
  return {
    ...{ title: `The ${title}`, originalTitle: title, year, releaseDate: `${year}-05-01` },
    ...{ overview: OVERVIEW.repeat(5), rating: (index % 97) / 10, minutes: 100, genres },
    ...{ countries: ['Portugal'], directors: ['Inês Prado'], trailer: '', certification: '' },
    cast: Array.from({ length: 10 }, (_, at) => ({ name: `Player ${at} of ${index}`, character: 'X' })),
    otherTitles: Array.from({ length: 4 }, (_, at) => `${wordAt(index + at)} ${wordAt(at * 5)} ${index}`),
  };
}

export async function storeFilmsOfBench(database: Database, films: number, perFilm: number): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  const channels = await storeChannels(
    database,
    Array.from({ length: CHANNELS }, (_, at) => ({ name: `Channel ${at}` })),
  );
  for (let from = 0; from < films; from += SLICE) {
    const rows = Array.from({ length: Math.min(SLICE, films - from) }, (_, at) => filmAt(from + at, now));
    await database.write('films of a benchmark', (manager) => new BulkRows(manager, Film).insert(rows));
  }
  await storePictures(database, films, now);
  const ids = await database.read.query<{ id: number }[]>('SELECT id FROM films ORDER BY id');
  for (let from = 0; from < films * perFilm; from += SLICE) {
    const rows = Array.from({ length: SLICE }, (_, at) => airingAt(from + at, now, channels, ids));
    await database.write('showings of a benchmark', (manager) =>
      new BulkRows(manager, FilmAiring).insert(rows),
    );
  }
  await database.write('films are there', (manager) => touch(manager, 'films'));
}

/** As after some days: every picture is kept. Otherwise the server would be fetching them from nowhere meanwhile. */
async function storePictures(database: Database, films: number, now: number): Promise<void> {
  const hash = 'ab'.repeat(32);
  const image = { hash, width: 500, height: 750, widths: [342], fallback: 'jpeg' as const };
  await database.write('a picture of a benchmark', (manager) =>
    new BulkRows(manager, StoredImage).insert([{ ...image, bytes: 1, addedAt: now, usedAt: now }]),
  );
  for (let from = 0; from < films; from += SLICE) {
    const urls = Array.from({ length: Math.min(SLICE, films - from) }, (_, at) => {
      const { guidePicture = '', posterUrl = '' } = filmAt(from + at, now);
      return [guidePicture, posterUrl].filter((url) => url !== '');
    });
    const rows = urls.flat().map((url) => ({
      urlHash: createHash('sha256').update(url).digest('hex').slice(0, 32),
      ...{ url, imageHash: hash, state: 'ok' as const, reason: '', checkedAt: now, retryAt: null },
    }));
    await database.write('pictures of a benchmark', (manager) =>
      new BulkRows(manager, ImageSource).insert(rows),
    );
  }
}

function airingAt(
  at: number,
  now: number,
  channels: readonly number[],
  films: readonly { id: number }[],
): Partial<FilmAiring> {
  const film = at % films.length;
  const start = now - 3_000 + ((at * 7_919) % (7 * 86_400));
  return {
    ...{ filmId: films[film]?.id ?? 0, channelId: channels[at % channels.length] ?? 0 },
    ...{ start, stop: start + 6_000, title: titleAt(film), details: {} },
  };
}

/** The first of them become something else, a few at a time as enrichments leave them. */
export async function changeFilms(database: Database, count: number): Promise<void> {
  const updatedAt = Math.floor(Date.now() / 1000) + 1;
  for (let from = 0; from < count; from += CHANGED_AT_ONCE) {
    const ids = { from: FIRST_ID + from, to: FIRST_ID + Math.min(from + CHANGED_AT_ONCE, count) };
    await database.write('films change', (manager) =>
      manager
        .createQueryBuilder()
        .update(Film)
        .set({ rating: 5.5, description: 'Another one.', updatedAt })
        .where('id >= :from AND id < :to', ids)
        .execute(),
    );
    await nextTurn();
  }
  await database.write('films changed', (manager) => touch(manager, 'films'));
}
