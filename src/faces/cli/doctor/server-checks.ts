import { rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { finding, type DoctorFinding } from '../../../core/doctor/words.js';
import type { Clock } from '../../../platform/clock.js';
import type { AppConfig } from '../../../platform/config/app-config.js';
import type { Database } from '../../../platform/database/database.js';
import { errorCode } from '../../../platform/errors/error-code.js';
import { redactText } from '../../../platform/logging/redact.js';
import type { ListSource } from '../../../scrapers/list-source.entity.js';
import type { EngineRegistry } from '../../../streaming/engine/engine-registry.js';
import type { ServerState } from './own-server.js';

export interface ServerFacts {
  config: Pick<AppConfig, 'dataDir' | 'server'>;
  clock: Clock;
  database: Pick<Database, 'dialect' | 'write'>;
  lists: readonly ListSource[];
  engines: Pick<EngineRegistry, 'engines'>;
  ffmpegVersion: string | undefined;
  address: string;
  state: ServerState;
  signal: AbortSignal;
}

const MB = 1_000_000;
const FULL_BYTES = 100 * MB;
const LOW_BYTES = 1000 * MB;
/** So far clocks may differ without harm, seconds. */
const CLOCK_TOLERANCE = 3_600;
/** Nothing here was written before this program was. */
const PROGRAM_SECONDS = Date.UTC(2026, 0, 1) / 1000;

/** What the server stands on, one thing after the other. */
export async function serverFindings(facts: ServerFacts): Promise<DoctorFinding[]> {
  return [
    await dataFolder(facts),
    await database(facts),
    ...(await disk(facts)),
    clockOf(facts),
    finding(PORT_CODES[facts.state], { address: facts.address }),
    ...(await engines(facts)),
    facts.ffmpegVersion === undefined
      ? finding('ffmpeg-none')
      : finding('ffmpeg-ok', { version: facts.ffmpegVersion }),
    ...lists(facts),
  ];
}

const PORT_CODES = { ours: 'port-ours', free: 'port-free', foreign: 'port-foreign' } as const;

async function dataFolder({ config }: ServerFacts): Promise<DoctorFinding> {
  const file = path.join(config.dataDir, `.doctor-${process.pid}`);
  try {
    await writeFile(file, '');
    await rm(file);
    return finding('data-ok');
  } catch (error) {
    return finding('data-locked', { detail: errorCode(error) ?? 'unknown' });
  }
}

async function database({ database: store }: ServerFacts): Promise<DoctorFinding> {
  try {
    await store.write('doctor', () => Promise.resolve());
    return finding('database-ok', { dialect: store.dialect === 'postgres' ? 'PostgreSQL' : 'SQLite' });
  } catch (error) {
    return finding('database-broken', { detail: errorCode(error) ?? 'unknown' });
  }
}

async function disk({ config }: ServerFacts): Promise<DoctorFinding[]> {
  const room = await statfs(config.dataDir).catch(() => undefined);
  if (!room) return [];
  const bytes = room.bavail * room.bsize;
  const free = bytes >= 10_000 * MB ? `${Math.round(bytes / 1e9)} GB` : `${Math.round(bytes / MB)} MB`;
  const code = bytes < FULL_BYTES ? 'disk-full' : bytes < LOW_BYTES ? 'disk-low' : 'disk-ok';
  return [finding(code, { free })];
}

/** A clock that was set back shows by what happened after "now". */
function clockOf({ clock, config, lists: all }: ServerFacts): DoctorFinding {
  const nowSeconds = Math.floor(clock.now() / 1000);
  const newest = Math.max(PROGRAM_SECONDS, ...all.map(({ lastRunAt }) => lastRunAt ?? 0));
  const facts = { time: isoMinute(nowSeconds), zone: config.server.timezone, later: isoMinute(newest) };
  return finding(nowSeconds + CLOCK_TOLERANCE < newest ? 'clock-wrong' : 'clock-ok', facts);
}

async function engines({ engines: { engines: all }, signal }: ServerFacts): Promise<DoctorFinding[]> {
  if (all.length === 0) return [finding('engines-none')];
  await Promise.all(all.map((engine) => engine.checkHealth(signal)));
  return all.map((engine) =>
    engine.suspect
      ? finding('engines-down', { engine: engine.name })
      : finding('engines-ok', { engine: engine.name, version: engine.health().version ?? 'unknown' }),
  );
}

function lists({ lists: all }: ServerFacts): DoctorFinding[] {
  if (all.length === 0) return [finding('lists-none')];
  return all.map((list) => {
    const name = `${list.id} (${redactText(list.name)})`;
    if (!list.isEnabled) return finding('lists-paused', { list: name });
    const report = list.lastReport;
    if (!report || list.lastRunAt === null) return finding('lists-new', { list: name });
    if (report.status === 'ok' || report.status === 'unchanged') {
      const at = isoMinute(list.lastSuccessAt ?? list.lastRunAt);
      return finding('lists-ok', { list: name, entries: list.entryCount, at });
    }
    return finding('lists-failed', { list: name, reason: redactText(report.reason ?? 'no reason was kept') });
  });
}

function isoMinute(epochSeconds: number): string {
  return `${new Date(epochSeconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
