import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Logger as QueryLogger } from 'typeorm';
import { Category } from '../../src/channels/category.entity.js';
import { Channel } from '../../src/channels/channel.entity.js';
import type { NewChannel } from '../../src/channels/channel-import.repository.js';
import { BulkRows } from '../../src/platform/database/bulk-rows.js';
import type { Database } from '../../src/platform/database/database.js';
import { Revision } from '../../src/platform/database/revision.entity.js';
import { UserCategory } from '../../src/users/user-category.entity.js';
import { User } from '../../src/users/user.entity.js';
import { describeOnEveryDialect } from '../contract/dialects.js';

/** Collects the texts of all statements. */
class StatementLog implements QueryLogger {
  readonly texts = new Set<string>();

  logQuery(text: string): void {
    this.texts.add(text);
  }
  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}

describeOnEveryDialect('rows in bulk', (store) => {
  let database: Database;
  let categoryId: number;

  beforeAll(async () => {
    database = await store.open();
    await database.write('category', (manager) =>
      manager.insert(Category, { kind: 'live', name: 'News', position: 1, createdAt: 1 }),
    );
    categoryId = (await database.read.findOneByOrFail(Category, { name: 'News' })).id;
  });
  afterAll(() => database.close());
  beforeEach(() => database.write('empty', (manager) => manager.query('DELETE FROM channels')));

  const rows = (from: number, count: number): NewChannel[] =>
    Array.from({ length: count }, (_, index) => ({
      num: from + index,
      name: `Channel "${from + index}" 'ü'`,
      categoryId,
      logo: '',
      tvgId: '',
      guideShiftMinutes: 0,
      identityKey: `name:${from + index}`,
      isHidden: index % 2 === 1,
      isAdult: false,
      archiveDays: 0,
      watchPicture: false,
      editedFields: ['name', 'num'],
      listValues: { name: 'as the list says' },
      mergedIntoId: null,
      addedAt: 1_800_000_000,
      retiredAt: null,
    }));
  const insert = (some: readonly NewChannel[]): Promise<void> =>
    database.write('insert', (manager) => new BulkRows(manager, Channel).insert(some));

  it('stores rows as the entity manager would', async () => {
    await insert(rows(1, 43));

    const found = await database.read.find(Channel, { order: { num: 'ASC' } });
    expect(found.map(({ id: _, ...row }) => row)).toEqual(rows(1, 43));
  });

  it('finds rows by a field as the entity manager does', async () => {
    await insert(rows(1, 4));
    await insert([{ ...rows(5, 1)[0], retiredAt: 1_900_000_000 } as NewChannel]);
    const { read } = database;
    const channels = new BulkRows(read, Channel);
    const byId = (found: readonly Channel[]): Channel[] => [...found].sort((a, b) => a.id - b.id);

    for (const where of [
      { num: 2 },
      { isHidden: true },
      { retiredAt: 1_900_000_000 },
      { name: "' OR 1=1" },
    ]) {
      const [[field, value]] = Object.entries(where) as [[keyof Channel, never]];
      const found = await channels.findBy(field, value);
      expect(byId(found)).toEqual(await read.find(Channel, { where, order: { id: 'ASC' } }));
    }
  });

  it('finds users and their categories as the entity manager does', async () => {
    const base = {
      passwordHash: 'x',
      createdAt: 1_800_000_000,
      outputFormats: ['ts'],
      expiresAt: 1_900_000_000,
    };
    const { id: userId } = await database.write('user', async (manager) => {
      const user = await manager.save(
        manager.create(User, {
          ...base,
          username: 'Inés',
          usernameKey: 'inés',
          isTrial: true,
          slates: false,
        }),
      );
      await manager.insert(UserCategory, { userId: user.id, categoryId });
      return user;
    });
    const { read } = database;

    const users = await new BulkRows(read, User).findBy('usernameKey', 'inés');
    const categories = await new BulkRows(read, UserCategory).findBy('userId', userId);

    expect(users).toEqual([await read.findOneByOrFail(User, { usernameKey: 'inés' })]);
    expect(categories).toEqual([await read.findOneByOrFail(UserCategory, { userId })]);
  });

  it('finds every row as the entity manager does', async () => {
    await insert(rows(1, 3));
    const { read } = database;
    const byId = (one: Channel, other: Channel): number => one.id - other.id;
    const all = await new BulkRows(read, Channel).all();
    expect(all.sort(byId)).toEqual((await read.find(Channel)).sort(byId));
    expect(await new BulkRows(read, Revision).all()).toEqual(await read.find(Revision));
  });

  it('leaves out rows that are already there', async () => {
    await insert(rows(1, 3));
    await insert([{ ...rows(1, 1)[0], name: 'another' } as NewChannel, ...rows(4, 1)]);

    const found = await database.read.find(Channel, { order: { num: 'ASC' } });
    expect(found.map(({ name }) => name)).toEqual(rows(1, 4).map(({ name }) => name));
  });

  it('reads rows back as entities, by id and in that order', async () => {
    await insert(rows(1, 5));
    const all = await database.read.find(Channel, { order: { id: 'ASC' } });
    const wanted = [all[3], all[1]].map((row) => row?.id ?? 0);

    const found = await database.write('read', (manager) =>
      new BulkRows(manager, Channel).findForUpdate([...wanted, 999_999]),
    );

    expect(found).toEqual([all[1], all[3]]);
    expect(found[0]).toBeInstanceOf(Channel);
  });

  it('finds ids by a text', async () => {
    await insert(rows(1, 3));
    const all = await database.read.find(Channel, { order: { id: 'ASC' } });

    const ids = await database.write('ids', (manager) =>
      new BulkRows(manager, Channel).idsByText('identityKey', ['name:3', 'name:1', `name:'; DROP`]),
    );

    expect(ids).toEqual(
      new Map([
        ['name:1', all[0]?.id],
        ['name:3', all[2]?.id],
      ]),
    );
  });

  it('changes the named fields only, and where asked only what is still empty', async () => {
    await insert(rows(1, 3));
    const ids = (await database.read.find(Channel, { order: { id: 'ASC' } })).map(({ id }) => id);
    await database.write('update', async (manager) => {
      const channels = new BulkRows(manager, Channel);
      await channels.update(ids.slice(0, 1), { retiredAt: 5, editedFields: [] });
      await channels.update(ids, { retiredAt: 9 }, 'retiredAt');
      await channels.update(ids, {});
      await channels.update([], { retiredAt: null });
    });

    const found = await database.read.find(Channel, { order: { id: 'ASC' } });
    expect(found.map(({ retiredAt }) => retiredAt)).toEqual([5, 9, 9]);
    expect(found.map(({ editedFields }) => editedFields)).toEqual([[], ['name', 'num'], ['name', 'num']]);
    expect(found.map(({ name }) => name)).toEqual(rows(1, 3).map(({ name }) => name));
  });

  it('says the same statements whatever the values are', async () => {
    const log = new StatementLog();
    database.writerSource.setOptions({ logging: true, logger: log });
    const load = async (from: number): Promise<void> => {
      await insert(rows(from, 40));
      await database.write('more', async (manager) => {
        const channels = new BulkRows(manager, Channel);
        const keys = rows(from, 40).map(({ identityKey }) => identityKey);
        const ids = [...(await channels.idsByText('identityKey', keys)).values()];
        await channels.findForUpdate(ids);
        for (const id of ids) await channels.update([id], { logo: `http://logo.invalid/${id}` });
      });
    };
    await load(1);
    const { size } = log.texts;
    await load(41);
    await load(81);

    expect(log.texts.size).toBe(size);
    expect(size).toBeLessThan(10);
  });
});
