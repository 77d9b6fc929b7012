import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { gunzipSync } from 'node:zlib';
import { aCategory, aChannel, anAccount, NOW } from '../builders/catalog-builder.js';
import { violations } from '../conformance/contract.js';
import * as shapes from '../conformance/shapes.js';
import { FakeClock } from '../fakes/fake-clock.js';
import type { PlayerHouse } from '../fakes/player-house.js';
import { FakeChannels, FakeCredentials, FakeGuides, openPlayerHouse } from '../fakes/player-house.js';
import { ask } from '../fakes/raw-http.js';

interface Row {
  title: string;
  start: string;
  end: string;
  start_timestamp: string;
  now_playing: number;
  has_archive: number;
  channel_id: string;
}

const HOUR = 3600;
const login = 'username=ines&password=m0t';

let clock: FakeClock;
let guides: FakeGuides;
let house: PlayerHouse;
let channels: FakeChannels;

beforeEach(async () => {
  clock = new FakeClock();
  guides = new FakeGuides();
  channels = new FakeChannels();
  channels.categories = [aCategory({ id: 1 }), aCategory({ id: 2 })];
  channels.channels = [
    aChannel({ id: 101, epgChannelId: 'norte.es', archiveDays: 2 }),
    aChannel({ id: 102, categoryId: 2 }),
    aChannel({ id: 103 }),
  ];
  // Hour after hour for a week, the one that runs is "0".
  const hours = Array.from({ length: 168 }, (_, index) => index - 72);
  const programmes = hours.map((hour) => ({
    start: NOW - 600 + hour * HOUR,
    stop: NOW - 600 + (hour + 1) * HOUR,
    titles: [{ text: String(hour) }],
    guideChannelId: 7,
  }));
  guides.add(101, programmes, 7);
  guides.add(102, programmes.slice(80, 82), 8);
  const credentials = new FakeCredentials();
  credentials.add('m0t', anAccount());
  credentials.add('m0t', anAccount({ id: 2, username: 'sport', allowedCategoryIds: [2] }));
  house = await openPlayerHouse({ channels, credentials, guides, clock });
  await house.catalog.fresh();
});
afterEach(() => house.close());

const get = async (query: string, who = login): Promise<string> =>
  (await ask(house.port, { path: `/player_api.php?${who}&action=${query}` })).text;
const rows = async (query: string, who = login): Promise<Row[]> =>
  (JSON.parse(await get(query, who)) as { epg_listings: Row[] }).epg_listings;
const titles = (list: readonly Row[]): string =>
  list.map(({ title }) => Buffer.from(title, 'base64').toString()).join(' ');
const shown = async (query: string, who = login): Promise<string> => titles(await rows(query, who));

describe('get_short_epg', () => {
  it('tells what runs and what follows, four in all', async () => {
    const list = await rows('get_short_epg&stream_id=101');
    expect(titles(list)).toBe('0 1 2 3');
    expect(list.map(({ now_playing }) => now_playing)).toEqual([1, 0, 0, 0]);
    for (const row of list) expect(violations(shapes.LISTING, row)).toEqual([]);
    expect(list[0]).toMatchObject({ channel_id: 'norte.es', start: '2026-03-14 19:30:00', has_archive: 0 });
  });

  it.each([
    ['2', '0 1'],
    ['1', '0'],
    ['0', '0 1 2 3'],
    ['-3', '0 1 2 3'],
    ['many', '0 1 2 3'],
    ['', '0 1 2 3'],
  ])('with the limit "%s"', async (limit, wanted) => {
    expect(await shown(`get_short_epg&stream_id=101&limit=${limit}`)).toBe(wanted);
  });

  it('looks further ahead where little is on soon', async () => {
    expect((await shown('get_short_epg&stream_id=101&limit=90')).split(' ')).toHaveLength(90);
  });

  it('begins with the next programme where nothing runs', async () => {
    expect(await shown('get_short_epg&stream_id=102')).toBe('8 9');
  });

  it('moves on when a programme ends, and not before', async () => {
    await shown('get_short_epg&stream_id=101&limit=1');
    const { reads } = guides;
    await clock.advance(49 * 60_000 + 59_000);
    expect(await shown('get_short_epg&stream_id=101&limit=1')).toBe('0');
    expect(guides.reads).toBe(reads);
    await clock.advance(1000);
    expect(await shown('get_short_epg&stream_id=101&limit=1')).toBe('1');
  });

  it('tells a changed guide at once', async () => {
    expect(await shown('get_short_epg&stream_id=102')).toBe('8 9');
    guides.schedules.set(102, []);
    expect(await shown('get_short_epg&stream_id=102')).toBe('8 9');
    house.events.emit('guide.changed', {});
    expect(await shown('get_short_epg&stream_id=102')).toBe('');
  });

  it.each(['999', '103', 'abc', '', '2147483648', '1e2', '-101'])(
    'is an empty list for the stream "%s"',
    async (stream) => {
      expect(await get(`get_short_epg&stream_id=${stream}`)).toBe('{"epg_listings":[]}');
    },
  );

  it('tells nobody of channels he may not see', async () => {
    const sport = 'username=sport&password=m0t';
    expect(await shown('get_short_epg&stream_id=101', sport)).toBe('');
    expect(await shown('get_short_epg&stream_id=102', sport)).toBe('8 9');
  });
});

describe('the table', () => {
  it.each(['get_simple_data_table', 'get_simple_date_table', '207'])(
    '%s has everything, past and future',
    async (action) => {
      const list = await rows(`${action}&stream_id=101`);
      expect(list).toHaveLength(168);
      for (const row of list) expect(violations(shapes.LISTING, row)).toEqual([]);
      expect(list.filter(({ now_playing }) => now_playing === 1)).toHaveLength(1);
      // Those that ended within the two days of the archive.
      expect(titles(list.filter(({ has_archive }) => has_archive === 1))).toMatch(/^-48 .* -1$/);
    },
  );

  it('lets what leaves the archive go', async () => {
    const archived = async (): Promise<string> =>
      titles((await rows('get_simple_data_table&stream_id=101')).filter((row) => row.has_archive === 1));
    expect(await archived()).toMatch(/^-48 /);
    await clock.advance(50 * 60_000 + 1000);
    expect(await archived()).toMatch(/^-47 .* 0$/);
  });
});

describe('a large answer', () => {
  const packed = async (query: string): Promise<{ encoding: string | undefined; text: string }> => {
    const headers = { 'accept-encoding': 'gzip' };
    const answer = await ask(house.port, { path: `/player_api.php?${login}&action=${query}`, headers });
    const encoding = answer.headers['content-encoding'];
    return encoding === undefined
      ? { encoding, text: answer.text }
      : { encoding, text: gunzipSync(answer.body).toString() };
  };
  const table = 'get_simple_data_table&stream_id=101';

  it('is compressed for who takes it, says the same, and is made once', async () => {
    expect(await packed(table)).toEqual({ encoding: 'gzip', text: await get(table) });
    const { reads } = guides;
    expect(await packed(table)).toEqual({ encoding: 'gzip', text: await get(table) });
    expect(guides.reads).toBe(reads);
    expect((await packed('get_short_epg&stream_id=101')).encoding).toBeUndefined();
  });

  it('moves on when a programme ends, compressed or not', async () => {
    const before = await packed(table);
    await clock.advance(50 * 60_000 - 1);
    expect(await packed(table)).toEqual(before);
    await clock.advance(1);
    const after = await packed(table);
    expect(after.text).toBe(await get(table));
    const running = (text: string): string =>
      titles(
        (JSON.parse(text) as { epg_listings: Row[] }).epg_listings.filter((row) => row.now_playing === 1),
      );
    expect([before, after].map(({ text }) => running(text))).toEqual(['0', '1']);
    house.events.emit('guide.changed', {});
    expect(await packed(table)).toEqual(after);
  });
});

describe('many channels at once', () => {
  it.each(['get_short_epg&stream_id=101,102,9', 'get_epg_batch&stream_ids=101,102,9'])(
    '%s gives an object by channel',
    async (query) => {
      const { epg_listings } = JSON.parse(await get(query)) as { epg_listings: Record<string, Row[]> };
      expect(Object.entries(epg_listings).map(([id, list]) => `${id}: ${titles(list)}`)).toEqual([
        '9: ',
        '101: 0 1 2 3',
        '102: 8 9',
      ]);
    },
  );

  it('does so for one channel when asked to', async () => {
    expect(await get('get_simple_data_table&stream_id=103&multi=1')).toBe('{"epg_listings":{"103":[]}}');
    expect(await get('get_epg_batch&stream_ids=')).toBe('{"epg_listings":{}}');
  });
});

describe('get_epg', () => {
  it.each(['player_api.php', 'panel_api.php'])('of %s is a bare list with times in seconds', async (face) => {
    const epg = async (query: string): Promise<Row[]> => {
      const answer = await ask(house.port, { path: `/${face}?${login}&action=get_epg&${query}` });
      return JSON.parse(answer.text) as Row[];
    };
    const all = await epg('stream_id=101');
    for (const row of all) expect(violations(shapes.EPG_ROW, row)).toEqual([]);
    expect(all).toHaveLength(168);
    expect(titles((await epg('stream_id=101&from_now=1')).slice(0, 2))).toBe('0 1');
    expect(titles(await epg('stream_id=103,102,999&from_now=1'))).toBe('8 9');
    expect(await epg('stream_id=999')).toEqual([]);
  });
});

describe('guide ids', () => {
  it('of a channel with a guide and no id in its list are the same everywhere', async () => {
    const streams = JSON.parse(await get('get_live_streams')) as { epg_channel_id: string }[];
    const ids = streams.map(({ epg_channel_id }) => epg_channel_id);
    expect(ids).toEqual(['norte.es', 'channel-102.rooftop', '']);
    expect((await rows('get_short_epg&stream_id=102'))[0]?.channel_id).toBe('channel-102.rooftop');
    const file = await ask(house.port, { path: `/get.php?${login}&type=m3u_plus` });
    expect([...file.text.matchAll(/tvg-id="([^"]*)"/g)].map(([, id]) => id)).toEqual(ids);
  });

  it('follow a channel that is given a guide', async () => {
    guides.add(103, [], 9);
    house.events.emit('guide.changed', {});
    await clock.advance(1000);
    await house.catalog.fresh();
    expect(await get('get_live_streams')).toContain('"channel-103.rooftop"');
  });
});

describe('times', () => {
  // Madrid: clocks go forward on 29 March 2026 at 01:00 UTC, and back on 25 October at 01:00 UTC.
  it.each([
    ['in spring', Date.UTC(2026, 2, 29), ['01:00', '03:00', '04:00'], '2026-03-29'],
    ['in autumn', Date.UTC(2026, 9, 25), ['02:00', '02:00', '03:00'], '2026-10-25'],
  ])('agree with the zone of the server %s', async (_season, midnight, wall, date) => {
    await house.close();
    clock = new FakeClock(midnight);
    const start = midnight / 1000;
    const night = [0, 1, 2].map((hour) => ({
      start: start + hour * HOUR,
      stop: start + (hour + 1) * HOUR,
      titles: [{ text: String(hour) }],
      guideChannelId: 7,
    }));
    guides.schedules.set(101, night);
    const credentials = new FakeCredentials();
    credentials.add('m0t', anAccount());
    house = await openPlayerHouse({
      channels,
      credentials,
      guides,
      clock,
      server: { timezone: 'Europe/Madrid' },
    });
    await house.catalog.fresh();
    const { server_info } = JSON.parse(await get('')) as {
      server_info: { timezone: string; timestamp_now: number; time_now: string };
    };
    const list = await rows('get_short_epg&stream_id=101');
    expect(server_info.timezone).toBe('Europe/Madrid');
    expect(server_info.timestamp_now).toBe(start);
    expect(server_info.time_now).toBe(list[0]?.start);
    expect(list.map((row) => row.start)).toEqual(wall.map((time) => `${date} ${time}:00`));
    expect(list.slice(0, 2).map((row) => row.end)).toEqual(list.slice(1).map((row) => row.start));
    // The timestamps run on, whatever the clocks of the zone do.
    expect(list.map((row) => Number(row.start_timestamp))).toEqual(night.map((one) => one.start));
  });
});
