// What a list refresh costs the server: 30,000 entries from a loopback host into SQLite, as the server does it.
// node build/test/bench/list-import.bench.js [entries]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { ChannelImportRepository } from '../../src/channels/channel-import.repository.js';
import { ChannelImportService } from '../../src/channels/channel-import.service.js';
import { SCHEMA } from '../../src/data-source.js';
import { SystemClock } from '../../src/platform/clock.js';
import { AuditRepository } from '../../src/platform/audit/audit.repository.js';
import { ChangeFeed } from '../../src/platform/database/change-feed.js';
import { openDatabase } from '../../src/platform/database/open-database.js';
import { EventBus } from '../../src/platform/events/event-bus.js';
import { HttpFetcher } from '../../src/platform/http/fetcher.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { ListReader } from '../../src/scrapers/list-reader.js';
import { readList } from '../../src/scrapers/read-list.js';
import { ListSourcesRepository } from '../../src/scrapers/list-sources.repository.js';
import { ListSourcesService } from '../../src/scrapers/list-sources.service.js';
import { RefreshService } from '../../src/scrapers/refresh.service.js';
import { anAppConfig } from '../builders/app-config.js';
import { createListHost } from '../fakes/list-host.js';

const entries = Number(process.argv[2] ?? 30_000);

function makeList(logo: string): string {
  const lines = Array.from({ length: entries }, (_, index) => {
    const name = `Station x${index}z`;
    return `#EXTINF:-1 tvg-id="st${index}.test" tvg-logo="http://logos.invalid/${logo}/${index}.png" group-title="Group ${index % 60}",${name}\nhttp://tv.invalid/live/${index}.ts\n`;
  });
  return `#EXTM3U\n${lines.join('')}`;
}

const dataDir = mkdtempSync(path.join(tmpdir(), 'rooftop-bench-'));
const clock = new SystemClock();
const logger = new SilentLogger();
const lifecycle = new Lifecycle(logger);
const config = anAppConfig({ sources: { allowPrivate: true } });
const database = await openDatabase({ url: null, dataDir, schema: SCHEMA, clock, logger });
const feed = new ChangeFeed(database, new EventBus(logger), clock, lifecycle);
const repository = new ListSourcesRepository(database, new AuditRepository(database, clock));
const imports = new ChannelImportService(new ChannelImportRepository(database), feed, clock);
const lists = new ListSourcesService(repository, imports, clock);
const refreshes = new RefreshService(
  repository,
  imports,
  new ListReader(config, lifecycle, clock),
  new HttpFetcher(clock),
  config,
  lifecycle,
  clock,
  logger,
);
const host = await createListHost();

const first = makeList('a');
const { id } = await lists.add({ url: host.put('/l.m3u', first) }, { allowFiles: false });

async function measure(what: string, work: () => Promise<{ status: string }>): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const memory = { peak: process.memoryUsage().rss, idle: process.memoryUsage().rss };
  const sampling = setInterval(() => (memory.peak = Math.max(memory.peak, process.memoryUsage().rss)), 20);
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  delay.enable();
  const { status } = await work();
  delay.disable();
  clearInterval(sampling);
  const seconds = (performance.now() - startedAt) / 1000;
  const used = process.cpuUsage(cpu);
  const row = {
    what,
    status,
    seconds: seconds.toFixed(2),
    entriesPerSecond: Math.round(entries / seconds),
    cpuSeconds: ((used.user + used.system) / 1e6).toFixed(2),
    loopP99Ms: (delay.percentile(99) / 1e6).toFixed(1),
    loopMaxMs: (delay.max / 1e6).toFixed(1),
    rssOverIdleMb: Math.round((memory.peak - memory.idle) / 1e6),
  };
  process.stdout.write(`${JSON.stringify(row)}\n`);
}

const bytes = Buffer.from(first);
await measure('parse only, this thread', () => {
  const read = readList(bytes, {
    listSourceId: 1,
    type: 'auto',
    contentType: '',
    grouping: 'tvg-id-then-name',
    filters: {},
  });
  return Promise.resolve({ status: `${read.streams} streams` });
});
await measure('first import', () => refreshes.refresh(id));
await measure('unchanged', () => refreshes.refresh(id));
host.put('/l.m3u', makeList('b'));
await measure('every logo changed', () => refreshes.refresh(id));
host.put('/l.m3u', makeList('b').replaceAll('tv.invalid', 'tv2.invalid'));
await measure('every address changed', () => refreshes.refresh(id));

await lifecycle.shutdown();
await host.close();
await database.close();
rmSync(dataDir, { recursive: true });
