// What the film API and the film lists of players cost: 20,000 films with 100,000 showings in memory, over loopback.
// node build/test/bench/movies.bench.js [films] [requests of each kind] [connections]
import { FilmAnswers } from '../../src/catalog/films/film-answers.js';
import { FilmLibrary } from '../../src/catalog/films/film-library.js';
import { DEFAULT_FILM_OPTIONS, type FilmSource } from '../../src/catalog/films/film-source.js';
import { MovieAnswers } from '../../src/catalog/films/movie-answers.js';
import type { MovieWish } from '../../src/catalog/films/movie-query.js';
import { SystemClock } from '../../src/platform/clock.js';
import { EventBus } from '../../src/platform/events/event-bus.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import type { Film } from '../../src/vod/film.entity.js';
import type { ShownAiring } from '../../src/vod/shown-films.repository.js';
import { aChannel } from '../builders/catalog-builder.js';
import { FakeChannels } from '../fakes/player-house.js';
import { LoopWatch } from './loop-watch.js';

const CHANNELS = 300;
const SLICE = 500;
const WORDS =
  'звезда тихий дом river last winter señor лето город night ангел blue море return снег king'.split(' ');
const GENRES = ['Drama', 'Комедия', 'Action', 'Ужасы', 'Family', 'Thriller', 'Детектив', 'Western'];
const [films = 20_000, requests = 5_000, connections = 50] = process.argv.slice(2).map(Number);
const clock = new SystemClock();
const now = Math.floor(clock.now() / 1000);

const pick = (list: readonly string[], seed: number): string => list[seed % list.length] ?? '';

function film(index: number): Film {
  const title = [7, 13, 29]
    .map((factor) => pick(WORDS, index * factor + Math.floor(index / factor)))
    .join(' ');
  const description = `${title}. `.repeat(12);
  return {
    ...{
      id: 500_000_000 + index,
      identityKey: String(index),
      state: 'film',
      title: `${title} ${index % 97}`,
    },
    ...{
      originalTitle: '',
      year: 1950 + (index % 76),
      durationSeconds: 6_000,
      description,
      rating: (index % 100) / 10,
    },
    ...{ genres: [pick(GENRES, index), pick(GENRES, index * 3 + 1)], ageLimit: null, isAdult: false },
    ...{
      guidePicture: '',
      posterUrl: '',
      backdropUrl: '',
      tmdbId: null,
      tmdbStatus: 'pending',
      tmdbScore: null,
    },
    ...{ tmdbReasons: [], tmdbDetails: null, tmdbCheckedAt: null, views: index % 1000, isHidden: false },
    ...{ editedFields: [], addedAt: now - index, updatedAt: now, retiredAt: null },
  };
}

function* airings(): Generator<ShownAiring> {
  for (let id = 1; id <= films * 5; id++) {
    const start = now - 3_000 + ((id * 7919) % (7 * 86_400));
    yield {
      id,
      filmId: 500_000_000 + (id % films),
      channelId: 1 + (id % CHANNELS),
      start,
      stop: start + 6_000,
      title: 'A',
    };
  }
}

// eslint-disable-next-line @typescript-eslint/require-await
async function* sliced<T>(items: Iterable<T>): AsyncGenerator<T[]> {
  let slice: T[] = [];
  for (const item of items) {
    if (slice.push(item) < SLICE) continue;
    yield slice;
    slice = [];
  }
  yield slice;
}

const source: FilmSource = {
  films: () => sliced(stored),
  airings: () => sliced(airings()),
  ways: () => sliced([]),
  series: () => sliced([]),
  episodes: () => sliced([]),
};
const logger = new SilentLogger();
const lifecycle = new Lifecycle(logger);
const channels = new FakeChannels();
channels.channels = Array.from({ length: CHANNELS }, (_, index) =>
  aChannel({ id: index + 1, num: index + 1 }),
);
const pictures = { hashOf: () => null, want: () => undefined };
const options = DEFAULT_FILM_OPTIONS;
const library = new FilmLibrary(source, channels, new EventBus(logger), options, clock, logger, lifecycle);
const movies = new MovieAnswers(library, pictures, options, clock);
const players = new FilmAnswers(library, pictures, { timezone: 'Europe/Lisbon' }, options, clock, lifecycle);
const asker = { base: 'http://tv.home.test:8080', encoding: 'identity' } as const;

/** As many askers at once as there are connections, each asks again when it has its answer. */
async function measure(name: string, ask: (index: number) => Promise<unknown>): Promise<void> {
  const waits: number[] = [];
  let next = 0;
  const began = performance.now();
  const asking = async (): Promise<void> => {
    while (next < requests) {
      const index = next++;
      const from = performance.now();
      await new Promise((resolve) => setImmediate(resolve));
      await ask(index);
      waits.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: connections }, asking));
  const seconds = (performance.now() - began) / 1000;
  waits.sort((a, b) => a - b);
  const p99 = waits[Math.floor(waits.length * 0.99)] ?? 0;
  print(`${name.padEnd(28)} ${(requests / seconds).toFixed(0).padStart(8)}/s   p99 ${p99.toFixed(2)} ms`);
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const list = (wish: Partial<MovieWish>) => movies.list({ page: 1, perPage: 50, ...wish }, asker);

const stored = Array.from({ length: films }, (_, index) => film(index));
const watch = new LoopWatch();
const began = performance.now();
library.onModuleInit();
await library.fresh();
print(
  `${films} films read in ${(performance.now() - began).toFixed(0)} ms, longest turn ${watch.take().cpuMs.toFixed(1)} ms CPU`,
);
await list({});
print(`the first list: longest turn ${watch.take().cpuMs.toFixed(1)} ms CPU`);
await players.list({ allowedCategoryIds: null }, 'vod_streams', undefined, asker);
print(`the first get_vod_streams: longest turn ${watch.take().cpuMs.toFixed(1)} ms CPU`);
watch.stop();
await measure('nothing', () => Promise.resolve());
await measure('list', () => list({}));
await measure('list, another page each', (index) => list({ page: 1 + (index % 400) }));
await measure('filters, all different', (index) =>
  list({ genre: pick(GENRES, index), year: 1950 + (index % 76), ratingGte: (index % 97) / 10 }),
);
await measure('search, all different', (index) =>
  list({ q: `${pick(WORDS, index)} ${index % 97}`, page: 1 + (index % 3) }),
);
await measure('get_vod_streams', () =>
  players.list({ allowedCategoryIds: null }, 'vod_streams', undefined, asker),
);
await lifecycle.shutdown();
