import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import { existsSync } from 'node:fs';
import { copyFile, open, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SCHEMA } from '../../src/data-source.js';
import { ColdRestore } from '../../src/platform/database/cold-restore.js';
import { Maintenance } from '../../src/platform/database/maintenance.js';
import { sqliteFile } from '../../src/platform/database/open-database.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { TestStore } from '../contract/dialects.js';
import { FakeClock } from '../fakes/fake-clock.js';
import { RecordingLogger } from '../fakes/recording-logger.js';

const PAGE = 4096;

describe('a restore on SQLite', () => {
  const store = new TestStore('sqlite');
  const clock = new FakeClock();
  let file = '';
  let backup = '';
  const places = () => ({ dataDir: store.dataDir, schema: SCHEMA, clock, logger: new SilentLogger() });
  const restore = (): ColdRestore => new ColdRestore({ ...places(), url: null });

  beforeEach(async () => {
    await store.make();
    file = sqliteFile(store.dataDir);
    const database = await store.open();
    await setMark('of the backup');
    backup = (await new Maintenance({ ...places(), database }).backup(null)).file;
    await setMark('of today');
    await database.close();
  });
  afterEach(() => store.drop());

  async function setMark(text: string): Promise<void> {
    const database = await store.open();
    await database.write('mark', (manager) =>
      manager.query(`INSERT OR REPLACE INTO settings (key, value) VALUES ('mark', '${text}')`),
    );
    await database.close();
  }

  async function mark(): Promise<string | undefined> {
    const database = await store.open();
    const rows: { value: string }[] = await database.read.query(
      `SELECT value FROM settings WHERE key = 'mark'`,
    );
    await database.close();
    return rows[0]?.value;
  }

  async function garble(page: number, pages: number): Promise<void> {
    const handle = await open(file, 'r+');
    await handle.write(Buffer.alloc(pages * PAGE, 'x'), 0, pages * PAGE, page * PAGE);
    await handle.close();
  }

  it.each<[string, () => Promise<void>]>([
    ['has lost its head', () => garble(0, 2)],
    ['is garbled in the middle', () => garble(3, 40)],
    ['was cut', () => truncate(file, 5 * PAGE + 100)],
    [
      'holds something else',
      () => writeFile(file, 'no database at all, but long enough to be one'.repeat(200)),
    ],
  ])('cures a file that %s, and keeps it', async (_what, damage) => {
    await damage();
    const damaged = await readFile(file);
    await expect(store.open()).rejects.toMatchObject({
      code: 'database_damaged',
      message: expect.stringContaining(`rooftop restore ${backup}`),
    });
    const { replacedFile, tables } = await restore().restore(backup);
    expect(await mark()).toBe('of the backup');
    expect(tables).toContainEqual({ table: 'settings', rows: 1 });
    expect(path.dirname(replacedFile ?? '')).toBe(path.join(store.dataDir, 'backups'));
    expect((await readFile(replacedFile ?? '')).length).toBe(damaged.length);
    expect((await readdir(store.dataDir)).filter((name) => name.startsWith('restore-'))).toEqual([]);
  });

  it('brings a missing or empty file back', async () => {
    await truncate(file, 0);
    await restore().restore(backup);
    expect(await mark()).toBe('of the backup');
    await rm(file);
    const { replacedFile } = await restore().restore(backup);
    expect(replacedFile).toBeNull();
    expect(await mark()).toBe('of the backup');
  });

  it('takes the log of a lost database away with it', async () => {
    const killed = path.join(store.dataDir, 'killed');
    const database = await store.open();
    await database.write('late', (manager) => manager.query(`UPDATE settings SET value = 'in the log'`));
    await copyFile(`${file}-wal`, killed);
    await database.close();
    await rm(file);
    await rename(killed, `${file}-wal`);
    expect((await restore().restore(backup)).replacedFile).toBeNull();
    expect(existsSync(`${file}-wal`)).toBe(false);
    expect(await mark()).toBe('of the backup');
    expect(await readdir(path.join(store.dataDir, 'backups'))).toContain(
      'before-restore-2026-03-14T19-40-00-000Z.sqlite-wal',
    );
  });

  it('replaces a database of a newer version', async () => {
    const connection = new Sqlite(file);
    connection.exec(`INSERT INTO migrations (timestamp, name) VALUES (9, 'Later9')`);
    connection.close();
    await expect(store.open()).rejects.toMatchObject({ code: 'database_newer' });
    await restore().restore(backup);
    expect(await mark()).toBe('of the backup');
  });

  it('refuses while the database is in use', async () => {
    const database = await store.open();
    await expect(restore().restore(backup)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('stop Rooftop'),
    });
    await database.close();
    expect(await mark()).toBe('of today');
  });

  it('reads a copy of the SQLite file as well, and leaves it alone', async () => {
    const copy = path.join(store.dataDir, 'before-upgrade-x.sqlite');
    await copyFile(file, copy);
    const { mtime } = await stat(copy);
    await setMark('of tomorrow');
    const { createdAt } = await restore().restore(copy);
    expect(createdAt).toBe(mtime.toISOString());
    expect((await stat(copy)).mtime).toEqual(mtime);
    expect(await mark()).toBe('of today');
  });

  it('refuses an SQLite file that is damaged or not of Rooftop, and changes nothing', async () => {
    const foreign = path.join(store.dataDir, 'foreign.sqlite');
    const connection = new Sqlite(foreign);
    connection.exec('CREATE TABLE films (id integer)');
    connection.close();
    const cut = path.join(store.dataDir, 'cut.sqlite');
    await copyFile(file, cut);
    await truncate(cut, 4 * PAGE);
    for (const name of [foreign, cut]) {
      await expect(restore().restore(name)).rejects.toMatchObject({ code: 'invalid_input' });
    }
    expect(await mark()).toBe('of today');
  });

  it('only looks when asked to', async () => {
    await garble(0, 2);
    const before = await readFile(file);
    const { tables } = await restore().inspect(backup);
    expect(tables).toContainEqual({ table: 'settings', rows: 1 });
    expect(await readFile(file)).toEqual(before);
  });

  it('warns when an empty database is made beside backups', async () => {
    await rm(file);
    const logger = new RecordingLogger();
    const database = await store.open({ logger });
    await database.close();
    expect(logger.entries).toContainEqual(
      expect.objectContaining({ level: 'warn', fields: { newest: backup } }),
    );
  });
});
