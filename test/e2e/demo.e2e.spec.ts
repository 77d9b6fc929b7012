import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { StreamReader } from '../fakes/stream-reader.js';

let folder: string;
let demo: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rooftop-e2e-demo-'));
});
afterEach(() => {
  if (demo?.exitCode === null) demo.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Below the range from which systems hand out ports, so that no other suite is given it meanwhile. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    const server = createServer().listen(port);
    const listens = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!listens) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

/** Starts the demo with its temporary folder inside ours; `said` grows with its output. */
function startDemo(...args: string[]): { child: ChildProcess; said: () => string } {
  const parts: Buffer[] = [];
  const child = spawn(process.execPath, ['scripts/demo.mjs', '--encoder', 'builtin', ...args], {
    env: { PATH: process.env.PATH, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  demo = child;
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => parts.push(part));
  return { child, said: () => Buffer.concat(parts).toString('utf8') };
}

describe('the demo', () => {
  it('plays all its channels and leaves nothing behind', async () => {
    const { child, said } = startDemo('--check', '--port', String(await freePort()));
    const [code] = (await once(child, 'close')) as [number | null];
    expect({ code, said: said() }).toEqual({
      code: 0,
      said: expect.stringMatching(
        /Rooftop One plays[^]*Rooftop Two plays[^]*Rooftop Three plays[^]*Rooftop Four plays/,
      ),
    });
    expect(readdirSync(folder)).toEqual([]);
  }, 120_000);

  it('shows what a player needs and ends on Ctrl-C', async () => {
    const port = await freePort();
    const { child, said } = startDemo('--port', String(port));
    while (!said().includes('Data and log')) {
      await once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data');
    }
    const login = /user name {2}(\w+)\n\s+password {3}(\S+)/.exec(said());
    const base = `http://localhost:${port}`;
    const query = `username=${login?.[1]}&password=${login?.[2]}`;
    expect(said()).toContain(`${base}/get.php?${query}&type=m3u_plus&output=ts`);
    expect(said()).toContain(`${base}/xmltv.php?${query}`);
    const answer = await StreamReader.open(`http://127.0.0.1:${port}/player_api.php?${query}`);
    expect(JSON.parse(await answer.text())).toMatchObject({ user_info: { auth: 1, status: 'Active' } });
    expect(readdirSync(folder)).toHaveLength(1);
    child.kill('SIGINT');
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
    await expect(StreamReader.open(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  }, 120_000);

  it('refuses a port or an encoder that cannot be', async () => {
    for (const args of [
      ['--port', 'x'],
      ['--encoder', 'none'],
    ]) {
      const { child } = startDemo(...args);
      expect(await once(child, 'close')).toEqual([2, null]);
    }
  }, 60_000);
});
