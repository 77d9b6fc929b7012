import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ChannelImportService } from '../../src/channels/channel-import.service.js';
import { Channel } from '../../src/channels/channel.entity.js';
import { StreamSource } from '../../src/channels/stream-source.entity.js';
import { buildProgram } from '../../src/faces/cli/program.js';
import type { AppConfig } from '../../src/platform/config/app-config.js';
import { StreamHub } from '../../src/streaming/stream-hub.js';
import { anImportChannel } from '../builders/import-channel.js';
import { TestStore } from '../contract/dialects.js';
import { AdminHouse } from '../fakes/admin-house.js';
import { createHttpTsHost, type HttpTsHost } from '../fakes/http-ts-host.js';

interface Run {
  out: string;
  code: number;
}

interface Report {
  diagnosis: string;
  text: string;
  general: { code: string; says: string }[];
  examined: { findings: { code: string }[] }[];
}

describe('rooftop doctor', () => {
  const store = new TestStore('sqlite');
  let house: AdminHouse;
  let host: HttpTsHost;
  let channelId: number;
  let sourceId: number;

  beforeAll(async () => {
    await store.make();
    house = await AdminHouse.open(store);
    host = await createHttpTsHost({ channels: ['one'] });
    const channel = anImportChannel('One');
    const [source] = channel.sources;
    if (!source) throw new Error('no source');
    const locator = host.urlOf('one');
    await house
      .get(ChannelImportService)
      .apply([{ ...channel, sources: [{ ...source, locator }] }], { listSourceId: 1, allowPrivate: true });
    [channelId = 0] = (await house.house.database.read.find(Channel)).map(({ id }) => id);
    [sourceId = 0] = (await house.house.database.read.find(StreamSource)).map(({ id }) => id);
  });
  afterAll(async () => {
    await house.close();
    await host.close();
    await store.drop();
  });

  const ownPort = (): number => Number(new URL(house.url).port);

  async function rooftop(port: number, ...args: string[]): Promise<Run> {
    const run: Run = { out: '', code: 0 };
    const { config, clock, lifecycle } = house.house;
    const server = { ...config.server, host: '0.0.0.0', port };
    const program = buildProgram(
      {
        terminal: {
          out: (text) => void (run.out += text),
          err: () => {},
          isInteractive: false,
          setExitCode: (code) => void (run.code = code),
        },
        run: (_json, work) =>
          work({
            get: (type) => house.get(type),
            config: Object.assign(Object.create(config) as AppConfig, { server }),
            clock,
            interrupted: lifecycle.signal,
          }),
        restore: () => Promise.resolve(),
        serve: () => Promise.resolve(),
      },
      '0.0.0',
    );
    for (const command of program.commands) command.exitOverride();
    await program.parseAsync(args, { from: 'user' });
    return run;
  }

  async function json(port: number, ...args: string[]): Promise<Report> {
    return JSON.parse((await rooftop(port, ...args, '--json')).out) as Report;
  }

  /** A port that nobody listens on. */
  async function freePort(): Promise<number> {
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => probe.once('listening', resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }

  it('looks at the whole installation', async () => {
    const { general, diagnosis } = await json(ownPort(), 'doctor');
    const codes = general.map(({ code }) => code);
    expect(codes).toEqual(
      expect.arrayContaining(['data-ok', 'database-ok', 'clock-ok', 'port-ours', 'lists-none']),
    );
    expect(codes.some((code) => code.startsWith('disk-'))).toBe(true);
    expect(codes.some((code) => code.startsWith('ffmpeg-'))).toBe(true);
    expect(diagnosis).toBe(codes.includes('engines-down') ? 'partly' : 'works');
  });

  it('says that no server runs, or that another program has its port', async () => {
    const free = await json(await freePort(), 'doctor');
    expect(free.general.map(({ code }) => code)).toContain('port-free');
    const foreign = await json(Number(new URL(host.url).port), 'doctor');
    expect(foreign.general.map(({ code }) => code)).toContain('port-foreign');
    expect((await rooftop(Number(new URL(host.url).port), 'doctor')).code).toBe(1);
  });

  it('examines a channel by the running server', async () => {
    const { out, code } = await rooftop(ownPort(), 'doctor', 'channel', String(channelId));
    expect(out).toContain(`Channel 1 (id ${channelId}): One\nThe channel works.\n`);
    expect(out).toMatch(/ok {4}picture/);
    expect(out).toMatch(/Rooftop \d+\.\d+\.\d+\S*, Node\.js/);
    expect(out).not.toContain(host.urlOf('one'));
    expect(code).toBe(0);
    expect(host.openStreams).toBeLessThanOrEqual(1);
  });

  it('reports what plays from the stream of the viewer, and leaves no login behind', async () => {
    const viewer = new AbortController();
    const joined = await house.get(StreamHub).open({
      key: `channel ${channelId}`,
      sources: [
        {
          id: sourceId,
          kind: 'http',
          locator: host.urlOf('one'),
          userAgent: null,
          headers: {},
          allowPrivate: true,
        },
      ],
      signal: viewer.signal,
    });
    expect(joined.kind).toBe('ready');
    const before = host.requests.all.length;
    const report = await json(ownPort(), 'doctor', 'channel', String(channelId));
    expect(report.examined[0]?.findings[0]?.code).toBe('source-live');
    expect(host.requests.all.length).toBe(before);
    const alive = await house.house.database.read.query(
      'SELECT COUNT(*) AS n FROM refresh_tokens WHERE revoked_at IS NULL',
    );
    expect(alive).toEqual([{ n: 1 }]);
    if (joined.kind === 'ready') joined.seat.leave();
  });

  it('examines it itself where no server runs', async () => {
    const report = await json(await freePort(), 'doctor', 'channel', String(channelId));
    expect(report.diagnosis).toBe('works');
    await expect(rooftop(await freePort(), 'doctor', 'channel', '999999')).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('knows a channel that is not there, and wrong use', async () => {
    await expect(rooftop(ownPort(), 'doctor', 'channel', '999999')).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(rooftop(ownPort(), 'doctor', 'chanel', '1')).rejects.toThrow('doctor channel');
  });
});
