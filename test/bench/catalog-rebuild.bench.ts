// What a change of the records costs, and how long it ever holds the event loop. The processor time of a
// turn is that of the main thread alone (Linux only): other programs make holds longer, but not this.
// node build/test/bench/catalog-rebuild.bench.js [channels]
import { CatalogService } from '../../src/catalog/catalog.service.js';
import { DEFAULT_CATALOG_OPTIONS } from '../../src/catalog/catalog-source.js';
import { SystemClock } from '../../src/platform/clock.js';
import { EventBus } from '../../src/platform/events/event-bus.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { aCategory, aChannel } from '../builders/catalog-builder.js';
import { FakeChannels, FakeGuides } from '../fakes/player-house.js';
import { LoopWatch } from './loop-watch.js';

const CATEGORIES = 200;
const count = Number(process.argv[2] ?? 50_000);
const logger = new SilentLogger();
const lifecycle = new Lifecycle(logger);
const events = new EventBus(logger);
const channels = new FakeChannels();
channels.categories = Array.from({ length: CATEGORIES }, (_, index) => aCategory({ id: index + 1 }));
channels.channels = Array.from({ length: count }, (_, index) =>
  aChannel({
    id: index + 1,
    num: index + 1,
    name: `Canal número ${index} HD`,
    categoryId: (index % CATEGORIES) + 1,
    logo: `https://img.home.test/logos/${index}/channel.png`,
    epgChannelId: `canal${index}.es`,
  }),
);
const catalog = new CatalogService(
  channels,
  new FakeGuides(),
  events,
  DEFAULT_CATALOG_OPTIONS,
  new SystemClock(),
  logger,
  lifecycle,
);
const everybody = { allowedCategoryIds: null };
const half = { allowedCategoryIds: Array.from({ length: CATEGORIES / 2 }, (_, index) => index + 1) };
const style = { plus: true, output: 'ts' } as const;
const ownerOf = (username: string) => ({
  baseUrl: 'http://tv.home.test:8080',
  username,
  password: 'm0tDePasse',
});
const loop = new LoopWatch();

async function step(name: string, work: () => Promise<unknown>): Promise<void> {
  loop.take();
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  const { wallMs, cpuMs } = loop.take();
  const cells = [
    name.padEnd(34),
    `${(performance.now() - startedAt).toFixed(0)} ms`.padEnd(9),
    `${((user + system) / 1000).toFixed(0)} ms CPU`.padEnd(13),
    `longest hold ${wallMs.toFixed(1)} ms`,
    `most CPU in a turn ${cpuMs.toFixed(1)} ms`,
  ];
  process.stdout.write(`${cells.join(' ')}\n`);
}

await step('first edition', async () => {
  catalog.onModuleInit();
  await catalog.fresh();
});
await step('get_live_streams, gzip', () => catalog.list(everybody, 'live_streams', undefined, 'gzip'));
await step('the same for half of them', () => catalog.list(half, 'live_streams', undefined, 'gzip'));
await step('channels of xmltv.php', async () =>
  catalog.current?.guideHead(everybody.allowedCategoryIds, () => true),
);
await step('panel_api.php', () => catalog.panel(everybody));
await step('get.php of the first viewer, gzip', () =>
  catalog.playlist(everybody, ownerOf('one'), style, 'gzip'),
);
await step('get.php of the next viewer, gzip', () =>
  catalog.playlist(everybody, ownerOf('two'), style, 'gzip'),
);
await step('a change: all of that again', async () => {
  events.emit('channels.changed', {});
  await catalog.fresh();
});
loop.stop();
process.stdout.write(`RSS ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB\n`);
await lifecycle.shutdown();
