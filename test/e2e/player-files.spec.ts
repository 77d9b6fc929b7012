import { parseM3U } from '@iptv/playlist';
import { Xtream } from '@iptv/xtream-api';
import { standardizedSerializer } from '@iptv/xtream-api/standardized';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { XMLParser } from 'fast-xml-parser';
import { gunzipSync } from 'node:zlib';
import { aCategory, aChannel, anAccount } from '../builders/catalog-builder.js';
import type { PlayerHouse } from '../fakes/player-house.js';
import { FakeChannels, FakeCredentials, openPlayerHouse } from '../fakes/player-house.js';
import { ask } from '../fakes/raw-http.js';

const channels = new FakeChannels();
channels.categories = [aCategory({ id: 1, name: 'Noticias' }), aCategory({ id: 2, name: 'Deportes' })];
channels.channels = [
  aChannel({ id: 101, name: 'Canal Norte HD', epgChannelId: 'norte.es', logo: 'http://l.test/1.png' }),
  aChannel({ id: 102, name: 'Canal Norte', epgChannelId: 'norte.es' }),
  aChannel({ id: 103, name: 'Deporte & Sur', categoryId: 2, epgChannelId: 'Sur <1>' }),
  aChannel({ id: 104, name: 'Sin guía', categoryId: 2 }),
  ...Array.from({ length: 20 }, (_, i) => aChannel({ id: 201 + i })),
];
const credentials = new FakeCredentials();
credentials.add('m0t', anAccount({ allowedOutputFormats: ['ts', 'm3u8'] }));
credentials.add(
  'm0t',
  anAccount({ id: 2, username: 'tsonly', allowedOutputFormats: ['ts'], allowedCategoryIds: [2] }),
);
credentials.add('m0t', anAccount({ id: 3, username: 'old', status: 'Expired' }));
credentials.add('m0t', anAccount({ id: 4, username: 'hlsonly', allowedOutputFormats: ['m3u8'] }));
credentials.add('s&c', anAccount({ id: 5, username: 'a"\r\nb/c' }));

let house: PlayerHouse;
let proxied: PlayerHouse;
let named: PlayerHouse;
beforeAll(async () => {
  house = await openPlayerHouse({ channels, credentials });
  proxied = await openPlayerHouse({ channels, credentials, server: { trustedProxies: ['127.0.0.0/8'] } });
  named = await openPlayerHouse({
    channels,
    credentials,
    server: { publicUrl: 'https://tv.home.test/iptv' },
  });
  for (const each of [house, proxied, named]) await each.catalog.fresh();
});
afterAll(() => Promise.all([house, proxied, named].map((each) => each.close())));
beforeEach(() => credentials.forgive());

const login = 'username=ines&password=m0t';
const get = (path: string, headers = {}, at = house) => ask(at.port, { path, headers });

describe('get.php', () => {
  it('is a file of the viewer, for nobody to keep', async () => {
    const answer = await get(`/get.php?${login}&type=m3u_plus&output=ts`);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'audio/x-mpegurl; charset=utf-8',
      'content-disposition': 'attachment; filename="tv_channels_ines_plus.m3u"',
      'cache-control': 'no-store',
      'content-length': String(answer.body.length),
    });
    expect(answer.text.startsWith('#EXTM3U x-tvg-url="http://127.0.0.1:')).toBe(true);
    const { channels: read } = parseM3U(answer.text);
    expect(read).toHaveLength(24);
    expect(read[0]).toMatchObject({
      tvgId: 'norte.es',
      name: 'Canal Norte HD',
      groupTitle: 'Noticias',
      url: `${house.url}/live/ines/m0t/101.ts`,
    });
  });

  it('has a bare type for mpv, which compares all of it', async () => {
    const { headers } = await get(`/get.php?${login}`, { 'user-agent': 'libmpv' });
    expect(headers['content-type']).toBe('audio/x-mpegurl');
  });

  it('comes compressed to who takes it', async () => {
    const path = `/get.php?${login}`;
    const packed = await get(path, { 'accept-encoding': 'gzip' });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(packed.body).equals((await get(path)).body)).toBe(true);
  });

  it.each([
    ['ines', 'm3u', 'ts', false, 'ts'],
    ['ines', 'm3u_plus', 'mpegts', true, 'ts'],
    ['ines', 'm3u_plus', 'm3u8', true, 'm3u8'],
    ['ines', 'm3u', 'hls', false, 'm3u8'],
    ['ines', 'enigma22', 'rtmp', true, 'ts'],
    ['ines', '', '', true, 'ts'],
    ['tsonly', 'm3u_plus', 'm3u8', true, 'ts'],
    ['tsonly', 'm3u_plus', 'hls', true, 'ts'],
    ['hlsonly', 'm3u_plus', 'ts', true, 'm3u8'],
  ])('%s asks for %s/%s', async (username, type, output, plus, extension) => {
    const query = `username=${username}&password=m0t&type=${type}&output=${output}`;
    const answer = await get(`/get.php?${query}`);
    const urls = answer.text.split('\n').filter((line) => line.startsWith('http'));
    expect(urls.length).toBe(username === 'tsonly' ? 2 : 24);
    expect(urls.every((url) => url.endsWith(`.${extension}`))).toBe(true);
    expect(answer.text.includes('tvg-id=')).toBe(plus);
    expect(answer.headers['content-disposition']).toContain(
      `tv_channels_${username}${plus ? '_plus' : ''}.m3u"`,
    );
  });

  it('without any type or output is m3u_plus with TS', async () => {
    const answer = await get(`/get.php?${login}`);
    expect(answer.text).toContain('tvg-chno="1"');
    expect(answer.text).toContain('/101.ts\n');
  });

  it.each([
    ['username=ines&password=x', 401],
    ['username=ines', 401],
    ['', 401],
    ['username=old&password=m0t', 403],
  ])('refuses "%s" with %d in plain text', async (query, status) => {
    const answer = await get(`/get.php?${query}`);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toContain('text/plain');
    expect(answer.text).not.toContain('#EXTM3U');
  });

  it('tells who tries too often when to come back', async () => {
    for (let attempt = 0; attempt < 3; attempt++) await get('/get.php?username=ines&password=x');
    const answer = await get('/get.php?username=ines&password=x');
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '30']);
  });

  it('is posted for as well, and asked beforehand from other origins', async () => {
    const wanted = await get(`/get.php?${login}`);
    const posted = await ask(house.port, { method: 'POST', path: `/get.php?${login}`, body: '{}' });
    expect(posted.body.equals(wanted.body)).toBe(true);
    const form = await ask(house.port, { method: 'POST', path: '/get.php', body: login });
    expect(form.body.equals(wanted.body)).toBe(true);
    const asked = await ask(house.port, {
      method: 'OPTIONS',
      path: '/get.php',
      headers: { origin: 'http://o.test' },
    });
    expect([asked.status, asked.headers['access-control-allow-origin']]).toEqual([204, 'http://o.test']);
  });

  it.each([
    `//get.php?${login}`,
    `/GET.php?${login}`,
    '/playlist/ines/m0t',
    '/playlist/ines/m0t/m3u_plus/ts',
  ])('also answers at %s', async (path) => {
    expect((await get(path)).text).toBe((await get(`/get.php?${login}`)).text);
  });

  it('answers HEAD at once: with a length when ready, without when not', async () => {
    const head = (output: string) =>
      ask(house.port, { method: 'HEAD', path: `/get.php?${login}&type=m3u&output=${output}` });
    credentials.add('new', anAccount({ id: 9, username: 'newcomer' }));
    const cold = await ask(house.port, { method: 'HEAD', path: '/get.php?username=newcomer&password=new' });
    expect([cold.status, cold.headers['content-length'], cold.body.length]).toEqual([200, undefined, 0]);
    const got = await get(`/get.php?${login}&type=m3u&output=ts`);
    const warm = await head('ts');
    expect({ ...warm.headers, date: '' }).toEqual({ ...got.headers, date: '' });
    const refused = await ask(house.port, { method: 'HEAD', path: '/get.php?username=ines&password=x' });
    expect(refused.status).toBe(401);
  });

  it('cannot be broken by odd names: neither its header nor its lines', async () => {
    const query = new URLSearchParams({ username: 'a"\r\nb/c', password: 's&c' });
    const answer = await get(`/get.php?${query.toString()}`);
    expect(answer.headers['content-disposition']).toBe('attachment; filename="tv_channels_a___b_c_plus.m3u"');
    expect(answer.text).toContain('/live/a%22%0D%0Ab%2Fc/s%26c/101.ts\n');
    expect(answer.text).toContain('username=a%22%0D%0Ab%2Fc&password=s%26c"');
  });

  it('is made for the host the player used, and never mixed up between hosts', async () => {
    const [first, second] = await Promise.all(
      ['one.test:81', 'two.test'].map((host) => get(`/get.php?${login}`, { host })),
    );
    expect(first!.text).toContain('\nhttp://one.test:81/live/');
    expect(first!.text).not.toContain('two.test');
    expect(second!.text).toContain('\nhttp://two.test/live/');
  });

  it('leads through a trusted proxy', async () => {
    const headers = {
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'tv.home.test',
      'x-forwarded-for': '203.0.113.9, 127.0.0.2',
    };
    const answer = await get(`/get.php?${login}`, headers, proxied);
    expect(answer.text).toContain('\nhttps://tv.home.test/live/ines/m0t/101.ts');
    expect(credentials.asked.at(-1)?.address).toBe('203.0.113.9');
    const account = JSON.parse((await get(`/player_api.php?${login}`, headers, proxied)).text);
    expect(account.server_info).toMatchObject({
      url: 'tv.home.test',
      port: '443',
      https_port: '443',
      server_protocol: 'https',
    });
  });

  it('leads to the configured address whatever the Host says', async () => {
    const answer = await get(`/get.php?${login}`, { host: 'evil.test' }, named);
    expect(answer.text).toContain('\nhttps://tv.home.test/iptv/live/ines/m0t/101.ts');
    expect(answer.text).not.toContain('evil');
  });
});

describe('xmltv.php', () => {
  const parser = new XMLParser({
    ignoreAttributes: false,
    isArray: (name) => ['channel', 'display-name'].includes(name),
  });

  it('declares the channels of the viewer, each guide id once', async () => {
    const answer = await get(`/xmltv.php?${login}`);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/xml; charset=utf-8');
    expect(answer.text.startsWith('<?xml')).toBe(true);
    const { tv } = parser.parse(answer.text) as {
      tv: { channel: { '@_id': string; 'display-name': string[] }[] };
    };
    expect(tv.channel).toHaveLength(23);
    expect(tv.channel[0]).toMatchObject({
      '@_id': 'norte.es',
      'display-name': ['Canal Norte HD', 'Canal Norte'],
    });
  });

  it('uses the ids of the lists and the playlist', async () => {
    const guide = await get('/xmltv.php?username=tsonly&password=m0t');
    const { tv } = parser.parse(guide.text) as { tv: { channel: { '@_id': string }[] } };
    const rows = JSON.parse(
      (await get('/player_api.php?username=tsonly&password=m0t&action=get_live_streams')).text,
    ) as { epg_channel_id: string }[];
    const playlist = parseM3U((await get('/get.php?username=tsonly&password=m0t')).text);
    expect(rows.map((row) => row.epg_channel_id)).toEqual([tv.channel[0]!['@_id'], '']);
    expect(playlist.channels.map((channel) => channel.tvgId)).toEqual([tv.channel[0]!['@_id'], '']);
    expect(tv.channel[1]!['@_id']).toBe('channel-104.rooftop');
  });

  it('comes encoded, as a file, or not at all again', async () => {
    const plain = await get(`/xmltv.php?${login}`);
    const encoded = await get(`/xmltv.php?${login}`, { 'accept-encoding': 'gzip' });
    expect(encoded.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(encoded.body).equals(plain.body)).toBe(true);
    for (const path of [`/xmltv.php?${login}&gzip=1`, '/epg/ines/m0t/gz']) {
      const file = await get(path, { 'accept-encoding': 'gzip' });
      expect(file.headers).toMatchObject({
        'content-type': 'application/gzip',
        'content-disposition': 'attachment; filename="epg.xml.gz"',
      });
      expect(file.headers['content-encoding']).toBeUndefined();
      expect(gunzipSync(file.body).equals(plain.body)).toBe(true);
    }
    const again = await get(`/xmltv.php?${login}`, { 'if-none-match': plain.headers.etag });
    expect([again.status, again.body.length]).toEqual([304, 0]);
  });

  it('packs a tiny guide too when a file is asked for', async () => {
    const file = await get('/xmltv.php?username=tsonly&password=m0t&gzip=1');
    expect(gunzipSync(file.body).toString().startsWith('<?xml')).toBe(true);
  });

  it.each([
    ['username=ines&password=x', 401],
    ['', 401],
    ['username=old&password=m0t', 403],
  ])('refuses "%s" with %d', async (query, status) => {
    expect((await get(`/xmltv.php?${query}`)).status).toBe(status);
  });

  it('answers HEAD, POST and OPTIONS', async () => {
    const got = await get(`/xmltv.php?${login}`);
    const head = await ask(house.port, { method: 'HEAD', path: `/xmltv.php?${login}` });
    expect({ ...head.headers, date: '' }).toEqual({ ...got.headers, date: '' });
    const posted = await ask(house.port, { method: 'POST', path: '/xmltv.php', body: login });
    expect(posted.body.equals(got.body)).toBe(true);
    expect((await ask(house.port, { method: 'OPTIONS', path: '/epg' })).status).toBe(204);
    expect((await get('/epg/ines/m0t')).body.equals(got.body)).toBe(true);
  });
});

describe('the npm client with its strictest serializer', () => {
  const client = (password = 'm0t') =>
    new Xtream({
      url: house.url,
      username: 'ines',
      password,
      preferredFormat: 'ts',
      serializer: standardizedSerializer,
    });

  it('reads the account and the server', async () => {
    expect(await client().getProfile()).toMatchObject({
      username: 'ines',
      status: 'Active',
      isTrial: false,
      maxConnections: 2,
      activeConnections: 0,
      createdAt: new Date('2025-01-01T00:00:00Z'),
      expiresAt: new Date('2038-01-01T00:00:00Z'),
    });
    const server = await client().getServerInfo();
    expect(server).toMatchObject({ url: '127.0.0.1', port: String(house.port), timezone: 'UTC' });
    expect(Number.isNaN(server.timeNow.getTime())).toBe(false);
  });

  it('reads categories and channels, and finds their addresses', async () => {
    expect(await client().getChannelCategories()).toEqual([
      { id: '1', name: 'Noticias', parentId: '0' },
      { id: '2', name: 'Deportes', parentId: '0' },
    ]);
    const rows = await client().getChannels();
    expect(rows).toHaveLength(24);
    expect(rows[0]).toMatchObject({
      id: '101',
      name: 'Canal Norte HD',
      number: 1,
      epgId: 'norte.es',
      logo: 'http://l.test/1.png',
      categoryIds: ['1'],
      tvArchive: false,
      url: `${house.url}/live/ines/m0t/101.ts`,
    });
    expect(await client().getChannels({ categoryId: '2' })).toHaveLength(2);
  });

  it('reads what is not there as not there', async () => {
    expect(await client().getMovieCategories()).toEqual([]);
    expect(await client().getMovies()).toEqual([]);
    expect(await client().getShowCategories()).toEqual([]);
    expect(await client().getShows()).toEqual([]);
    await expect(client().getMovie({ movieId: '7' })).rejects.toThrow('Movie Not Found');
    await expect(client().getShow({ showId: '7' })).rejects.toThrow('Show Not Found');
    expect(await client().getShortEPG({ channelId: '101', limit: 2 })).toEqual([]);
    expect(await client().getFullEPG({ channelId: '101' })).toEqual([]);
  });
});
