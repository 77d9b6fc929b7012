import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { QueryRunner } from 'typeorm';
import { SCHEMA } from '../../src/data-source.js';
import { prepareDataFolder } from '../../src/platform/data-folder.js';
import type { Database } from '../../src/platform/database/database.js';
import { touch } from '../../src/platform/database/database.js';
import { ChangeFeed } from '../../src/platform/database/change-feed.js';
import { sqliteFile } from '../../src/platform/database/open-database.js';
import { EventBus } from '../../src/platform/events/event-bus.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { Setting } from '../../src/platform/settings/setting.entity.js';
import { describeOnEveryDialect, TestStore } from '../contract/dialects.js';
import { FakeClock } from '../fakes/fake-clock.js';

describeOnEveryDialect('the schema', (store) => {
  let database: Database;
  beforeAll(async () => {
    database = await store.open();
  });
  afterAll(() => database.close());

  it('is exactly what the entities say', async () => {
    const pending = await database.writerSource.driver.createSchemaBuilder().log();
    expect(pending.upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('opens a second time without a migration', async () => {
    const again = await store.open();
    const rows = await again.read.query('SELECT name FROM migrations');
    await again.close();
    expect(rows).toHaveLength(SCHEMA.migrations.length);
  });

  it('refuses a database of a newer version', async () => {
    await database.write('pretend', (manager) =>
      manager.query(`INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'Future9999999999999')`),
    );
    await expect(store.open()).rejects.toMatchObject({ code: 'database_newer' });
    await database.write('undo', (manager) =>
      manager.query(`DELETE FROM migrations WHERE timestamp = 9999999999999`),
    );
  });
});

describeOnEveryDialect('writes', (store) => {
  let database: Database;
  beforeAll(async () => {
    database = await store.open();
  });
  afterAll(() => database.close());

  it('does not lose a write beside one that is rolled back', async () => {
    const failing = database.write('fails', async (manager) => {
      await manager.insert(Setting, { key: 'lost', value: '1' });
      throw new Error('on purpose');
    });
    const lasting = database.write('lasts', (manager) =>
      manager.insert(Setting, { key: 'kept', value: '1' }),
    );
    await expect(failing).rejects.toThrow('on purpose');
    await lasting;
    const keys = (await database.read.find(Setting)).map(({ key }) => key);
    expect(keys).toEqual(['kept']);
  });

  it('keeps concurrent transactions apart', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        database.write('many', async (manager) => {
          await manager.insert(Setting, { key: `many-${index}`, value: '' });
          await manager.update(Setting, { key: `many-${index}` }, { value: String(index) });
        }),
      ),
    );
    const rows = await database.read.find(Setting);
    expect(
      rows.filter(({ key }) => key.startsWith('many-')).every(({ key, value }) => key === `many-${value}`),
    ).toBe(true);
  });

  it('tells of a change made through another connection', async () => {
    const logger = new SilentLogger();
    const events = new EventBus(logger);
    const feed = new ChangeFeed(database, events, new FakeClock(), new Lifecycle(logger));
    const heard: string[] = [];
    events.on('channels.changed', () => heard.push('channels'));
    events.on('users.changed', () => heard.push('users'));
    await feed.check();
    const elsewhere = await store.open();
    await elsewhere.write('elsewhere', (manager) => touch(manager, 'channels'));
    await elsewhere.close();
    await feed.check();
    expect(heard).toEqual(['channels']);
  });
});

describe('SQLite', () => {
  const store = new TestStore('sqlite');
  beforeAll(() => store.make());
  afterAll(() => store.drop());

  it('waits for another process without holding the event loop', async () => {
    const database = await store.open();
    const other = new Sqlite(sqliteFile(store.dataDir));
    other.exec('BEGIN IMMEDIATE');
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    setTimeout(() => other.exec('COMMIT'), 200);
    await database.write('waits', (manager) => manager.insert(Setting, { key: 'waited', value: '1' }));
    clearInterval(counting);
    other.close();
    await database.close();
    expect(turns).toBeGreaterThan(20);
  });

  it('keeps what is written after the disk was full and a write failed', async () => {
    const database = await store.open();
    const { writerSource } = database;
    const write = (key: string, value = '1') =>
      database.write(key, (manager) => manager.insert(Setting, { key, value }));
    // SQLite meets this bound as it meets the end of a disk, and ends the transaction by itself.
    await writerSource.query('PRAGMA max_page_count = 1');
    for (const key of ['too-large', 'still-too-large']) {
      await expect(write(key, 'x'.repeat(500_000))).rejects.toMatchObject({ code: 'SQLITE_FULL' });
    }
    await writerSource.query('PRAGMA max_page_count = 1000000');
    await write('roomy');
    await expect(write('roomy')).rejects.toThrow('UNIQUE');
    await write('lasting');
    const other = new Sqlite(sqliteFile(store.dataDir), { timeout: 0 });
    expect(other.prepare(`SELECT key FROM settings WHERE key IN ('roomy', 'lasting')`).all()).toHaveLength(2);
    other.prepare('DELETE FROM settings WHERE key IN (?, ?)').run('roomy', 'lasting');
    other.close();
    await database.close();
  });

  it('backs up existing data before a migration', async () => {
    class Later9000000000000 {
      name = 'Later9000000000000';
      async up(runner: QueryRunner): Promise<void> {
        await runner.query('CREATE TABLE later (id integer)');
      }
      down(): Promise<void> {
        return Promise.reject(new Error('there is no way back'));
      }
    }
    const schema = { ...SCHEMA, migrations: [...SCHEMA.migrations, Later9000000000000] };
    const database = await store.open({ schema, clock: new FakeClock() });
    await database.close();
    const backups = await readdir(path.join(store.dataDir, 'backups'));
    expect(backups).toEqual(['before-upgrade-2026-03-14T19-40-00-000Z.sqlite']);
    const copy = new Sqlite(path.join(store.dataDir, 'backups', backups[0] ?? ''), { readonly: true });
    expect(copy.prepare(`SELECT value FROM settings WHERE key = 'waited'`).get()).toEqual({ value: '1' });
    copy.close();
  });

  it('names a damaged file and the backup to use', async () => {
    await writeFile(sqliteFile(store.dataDir), Buffer.alloc(100_000, 'x'));
    await expect(store.open()).rejects.toMatchObject({
      code: 'database_damaged',
      message: expect.stringContaining('before-upgrade-2026-03-14'),
    });
  });

  it('says that the data folder cannot be written', async () => {
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'rooftop-test-')), 'a-file');
    await writeFile(file, '');
    expect(() => prepareDataFolder(path.join(file, 'data'))).toThrow(
      expect.objectContaining({
        code: 'data_dir_unusable',
        message: expect.stringContaining('ROOFTOP_DATA_DIR'),
      }),
    );
    await rm(path.dirname(file), { recursive: true });
  });
});
