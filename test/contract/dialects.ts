import { afterAll, beforeAll, describe } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { Clock } from '../../src/platform/clock.js';
import { SystemClock } from '../../src/platform/clock.js';
import { SCHEMA } from '../../src/data-source.js';
import type { Database } from '../../src/platform/database/database.js';
import type { Dialect } from '../../src/platform/database/dialect.js';
import { openDatabase, type Schema } from '../../src/platform/database/open-database.js';
import { SilentLogger, type Logger } from '../../src/platform/logging/logger.js';
import { describeWithService, POSTGRES_URL } from '../fakes/services.js';

/** A database of its own for one suite: a folder, or a PostgreSQL database that is dropped at the end. */
export class TestStore {
  dataDir = '';
  url: string | null = null;

  constructor(readonly dialect: Dialect) {}

  async make(): Promise<void> {
    this.dataDir = await mkdtemp(path.join(tmpdir(), 'rooftop-test-'));
    if (this.dialect === 'sqlite') return;
    const name = `rooftop_test_${randomBytes(6).toString('hex')}`;
    await administer(`CREATE DATABASE ${name}`);
    this.url = new URL(name, POSTGRES_URL).href;
  }

  open(options: { schema?: Schema; clock?: Clock; logger?: Logger } = {}): Promise<Database> {
    return openDatabase({
      url: this.url,
      dataDir: this.dataDir,
      schema: options.schema ?? SCHEMA,
      clock: options.clock ?? new SystemClock(),
      logger: options.logger ?? new SilentLogger(),
    });
  }

  async drop(): Promise<void> {
    if (this.url !== null) {
      await administer(`DROP DATABASE ${new URL(this.url).pathname.slice(1)} WITH (FORCE)`);
    }
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

/** Runs the same suite on SQLite and, where there is one, on PostgreSQL. `store` is fresh for each suite. */
export function describeOnEveryDialect(name: string, body: (store: TestStore) => void): void {
  const suite = (dialect: Dialect) => (): void => {
    const store = new TestStore(dialect);
    beforeAll(() => store.make());
    body(store);
    // Hooks run in the order they are given: whatever the suite opened is closed before its database goes.
    afterAll(() => store.drop());
  };
  describe(`${name} on SQLite`, suite('sqlite'));
  describeWithService('postgres', `${name} on PostgreSQL`, suite('postgres'));
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: POSTGRES_URL });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
