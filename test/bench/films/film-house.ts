import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FilmLibrary } from '../../../src/catalog/films/film-library.js';
import { openHouse, type House } from '../../../src/house.js';
import { relaxHeapGrowth } from '../../../src/platform/heap-growth.js';
import { SilentLogger } from '../../../src/platform/logging/logger.js';
import { createApp } from '../../../src/server.js';
import { UsersService } from '../../../src/users/users.service.js';
import { anAppConfig } from '../../builders/app-config.js';
import { LoopWatch, type LongestTurn } from '../loop-watch.js';
import { ownUsage, serveParent } from '../streams/child.js';
import { changeFilms, storeFilmsOfBench } from './film-rows.js';

/** What a piece of work cost the server. */
export interface Work {
  seconds: number;
  longest: LongestTurn;
  rssBytes: number;
  heapBytes: number;
}

relaxHeapGrowth();
const folder = mkdtempSync(path.join(tmpdir(), 'rooftop-bench-'));
const config = anAppConfig({
  dataDir: folder,
  movies: { requestsPerMinute: 0 },
  http: { maxConnections: 10_000, maxConnectionsPerAddress: 10_000 },
});
process.once('SIGTERM', () => process.exit());
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
// The parent may ask before the house stands.
const opening = open();
/** What `/same` answers: bytes that stand ready, and nothing else is done for them. */
let same = Buffer.alloc(0);
serveParent({ fill, listen, read, change, prepareSame, usage: ownUsage });

async function open(): Promise<{ house: House; app: NestFastifyApplication }> {
  const house = await openHouse(config, new SilentLogger());
  const app = await createApp(house);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get('/trivial', () => ({ ok: true }));
  fastify.get('/same', (_request, reply) => reply.header('content-type', 'application/json').send(same));
  return { house, app };
}

/** Films and their showings into the database, with one viewer. */
async function fill({ films, perFilm }: { films: number; perFilm: number }): Promise<void> {
  const { house, app } = await opening;
  await storeFilmsOfBench(house.database, films, perFilm);
  await app.get(UsersService).add('ines', { password: 'bench-pass' });
}

/** So many bytes as the answer it stands beside has. */
function prepareSame(bytes: number): void {
  same = Buffer.alloc(Math.round(bytes), 'x');
}

async function listen(): Promise<number> {
  const { app } = await opening;
  await app.listen(0, '127.0.0.1');
  return (app.getHttpServer().address() as AddressInfo).port;
}

/** The library reads all that is there. */
async function read(): Promise<Work> {
  const { house, app } = await opening;
  await house.changes.check();
  await app.init();
  return watched(house, () => app.get(FilmLibrary).fresh());
}

/** Some films change, as an enrichment changes them, and the library notices. */
async function change(count: number): Promise<Work> {
  const { house, app } = await opening;
  return watched(house, async () => {
    await changeFilms(house.database, count);
    await house.changes.check();
    await app.get(FilmLibrary).fresh();
  });
}

async function watched({ clock }: House, work: () => Promise<unknown>): Promise<Work> {
  const watch = new LoopWatch();
  const startedAt = clock.monotonic();
  await work();
  const seconds = (clock.monotonic() - startedAt) / 1000;
  // What goes on behind the answer, e.g. rows made in advance, belongs to it.
  await clock.sleep(2_000);
  const longest = watch.take();
  watch.stop();
  const { rss, heapUsed } = process.memoryUsage();
  return { seconds, longest, rssBytes: rss, heapBytes: heapUsed };
}
