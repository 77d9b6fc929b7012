import path from 'node:path';
import { SCHEMA } from './data-source.js';
import { SystemClock, type Clock } from './platform/clock.js';
import type { AppConfig } from './platform/config/app-config.js';
import { loadSecrets, prepareDataFolder, type Secrets } from './platform/data-folder.js';
import { ChangeFeed } from './platform/database/change-feed.js';
import type { Database } from './platform/database/database.js';
import { buildInWorker } from './platform/database/backup-worker.js';
import { Maintenance } from './platform/database/maintenance.js';
import { openDatabase } from './platform/database/open-database.js';
import { EventBus } from './platform/events/event-bus.js';
import { Lifecycle } from './platform/lifecycle.js';
import type { Logger } from './platform/logging/logger.js';
import { RestartRequest } from './platform/restart.js';

const BACKUP_WORKER = new URL('./backup.worker.js', import.meta.url);

/** What stands before Nest does: everything that can fail at the start with a message for the operator. */
export interface House {
  config: AppConfig;
  clock: Clock;
  logger: Logger;
  lifecycle: Lifecycle;
  secrets: Secrets;
  database: Database;
  events: EventBus;
  changes: ChangeFeed;
  maintenance: Maintenance;
  restart: RestartRequest;
}

export async function openHouse(config: AppConfig, logger: Logger): Promise<House> {
  const clock = new SystemClock();
  const lifecycle = new Lifecycle(logger);
  prepareDataFolder(config.dataDir);
  const secrets = loadSecrets(config.dataDir);
  const database = await openDatabase({
    url: config.database.url,
    dataDir: config.dataDir,
    schema: SCHEMA,
    clock,
    logger,
  });
  lifecycle.onShutdown('stores', 'database', () => database.close());
  const events = new EventBus(logger);
  const changes = new ChangeFeed(database, events, clock, lifecycle);
  const maintenance = new Maintenance({
    database,
    schema: SCHEMA,
    dataDir: config.dataDir,
    clock,
    logger,
    build: (file, dataDir) => buildInWorker(BACKUP_WORKER, { file, dataDir }, lifecycle.signal),
  });
  const restart = new RestartRequest();
  return { config, clock, logger, lifecycle, secrets, database, events, changes, maintenance, restart };
}

export function projectRoot(): string {
  return path.resolve(import.meta.dirname, '..', '..');
}
