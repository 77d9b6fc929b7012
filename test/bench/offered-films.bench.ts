// What the filing of offered films costs the event loop: one list offers them all, offers them again, and then tells
// something else of each. npm run bench -- offered-films [films]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SystemClock } from '../../src/platform/clock.js';
import { ChangeFeed } from '../../src/platform/database/change-feed.js';
import { openDatabase } from '../../src/platform/database/open-database.js';
import { EventBus } from '../../src/platform/events/event-bus.js';
import { relaxHeapGrowth } from '../../src/platform/heap-growth.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { SCHEMA } from '../../src/data-source.js';
import type { Offer, OfferSet } from '../../src/vod/offers/offer.js';
import { anOffer } from '../builders/an-offer.js';
import { filmRoom } from '../fakes/film-room.js';
import { titleAt } from './films/film-rows.js';
import { LoopWatch } from './loop-watch.js';

const SLICE = 250;
const [films = 20_000] = process.argv.slice(2).map(Number);

function offerAt(index: number, edition: number): Offer {
  return anOffer({
    ...{ key: String(index), title: `${titleAt(index)} ${index}`, year: 1950 + (index % 76) },
    ...{ durationSeconds: 5_400 + (index % 60) * 60, label: `${titleAt(index)} (${edition})` },
    locator: `http://vod.test/${index}.mkv`,
  });
}

/** Made a few at a time, as a list is read. */
function offersOf(edition: number): OfferSet {
  return {
    async *slices() {
      for (let from = 0; from < films; from += SLICE) {
        const count = Math.min(SLICE, films - from);
        yield Array.from({ length: count }, (_, at) => offerAt(from + at, edition));
        await nextTurn();
      }
    },
  };
}

relaxHeapGrowth();
const dataDir = mkdtempSync(path.join(tmpdir(), 'rooftop-bench-'));
process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
const clock = new SystemClock();
const logger = new SilentLogger();
const lifecycle = new Lifecycle(logger);
const database = await openDatabase({ url: null, dataDir, schema: SCHEMA, clock, logger });
const feed = new ChangeFeed(database, new EventBus(logger), clock, lifecycle);
const { offered } = filmRoom(database, feed, clock, lifecycle);
const watch = new LoopWatch();
for (const [what, edition] of [
  ['all new', 1],
  ['nothing new', 1],
  ['all told otherwise', 2],
] as const) {
  watch.take();
  const startedAt = performance.now();
  await offered.apply({ origin: 'list', listSourceId: 1 }, offersOf(edition));
  const seconds = (performance.now() - startedAt) / 1000;
  const { cpuMs, wallMs } = watch.take();
  const { rss, heapUsed } = process.memoryUsage();
  process.stdout.write(
    `${films} films, ${what.padEnd(20)} ${seconds.toFixed(1)} s, longest turn ${cpuMs.toFixed(1)} ms CPU ` +
      `(${wallMs.toFixed(0)} by the clock), RSS ${(rss / 1e6).toFixed(0)} MB, heap ${(heapUsed / 1e6).toFixed(0)} MB\n`,
  );
}
watch.stop();
await lifecycle.shutdown();
await database.close();
