import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type supertest from 'supertest';
import { ChannelImportService } from '../../src/channels/channel-import.service.js';
import type { ImportChannel } from '../../src/channels/import-set.js';
import { ChannelsRepository } from '../../src/channels/channels.repository.js';
import { UsersService } from '../../src/users/users.service.js';
import { anImportChannel } from '../builders/import-channel.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { AdminHouse, type Method } from '../fakes/admin-house.js';

/** JSON of an answer, as supertest has it. */
type Body = supertest.Response['body'];

interface Row {
  id: number;
  num: number;
  name: string;
  [field: string]: unknown;
}

describeOnEveryDialect('channels over the API', (store) => {
  let house: AdminHouse;

  beforeAll(async () => {
    house = await AdminHouse.open(store);
  });
  afterAll(() => house.close());

  beforeEach(async () => {
    for (const table of ['stream_sources', 'channels', 'user_categories', 'categories', 'audit_log']) {
      await house.house.database.write('empty', (manager) => manager.query(`DELETE FROM ${table}`));
    }
    await apply([
      anImportChannel('One', ['a', 'b'], { tvgId: 'one.tv', logo: 'http://logos.invalid/1.png' }),
      anImportChannel('Two', ['c'], { group: 'Sport' }),
      anImportChannel('Три', ['d'], { group: 'Sport', num: 10 }),
      anImportChannel('Four', ['e', 'f'], { isAdult: true }),
    ]);
  });

  const apply = (list: ImportChannel[], listSourceId = 1) =>
    house.get(ChannelImportService).apply(list, { listSourceId, allowPrivate: false });
  const ok = async (method: Method, path: string, body?: object, status = 200): Promise<Body> => {
    const answer = await house.ask(method, `/api/admin/${path}`).send(body);
    expect([answer.status, answer.body.error]).toEqual([status, undefined]);
    return answer.body;
  };
  const refused = async (
    method: Method,
    path: string,
    body: object | undefined,
    status: number,
  ): Promise<string> => {
    const answer = await house.ask(method, `/api/admin/${path}`).send(body);
    expect([answer.status, answer.body.error?.code]).toEqual([
      status,
      { 400: 'invalid_input', 404: 'not_found', 409: 'conflict' }[status],
    ]);
    return answer.body.error.message as string;
  };
  const list = async (query = ''): Promise<Row[]> => (await ok('get', `channels?${query}`)).items as Row[];
  const shown = async (query = ''): Promise<string[]> =>
    (await list(query)).map(({ num, name }) => `${num} ${name}`);
  const idOf = async (name: string): Promise<number> => {
    const found = (await list()).find((row) => row.name === name);
    expect(found).toBeDefined();
    return found!.id;
  };
  const categoryId = async (name: string): Promise<number> => {
    const found = ((await ok('get', 'categories')).items as Row[]).find((row) => row.name === name);
    expect(found).toBeDefined();
    return found!.id;
  };

  describe('lists', () => {
    it('by every filter and in every order', async () => {
      const sport = await categoryId('Sport');
      expect(await shown()).toEqual(['1 One', '2 Two', '10 Три', '11 Four']);
      expect(await shown('search=тРИ')).toEqual(['10 Три']);
      expect(await shown('search=ONE.T')).toEqual(['1 One']);
      expect(await shown('search=10')).toEqual(['10 Три']);
      expect(await shown(`categoryId=${sport}`)).toEqual(['2 Two', '10 Три']);
      expect(await shown('isAdult=true')).toEqual(['11 Four']);
      expect(await shown('kind=acestream')).toEqual([]);
      expect(await shown('kind=http&listSourceId=1&perPage=2&page=2')).toEqual(['10 Три', '11 Four']);
      expect(await shown('listSourceId=2')).toEqual([]);
      expect(await shown('order=desc&perPage=1')).toEqual(['11 Four']);
      expect((await shown('sort=name')).slice(0, 3)).toEqual(['11 Four', '1 One', '2 Two']);
      expect(await shown('sort=added&order=desc')).toHaveLength(4);
      await ok('patch', `channels/${await idOf('Two')}`, { isHidden: true });
      expect(await shown('isHidden=true')).toEqual(['2 Two']);
      await apply([anImportChannel('One', ['a', 'b'])]);
      expect(await shown('isRetired=true')).toHaveLength(3);
    });

    it('one with its sources', async () => {
      const channel = await ok('get', `channels/${await idOf('One')}`);
      expect(channel).toMatchObject({
        num: 1,
        categoryName: 'News',
        tvgId: 'one.tv',
        isManual: false,
        editedFields: [],
        listValues: {},
        mergedIds: [],
        sourceCounts: { http: 2 },
        retiredAt: null,
      });
      expect(channel.streams).toMatchObject([
        { kind: 'http', address: 'http://tv.invalid/a', priority: 0, isEnabled: true, listSourceId: 1 },
        { kind: 'http', address: 'http://tv.invalid/b', priority: 1 },
      ]);
    });
  });

  describe('edits', () => {
    it('are kept by every refresh and given back on request', async () => {
      const id = await idOf('One');
      const sport = await categoryId('Sport');
      const edited = await ok('patch', `channels/${id}`, { name: 'Mine', categoryId: sport, isAdult: false });
      expect(edited).toMatchObject({ name: 'Mine', editedFields: ['name', 'categoryId'] });
      await apply([
        anImportChannel('One', ['a', 'b'], { name: 'One HD', logo: 'http://logos.invalid/2.png' }),
      ]);
      const kept = await ok('get', `channels/${id}`);
      expect(kept).toMatchObject({ name: 'Mine', categoryId: sport, logo: 'http://logos.invalid/2.png' });
      expect(kept.listValues).toMatchObject({ name: 'One HD' });
      const back = await ok('post', `channels/${id}/reset`, { fields: ['name', 'logo'] });
      expect(back).toMatchObject({ name: 'One HD', editedFields: ['categoryId'], categoryId: sport });
      const whole = await ok('post', `channels/${id}/reset`, { fields: ['categoryId'] });
      expect(whole).toMatchObject({ categoryName: 'News', editedFields: [], listValues: {} });
    });

    it('set and clear the watch over the picture, in which no list has a word', async () => {
      const id = await idOf('One');
      const edited = await ok('patch', `channels/${id}`, { watchPicture: true });
      expect(edited).toMatchObject({ watchPicture: true, editedFields: [], listValues: {} });
      await apply([anImportChannel('One', ['a', 'b'], { name: 'One HD' })]);
      expect(await ok('get', `channels/${id}`)).toMatchObject({ name: 'One HD', watchPicture: true });
      const request = { filter: { ids: [id] }, set: { watchPicture: false } };
      expect(await ok('post', 'channels/bulk', request)).toMatchObject({ matched: 1, changed: 1 });
      expect(await ok('get', `channels/${id}`)).toMatchObject({ watchPicture: false });
    });

    it('of a number refuse, swap or shift', async () => {
      const three = await idOf('Три');
      expect(await refused('patch', `channels/${three}`, { num: 1 }, 409)).toContain(
        'number 1 belongs to channel',
      );
      await ok('patch', `channels/${three}?onConflict=swap`, { num: 1 });
      expect(await shown()).toEqual(['1 Три', '2 Two', '10 One', '11 Four']);
      await ok('patch', `channels/${await idOf('Four')}?onConflict=shift`, { num: 1 });
      expect(await shown()).toEqual(['1 Four', '2 Три', '3 Two', '10 One']);
      const reset = await ok('post', `channels/${three}/reset`, { fields: ['num'] });
      expect(reset).toMatchObject({ num: 2, editedFields: [] });
      await refused('patch', `channels/${three}?onConflict=push`, { num: 1 }, 400);
    });

    it('refuse what is no name, no number and no address', async () => {
      const id = await idOf('One');
      for (const body of [
        { name: '' },
        { name: '   ' },
        { name: 'x'.repeat(301) },
        { num: 0 },
        { num: 1_000_000 },
        { num: '5' },
        { logo: 'javascript:alert(1)' },
        { logo: 'file:///etc/passwd' },
        { categoryId: 999_999 },
        { archiveDays: 366 },
        { identityKey: 'name:two' },
        { editedFields: [] },
      ]) {
        await refused('patch', `channels/${id}`, body, 400);
      }
      expect(await ok('get', `channels/${id}`)).toMatchObject({ name: 'One', editedFields: [] });
    });

    it('made while a list is read are not lost', async () => {
      const many = Array.from({ length: 600 }, (_, index) => anImportChannel(`Bulk ${index}`, [`p${index}`]));
      await apply(many, 5);
      const ids = (await list('listSourceId=5&perPage=200&page=3')).map(({ id }) => id).slice(0, 40);
      const renamed = many.map((channel) => ({
        ...channel,
        name: `${channel.name} new`,
        logo: 'http://l.invalid/x',
      }));
      const [counts] = await Promise.all([
        apply(renamed, 5),
        ...ids.map((id) => ok('patch', `channels/${id}`, { name: `Edited ${id}` })),
      ]);
      expect(counts).toMatchObject({ added: 0, retired: 0 });
      for (const id of ids) {
        const channel = await ok('get', `channels/${id}`);
        expect([channel.name, channel.logo]).toEqual([`Edited ${id}`, 'http://l.invalid/x']);
        expect(channel.editedFields).toEqual(['name']);
        expect(channel.listValues.name).toMatch(/^Bulk \d+ new$/);
      }
    });
  });

  describe('channels made by hand', () => {
    it('live beside those of lists', async () => {
      const made = await ok(
        'post',
        'channels',
        { name: 'Garden camera', categoryId: await categoryId('News') },
        201,
      );
      expect(made).toMatchObject({ num: 12, isManual: true, streams: [], editedFields: [] });
      const stream = await ok(
        'post',
        `channels/${made.id}/streams`,
        { address: 'http://10.0.0.5/cam.ts', allowPrivate: true },
        201,
      );
      expect(stream).toMatchObject({ kind: 'http', listSourceId: null, allowPrivate: true });
      await apply([anImportChannel('One', ['a', 'b'])]);
      expect(await shown()).toEqual(['1 One', '12 Garden camera']);
      await refused('post', `channels/${made.id}/reset`, { fields: ['name'] }, 409);
      await refused('post', 'channels', { name: 'Second', categoryId: 999_999 }, 400);
      await refused('post', 'channels', { name: 'Second' }, 400);
      await refused(
        'post',
        'channels',
        { name: 'Second', categoryId: await categoryId('News'), num: 1 },
        409,
      );
      await refused('delete', `channels/${await idOf('One')}`, undefined, 409);
      await ok('delete', `channels/${made.id}`, undefined, 204);
      expect(await shown()).toEqual(['1 One']);
    });
  });

  describe('many at once', () => {
    it('are previewed, then changed', async () => {
      const request = { filter: { kind: 'http', isAdult: false }, set: { isHidden: true, archiveDays: 3 } };
      const preview = await ok('post', 'channels/bulk', { ...request, dryRun: true });
      expect(preview).toMatchObject({ matched: 3, changed: 0, dryRun: true });
      expect((preview.first as Row[]).map(({ name }) => name)).toEqual(['One', 'Two', 'Три']);
      expect(await shown('isHidden=true')).toEqual([]);
      expect(await ok('post', 'channels/bulk', request)).toMatchObject({ matched: 3, changed: 3 });
      expect(await ok('post', 'channels/bulk', request)).toMatchObject({ matched: 3, changed: 0 });
      expect(await shown('isHidden=true')).toHaveLength(3);
      const channel = await ok('get', `channels/${await idOf('One')}`);
      expect(channel).toMatchObject({ editedFields: ['isHidden', 'archiveDays'], archiveDays: 3 });
      const back = await ok('post', `channels/${channel.id}/reset`, { fields: ['isHidden', 'archiveDays'] });
      expect(back).toMatchObject({ isHidden: false, archiveDays: 0 });
    });

    it('take nothing that is none', async () => {
      await refused('post', 'channels/bulk', { filter: {}, set: {} }, 400);
      await refused('post', 'channels/bulk', { filter: {} }, 400);
      await refused('post', 'channels/bulk', { filter: { nothing: 1 }, set: { isHidden: true } }, 400);
      await refused('post', 'channels/bulk', { filter: {}, set: { name: 'All the same' } }, 400);
      await refused('post', 'channels/bulk', { filter: {}, set: { categoryId: 999_999 } }, 400);
      expect(await shown('isHidden=true')).toEqual([]);
    });

    it('are put in order', async () => {
      const ids = [await idOf('Four'), await idOf('One'), await idOf('Три')];
      await ok('put', 'channels/order', { ids }, 204);
      expect(await shown()).toEqual(['1 Four', '2 Two', '10 One', '11 Три']);
      await refused('put', 'channels/order', { ids, from: 2 }, 409);
      expect(await shown()).toEqual(['1 Four', '2 Two', '10 One', '11 Три']);
      await ok('put', 'channels/order', { ids, from: 2, onConflict: 'shift' }, 204);
      expect(await shown()).toEqual(['2 Four', '3 One', '4 Три', '5 Two']);
      await ok('put', 'channels/order', { ids, from: 100 }, 204);
      expect(await shown()).toEqual(['5 Two', '100 Four', '101 One', '102 Три']);
      await refused('put', 'channels/order', { ids: [ids[0], 999_999] }, 404);
      await refused('put', 'channels/order', { ids: [ids[0], ids[0]] }, 400);
      await refused('put', 'channels/order', { ids: [] }, 400);
      await refused('put', 'channels/order', { ids, from: 999_998 }, 409);
    });
  });

  describe('merging', () => {
    const visible = async (id: number) => house.get(ChannelsRepository).findVisible(id);

    it('keeps the old id alive and follows later refreshes', async () => {
      const [one, two] = [await idOf('One'), await idOf('Two')];
      const merged = await ok('post', `channels/${one}/merge`, { ids: [two] });
      expect(merged.mergedIds).toEqual([two]);
      expect((merged.streams as Row[]).map(({ address }) => address)).toEqual([
        'http://tv.invalid/a',
        'http://tv.invalid/b',
        'http://tv.invalid/c',
      ]);
      expect(await shown()).toEqual(['1 One', '10 Три', '11 Four']);
      expect(await visible(two)).toMatchObject({ id: one, name: 'One' });
      expect(await refused('get', `channels/${two}`, undefined, 404)).toContain(`merged into channel ${one}`);
      await refused('patch', `channels/${two}`, { name: 'Ghost' }, 404);
      const counts = await apply([
        anImportChannel('One', ['a', 'b']),
        anImportChannel('Two', ['c', 'c2'], { group: 'Sport', name: 'Two renamed' }),
        anImportChannel('Три', ['d'], { group: 'Sport' }),
        anImportChannel('Four', ['e', 'f']),
      ]);
      expect(counts).toMatchObject({ added: 0, retired: 0 });
      expect(await shown()).toEqual(['1 One', '10 Три', '11 Four']);
      const after = await ok('get', `channels/${one}`);
      expect((after.streams as Row[]).map(({ address }) => address).sort()).toEqual([
        'http://tv.invalid/a',
        'http://tv.invalid/b',
        'http://tv.invalid/c',
        'http://tv.invalid/c2',
      ]);
      expect(after.name).toBe('One');
    });

    it('goes on through a second merge, and through a list that gives the merged one another key', async () => {
      const [one, two, four] = [await idOf('One'), await idOf('Two'), await idOf('Four')];
      await ok('post', `channels/${one}/merge`, { ids: [two] });
      await ok('post', `channels/${four}/merge`, { ids: [one] });
      expect(await visible(two)).toMatchObject({ id: four });
      expect(await visible(one)).toMatchObject({ id: four });
      await apply([
        anImportChannel('One', ['a', 'b']),
        anImportChannel('Two', ['c'], { identityKey: 'id:two.tv', otherKeys: ['name:two'], tvgId: 'two.tv' }),
        anImportChannel('Три', ['d'], { group: 'Sport' }),
        anImportChannel('Four', ['e', 'f']),
      ]);
      expect(await shown()).toEqual(['10 Три', '11 Four']);
      await apply([anImportChannel('Renamed by the list', ['c']), anImportChannel('Four', ['e', 'f'])]);
      expect(await shown()).toEqual(['11 Four']);
    });

    it('keeps the target alive as long as anything feeds it', async () => {
      const [one, two] = [await idOf('One'), await idOf('Two')];
      await ok('post', `channels/${one}/merge`, { ids: [two] });
      await apply([anImportChannel('Two', ['c'], { group: 'Sport' })]);
      expect(await shown()).toEqual(['1 One']);
      await apply([anImportChannel('Four', ['e'])]);
      expect(await shown()).toEqual(['11 Four']);
      await apply([anImportChannel('Two', ['c'], { group: 'Sport' })]);
      expect(await shown()).toEqual(['1 One']);
    });

    it('refuses nonsense', async () => {
      const [one, two] = [await idOf('One'), await idOf('Two')];
      await refused('post', `channels/${one}/merge`, { ids: [one] }, 400);
      await refused('post', `channels/${one}/merge`, { ids: [999_999] }, 404);
      await ok('post', `channels/${one}/merge`, { ids: [two] });
      await refused('post', `channels/${one}/merge`, { ids: [two] }, 404);
      await refused('post', `channels/${two}/merge`, { ids: [one] }, 404);
    });
  });

  describe('sources', () => {
    const streams = async (id: number): Promise<Row[]> =>
      (await ok('get', `channels/${id}/streams`)).items as Row[];

    it('are added by any address a list might use, and only once', async () => {
      const id = await idOf('One');
      const hash = 'ABCDEF0123456789abcdef0123456789abcdef01';
      const ace = await ok('post', `channels/${id}/streams`, { address: hash, label: 'Ace' }, 201);
      expect(ace).toMatchObject({
        kind: 'acestream',
        address: `acestream://${hash.toLowerCase()}`,
        priority: 2,
      });
      const withHeaders = await ok(
        'post',
        `channels/${id}/streams`,
        {
          address:
            'https://user:secret@tv.invalid/live/me/pass/7.m3u8|User-Agent=Box&Referer=https://a.test/',
          headers: { 'X-Token': 'hidden-value' },
          isFirst: true,
        },
        201,
      );
      expect(withHeaders).toMatchObject({ kind: 'hls', userAgent: 'Box', priority: -1 });
      expect((withHeaders.headerNames as string[]).sort()).toEqual(['Referer', 'X-Token']);
      for (const secret of ['secret', 'hidden-value', '/me/pass/']) {
        expect(JSON.stringify(await streams(id))).not.toContain(secret);
      }
      const whole = await ok('get', `channels/${id}/streams/${withHeaders.id}/address`);
      expect(whole.address).toBe('https://user:secret@tv.invalid/live/me/pass/7.m3u8');
      expect(
        await refused('post', `channels/${id}/streams`, { address: `acestream://${hash}` }, 409),
      ).toContain(`source ${ace.id}`);
      expect((await streams(id)).map(({ id: streamId }) => streamId).slice(0, 1)).toEqual([withHeaders.id]);
    });

    it.each([
      '',
      ' ',
      'not an address',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'pipe:///bin/sh',
      'http://',
      'ftp://a.test/x',
      'plugin://x',
      'a\u0000b',
      `http://a.test/${'x'.repeat(3000)}`,
    ])('are refused with a reason: %j', async (address) => {
      await refused('post', `channels/${await idOf('One')}/streams`, { address }, 400);
    });

    it.each([
      { 'X-A': 'a\r\nX-B: b' },
      { 'X A': 'a' },
      { 'X-A': 7 },
      { 'X-A': null },
      [],
      'x',
      { 'X-A': 'ü' },
    ])('take no headers such as %j', async (headers) => {
      const body = { address: 'http://tv.invalid/h', headers };
      await refused('post', `channels/${await idOf('One')}/streams`, body, 400);
    });

    it('are switched and ordered for good', async () => {
      const id = await idOf('One');
      const [a, b] = (await streams(id)).map((row) => row.id);
      await ok('put', `channels/${id}/streams/order`, { ids: [b] });
      await ok('patch', `channels/${id}/streams/${a}`, { isEnabled: false });
      await apply([anImportChannel('One', ['a', 'b'])]);
      expect((await streams(id)).map((row) => [row.id, row.isEnabled])).toEqual([
        [b, true],
        [a, false],
      ]);
      expect((await house.get(ChannelsRepository).sourcesOf(id)).map((row) => row.id)).toEqual([b]);
      await ok('put', `channels/${id}/streams/order`, { ids: [] });
      await apply([anImportChannel('One', ['a', 'b'])]);
      expect((await streams(id)).map((row) => row.id)).toEqual([a, b]);
      await refused('put', `channels/${id}/streams/order`, { ids: [999_999] }, 404);
      await refused('patch', `channels/${await idOf('One')}/streams/999999`, { isEnabled: true }, 404);
      await refused('delete', `channels/${id}/streams/${a}`, undefined, 409);
    });

    it('have a proxy of their own, kept by every refresh and shown without its login', async () => {
      const id = await idOf('One');
      const [a] = (await streams(id)).map((row) => row.id);
      const proxyUrl = 'http://anna:hunter2@proxy.invalid:3128';
      const changed = await ok('patch', `channels/${id}/streams/${a}`, { proxyUrl });
      expect(changed).toMatchObject({ id: a, isEnabled: true, proxyUrl: 'http://***@proxy.invalid:3128' });
      await apply([anImportChannel('One', ['a', 'b'])]);
      const rows = await house.get(ChannelsRepository).sourcesOf(id);
      expect(rows.map((row) => row.proxyUrl)).toEqual([proxyUrl, null]);
      const log = await house.ask('get', `/api/admin/audit?entity=channel&entityId=${id}`);
      expect(JSON.stringify(log.body)).not.toContain('hunter2');
      await ok('patch', `channels/${id}/streams/${a}`, { proxyUrl: null });
      expect((await streams(id)).map((row) => row.proxyUrl)).toEqual([null, null]);
      await refused('patch', `channels/${id}/streams/${a}`, { proxyUrl: 'socks5://h:1' }, 400);
      await refused('patch', `channels/${id}/streams/${a}`, {}, 400);
    });

    it('belong to their channel', async () => {
      const [one, four] = [await idOf('One'), await idOf('Four')];
      const [foreign] = (await streams(four)).map((row) => row.id);
      await refused('patch', `channels/${one}/streams/${foreign}`, { isEnabled: false }, 404);
      await refused('get', `channels/${one}/streams/${foreign}/address`, undefined, 404);
      await refused('delete', `channels/${one}/streams/${foreign}`, undefined, 404);
      await refused('post', `channels/${one}/streams/${foreign}/split`, {}, 404);
    });

    it('become channels of their own and stay it', async () => {
      const id = await idOf('Four');
      const [, second] = (await streams(id)).map((row) => row.id);
      const made = await ok('post', `channels/${id}/streams/${second}/split`, { name: 'Four extra' }, 201);
      expect(made).toMatchObject({ num: 12, isManual: true, isAdult: true, categoryName: 'News' });
      const all = [
        anImportChannel('One', ['a', 'b']),
        anImportChannel('Two', ['c'], { group: 'Sport' }),
        anImportChannel('Три', ['d'], { group: 'Sport' }),
        anImportChannel('Four', ['e', 'f']),
      ];
      for (let refresh = 0; refresh < 2; refresh++) {
        expect(await apply(all)).toMatchObject({ added: 0, retired: 0 });
      }
      expect(await shown()).toEqual(['1 One', '2 Two', '10 Три', '11 Four', '12 Four extra']);
      const [first] = (await streams(id)).map((row) => row.id);
      await refused('post', `channels/${id}/streams/${first}/split`, {}, 409);
      await apply(all.slice(0, 3));
      expect(await shown()).toEqual(['1 One', '2 Two', '10 Три']);
      await apply(all);
      expect(await shown()).toEqual(['1 One', '2 Two', '10 Три', '11 Four', '12 Four extra']);
    });
  });

  describe('categories', () => {
    const categories = async (): Promise<Row[]> => (await ok('get', 'categories?kind=live')).items as Row[];

    it('are listed with their numbers of channels', async () => {
      await ok('patch', `channels/${await idOf('One')}`, { isHidden: true });
      await apply([anImportChannel('One', ['a', 'b']), anImportChannel('Four', ['e'])]);
      expect(await categories()).toMatchObject([
        { name: 'News', channels: 2, hiddenChannels: 1, retiredChannels: 0, isFromLists: true, position: 1 },
        { name: 'Sport', channels: 0, retiredChannels: 2 },
      ]);
    });

    it('are made, renamed, hidden, nested, ordered and removed', async () => {
      const [news, sport] = [await categoryId('News'), await categoryId('Sport')];
      const kids = await ok('post', 'categories', { name: 'Kids', parentId: news }, 201);
      expect(kids).toMatchObject({ kind: 'live', parentId: news, position: 3, isFromLists: false });
      await ok('patch', `categories/${sport}`, { name: 'Sports', isHidden: true });
      const channels = house.get(ChannelsRepository);
      expect((await channels.listVisible()).map(({ name }) => name)).toEqual(['One', 'Four']);
      await apply([anImportChannel('Two', ['c'], { group: 'Sport' }), anImportChannel('One', ['a'])]);
      expect((await categories()).map(({ name }) => name)).toEqual(['News', 'Sports', 'Kids']);
      await ok('put', 'categories/order', { ids: [kids.id, sport] });
      expect((await categories()).map(({ name }) => name)).toEqual(['Kids', 'Sports', 'News']);
      await refused('patch', `categories/${news}`, { parentId: kids.id }, 409);
      await refused('patch', `categories/${news}`, { parentId: news }, 409);
      await refused('patch', `categories/${news}`, { parentId: 999_999 }, 400);
      await refused('delete', `categories/${news}`, undefined, 409);
      const deeper = await ok('post', 'categories', { name: 'Cartoons', parentId: kids.id }, 201);
      await ok('delete', `categories/${kids.id}`, undefined, 204);
      expect(await ok('get', `categories/${deeper.id}`)).toMatchObject({ parentId: news });
      await refused('put', 'categories/order', { ids: [kids.id] }, 404);
      await refused('get', `categories/${kids.id}`, undefined, 404);
    });

    it('merge, and stay merged for lists and users', async () => {
      const [news, sport] = [await categoryId('News'), await categoryId('Sport')];
      const users = house.get(UsersService);
      const { user } = await users.add(`viewer-${sport}`, { categoryIds: [sport] });
      const merged = await ok('post', `categories/${news}/merge`, { ids: [sport] });
      expect(merged).toMatchObject({ name: 'News', channels: 4 });
      expect((await categories()).map(({ name }) => name)).toEqual(['News']);
      expect(await users.categoryIdsOf(user.id)).toEqual([news]);
      await apply([
        anImportChannel('Two', ['c'], { group: 'Sport' }),
        anImportChannel('Five', ['x'], { group: 'SPORT' }),
      ]);
      expect((await categories()).map(({ name, channels }) => [name, channels])).toEqual([['News', 2]]);
      await refused('post', `categories/${news}/merge`, { ids: [sport] }, 404);
      await refused('post', `categories/${news}/merge`, { ids: [news] }, 400);
      const films = await ok('post', 'categories', { name: 'Films', kind: 'vod' }, 201);
      await refused('post', `categories/${news}/merge`, { ids: [films.id] }, 409);
    });

    it('give a channel back to the category its own became part of', async () => {
      const [news, sport] = [await categoryId('News'), await categoryId('Sport')];
      const other = await ok('post', 'categories', { name: 'Other' }, 201);
      const id = await idOf('Two');
      await ok('patch', `channels/${id}`, { categoryId: other.id });
      await ok('post', `categories/${news}/merge`, { ids: [sport] });
      expect(await ok('post', `channels/${id}/reset`, { fields: ['categoryId'] })).toMatchObject({
        categoryId: news,
      });
    });
  });

  it('leave a trail', async () => {
    const id = await idOf('One');
    await ok('patch', `channels/${id}`, { name: 'Traced' });
    await ok(
      'post',
      `channels/${id}/streams`,
      { address: 'http://u:secret@tv.invalid/live/me/pass/1.ts' },
      201,
    );
    await ok('post', `channels/${id}/merge`, { ids: [await idOf('Two')] });
    await refused('patch', `channels/${id}`, { num: 10 }, 409);
    const log = await ok('get', `audit?entity=channel&entityId=${id}`);
    expect((log.items as Row[]).map(({ action }) => action)).toEqual(['merge', 'add source', 'change']);
    expect(log.items[2]).toMatchObject({
      username: 'owner',
      changes: { name: { from: 'One', to: 'Traced' } },
    });
    expect(JSON.stringify(log)).not.toContain('secret');
  });
});
