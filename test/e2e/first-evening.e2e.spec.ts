import { Xtream } from '@iptv/xtream-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { PacketSplitter } from '../../src/core/mpegts/splitter.js';
import { contentIdOf } from '../fakes/engine-simulator/catalogue.js';
import { createSim, type EngineSimulator } from '../fakes/engine-simulator/engine-simulator.js';
import { createListHost, type ListHost } from '../fakes/list-host.js';
import { RooftopHouse } from './rooftop-process.js';

const SECRETS = {
  tmdbKey: 'tmdb-key-51',
  tmdbToken: 'tmdb-token-52',
  listPassword: 'list-password-61',
  listToken: 'list-token-62',
  listHeader: 'list-header-63',
};
const PASSWORDS = { owner: 'owner-secret-77', ana: 'ana-secret-42', eva: 'eva-secret-43' };

interface RefreshAnswer {
  results: {
    sourceId: number;
    status: string;
    found: number;
    added: number;
    problems: unknown[];
    reason: string | null;
  }[];
}
interface ChannelRow {
  id: number;
  num: number;
  name: string;
  category: string;
  streams: { kind: string; url: string; priority: number }[];
}

function listOf(names: readonly string[]): string {
  const entries = names.map(
    (name) =>
      `#EXTINF:-1 tvg-id="${name.toLowerCase().replaceAll(' ', '-')}.test" group-title="News",${name}\nacestream://${contentIdOf(name)}\n`,
  );
  return `#EXTM3U\n${entries.join('')}`;
}

/** Reads a channel until it has enough packets, and leaves. */
async function watch(
  url: string,
  packets: number,
): Promise<{ status: number; type: string | null; packets: Buffer }> {
  const leave = new AbortController();
  const response = await fetch(url, { signal: leave.signal });
  const splitter = new PacketSplitter();
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    const aligned = splitter.push(chunk as Uint8Array);
    parts.push(Buffer.from(aligned));
    size += aligned.length;
    if (size >= packets * 188) break;
  }
  leave.abort();
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    packets: Buffer.concat(parts),
  };
}

describe('the first evening', () => {
  let house: RooftopHouse;
  let engine: EngineSimulator;
  let lists: ListHost;
  let channels: ChannelRow[];

  beforeAll(async () => {
    engine = await createSim({ contents: [{ name: 'Channel One' }, { name: 'Channel Two' }] });
    lists = await createListHost();
    house = await RooftopHouse.make({
      ROOFTOP_ACESTREAM_ENGINES: engine.url,
      ROOFTOP_ADMIN_PASSWORD: PASSWORDS.owner,
      ROOFTOP_TMDB_KEY: SECRETS.tmdbKey,
      ROOFTOP_TMDB_TOKEN: SECRETS.tmdbToken,
    });
  }, 60_000);

  afterAll(async () => {
    await house.demolish();
    await engine.close();
    await lists.close();
  });

  it('starts on an empty folder and shows what a person needs', async () => {
    await house.start();
    const shown = house.output.join('');
    for (const text of [
      house.url,
      '/get.php?',
      '/xmltv.php?',
      '/api/admin',
      '/api/docs',
      'user name  owner',
    ]) {
      expect(shown).toContain(text);
    }
  }, 60_000);

  it('makes viewers on the command line beside the running server', async () => {
    for (const name of ['ana', 'eva'] as const) {
      const made = await house.json(
        'users',
        'add',
        name,
        '--password',
        PASSWORDS[name],
        '--max-connections',
        '2',
      );
      expect(made).toEqual({ id: expect.any(Number), username: name, password: PASSWORDS[name] });
    }
  }, 60_000);

  it('imports a list by address', async () => {
    const url = lists.put('/list.m3u', listOf(['Channel One', 'Channel Two']));
    const { id } = await house.json<{ id: number }>('sources', 'add', url);
    const { results } = await house.json<RefreshAnswer>('sources', 'refresh', String(id));
    expect(results).toMatchObject([
      { sourceId: id, status: 'ok', found: 2, added: 2, problems: [], reason: null },
    ]);
    channels = await house.json<ChannelRow[]>('channels', 'list');
    expect(channels.map(({ num, name, category }) => ({ num, name, category }))).toEqual([
      { num: 1, name: 'Channel One', category: 'News' },
      { num: 2, name: 'Channel Two', category: 'News' },
    ]);
    expect(channels[0]?.streams).toEqual([
      {
        id: expect.any(Number),
        kind: 'acestream',
        url: `acestream://${contentIdOf('Channel One')}`,
        priority: 0,
      },
    ]);
  }, 60_000);

  it('lets a third-party client log in and list', async () => {
    const client = new Xtream({
      url: house.url,
      username: 'ana',
      password: PASSWORDS.ana,
      preferredFormat: 'ts',
    });
    const profile = await client.getProfile();
    expect(profile).toMatchObject({ auth: 1, status: 'Active', max_connections: '2' });
    const listed = await client.getChannels();
    expect(listed.map(({ name }) => name)).toEqual(['Channel One', 'Channel Two']);
    expect(await client.getChannelCategories()).toMatchObject([{ category_name: 'News' }]);
  });

  it('sends one channel to two viewers over one engine session', async () => {
    const id = channels[0]?.id ?? 0;
    const urls = [
      `${house.url}/live/ana/${PASSWORDS.ana}/${id}.ts`,
      `${house.url}/live/eva/${PASSWORDS.eva}/${id}.ts`,
      `${house.url}/ana/${PASSWORDS.ana}/${id}`,
    ];
    const seen = await Promise.all(urls.map((url) => watch(url, 2000)));
    for (const { status, type, packets } of seen) {
      expect({ status, type }).toEqual({ status: 200, type: 'video/mp2t' });
      expect([packets[0], packets[188]]).toEqual([0x47, 0x47]);
      expect(packets.readUInt16BE(1) & 0x1fff).toBe(0);
    }
    expect(engine.metrics.totalStarts).toBe(1);
    expect(engine.metrics.maxReadersPerSession).toBe(1);
  }, 60_000);

  it('answers HEAD without touching the engine', async () => {
    const url = `${house.url}/live/ana/${PASSWORDS.ana}/${channels[1]?.id ?? 0}.ts`;
    const response = await fetch(url, { method: 'HEAD' });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'video/mp2t']);
    expect(engine.metrics.totalStarts).toBe(1);
  });

  it.each([
    ['a wrong password', 401, (id: number) => `/live/ana/wrong/${id}.ts`],
    ['an unknown channel', 404, () => `/live/ana/${PASSWORDS.ana}/4711.ts`],
  ])('refuses %s with %i', async (_what, status, pathOf) => {
    const response = await fetch(house.url + pathOf(channels[0]?.id ?? 0));
    expect({ status: response.status, body: await response.text() }).toEqual({ status, body: '' });
  });

  it('keeps its secrets to itself', async () => {
    const { tokens, shown } = await useSecrets();
    const log = await house.logText();
    expect(log).toContain('listening');
    const metrics = await (await fetch(`${house.url}/metrics`)).text();
    const said = [log, ...house.output, metrics, ...shown].join('\n');
    const secrets = [...Object.values(PASSWORDS), ...Object.values(SECRETS), ...tokens];
    expect(secrets.filter((secret) => said.includes(secret))).toEqual([]);
    const keys = JSON.parse(await readFile(path.join(house.dataDir, 'secrets.json'), 'utf8')) as Record<
      string,
      string
    >;
    for (const key of Object.values(keys)) expect(said).not.toContain(key);
  });

  /** Brings every kind of secret to the server, also where it does not belong. */
  async function useSecrets(): Promise<{ tokens: string[]; shown: string[] }> {
    const { listPassword, listToken, listHeader } = SECRETS;
    const address = `http://me:${listPassword}@127.0.0.1:1/get.php?username=me&password=${listPassword}&token=${listToken}`;
    const { id } = await house.json<{ id: number }>(
      'sources',
      'add',
      address,
      '--header',
      `X-Key: ${listHeader}`,
    );
    const failed = await house.run('sources', 'refresh', String(id));
    const listed = await house.run('sources', 'list', '--json');
    const call = (path: string, init: RequestInit = {}): Promise<Response> => fetch(house.url + path, init);
    const post = (path: string, body: object): Promise<Response> =>
      call(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const login = await post('/api/admin/auth/login', { username: 'owner', password: PASSWORDS.owner });
    const { accessToken, refreshToken } = (await login.json()) as Record<
      'accessToken' | 'refreshToken',
      string
    >;
    const headers = { authorization: `Bearer ${accessToken}` };
    const refresh = await call(`/api/admin/sources/${id}/refresh`, { method: 'POST', headers });
    const audit = await call('/api/admin/audit', { headers });
    const answers = [refresh, audit, await call('/api/admin/sources', { headers })];
    await call(`/api/admin/users?token=${accessToken}`, { headers });
    await call(`/nothing/${PASSWORDS.ana}?refreshToken=${refreshToken}&api_key=${SECRETS.tmdbKey}`);
    await post('/api/admin/auth/refresh', { refreshToken: `${refreshToken}x` });
    await call(`/player_api.php?username=ana&password=${PASSWORDS.ana}&action=get_profile`);
    const shown = await Promise.all(answers.map((answer) => answer.text()));
    await house.json('sources', 'remove', String(id));
    const texts = [failed.out, failed.err, listed.out, ...shown];
    return { tokens: [accessToken, refreshToken], shown: texts };
  }

  it('stops cleanly and comes back with the same channels', async () => {
    expect(await house.stop()).toBe(0);
    expect(() => engine.assertInvariants()).not.toThrow();
    await house.start();
    expect(await house.json('channels', 'list')).toEqual(channels);
  }, 60_000);

  it('is whole after kill -9 while streaming and importing', async () => {
    const watching = watch(`${house.url}/live/ana/${PASSWORDS.ana}/${channels[0]?.id ?? 0}.ts`, 1e9).catch(
      () => undefined,
    );
    const big = listOf(Array.from({ length: 5000 }, (_, index) => `Mass x${index}z`));
    const { id } = await house.json<{ id: number }>('sources', 'add', lists.put('/big.m3u', big));
    const importing = house.spawn(['bin/rooftop.mjs', 'sources', 'refresh', String(id)]);
    await new Promise<void>((resolve) => {
      const look = setInterval(() => {
        fetch(`${house.url}/player_api.php?username=ana&password=${PASSWORDS.ana}&action=get_live_streams`)
          .then(async (response) => ((await response.json()) as unknown[]).length > 2)
          .then((isUnderWay) => {
            if (!isUnderWay && importing.exitCode === null) return;
            clearInterval(look);
            resolve();
          })
          .catch(() => undefined);
      }, 50);
    });
    importing.kill('SIGKILL');
    await house.stop('SIGKILL');
    await watching;
    await house.start();
    const { results } = await house.json<RefreshAnswer>('sources', 'refresh', String(id));
    expect(results).toMatchObject([
      { status: expect.stringMatching(/ok|unchanged/), found: expect.any(Number) },
    ]);
    const after = await house.json<ChannelRow[]>('channels', 'list');
    expect(after).toHaveLength(5002);
    expect(after.slice(0, 2)).toEqual(channels);
  }, 120_000);
});

describe('a start that cannot work', () => {
  let house: RooftopHouse;
  beforeAll(async () => {
    house = await RooftopHouse.make();
  });
  afterAll(() => house.demolish());

  it.each([
    ['a bad value', { ROOFTOP_PORT: 'eighty-secret' }, /ROOFTOP_PORT/],
    [
      'an unreachable PostgreSQL',
      { ROOFTOP_DATABASE_URL: 'postgres://u:pg-secret@127.0.0.1:1/x' },
      /PostgreSQL cannot be reached.*ROOFTOP_DATABASE_URL/,
    ],
    [
      'a data folder that is a file',
      { ROOFTOP_DATA_DIR: '/dev/null/data' },
      /data folder .* cannot be written.*ROOFTOP_DATA_DIR/,
    ],
  ])(
    'says so: %s',
    async (_what, environment, message) => {
      const { code, out, err } = await house.startAndFail(environment);
      expect(code).toBe(1);
      expect(err).toMatch(message);
      expect(out + err).not.toMatch(/eighty-secret|pg-secret/);
    },
    60_000,
  );

  it('says so: a port in use', async () => {
    const taken = createServer().listen(house.port, '127.0.0.1');
    await once(taken, 'listening');
    const { code, err } = await house.startAndFail();
    taken.close();
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringMatching(/port \d+ is in use; .*ROOFTOP_PORT/),
    });
  }, 60_000);
});
