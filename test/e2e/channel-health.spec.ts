import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ChannelImportService } from '../../src/channels/channel-import.service.js';
import { Channel } from '../../src/channels/channel.entity.js';
import { StreamSource } from '../../src/channels/stream-source.entity.js';
import { buildProgram } from '../../src/faces/cli/program.js';
import { SourceHealthService } from '../../src/source-health/source-health.service.js';
import { anImportChannel } from '../builders/import-channel.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { AdminHouse } from '../fakes/admin-house.js';

const GONE = { kind: 'failure', failure: 'not-found', detail: 'gone', isLasting: true } as const;
const secret = 'http://tv.invalid/live/anna/geheim/7.ts';

describeOnEveryDialect('the health of a channel', (store) => {
  let house: AdminHouse;
  let channelId: number;
  let a: number;
  let b: number;
  let c: number;

  beforeAll(async () => {
    house = await AdminHouse.open(store);
    const channel = anImportChannel('One', ['a', 'b', 'c']);
    const sources = channel.sources.map((source, index) =>
      index === 2 ? { ...source, locator: secret } : source,
    );
    await house
      .get(ChannelImportService)
      .apply([{ ...channel, sources }], { listSourceId: 1, allowPrivate: false });
    const { database } = house.house;
    [channelId = 0] = (await database.read.find(Channel)).map(({ id }) => id);
    const rows = await database.read.find(StreamSource, { order: { id: 'ASC' } });
    [a = 0, b = 0, c = 0] = rows.map(({ id }) => id);
    const health = house.get(SourceHealthService);
    health.observe(a, GONE);
    health.observe(b, { kind: 'picture', waitSeconds: 1.25 });
    health.observe(b, { kind: 'played', seconds: 1800, peers: 12, speedKbs: 500 });
    health.observe(b, { kind: 'cut', reason: 'reset', detail: 'ECONNRESET' });
    await health.flush();
  });
  afterAll(() => house.close());

  it('is told in the order in which its sources are tried', async () => {
    const { body } = await house.ask('get', `/api/admin/channels/${channelId}/health`).expect(200);
    expect(body).toMatchObject({ channelId, name: 'One' });
    const [first, second, third] = body.sources;
    expect([first.id, second.id, third.id]).toEqual([b, c, a]);
    expect(second).toMatchObject({ turn: 2, state: 'untried', successRate: null, hours: [] });
    expect(first).toMatchObject({
      turn: 1,
      state: 'good',
      successRate: 1,
      firstPictureSeconds: 1.25,
      cutsPerHour: 2,
      lastFailure: 'reset',
      restsUntil: null,
      hours: [{ starts: 1, pictures: 1, cuts: 1, playedSeconds: 1800, peers: 12, speedKbs: 500 }],
    });
    expect(third).toMatchObject({ turn: 3, state: 'resting', successRate: 0, lastFailure: 'not-found' });
    expect(Date.parse(third.restsUntil)).toBeGreaterThan(Date.now());
  });

  it('holds no credentials', async () => {
    const { text } = await house.ask('get', `/api/admin/channels/${channelId}/health`);
    expect(text).not.toContain('geheim');
    expect(text).not.toContain('anna');
  });

  it('is not there for a channel that is not there', async () => {
    await house.ask('get', '/api/admin/channels/999999/health').expect(404);
    await house.ask('get', `/api/admin/channels/${channelId}/health`, null).expect(401);
  });

  it('follows what a person placed, and knows what is switched off', async () => {
    const streams = `/api/admin/channels/${channelId}/streams`;
    await house
      .ask('put', `${streams}/order`)
      .send({ ids: [b] })
      .expect(200);
    await house.ask('patch', `${streams}/${c}`).send({ isEnabled: false }).expect(200);
    const { body } = await house.ask('get', `/api/admin/channels/${channelId}/health`);
    const { sources } = body as { sources: Record<string, unknown>[] };
    const told = sources.map(({ id, turn, isPlaced, state }) => [id, turn, isPlaced, state]);
    expect(told).toEqual([
      [b, 1, true, 'good'],
      [a, 2, false, 'resting'],
      [c, null, false, 'off'],
    ]);
  });

  it('is examined by the doctor, in words and without credentials', async () => {
    const { body, text } = await house.ask('post', `/api/admin/channels/${channelId}/doctor`).expect(200);
    expect(body).toMatchObject({ diagnosis: 'broken', title: `Channel 1 (id ${channelId}): One` });
    const names = (body as { examined: { findings: { code: string }[] }[] }).examined.map(
      ({ findings }) => findings.at(-1)?.code,
    );
    expect(names).toHaveLength(3);
    for (const name of names.slice(0, 2)) expect(name).toMatch(/^name-(unknown|silent)$/);
    expect(names[2]).toBe('source-off');
    expect(body.text).toContain('→');
    expect(text).not.toContain('geheim');
    await house.ask('post', '/api/admin/channels/999999/doctor').expect(404);
  });

  it('is told on the command line, as of the last write', async () => {
    const table = await rooftop('channels', 'health', String(channelId));
    expect(table).toMatch(new RegExp(`1 placed +${b} +good +0\\.\\d+ +100 % +1\\.3 s +2\\.0 +reset`));
    expect(table).not.toContain('geheim');
    const json = JSON.parse(await rooftop('channels', 'health', String(channelId), '--json')) as {
      sources: { id: number; hours: object[] }[];
    };
    expect(json.sources.map(({ id }) => id)).toEqual([b, a, c]);
    expect(json.sources[0]?.hours).toMatchObject([{ starts: 1, peers: 12 }]);
  });

  async function rooftop(...args: string[]): Promise<string> {
    let out = '';
    const { config, clock } = house.house;
    const program = buildProgram(
      {
        terminal: {
          out: (text) => void (out += text),
          err: () => {},
          isInteractive: false,
          setExitCode: () => {},
        },
        run: (_json, work) =>
          work({ get: (type) => house.get(type), config, clock, interrupted: house.house.lifecycle.signal }),
        restore: () => Promise.resolve(),
        serve: () => Promise.resolve(),
      },
      '0.0.0',
    );
    await program.parseAsync(args, { from: 'user' });
    return out;
  }
});
