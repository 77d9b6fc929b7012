// What bringing in a guide costs: from a loopback server (a process of its own) to "swapped and serving".
// node build/test/bench/guide-import.bench.js [programmes] [channels]
import Sqlite from 'better-sqlite3';
import { createReadStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { XmltvReader } from '../../src/core/xmltv/reader.js';
import { SCHEMA } from '../../src/data-source.js';
import { SystemClock } from '../../src/platform/clock.js';
import { openDatabase } from '../../src/platform/database/open-database.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { GuideHouse } from '../fakes/guide-house.js';
import { serveFile } from './file-server.js';
import { writeGuideFile } from './guide-files.js';
import { LoopWatch } from './loop-watch.js';

const programmes = Number(process.argv[2] ?? 1_000_000);
const channels = Number(process.argv[3] ?? 2000);
const now = Math.floor(Date.now() / 3_600_000) * 3600;

const dataDir = mkdtempSync(path.join(tmpdir(), 'rooftop-bench-'));
const file = path.join(dataDir, 'guide.xml');
const megabytes = (await writeGuideFile(file, { channels, programmes, start: now })) / 1e6;
const server = await serveFile(file);
const clock = new SystemClock();
const database = await openDatabase({
  url: null,
  dataDir,
  schema: SCHEMA,
  clock,
  logger: new SilentLogger(),
});
const house = new GuideHouse(database, {
  dataDir,
  guides: { maxBytes: 8 * 1024 ** 3, fetchTimeoutSeconds: 600 },
});
const { id } = await house.guides.add({ url: `${server.url}/guide.xml` }, { allowFiles: false });

async function measure(what: string, work: () => Promise<string>): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const idle = process.memoryUsage().rss;
  const memory = { peak: idle };
  const sampling = setInterval(() => (memory.peak = Math.max(memory.peak, process.memoryUsage().rss)), 20);
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  delay.enable();
  const result = await work();
  delay.disable();
  clearInterval(sampling);
  const seconds = (performance.now() - startedAt) / 1000;
  const used = process.cpuUsage(cpu);
  const cpuSeconds = (used.user + used.system) / 1e6;
  const row = {
    what,
    result,
    megabytes: Math.round(megabytes),
    seconds: seconds.toFixed(1),
    cpuSeconds: cpuSeconds.toFixed(1),
    loopP99Ms: (delay.percentile(99) / 1e6).toFixed(1),
    loopMaxMs: (delay.max / 1e6).toFixed(1),
    rssOverIdleMb: Math.round((memory.peak - idle) / 1e6),
  };
  process.stdout.write(`${JSON.stringify(row)}\n`);
}

async function refresh(): Promise<string> {
  const steps = new Map<string, number>();
  const report = await house.refreshes.refresh(id, {
    force: true,
    onProgress: ({ step }) => steps.set(step, performance.now()),
  });
  return `${report.status} ${report.programmes} ${report.reason ?? ''}`;
}

await measure('import', refresh);
await house.cleaner.clean();
await measure('import again, beside the one that serves', refresh);
await house.cleaner.clean();
await measure('import, its longest turns of the main thread', async () => {
  const watch = new LoopWatch();
  await refresh();
  const { cpuMs } = watch.take();
  await house.cleaner.clean();
  const cleaning = watch.take();
  watch.stop();
  return `${cpuMs.toFixed(1)} ms importing, ${cleaning.cpuMs.toFixed(1)} ms deleting the generation before`;
});
process.stdout.write(
  `database ${Math.round(statSync(path.join(dataDir, 'rooftop.sqlite')).size / 1e6)} MB\n`,
);

await measure('parse only, this thread', async () => {
  let found = 0;
  const reader = new XmltvReader({ channel: () => undefined, programme: () => (found += 1) });
  for await (const chunk of createReadStream(file, { highWaterMark: 65_536 })) reader.write(chunk as Buffer);
  return `${reader.end().programmes} ${found}`;
});
await measure('insert only: a row per programme, prepared, no index, this thread', () => {
  const raw = new Sqlite(path.join(dataDir, 'raw.sqlite'));
  raw.pragma('journal_mode = WAL');
  raw.exec('CREATE TABLE shadow (channel integer, start integer, stop integer, title text, body text)');
  const insert = raw.prepare('INSERT INTO shadow VALUES (?, ?, ?, ?, ?)');
  const body = 'x'.repeat(150);
  for (let at = 0; at < programmes;) {
    raw.exec('BEGIN');
    for (let n = 0; n < 5000 && at < programmes; n++, at++) {
      insert.run(at % channels, at, at + 1, 'A title', body);
    }
    raw.exec('COMMIT');
  }
  raw.close();
  return Promise.resolve('done');
});

await house.lifecycle.shutdown();
server.close();
await database.close();
rmSync(dataDir, { recursive: true });
