// Films learn from TMDB what they are: requests per film, doubles, time against what the limit allows, a second run.
// node build/test/bench/film-enrichment.bench.js [films] [requests a second]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { SCHEMA } from '../../src/data-source.js';
import { SystemClock } from '../../src/platform/clock.js';
import { openDatabase } from '../../src/platform/database/open-database.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { Film } from '../../src/vod/film.entity.js';
import { ENRICH_FILM } from '../../src/vod/film-jobs.js';
import { storeFilm } from '../builders/stored-film.js';
import { createTmdbHost, type FakeFilm } from '../fakes/tmdb-host.js';
import { TmdbHouse } from '../fakes/tmdb-house.js';

const count = Number(process.argv[2] ?? 1000);
const perSecond = Number(process.argv[3] ?? 20);
const LATENCY_MS = 50;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const WORDS = 'night river house king iron last winter stone glass wolf paper island fire silent road'.split(
  ' ',
);

/** Titles of three words, and for every tenth film a remake of the same name. */
const films: FakeFilm[] = Array.from({ length: count }, (_, at) => {
  const of = at % 10 === 9 ? at - 1 : at;
  const word = (step: number): string => WORDS[Math.floor(of / step) % WORDS.length] ?? '';
  const originalTitle = `${word(1)} ${word(WORDS.length)} ${word(WORDS.length ** 2)} ${of}`;
  return {
    id: 1000 + at,
    originalTitle,
    titles: { de: `Der ${originalTitle}` },
    year: 1950 + (at % 70),
    minutes: 90,
  };
});

const folder = mkdtempSync(path.join(tmpdir(), 'rooftop-bench-'));
const clock = new SystemClock();
const logger = new SilentLogger();
const database = await openDatabase({ url: null, dataDir: folder, schema: SCHEMA, clock, logger });
const host = await createTmdbHost({ films, latencyMs: LATENCY_MS, perSecond });
const house = new TmdbHouse({ database, host, clock, dataDir: folder, requestsPerSecond: perSecond });

const ids: number[] = [];
for (const { originalTitle, year } of films) {
  ids.push(
    await storeFilm(database, { title: originalTitle.toUpperCase(), year, durationSeconds: 110 * 60 }),
  );
}
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const started = performance.now();
house.enrichment.start();
await house.jobs.start();
await house.jobs.add(ENRICH_FILM, ids.map(String));
await house.jobs.idle();
const seconds = (performance.now() - started) / 1000;
delay.disable();

const { all } = host.requests;
const targets = new Set(all.map(({ target }) => target));
const floor = all.length / perSecond;
const matched = await database.read.findBy(Film, { tmdbStatus: 'match' });
const right = matched.filter(({ tmdbId }, at) => tmdbId === 1000 + at).length;
say(`films ${count}, matched ${matched.length}, the right one ${right}`);
say(
  `requests ${all.length}: ${(all.length / count).toFixed(2)} per film, ${all.length - targets.size} doubles`,
);
say(`refused for the limit ${host.limited}, at most ${host.mostAtOnce} at once`);
say(
  `time ${seconds.toFixed(1)} s, the limit allows ${floor.toFixed(1)} s: ${(seconds / floor).toFixed(3)} ×`,
);
say(`event loop p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms, max ${(delay.max / 1e6).toFixed(1)} ms`);

const before = all.length;
const again = performance.now();
await house.jobs.add(ENRICH_FILM, ids.map(String));
await house.jobs.idle();
say(
  `second run: ${host.requests.all.length - before} requests, ${((performance.now() - again) / 1000).toFixed(1)} s`,
);
await house.close();
await host.close();
await database.close();
rmSync(folder, { recursive: true, force: true });
