import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type supertest from 'supertest';
import { Category } from '../../src/channels/category.entity.js';
import { GuideLinker } from '../../src/epg/linking/guide-linker.js';
import { GuideView } from '../../src/epg/guide-view.js';
import { buildProgram } from '../../src/faces/cli/program.js';
import { storeChannels } from '../builders/stored-channel.js';
import { storeGuide } from '../builders/stored-guide.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { AdminHouse, type Method } from '../fakes/admin-house.js';

type Body = supertest.Response['body'];

/** Midnight, UTC. */
const DAY = Date.UTC(2026, 2, 14) / 1000;
const HOUR = 3600;

describeOnEveryDialect('guides of channels over the API and the command line', (store) => {
  let house: AdminHouse;
  let [one, dmax]: [number, number] = [0, 0];
  let guides: number[];

  beforeAll(async () => {
    house = await AdminHouse.open(store);
  });
  afterAll(() => house.close());

  beforeEach(async () => {
    const { database } = house.house;
    for (const table of ['guide_sources', 'channels', 'categories', 'audit_log']) {
      await database.write('empty', (manager) => manager.query(`DELETE FROM ${table}`));
    }
    [one = 0, dmax = 0] = await storeChannels(database, [{ name: 'Rai Uno HD' }, { name: 'DMAX' }]);
    const programmes = [{ start: DAY, stop: DAY + HOUR, titles: [{ text: 'News' }] }];
    const stored = await storeGuide(database, [
      { xmltvId: 'rai1.x', names: ['Rai 1'], programmes },
      { xmltvId: 'dmax.it', names: ['DMAX'], programmes },
      { xmltvId: 'dmax.de', names: ['DMAX'], programmes },
    ]);
    guides = stored.channelIds;
    await house.house.changes.check();
    await house.get(GuideLinker).run();
  });

  const ask = async (method: Method, path: string, body?: object): Promise<[number, Body]> => {
    const answer = await house.ask(method, `/api/admin${path}`).send(body);
    return [answer.status, answer.body];
  };
  const starts = async (channelId: number): Promise<number[]> =>
    (await house.get(GuideView).programmes(channelId, DAY - 24 * HOUR, DAY + 24 * HOUR)).map(
      ({ start }) => (start - DAY) / HOUR,
    );

  it('shows links with their reasons, and what waits with its candidates', async () => {
    const [status, linked] = await ask('get', '/guide-links?only=linked');
    expect([status, linked.total]).toEqual([200, 1]);
    expect(linked.items[0]).toMatchObject({
      name: 'Rai Uno HD',
      mode: 'auto',
      links: [
        {
          origin: 'name',
          score: 97,
          reason: 'same name spelt otherwise: “Rai Uno” and “Rai 1”',
          guide: { xmltvId: 'rai1.x', names: ['Rai 1'], isServed: true, programmeCount: 1 },
        },
      ],
    });
    const [, waiting] = await ask('get', '/guide-links?only=waiting');
    expect(waiting.items).toMatchObject([
      { id: dmax, candidates: [{ guideChannelId: guides[1] }, { guideChannelId: guides[2] }] },
    ]);
    expect((await ask('get', '/guide-links?only=nonsense'))[0]).toBe(400);
  });

  it('takes decisions, which viewers see at once, and takes them back', async () => {
    const path = `/channels/${dmax}/guide`;
    expect(await starts(dmax)).toEqual([]);
    const links = [{ guideChannelId: guides[2], shiftMinutes: 60 }];
    expect((await ask('patch', path, { links, shiftMinutes: 120 }))[0]).toBe(200);
    expect(await starts(dmax)).toEqual([3]);
    const [, settings] = await ask('get', path);
    expect(settings).toMatchObject({ mode: 'manual', shiftMinutes: 120, candidates: [] });
    expect((await ask('get', '/guide-links?only=waiting'))[1].total).toBe(0);
    await ask('patch', path, { mode: 'none' });
    expect(await starts(dmax)).toEqual([]);
    expect((await ask('patch', path, { mode: 'auto', links }))[0]).toBe(400);
    expect((await ask('patch', path, { links: [{ guideChannelId: 987_654 }] }))[1].error.details).toEqual([
      { field: 'links', rule: 'must name guide channels that exist' },
    ]);
    const [, log] = await ask('get', '/audit?entity=channel&action=guide');
    expect(log.items).toMatchObject([{ entityId: dmax }, { entityId: dmax }]);
  });

  it('finds guide channels, and says what is unknown', async () => {
    const [, found] = await ask('get', '/guide-channels?search=RAI');
    expect(found.items).toMatchObject([{ id: guides[0] }]);
    expect((await ask('get', '/guide-channels?search=a'))[0]).toBe(400);
    expect((await ask('get', '/channels/987654/guide'))[0]).toBe(404);
    expect((await ask('get', '/categories/987654/guide'))[0]).toBe(404);
    expect((await ask('put', '/categories/987654/guide', { placeholder: null }))[0]).toBe(404);
  });

  it('keeps what channels of a category show without a guide', async () => {
    const { id } = await house.house.database.read.findOneByOrFail(Category, { kind: 'live' });
    const placeholder = { kind: 'blocks', blockMinutes: 720, title: 'On air: {title}' };
    const [status, rule] = await ask('put', `/categories/${id}/guide`, { placeholder });
    expect([status, rule]).toEqual([200, { placeholder }]);
    expect(await starts(dmax)).toEqual([-24, -12, 0, 12]);
    expect((await ask('put', `/categories/${id}/guide`, { placeholder: { kind: 'x' } }))[0]).toBe(400);
    expect((await ask('put', `/categories/${id}/guide`, { placeholder: null }))[1]).toEqual({
      placeholder: null,
    });
    expect(await starts(dmax)).toEqual([]);
  });

  it('tries and sets a pattern for names', async () => {
    const { database } = house.house;
    await database.write('rename', (manager) =>
      manager.query(`UPDATE channels SET name = '20.15 UTC ~ Cup final' WHERE id = ${dmax}`),
    );
    const { id } = await database.read.findOneByOrFail(Category, { kind: 'live' });
    const placeholder = { kind: 'pattern', pattern: '{HH}.{mm} {zone} ~ {title}' };
    const today = new Date(house.house.clock.now()).toISOString().slice(0, 10);
    const shown = expect.arrayContaining([
      expect.objectContaining({ title: 'Cup final', start: `${today}T20:15:00.000Z` }),
    ]);
    for (const path of [`/channels/${dmax}/guide/preview`, `/categories/${id}/guide/preview`]) {
      const [status, { items }] = await ask('post', path, { placeholder });
      expect(status).toBe(200);
      const own = { id: dmax, name: '20.15 UTC ~ Cup final', programmes: shown };
      expect(items).toEqual(expect.arrayContaining([own]));
    }
    expect((await ask('get', `/categories/${id}/guide`))[1]).toEqual({ placeholder: null });
    const wrong = { kind: 'pattern', pattern: '{title} {when}' };
    const [refused, { error }] = await ask('put', `/categories/${id}/guide`, { placeholder: wrong });
    expect([refused, error.details[0].field]).toEqual([400, 'placeholder.pattern']);
    expect(
      (await ask('put', `/categories/${id}/guide`, { placeholder: { kind: 'auto', pattern: 'x' } }))[0],
    ).toBe(400);
    expect((await ask('post', '/categories/987654/guide/preview', { placeholder }))[0]).toBe(404);
    expect((await ask('post', '/channels/987654/guide/preview', { placeholder }))[0]).toBe(404);
    const rule = ['pattern', '--pattern', placeholder.pattern, '--category'];
    expect(await rooftop('guides', 'placeholder', String(id), ...rule, '--dry-run')).toMatch(
      /Rai Uno HD +\(nothing\)/,
    );
    await rooftop('guides', 'placeholder', String(id), ...rule);
    expect((await ask('get', `/categories/${id}/guide`))[1]).toEqual({ placeholder });
  });

  it('looks for guides when asked, and tells what it found', async () => {
    const { database } = house.house;
    await database.write('unlink', (manager) => manager.query('DELETE FROM guide_links'));
    expect(await ask('post', '/guide-links/match')).toMatchObject([202, { isRunning: true }]);
    // Begun once: the second asks about the same search.
    expect(await ask('post', '/guide-links/match')).toMatchObject([202, { isRunning: true }]);
    while ((await ask('get', '/guide-links/match'))[1].isRunning === true);
    const report = { channels: 2, linked: 1, waiting: 1, added: 1, removed: 0 };
    expect(await ask('get', '/guide-links/match')).toEqual([200, { isRunning: false, report }]);
    expect((await ask('get', '/guide-links?only=linked'))[1].total).toBe(1);
  });

  it('says why a guide channel may be meant once, however the question is put', async () => {
    const { database } = house.house;
    await storeChannels(database, [{ name: 'Zebra Two Kanal' }]);
    await storeGuide(database, [{ xmltvId: 'zebra.x', names: ['Zebra Kanal'], programmes: [] }]);
    await house.house.changes.check();
    await rooftop('guides', 'match');
    const row =
      (await rooftop('guides', 'review')).split('\n').find((line) => line.includes('Zebra Two')) ?? '';
    expect(row.split('similar name')).toHaveLength(2);
  });

  it('does all of it on the command line', async () => {
    expect(await rooftop('guides', 'links')).toMatch(
      /Rai Uno HD +\d+ Rai 1 +Guide +97 +same name spelt otherwise/,
    );
    expect(await rooftop('guides', 'review')).toContain('2 guide channels fit equally well');
    expect(await rooftop('guides', 'find', 'dmax')).toMatch(/dmax\.it[^]*dmax\.de/);
    expect(
      await rooftop('guides', 'link', String(dmax), `${guides[1]},${guides[2]}`, '--shift', '-60'),
    ).toContain('"DMAX" is linked');
    expect(await starts(dmax)).toEqual([-1]);
    expect(await rooftop('guides', 'shift', String(dmax), '-30')).toContain('is shifted by -30 minutes');
    expect(await starts(dmax)).toEqual([-1.5]);
    expect(await rooftop('guides', 'links')).toContain('decided by a person');
    expect(await rooftop('guides', 'none', String(one))).toContain('has no guide');
    expect(await rooftop('guides', 'links', '--unlinked')).toMatch(/Rai Uno HD +- +none/);
    await rooftop('guides', 'unlink', String(one));
    expect(await rooftop('guides', 'match')).toMatch(
      /^1 of 1 channels have a guide \(1 links new, 0 gone\), 0 wait/,
    );
    await rooftop('guides', 'none', String(one));
    await rooftop('guides', 'placeholder', String(one), 'blocks', '--block-minutes', '1440');
    expect(await starts(one)).toEqual([-24, 0]);
    expect(JSON.parse(await rooftop('guides', 'placeholder', String(one), 'inherit', '--json'))).toEqual({
      placeholder: null,
    });
    await expect(rooftop('guides', 'placeholder', String(one), 'nonsense')).rejects.toMatchObject({
      code: 'invalid_input',
    });
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
