import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Agent } from 'undici';
import type { GuardedAgentOptions } from './guarded-agent.js';
import { createGuardedAgent } from './guarded-agent.js';

const agents: Agent[] = [];
const servers: Server[] = [];

afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.destroy();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

async function request(hostname: string, options: GuardedAgentOptions): Promise<string> {
  const server = createServer((_, res) => res.end('reached'));
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = createGuardedAgent(options);
  agents.push(agent);
  const origin = `http://${hostname}:${(server.address() as AddressInfo).port}`;
  const { body } = await agent.request({ origin, path: '/', method: 'GET' });
  return body.text();
}

const resolve = (): Promise<{ address: string; family: number }[]> =>
  Promise.resolve([{ address: '127.0.0.1', family: 4 }]);

describe('createGuardedAgent', () => {
  it('reaches private addresses only with permission, by name and by number', async () => {
    await expect(request('inside.example', { allowPrivate: true, resolve })).resolves.toBe('reached');
    await expect(request('inside.example', { allowPrivate: false, resolve })).rejects.toMatchObject({
      code: 'fetch_blocked',
    });
    await expect(request('127.0.0.1', { allowPrivate: true })).resolves.toBe('reached');
    await expect(request('127.0.0.1', { allowPrivate: false })).rejects.toMatchObject({
      code: 'fetch_blocked',
    });
    await expect(request('[::ffff:127.0.0.1]', { allowPrivate: false })).rejects.toMatchObject({
      code: 'fetch_blocked',
    });
  });

  it('asks its own resolver for every new connection', async () => {
    const asked: string[] = [];
    await request('one.example', {
      allowPrivate: true,
      resolve: (name) => {
        asked.push(name);
        return resolve();
      },
    });
    expect(asked).toEqual(['one.example']);
  });
});
