import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type supertest from 'supertest';
import { SCHEMA } from '../../src/data-source.js';
import { AuditRepository } from '../../src/platform/audit/audit.repository.js';
import { ColdRestore } from '../../src/platform/database/cold-restore.js';
import { Setting } from '../../src/platform/settings/setting.entity.js';
import { SettingsRepository } from '../../src/platform/settings/settings.repository.js';
import { DEFAULT_SETTINGS } from '../../src/platform/settings/settings-shape.js';
import { SettingsService } from '../../src/platform/settings/settings.service.js';
import { CredentialsService } from '../../src/users/credentials.service.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { AdminHouse } from '../fakes/admin-house.js';
import { RecordingLogger } from '../fakes/recording-logger.js';

describeOnEveryDialect('the system over the API', (store) => {
  let house: AdminHouse;
  let logger: RecordingLogger;

  beforeAll(async () => {
    logger = new RecordingLogger();
    house = await AdminHouse.open(store, { logger });
  });
  afterAll(() => house.close());

  describe('settings', () => {
    const change = (body: object) => house.ask('patch', '/api/admin/settings').send(body);
    const playerInfo = async (): Promise<Record<string, Record<string, unknown>>> => {
      const answer = await house.ask('get', '/player_api.php?username=owner&password=sesame-open', null);
      return answer.body as Record<string, Record<string, unknown>>;
    };

    it('begin with their defaults and keep only what differs', async () => {
      expect((await house.ask('get', '/api/admin/settings')).body).toEqual(DEFAULT_SETTINGS);
      const answer = await change({ message: 'Welcome home', defaultMaxConnections: 3 });
      expect([answer.status, answer.body]).toEqual([
        200,
        { ...DEFAULT_SETTINGS, message: 'Welcome home', defaultMaxConnections: 3 },
      ]);
      const stored = async (): Promise<string[]> =>
        (await house.house.database.read.find(Setting)).map(({ key }) => key).sort();
      expect(await stored()).toEqual(['defaultMaxConnections', 'message']);
      await change({ defaultMaxConnections: 1 });
      expect(await stored()).toEqual(['message']);
    });

    it('reach players and new users at once', async () => {
      await change({
        message: 'Back at eight',
        timezone: 'Asia/Tokyo',
        defaultMaxConnections: 4,
        joinBehindSeconds: 11,
        slates: true,
      });
      const { user_info: user, server_info: server } = await playerInfo();
      expect([user?.message, server?.timezone]).toEqual(['Back at eight', 'Asia/Tokyo']);
      const added = await house.ask('post', '/api/admin/users').send({ username: 'newcomer' });
      expect(added.body.user.maxConnections).toBe(4);
      const credentials = house.get(CredentialsService);
      const verdict = await credentials.verify('newcomer', added.body.password as string, '192.0.2.3');
      expect(verdict).toMatchObject({ account: { joinBehindSeconds: 11, slates: true } });
      await house.ask('patch', `/api/admin/users/${added.body.user.id}`).send({ slates: false });
      const own = await credentials.verify('newcomer', added.body.password as string, '192.0.2.3');
      expect(own).toMatchObject({ account: { slates: false } });
      await change({ timezone: null, message: '' });
      const again = await playerInfo();
      expect([again.user_info?.message, again.server_info?.timezone]).toEqual(['', 'UTC']);
    });

    it.each([
      { nothing: 1 },
      { timezone: 'Mars/Olympus' },
      { timezone: '+02:00' },
      { timezone: '' },
      { timezone: 5 },
      { message: 'a\nb' },
      { message: 'x'.repeat(301) },
      { message: null },
      { defaultMaxConnections: -1 },
      { defaultMaxConnections: null },
      { joinBehindSeconds: 61 },
      { message: 'this would be right', joinBehindSeconds: 'soon' },
    ])('refuse %j as a whole', async (body) => {
      const before = (await house.ask('get', '/api/admin/settings')).body;
      const answer = await change(body);
      expect([answer.status, answer.body.error.code]).toEqual([400, 'invalid_input']);
      expect((await house.ask('get', '/api/admin/settings')).body).toEqual(before);
    });

    it('are read again when another process changed them, without what is not valid', async () => {
      const elsewhere = house.get(SettingsRepository);
      await elsewhere.write(DEFAULT_SETTINGS, { message: 'from elsewhere', timezone: 'nowhere' });
      await house.house.changes.check();
      await house.get(SettingsService).load();
      expect(house.get(SettingsService).current).toMatchObject({ message: 'from elsewhere', timezone: null });
      expect(logger.entries).toContainEqual({
        level: 'warn',
        message: 'a stored setting is not valid and is left out',
        fields: { setting: 'timezone' },
      });
    });
  });

  describe('backup', () => {
    it('is a whole one, and leaves nothing behind', async () => {
      await house.ask('post', '/api/admin/users').send({ username: 'backed-up' });
      const leftOver = path.join(house.house.config.dataDir, 'downloads', 'old.backup.gz');
      const answer = await house.ask('get', '/api/admin/backup').buffer(true).parse(bytes);
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe('application/gzip');
      expect(answer.headers['content-disposition']).toMatch(
        /^attachment; filename="rooftop-[\w-]+\.backup\.gz"$/,
      );
      const body = answer.body as Buffer;
      expect(Number(answer.headers['content-length'])).toBe(body.length);
      expect(gunzipSync(body).toString('utf8')).toContain('backed-up');
      const file = path.join(house.house.config.dataDir, 'taken.backup.gz');
      await writeFile(file, body);
      const { dataDir } = house.house.config;
      const restore = new ColdRestore({ ...house.house, url: null, dataDir, schema: SCHEMA });
      const { tables } = await restore.inspect(file);
      expect(tables.find(({ table }) => table === 'users')?.rows).toBeGreaterThan(1);
      expect(await readdir(path.dirname(leftOver))).toEqual([]);
      await writeFile(leftOver, 'of a process that was killed');
      await Promise.all([1, 2, 3].map(() => house.ask('get', '/api/admin/backup').buffer(true).parse(bytes)));
      expect(await readdir(path.dirname(leftOver))).toEqual([]);
      const log = await house.ask('get', '/api/admin/audit?entity=backup');
      expect(log.body.items[0]).toMatchObject({ action: 'download', username: 'owner', entityId: null });
    });
  });

  describe('the audit log', () => {
    it('is told page by page, the newest first', async () => {
      for (let index = 0; index < 5; index++) {
        await house.ask('post', '/api/admin/categories').send({ name: `Category ${index}` });
      }
      const page = (query: string) => house.ask('get', `/api/admin/audit?entity=category&${query}`);
      const first = await page('perPage=2');
      expect([first.body.total, first.body.items.length]).toEqual([5, 2]);
      expect(first.body.items[0].changes.name).toBe('Category 4');
      expect((await page('perPage=2&page=3')).body.items).toHaveLength(1);
      expect((await page('action=remove')).body.total).toBe(0);
      const { userId } = first.body.items[0] as { userId: number };
      expect((await page(`userId=${userId}`)).body.total).toBe(5);
      expect((await page(`userId=${userId + 1000}`)).body.total).toBe(0);
    });

    it('stays within its bounds', async () => {
      const { database } = house.house;
      let nowMs = Date.UTC(2026, 0, 1);
      const clock = { ...house.house.clock, now: () => nowMs };
      const log = new AuditRepository(database, clock, { maxRows: 10, keepDays: 30 });
      await database.write('empty', (manager) => manager.query('DELETE FROM audit_log'));
      for (let index = 0; index < 25; index++) await log.note(['test', 'note'], { index });
      const kept = await log.page({ page: 1, perPage: 100 });
      expect(kept.items.map(({ changes }) => changes.index)).toEqual([
        24, 23, 22, 21, 20, 19, 18, 17, 16, 15,
      ]);
      nowMs += 31 * 86_400_000;
      await log.note(['test', 'note'], { index: 25 });
      expect((await log.page({ page: 1, perPage: 100 })).total).toBe(1);
    });
  });
});

function bytes(response: supertest.Response, done: (error: Error | null, body: Buffer) => void): void {
  const stream = response as unknown as NodeJS.ReadableStream;
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('end', () => done(null, Buffer.concat(chunks)));
}
