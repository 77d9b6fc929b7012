// Reads one guide in a process of its own, so that a test can kill it or take its disk away.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SCHEMA } from '../../src/data-source.js';
import type { GuideReport } from '../../src/epg/guide-report.js';
import type { ImportProgress } from '../../src/epg/import/guide-job.js';
import { SystemClock } from '../../src/platform/clock.js';
import { openDatabase } from '../../src/platform/database/open-database.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { GuideHouse } from './guide-house.js';

type Line = { progress: ImportProgress } | { report: GuideReport } | { failure: string };

export interface GuideProcessOptions {
  dataDir: string;
  url: string | null;
  sourceId: number;
  /** No file may grow beyond this. */
  maxFileKilobytes?: number;
}

export class GuideProcess {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  constructor({ dataDir, url, sourceId, maxFileKilobytes }: GuideProcessOptions) {
    const script = fileURLToPath(import.meta.url);
    const limit = maxFileKilobytes === undefined ? 'unlimited' : String(maxFileKilobytes);
    const command = 'ulimit -f "$0" && exec "$@"';
    const args = [process.execPath, script, dataDir, url ?? '', String(sourceId)];
    this.child = spawn('bash', ['-c', command, limit, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const { stdout } = this.child;
    if (!stdout) throw new Error('the process has no output');
    this.lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  /** What the process says until `isWanted`; the last line it said when it ends before. */
  async until(isWanted: (line: Line) => boolean): Promise<Line | undefined> {
    let last: Line | undefined;
    for (;;) {
      const next = await this.lines.next();
      if (next.done) return last;
      last = JSON.parse(next.value) as Line;
      if (isWanted(last)) return last;
    }
  }

  /** It is gone when this resolves, for the system too. */
  async kill(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }
}

const [, script, dataDir, url, sourceId] = process.argv;
if (script === fileURLToPath(import.meta.url) && dataDir !== undefined) {
  const say = (line: Line): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
  const database = await openDatabase({
    url: url === undefined || url === '' ? null : url,
    dataDir,
    schema: SCHEMA,
    clock: new SystemClock(),
    logger: new SilentLogger(),
  });
  const house = new GuideHouse(database, { dataDir });
  try {
    const onProgress = (progress: ImportProgress): void => say({ progress });
    say({ report: await house.refreshes.refresh(Number(sourceId), { onProgress }) });
  } catch (error) {
    say({ failure: String(error) });
  }
  process.exit(0);
}
