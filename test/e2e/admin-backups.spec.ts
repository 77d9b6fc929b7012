import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { open, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import supertest from 'supertest';
import { gunzipSync, gzipSync } from 'node:zlib';
import { BackupsAdminService } from '../../src/faces/admin/backups-admin.service.js';
import { UsersService } from '../../src/users/users.service.js';
import { sqliteFile } from '../../src/platform/database/open-database.js';
import { RestartingServer } from '../../src/restarting-server.js';
import { startServer, type RunningServer } from '../../src/server.js';
import { anAppConfig } from '../builders/app-config.js';
import { describeOnEveryDialect, TestStore } from '../contract/dialects.js';
import { OWNER, type Method } from '../fakes/admin-house.js';
import { ask } from '../fakes/raw-http.js';
import { RecordingLogger } from '../fakes/recording-logger.js';

/** A server as it runs in production, with everything that happens at a restart. */
class Premises {
  readonly logger = new RecordingLogger();
  server!: RunningServer;
  token = '';
  private readonly restarting: RestartingServer<RunningServer>;
  private opened: () => void = () => undefined;
  private ended: Promise<void> = Promise.resolve();

  constructor(readonly store: TestStore) {
    const config = anAppConfig({
      dataDir: store.dataDir,
      database: { url: store.url },
      server: { host: '127.0.0.1', port: 0 },
      http: { ...anAppConfig().http, maxBackupBytes: 1024 ** 2 },
      admin: OWNER,
      acestream: { engines: [] },
    });
    this.restarting = new RestartingServer(async (port) => {
      this.server = await startServer(config, { logger: this.logger, addSecret: () => undefined }, port);
      this.opened();
      return this.server;
    });
  }

  async open(): Promise<void> {
    await this.restarting.start();
    this.ended = this.restarting.run();
    await this.login();
  }

  async close(): Promise<void> {
    await this.restarting.stop();
    await this.ended;
  }

  async login(): Promise<void> {
    const answer = await supertest(this.url).post('/api/admin/auth/login').send(OWNER);
    this.token = (answer.body as { accessToken: string }).accessToken;
  }

  get url(): string {
    return `http://127.0.0.1:${this.server.port}`;
  }

  ask(method: Method, at: string, token = this.token): supertest.Test {
    return supertest(this.url)[method](`/api/admin/backups${at}`).set('Authorization', `Bearer ${token}`);
  }

  upload(body: Buffer): supertest.Test {
    // Buffers would be sent as JSON otherwise.
    return this.ask('post', '/upload')
      .set('content-type', 'application/gzip')
      .serialize(() => body as unknown as string)
      .send(body);
  }

  async afterRestart<T>(work: () => Promise<T>): Promise<T> {
    const opened = new Promise<void>((resolve) => (this.opened = resolve));
    const result = await work();
    await opened;
    await this.login();
    return result;
  }

  async names(): Promise<string[]> {
    const { items } = await this.server.app
      .get(UsersService)
      .page({ sort: 'username', descending: false, page: 1, perPage: 50 });
    return items.map(({ username }) => username);
  }

  file(name: string): string {
    return path.join(this.store.dataDir, 'backups', name);
  }

  async audit(): Promise<{ action: string; username: string; changes: Record<string, unknown> }[]> {
    const answer = await supertest(this.url)
      .get('/api/admin/audit?entity=backup')
      .set('Authorization', `Bearer ${this.token}`);
    return (answer.body as { items: [] }).items;
  }
}

describeOnEveryDialect('backups over the API', (store) => {
  let premises: Premises;
  let first: string;

  beforeAll(async () => {
    premises = new Premises(store);
    await premises.open();
    await premises.server.app.get(UsersService).add('early', {});
    const answer = await premises.ask('post', '');
    expect(answer.status).toBe(201);
    first = (answer.body as { name: string }).name;
  });
  afterAll(() => premises.close());

  const errorOf = async (test: supertest.Test): Promise<[number, string]> => {
    const { status, body } = await test;
    return [status, (body as { error: { code: string } }).error.code];
  };
  const put = (name: string, lines: readonly unknown[]): Promise<void> =>
    writeFile(premises.file(name), gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
  const head = async (): Promise<Record<string, unknown>> => {
    const text = gunzipSync(await readFile(premises.file(first))).toString('utf8');
    return JSON.parse(text.slice(0, text.indexOf('\n'))) as Record<string, unknown>;
  };

  it('are listed with size and time, the newest first', async () => {
    await writeFile(premises.file('older.backup.gz'), 'x');
    await utimes(premises.file('older.backup.gz'), 1_700_000_000, 1_700_000_000);
    await writeFile(premises.file('no-backup.txt'), 'x');
    const { body } = await premises.ask('get', '');
    expect(body).toEqual({
      items: [
        { name: first, bytes: expect.any(Number), storedAt: expect.stringMatching(/^20\d\d-.*Z$/) },
        { name: 'older.backup.gz', bytes: 1, storedAt: '2023-11-14T22:13:20.000Z' },
      ],
      total: 2,
    });
    expect((await premises.ask('delete', '/older.backup.gz')).status).toBe(204);
    expect(await errorOf(premises.ask('delete', '/older.backup.gz'))).toEqual([404, 'not_found']);
  });

  it('come back as they were, at the address and with the login of before, and can be undone', async () => {
    await premises.server.app.get(UsersService).add('late', {});
    const { port } = premises.server;
    const { status, body } = await premises.afterRestart(() => premises.ask('post', `/${first}/restore`));
    expect([status, body]).toEqual([
      202,
      {
        name: first,
        createdAt: expect.any(String),
        tables: expect.arrayContaining([{ table: 'users', rows: 2 }]),
        safety: expect.stringMatching(/^before-restore-.*\.backup\.gz$/),
      },
    ]);
    expect(premises.server.port).toBe(port);
    expect(await premises.names()).toEqual(['early', 'owner']);
    expect((await premises.audit())[0]).toMatchObject({
      action: 'restore',
      username: 'owner',
      changes: { name: first },
    });
    expect((await ask(port, { path: '/readyz' })).status).toBe(200);
    const { safety } = body as { safety: string };
    await premises.afterRestart(() => premises.ask('post', `/${safety}/restore`));
    expect(await premises.names()).toEqual(['early', 'late', 'owner']);
    expect((await readdir(store.dataDir)).filter((name) => /restore/.test(name))).toEqual([]);
  });

  it('are uploaded, downloaded and restored elsewhere', async () => {
    const { body } = await premises.ask('get', `/${first}`).buffer(true).parse(bytes);
    expect((body as Buffer).equals(await readFile(premises.file(first)))).toBe(true);
    const uploaded = await premises.upload(body as Buffer);
    expect([uploaded.status, uploaded.body]).toEqual([
      201,
      {
        name: expect.stringMatching(/^uploaded-.*\.backup\.gz$/),
        bytes: (body as Buffer).length,
        storedAt: expect.any(String),
      },
    ]);
    await premises.afterRestart(() => premises.ask('post', `/${String(uploaded.body.name)}/restore`));
    expect(await premises.names()).toEqual(['early', 'owner']);
  });

  it('are refused as uploads when they are none, too large, or cut short', async () => {
    expect(await errorOf(premises.upload(Buffer.from('not gzip')))).toEqual([400, 'invalid_input']);
    expect(await errorOf(premises.upload(gzipSync('{"format":"another"}\n')))).toEqual([
      400,
      'invalid_input',
    ]);
    const large = Buffer.alloc(2 * 1024 ** 2);
    expect(await errorOf(premises.upload(large))).toEqual([400, 'invalid_input']);
    large.set([0x1f, 0x8b]);
    expect(await errorOf(premises.upload(large))).toEqual([413, 'request_too_large']);
    const json = premises.ask('post', '/upload').send({ a: 1 });
    expect(await errorOf(json)).toEqual([415, 'unsupported_media_type']);
    expect(await errorOf(premises.ask('post', '/upload'))).toEqual([400, 'invalid_input']);
    expect(await errorOf(premises.ask('post', '/upload', 'a.b.c'))).toEqual([401, 'unauthorized']);
    const parts = async (): Promise<string[]> =>
      (await readdir(path.join(store.dataDir, 'backups'))).filter((name) => name.endsWith('.part'));
    const socket = connect(premises.server.port, '127.0.0.1');
    socket.write(
      `POST /api/admin/backups/upload HTTP/1.1\r\nHost: a.test\r\nAuthorization: Bearer ${premises.token}\r\n` +
        'Content-Type: application/gzip\r\nContent-Length: 1000000\r\n\r\nabc',
    );
    while ((await parts()).length === 0);
    socket.destroy();
    while ((await parts()).length > 0);
  });

  it('change nothing when they are damaged, foreign or of a newer version', async () => {
    const whole = await readFile(premises.file(first));
    const before = await premises.names();
    const start = await head();
    const users = { name: 'users', columns: [{ name: 'id', type: 'number' }], key: ['id'], isCounted: true };
    const table = { table: users, counter: 1 };
    await writeFile(premises.file('cut.backup.gz'), whole.subarray(0, whole.length / 2));
    await writeFile(premises.file('foreign.backup.gz'), gzipSync('<html></html>'));
    await writeFile(premises.file('bomb.backup.gz'), gzipSync(Buffer.alloc(64 * 1024 ** 2, 'x')));
    await put('head-only.backup.gz', [start]);
    await put('no-row.backup.gz', [start, table, { odd: 1 }]);
    await put('odd-row.backup.gz', [start, table, [{ a: 1 }]]);
    await put('no-end.backup.gz', [start, table, [1]]);
    await put('wrong-digest.backup.gz', [start, table, { end: 'users', rows: 0, sha256: 'x' }]);
    await put('other-table.backup.gz', [
      start,
      { ...table, table: { ...users, name: 'sqlite_master' } },
      { end: 'sqlite_master', rows: 0, sha256: 'x' },
    ]);
    await put('injected.backup.gz', [start, { ...table, table: { ...users, name: 'users"; --' } }]);
    await put('odd-columns.backup.gz', [start, { ...table, table: { ...users, columns: null } }]);
    await put('newer.backup.gz', [{ ...start, migrations: [...(start.migrations as string[]), 'Later9'] }]);
    await put('newer-form.backup.gz', [{ ...start, version: 2 }]);
    const answers = new Map<string, string>();
    for (const { name } of (await premises.ask('get', '')).body.items as { name: string }[]) {
      if (/^(rooftop|before|uploaded)-/.test(name)) continue;
      answers.set(name, (await errorOf(premises.ask('post', `/${name}/restore`))).join(' '));
      await rm(premises.file(name));
    }
    expect(answers.size).toBe(13);
    for (const [name, answer] of answers) {
      const wanted = name.startsWith('newer') ? '409 database_newer' : '400 invalid_input';
      expect([name, answer]).toEqual([name, wanted]);
    }
    expect(await premises.names()).toEqual(before);
    expect((await readdir(store.dataDir)).filter((name) => /restore/.test(name))).toEqual([]);
    expect(premises.logger.entries.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('are asked for by their names alone, one at a time', async () => {
    for (const name of ['secrets.json', '..%2fsecrets.json', '..%2f..%2fx.backup.gz', 'a%00.backup.gz']) {
      expect(await errorOf(premises.ask('get', `/${name}`))).toEqual([400, 'invalid_input']);
      expect(await errorOf(premises.ask('post', `/${name}/restore`))).toEqual([400, 'invalid_input']);
    }
    expect(await errorOf(premises.ask('post', '/nothing.backup.gz/restore'))).toEqual([404, 'not_found']);
    const admin = premises.server.app.get(BackupsAdminService);
    const results = await Promise.allSettled([admin.create(), admin.create()]);
    expect(results).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'conflict', status: 409 } },
    ]);
  });

  it('that fail at the last moment leave everything as it was, and say so', async () => {
    const before = await premises.names();
    await premises.afterRestart(async () => {
      const { maintenance, restart } = premises.server.house;
      await maintenance.stageRestore(premises.file(first), { name: first, username: 'owner' });
      await rm(path.join(store.dataDir, 'staged-restore', 'rooftop.sqlite'));
      await writeFile(path.join(store.dataDir, 'staged-restore', 'rooftop.sqlite'), 'ruined meanwhile');
      restart.ask();
    });
    expect(await premises.names()).toEqual(before);
    expect((await premises.audit())[0]?.action).toBe('restore-failed');
  });
});

function bytes(response: supertest.Response, done: (error: Error | null, body: Buffer) => void): void {
  const stream = response as unknown as NodeJS.ReadableStream;
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('end', () => done(null, Buffer.concat(chunks)));
}

describe('a database that is damaged under a running server', () => {
  const store = new TestStore('sqlite');
  let premises: Premises;
  beforeAll(async () => {
    await store.make();
    premises = new Premises(store);
    await premises.open();
  });
  afterAll(async () => {
    await premises.close();
    await store.drop();
  });

  /** Overwrites the first page of a table that has rows, as a failing disk may. */
  async function damage(table: string): Promise<void> {
    const { writerSource } = premises.server.house.database;
    await writerSource.query('PRAGMA wal_checkpoint(TRUNCATE)');
    const [at]: { rootpage: number }[] = await writerSource.query(
      `SELECT rootpage FROM sqlite_master WHERE name = '${table}'`,
    );
    const [size]: { page_size: number }[] = await writerSource.query('PRAGMA page_size');
    const bytes = size?.page_size ?? 0;
    const file = await open(sqliteFile(store.dataDir), 'r+');
    await file.write(Buffer.alloc(bytes, 'x'), 0, bytes, ((at?.rootpage ?? 1) - 1) * bytes);
    await file.close();
  }

  it('is named, and cured by a restore; what is left of it is kept', async () => {
    const { body } = await premises.ask('post', '');
    const { name } = body as { name: string };
    await damage('audit_log');
    const refused = await premises.ask('post', '');
    expect([refused.status, refused.body]).toMatchObject([503, { error: { code: 'database_damaged' } }]);
    const restored = await premises.afterRestart(() => premises.ask('post', `/${name}/restore`));
    expect([restored.status, restored.body]).toMatchObject([202, { name, safety: null }]);
    expect((await premises.ask('post', '')).status).toBe(201);
    const kept = (await readdir(path.join(store.dataDir, 'backups'))).filter((file) =>
      /^before-restore-.*\.sqlite$/.test(file),
    );
    expect(kept).toHaveLength(1);
  });
});
