// What a list refresh costs the server: 30,000 entries from a host in another process into SQLite, as the server
// does it. The event loop is judged by the processor time of one turn of the main thread (see LoopWatch).
// node build/test/bench/list-import.bench.js [entries]
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
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
import { ListSnapshotsRepository } from '../../src/scrapers/list-snapshots.repository.js';
import { ListSourcesRepository } from '../../src/scrapers/list-sources.repository.js';
import { ListSourcesService } from '../../src/scrapers/list-sources.service.js';
import { RefreshService } from '../../src/scrapers/refresh.service.js';
import { anAppConfig } from '../builders/app-config.js';
import { createListHost } from '../fakes/list-host.js';
import { LoopWatch } from './loop-watch.js';
import { filmRoom } from '../fakes/film-room.js';

const NAME = 'list.m3u';

/** Plays the provider: one list, another logo or host each time it is told so. */
async function serve(entries: number): Promise<void> {
  const host = await createListHost();
  const put = (logo: string, tv: string): string => host.put(`/${NAME}`, makeList(entries, logo, tv));
  const url = put('a', 'tv');
  process.on('message', ([logo, tv]: [string, string]) => {
    put(logo, tv);
    process.send?.('changed');
  });
  process.on('disconnect', () => process.exit());
  process.send?.(url);
}

function makeList(entries: number, logo: string, tv: string): string {
  const lines = Array.from(
    { length: entries },
    (_, index) =>
      `#EXTINF:-1 tvg-id="st${index}.test" tvg-logo="http://logos.invalid/${logo}/${index}.png" group-title="Group ${index % 60}",Station x${index}z\nhttp://${tv}.invalid/live/${index}.ts\n`,
  );
  return `#EXTM3U\n${lines.join('')}`;
}

/** The baseline: reading alone, in this thread. */
function parseOnly(entries: number): void {
  const bytes = Buffer.from(makeList(entries, 'a', 'tv'));
  const startedAt = performance.now();
  const read = readList(bytes, {
    listSourceId: 1,
    type: 'auto',
    contentType: '',
    grouping: 'tvg-id-then-name',
    filters: {},
    thisYear: 2026,
  });
  const seconds = (performance.now() - startedAt) / 1000;
  process.stdout.write(
    `parse only: ${read.streams} streams, ${Math.round(read.streams / seconds)} entries/s\n`,
  );
}

class ImportBench {
  private readonly watch = new LoopWatch();

  constructor(
    private readonly entries: number,
    private readonly provider: ChildProcess,
  ) {}

  async run(url: string): Promise<void> {
    const dataDir = mkdtempSync(path.join(tmpdir(), 'rooftop-bench-'));
    const clock = new SystemClock();
    const logger = new SilentLogger();
    const lifecycle = new Lifecycle(logger);
    const config = anAppConfig({ sources: { allowPrivate: true } });
    const database = await openDatabase({ url: null, dataDir, schema: SCHEMA, clock, logger });
    const feed = new ChangeFeed(database, new EventBus(logger), clock, lifecycle);
    const repository = new ListSourcesRepository(database, new AuditRepository(database, clock));
    const imports = new ChannelImportService(new ChannelImportRepository(database), feed, clock);
    const films = filmRoom(database, feed, clock, lifecycle).lists;
    const lists = new ListSourcesService(repository, imports, films, clock);
    const reader = new ListReader(config, lifecycle, clock);
    const fetcher = new HttpFetcher(clock);
    const refreshes = new RefreshService(
      repository,
      new ListSnapshotsRepository(database),
      imports,
      films,
      reader,
      fetcher,
      config,
      lifecycle,
      clock,
      logger,
    );
    const { id } = await lists.add({ url }, { allowFiles: false });
    collectGarbage();
    await this.measure('first import', () => refreshes.refresh(id));
    await this.measure('the same list again', () => refreshes.refresh(id));
    await this.change('b', 'tv');
    await this.measure('every logo changed', () => refreshes.refresh(id));
    await this.change('b', 'tv2');
    await this.measure('every address changed', () => refreshes.refresh(id));
    this.watch.stop();
    await lifecycle.shutdown();
    await database.close();
    rmSync(dataDir, { recursive: true });
  }

  private async change(logo: string, tv: string): Promise<void> {
    this.provider.send([logo, tv]);
    await once(this.provider, 'message');
  }

  private async measure(what: string, work: () => Promise<{ status: string }>): Promise<void> {
    const idle = process.memoryUsage().rss;
    let peak = idle;
    const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    this.watch.take();
    const { status } = await work();
    const longest = this.watch.take();
    clearInterval(sampling);
    const seconds = (performance.now() - startedAt) / 1000;
    const used = process.cpuUsage(cpu);
    const row = {
      what,
      status,
      seconds: seconds.toFixed(2),
      entriesPerSecond: Math.round(this.entries / seconds),
      cpuSeconds: ((used.user + used.system) / 1e6).toFixed(2),
      longestTurnCpuMs: longest.cpuMs.toFixed(1),
      longestTurnWallMs: longest.wallMs.toFixed(1),
      rssOverIdleMb: Math.round((peak - idle) / 1e6),
    };
    process.stdout.write(`${JSON.stringify(row)}\n`);
  }
}

/** What loading the program left behind is no cost of the import; a server has collected it long ago. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

const role = process.argv[2];
if (role === 'serve') await serve(Number(process.argv[3]));
else if (role === 'parse') parseOnly(Number(process.argv[3]));
else {
  const entries = Number(role ?? 30_000);
  const file = fileURLToPath(import.meta.url);
  await once(fork(file, ['parse', String(entries)]), 'exit');
  const provider = fork(file, ['serve', String(entries)]);
  const [url] = (await once(provider, 'message')) as [string];
  await new ImportBench(entries, provider).run(url);
  provider.disconnect();
}
