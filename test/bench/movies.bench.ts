// What the film API costs over HTTP beside a trivial JSON route of the same server and beside a route that does nothing but
// send as many bytes, and what its films cost the server:
// the whole program over SQLite with 20,000 films and 100,000 showings, askers in a process of their own.
// npm run bench -- movies [films] [seconds] [rounds] [connections] [only what has this in its name]
import { BenchChild, type Usage } from './streams/child.js';
import type { Work } from './films/film-house.js';
import { genreAt, wordAt } from './films/film-rows.js';
import type { LoadOptions, LoadResult } from './http-load.js';

const AIRINGS_PER_FILM = 5;
/** More than are asked in all rounds: no question comes twice. */
const QUESTIONS = 60_000;
const PLAYER = '/player_api.php?username=ines&password=bench-pass&action=get_vod_streams';
const [films = 20_000, seconds = 3, rounds = 3, connections = 50] = process.argv.slice(2, 6).map(Number);
const only = process.argv[6] ?? '';

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function questions(make: (index: number) => Record<string, string | number>): string[] {
  return Array.from({ length: QUESTIONS }, (_, index) => {
    const asked = Object.fromEntries(
      Object.entries(make(index)).map(([name, value]) => [name, String(value)]),
    );
    return `/api/movies?${new URLSearchParams(asked).toString()}`;
  });
}

const SORTS = ['airing', 'rating', 'added', 'views'];
const SUBJECTS: readonly { name: string; path: string | string[]; headers?: Record<string, string> }[] = [
  { name: 'list, the first page', path: '/api/movies' },
  { name: 'list, the first page, gzip', path: '/api/movies', headers: { 'Accept-Encoding': 'gzip' } },
  {
    name: 'list, another page each',
    path: questions((index) => ({
      sort: SORTS[index % 4] ?? '',
      page: 1 + (Math.floor(index / 4) % 400),
      per_page: 50 - Math.floor(index / 1600),
    })),
  },
  {
    name: 'filters, all different',
    path: questions((index) => ({
      genre: genreAt(index),
      year: 1950 + (index % 76),
      rating_gte: (index % 101) / 10,
      source: index % 2 === 0 ? 'tmdb' : 'preview',
    })),
  },
  {
    name: 'wide filters, all different',
    path: questions((index) => ({
      rating_gte: (index % 9973) / 2000,
      sort: SORTS[index % 4] ?? '',
      page: 1 + (index % 7),
    })),
  },
  {
    name: 'search, all different',
    path: questions((index) => ({ q: `${wordAt(index)} ${index % 997}`, page: 1 + (index % 3) })),
  },
  {
    name: 'search by one letter or two',
    path: questions((index) => ({
      q: wordAt(index).slice(0, 1 + (index % 2)),
      page: 1 + (Math.floor(index / 16) % 100),
      per_page: 50 - Math.floor(index / 1600),
    })),
  },
  {
    name: 'list, another page each, gzip',
    path: questions((index) => ({
      sort: SORTS[index % 4] ?? '',
      page: 1 + (Math.floor(index / 4) % 400),
      per_page: 100 - Math.floor(index / 1600),
    })),
    headers: { 'Accept-Encoding': 'gzip' },
  },
  { name: 'get_vod_streams, gzip', path: PLAYER, headers: { 'Accept-Encoding': 'gzip' } },
];

const server = BenchChild.start('../films/film-house.js');
const loader = BenchChild.start('../http-loader.js');
try {
  await server.ask('fill', { films, perFilm: AIRINGS_PER_FILM });
  tell('all films read', await server.ask<Work>('read'));
  const port = await server.ask<number>('listen');
  for (const subject of SUBJECTS.filter(({ name }) => name.includes(only))) await measure(port, subject);
  for (const count of [20, films]) tell(`${count} films changed`, await server.ask<Work>('change', count));
} finally {
  await Promise.all([server.stop(), loader.stop()]);
}

function tell(what: string, { seconds: took, longest, rssBytes, heapBytes }: Work): void {
  print(
    `${what.padEnd(32)} ${took.toFixed(2)} s, longest turn ${longest.cpuMs.toFixed(1)} ms CPU (${longest.wallMs.toFixed(0)} by the clock), RSS ${megabytes(rssBytes)}, heap ${megabytes(heapBytes)}`,
  );
}

/** Rounds take turns with the trivial route, so that a busy moment counts for both. The first warms up. */
async function measure(port: number, { name, path, headers = {} }: (typeof SUBJECTS)[number]): Promise<void> {
  const results: LoadResult[] = [];
  const ratios: number[] = [];
  const beside: LoadResult[] = [];
  const besideRatios: number[] = [];
  const costs: number[] = [];
  const perRound = Math.floor(QUESTIONS / (rounds + 1));
  for (let round = 0; round <= rounds; round++) {
    const paths = typeof path === 'string' ? path : path.slice(round * perRound, (round + 1) * perRound);
    const before = await server.ask<Usage>('usage');
    const own = await asked({ port, path: paths, headers, connections, seconds });
    const after = await server.ask<Usage>('usage');
    await server.ask('prepareSame', own.bytes / own.requests);
    const same = await asked({ port, path: '/same', headers: {}, connections, seconds });
    const trivial = await asked({ port, path: '/trivial', headers: {}, connections, seconds });
    if (own.failures > 0) throw new Error(`${name}: ${own.failures} failures`);
    if (round === 0) continue;
    results.push(own);
    costs.push(((after.cpuSeconds - before.cpuSeconds) / own.requests) * 1000);
    ratios.push(rateOf(own) / rateOf(trivial));
    beside.push(same);
    besideRatios.push(rateOf(same) / rateOf(trivial));
  }
  const rate = middle(results.map(rateOf));
  const bytes = middle(results.map((result) => result.bytes / result.requests));
  const p50 = middle(results.map((result) => result.p50Ms));
  const p99 = middle(results.map((result) => result.p99Ms));
  print(
    `${name.padEnd(32)} ${rate.toFixed(0).padStart(7)}/s  p50 ${p50.toFixed(1)}  p99 ${p99.toFixed(1)} ms  ${middle(costs).toFixed(3)} ms CPU each  ${(bytes / 1000).toFixed(1)} KB  ${middle(ratios).toFixed(2)} of a trivial route; the same bytes alone: ${middle(besideRatios).toFixed(2)}, p99 ${middle(beside.map((result) => result.p99Ms)).toFixed(1)} ms`,
  );
}

function rateOf({ requests, seconds: took }: LoadResult): number {
  return requests / took;
}

function asked(options: LoadOptions): Promise<LoadResult> {
  return loader.ask<LoadResult>('load', options);
}
