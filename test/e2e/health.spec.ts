import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sqliteFile } from '../../src/platform/database/open-database.js';
import type { RunningServer } from '../../src/server.js';
import { startServer } from '../../src/server.js';
import { anAppConfig } from '../builders/app-config.js';
import { RecordingLogger } from '../fakes/recording-logger.js';

let dir: string;
let server: RunningServer;

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'rooftop-health-'));
  server = await serve();
});
afterEach(async () => {
  await server.house.lifecycle.shutdown();
  rmSync(dir, { recursive: true });
});

async function serve(guides: { leastFreeBytes?: number } = {}): Promise<RunningServer> {
  const config = anAppConfig({
    ...{ dataDir: dir, guides },
    server: { host: '127.0.0.1', port: 0 },
    admin: { password: 'correct-horse' },
    acestream: { engines: ['http://127.0.0.1:1'] },
  });
  return startServer(config, { logger: new RecordingLogger(), addSecret: () => undefined });
}

const get = (at: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${server.port}${at}`, { headers });

/** Overwrites the first page of a table, as a failing disk may. */
async function garble(table: string): Promise<void> {
  const { writerSource } = server.house.database;
  await writerSource.query('PRAGMA wal_checkpoint(TRUNCATE)');
  const [at]: { rootpage: number }[] = await writerSource.query(
    `SELECT rootpage FROM sqlite_schema WHERE name = '${table}'`,
  );
  const [{ page_size: bytes } = { page_size: 4096 }]: { page_size: number }[] =
    await writerSource.query('PRAGMA page_size');
  const file = await open(sqliteFile(dir), 'r+');
  await file.write(Buffer.alloc(bytes, 'x'), 0, bytes, ((at?.rootpage ?? 1) - 1) * bytes);
  await file.close();
}

describe('health', () => {
  it('lives', async () => {
    const answer = await get('/healthz');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ status: 'ok' });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('is ready without an engine, and says so', async () => {
    const answer = await get('/readyz');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      checks: [
        { name: 'database', state: 'ok', latencyMs: expect.any(Number) },
        { name: 'write queue', state: 'ok', latencyMs: expect.any(Number) },
        { name: 'disk', state: 'ok' },
        { name: 'engine' },
        { name: 'ffmpeg', state: 'ok' },
      ],
    });
  });

  it('is ready on a disk that is nearly full, and says so', async () => {
    await server.house.lifecycle.shutdown();
    server = await serve({ leastFreeBytes: Number.MAX_SAFE_INTEGER });
    const answer = await get('/readyz');
    expect(answer.status).toBe(200);
    const { state, checks } = (await answer.json()) as { state: string; checks: unknown[] };
    expect(state).toBe('degraded');
    expect(checks).toContainEqual(expect.objectContaining({ name: 'disk', state: 'degraded' }));
  });

  it('is not ready while the database is gone', async () => {
    await server.house.database.close();
    const answer = await get('/readyz');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ state: 'failing' });
    expect((await get('/healthz')).status).toBe(200);
  });

  it.each([
    ['the head of its file', 'sqlite_schema'],
    ['a table', 'users'],
    ['a table that nobody has read yet', 'guide_pages'],
  ])('is not ready while %s is garbled', async (_what, table) => {
    expect((await get('/readyz')).status).toBe(200);
    await garble(table);
    const answer = await get('/readyz');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      state: 'failing',
      checks: expect.arrayContaining([expect.objectContaining({ name: 'database', state: 'failing' })]),
    });
    expect((await get('/healthz')).status).toBe(200);
  });

  it('shows its numbers to neighbours only, and no credentials in them', async () => {
    await get('/live/anna/hunter22/1.ts');
    const answer = await get('/metrics');
    const text = await answer.text();
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(text).toContain('rooftop_viewers 0');
    expect(text).toContain('rooftop_engine_up{engine="127.0.0.1:1"}');
    expect(text).toMatch(/rooftop_http_requests_total\{method="GET",route="[^"]*live[^"]*",status="401"\} 1/);
    expect(text).not.toContain('hunter22');
    const foreign = await get('/metrics', { 'x-forwarded-for': '127.0.0.1' });
    expect(foreign.status).toBe(403);
    expect(await foreign.text()).not.toContain('rooftop_');
  });
});
