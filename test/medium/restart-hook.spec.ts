import { afterEach, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Agent } from 'undici';
import { RestartHook } from '../../src/streaming/engine/restart-hook.js';
import { FakeClock } from '../fakes/fake-clock.js';
import { RecordingLogger } from '../fakes/recording-logger.js';

const ENGINE = 'http://127.0.0.1:6878';

describe('the restart hook', () => {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const agent = new Agent();
  const work: Promise<unknown>[] = [];
  let server: Server | undefined;

  const hookAt = (target: string): RestartHook =>
    new RestartHook({
      target,
      clock,
      logger,
      dispatcher: () => agent,
      background: (_name, started) => work.push(started),
    });
  const failures = (): number => logger.entries.filter(({ level }) => level === 'error').length;

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function listen(status: number, bodies: string[]): Promise<string> {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += String(chunk)));
      request.on('end', () => {
        bodies.push(`${request.method ?? ''} ${request.url ?? ''} ${body}`);
        response.writeHead(status).end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/restart?x=1`;
  }

  it('posts the engine to an address, once within its cooldown', async () => {
    const bodies: string[] = [];
    const hook = hookAt(await listen(204, bodies));
    expect([hook.call(ENGINE), hook.call(ENGINE), hook.call('http://other:6878')]).toEqual([
      true,
      false,
      true,
    ]);
    await Promise.all(work.splice(0));
    expect(bodies).toContain(`POST /restart?x=1 {"engine":"${ENGINE}"}`);
    expect(bodies).toHaveLength(2);
    await clock.advance(120_000);
    expect(hook.call(ENGINE)).toBe(true);
    await Promise.all(work.splice(0));
    expect(failures()).toBe(0);
  });

  it('runs a program with the engine as its argument, without a shell', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'rooftop-hook-'));
    const program = path.join(folder, 'restart engine.sh');
    await writeFile(program, `#!/bin/sh\nprintf %s "$1" > "${folder}/out"\n`);
    await chmod(program, 0o755);
    hookAt(program).call(ENGINE);
    await Promise.all(work.splice(0));
    expect(await readFile(path.join(folder, 'out'), 'utf8')).toBe(ENGINE);
    await rm(folder, { recursive: true });
  });

  it('says what went wrong and goes on', async () => {
    hookAt(await listen(500, [])).call(ENGINE);
    hookAt('/no/such/program').call(ENGINE);
    hookAt('/bin/false').call(ENGINE);
    await Promise.all(work.splice(0));
    expect(failures()).toBe(3);
  });
});
