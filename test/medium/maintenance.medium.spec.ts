import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Category } from '../../src/channels/category.entity.js';
import { Channel } from '../../src/channels/channel.entity.js';
import { StreamSource } from '../../src/channels/stream-source.entity.js';
import { SCHEMA } from '../../src/data-source.js';
import { ProgrammesRepository } from '../../src/epg/programmes.repository.js';
import { ColdRestore } from '../../src/platform/database/cold-restore.js';
import type { Database } from '../../src/platform/database/database.js';
import { Maintenance } from '../../src/platform/database/maintenance.js';
import { tableShapes, readRows } from '../../src/platform/database/table-rows.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { storeGuide } from '../builders/stored-guide.js';
import { describeOnEveryDialect, TestStore } from '../contract/dialects.js';
import { FakeClock } from '../fakes/fake-clock.js';

async function dump(database: Database): Promise<Record<string, unknown[]>> {
  return database.snapshot(async (runner) => {
    const tables: Record<string, unknown[]> = {};
    for (const shape of tableShapes(database.writerSource)) {
      const rows: unknown[] = [];
      for await (const slice of readRows(runner, database.dialect, shape)) rows.push(...slice);
      tables[shape.name] = rows;
    }
    return tables;
  });
}

async function fill(database: Database, channels: number): Promise<void> {
  const now = 1_773_517_200;
  await database.write('fill', async (manager) => {
    const category = {
      kind: 'live' as const,
      parentId: null,
      name: 'Новости',
      sourceKey: 'новости',
      position: 1,
      isHidden: false,
      editedFields: [],
      createdAt: now,
    };
    await manager.insert(Category, category);
    const { id: categoryId } = await manager.findOneByOrFail(Category, { sourceKey: 'новости' });
    const rows = Array.from({ length: channels }, (_, index) => ({
      num: index + 1,
      name: `Channel "${index}" \\ é`,
      categoryId,
      logo: '',
      tvgId: '',
      identityKey: `name:${index}`,
      isHidden: index % 2 === 0,
      isAdult: false,
      archiveDays: 0,
      editedFields: ['name', 'num'],
      addedAt: now,
      retiredAt: index % 3 ? null : now,
    }));
    for (let start = 0; start < rows.length; start += 500) {
      await manager.insert(Channel, rows.slice(start, start + 500));
    }
    const [first] = await manager.find(Channel, { order: { id: 'ASC' }, take: 1 });
    await manager.insert(StreamSource, {
      channelId: first!.id,
      listSourceId: null,
      kind: 'http',
      locator: 'http://a.invalid/1',
      fingerprint: 'f',
      label: '',
      priority: 0,
      userAgent: null,
      headers: { Referer: 'http://b.invalid/' },
      allowPrivate: false,
      isEnabled: true,
      editedFields: [],
      addedAt: now,
      retiredAt: null,
    });
    // The newest id is gone: it must not be given out again.
    const [last] = await manager.find(Channel, { order: { id: 'DESC' }, take: 1 });
    await manager.delete(Channel, { id: last!.id });
  });
}

async function nextChannelId(database: Database): Promise<number> {
  return database.write('probe', async (manager) => {
    const { id: categoryId } = await manager.findOneByOrFail(Category, { sourceKey: 'новости' });
    await manager.insert(Channel, {
      num: 1,
      name: 'probe',
      categoryId,
      logo: '',
      tvgId: '',
      identityKey: 'probe',
      isHidden: false,
      isAdult: false,
      archiveDays: 0,
      editedFields: [],
      addedAt: 1,
      retiredAt: null,
    });
    return (await manager.findOneByOrFail(Channel, { identityKey: 'probe' })).id;
  });
}

const GUIDE = [
  {
    xmltvId: 'one',
    programmes: [{ start: 1_773_517_200, stop: 1_773_520_800, titles: [{ text: 'Новости \u0000 é' }] }],
  },
];

describeOnEveryDialect('maintenance', (store) => {
  let database: Database;
  const clock = new FakeClock();
  const maintenanceOf = (of: Database, dataDir: string): Maintenance =>
    new Maintenance({ database: of, schema: SCHEMA, dataDir, clock, logger: new SilentLogger() });
  const coldRestore = (): ColdRestore =>
    new ColdRestore({
      url: store.url,
      dataDir: store.dataDir,
      schema: SCHEMA,
      clock,
      logger: new SilentLogger(),
    });

  beforeEach(async () => {
    await store.drop();
    await store.make();
    database = await store.open();
  });
  afterEach(() => database.close());

  it('brings everything back from a backup, ids and counters too', async () => {
    await fill(database, 1201);
    const { channelIds } = await storeGuide(database, GUIDE);
    const before = await dump(database);
    const { file, tables } = await maintenanceOf(database, store.dataDir).backup(null);
    expect(tables).toContainEqual({ table: 'channels', rows: 1200 });
    await database.write('ruin', (manager) => manager.query('DELETE FROM stream_sources'));
    await database.write('ruin', (manager) => manager.query('DELETE FROM channels'));
    await database.close();
    await coldRestore().restore(file);
    database = await store.open();
    expect(await dump(database)).toEqual(before);
    const stored = await new ProgrammesRepository(database).programmes(channelIds, 0, 2_000_000_000);
    expect([...stored.values()]).toEqual([GUIDE[0]!.programmes]);
    const highest = Math.max(...(before.channels as [number][]).map(([id]) => id));
    expect(await nextChannelId(database)).toBe(highest + 2);
  });

  it('changes nothing when the backup is damaged', async () => {
    await fill(database, 300);
    const { file } = await maintenanceOf(database, store.dataDir).backup(null);
    const bytes = await readFile(file);
    const before = await dump(database);
    const cut = path.join(store.dataDir, 'cut.gz');
    for (const length of [0, 10, Math.floor(bytes.length / 2), bytes.length - 10]) {
      await writeFile(cut, bytes.subarray(0, length));
      await expect(coldRestore().restore(cut)).rejects.toMatchObject({ code: 'invalid_input' });
    }
    await writeFile(cut, 'not a backup at all');
    await expect(coldRestore().restore(cut)).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await dump(database)).toEqual(before);
  });

  it('moves to SQLite and back with identical rows', async () => {
    await fill(database, 700);
    await storeGuide(database, GUIDE);
    const before = await dump(database);
    const away = new TestStore('sqlite');
    await away.make();
    await maintenanceOf(database, store.dataDir).migrateTo(`sqlite:${away.dataDir}`, { replace: false });
    const moved = await away.open();
    expect(await dump(moved)).toEqual(before);
    await expect(
      maintenanceOf(database, store.dataDir).migrateTo(`sqlite:${away.dataDir}`, { replace: false }),
    ).rejects.toMatchObject({
      code: 'conflict',
    });
    const back = maintenanceOf(moved, away.dataDir);
    const home = store.url ?? `sqlite:${store.dataDir}`;
    await back.migrateTo(home, { replace: true });
    await moved.close();
    await away.drop();
    expect(await dump(database)).toEqual(before);
  });

  it('refuses a target it does not know', async () => {
    await expect(
      maintenanceOf(database, store.dataDir).migrateTo('mysql://x', { replace: false }),
    ).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });
});
