import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SCHEMA } from './data-source.js';
import type { House } from './house.js';
import { actAs } from './platform/actor.js';
import { AuditRepository } from './platform/audit/audit.repository.js';
import { SystemClock } from './platform/clock.js';
import type { AppConfig } from './platform/config/app-config.js';
import { prepareDataFolder } from './platform/data-folder.js';
import { applyStaged, type RestoreOutcome } from './platform/database/staged-restore.js';
import type { Logger } from './platform/logging/logger.js';

/** Before the database is opened: takes over a backup that an administrator chose. */
export async function applyRestore(config: AppConfig, logger: Logger): Promise<RestoreOutcome | null> {
  const { dataDir, database } = config;
  prepareDataFolder(dataDir);
  const clock = new SystemClock();
  const outcome = await applyStaged({ url: database.url, dataDir, schema: SCHEMA, clock, logger });
  if (outcome === null) return null;
  const { name, createdAt, username } = outcome.restore;
  if (outcome.kind === 'restored') logger.info('restored a backup', { name, createdAt, by: username });
  else logger.error('a backup was not restored; the data is as before', { name, reason: outcome.reason });
  return outcome;
}

/** Writes into the audit log of the database that is in use now what became of it. */
export async function noteRestore(
  house: House,
  app: NestFastifyApplication,
  outcome: RestoreOutcome,
): Promise<void> {
  const { name, createdAt, username } = outcome.restore;
  const reason = outcome.kind === 'failed' ? { reason: outcome.reason } : {};
  // The account may have another id in the restored database, or none.
  await actAs({ userId: null, username }, () =>
    app.get(AuditRepository).note(['backup', outcome.kind === 'restored' ? 'restore' : 'restore-failed'], {
      name,
      createdAt,
      ...reason,
    }),
  );
  await house.maintenance.discardStaged();
}
