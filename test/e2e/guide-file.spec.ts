import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { XMLParser } from 'fast-xml-parser';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as immediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { GuideEditions } from '../../src/catalog/guide-editions.js';
import type { PresentedProgramme } from '../../src/core/xtream/present-guide.js';
import { aCategory, aChannel, anAccount, NOW } from '../builders/catalog-builder.js';
import { FakeClock } from '../fakes/fake-clock.js';
import type { PlayerHouse } from '../fakes/player-house.js';
import { FakeChannels, FakeCredentials, FakeGuides, openPlayerHouse } from '../fakes/player-house.js';
import { ask } from '../fakes/raw-http.js';
import { describeWithService, XMLTV_DTD } from '../fakes/services.js';

interface Document {
  tv: {
    channel: { '@_id': string; 'display-name': string[] }[];
    programme?: { '@_channel': string; '@_start': string; '@_stop': string; title: string[] }[];
  };
}

const HOUR = 3600;
const login = 'username=ines&password=m0t';
const parser = new XMLParser({
  ignoreAttributes: false,
  parseTagValue: false,
  isArray: (name) => ['channel', 'display-name', 'programme', 'title'].includes(name),
});

let clock: FakeClock;
let guides: FakeGuides;
let channels: FakeChannels;
let credentials: FakeCredentials;
let house: PlayerHouse;

/** Hour after hour, the one that runs is "0". */
function hourly(from: number, to: number, prefix = ''): PresentedProgramme[] {
  return Array.from({ length: to - from }, (_, index) => index + from).map((hour) => ({
    start: NOW - 600 + hour * HOUR,
    stop: NOW - 600 + (hour + 1) * HOUR,
    titles: [{ text: `${prefix}${hour}` }],
    guideChannelId: 7,
  }));
}

beforeEach(async () => {
  clock = new FakeClock();
  guides = new FakeGuides();
  channels = new FakeChannels();
  channels.categories = [aCategory({ id: 1 }), aCategory({ id: 2 })];
  channels.channels = [
    aChannel({ id: 101, epgChannelId: 'norte.es', name: 'Norte', archiveDays: 3 }),
    aChannel({ id: 102, epgChannelId: 'norte.es', name: 'Norte HD' }),
    aChannel({ id: 103, categoryId: 2, name: 'Sur & Este' }),
    aChannel({ id: 104, name: 'Films 24/7' }),
    aChannel({ id: 105 }),
  ];
  guides.add(101, hourly(-100, 100), 101);
  guides.links.push({ channelId: 102, guideChannelId: 101, isManual: false, shiftMinutes: 0 });
  guides.add(103, hourly(-50, 3, 'sur '), 103);
  credentials = new FakeCredentials();
  credentials.add('m0t', anAccount());
  credentials.add('m0t', anAccount({ id: 2, username: 'sport', allowedCategoryIds: [2] }));
  house = await openPlayerHouse({ channels, credentials, guides, clock });
  await house.catalog.fresh();
});
afterEach(() => house.close());

/** Lets the clock run until another edition serves. */
const ready = async (): Promise<void> => {
  const editions = house.app.get(GuideEditions);
  const wanted = editions.served + 1;
  while (editions.served < wanted) await clock.advance(500);
};
const get = (query = '', headers = {}, who = login) =>
  ask(house.port, { path: `/xmltv.php?${who}${query}`, headers });
const read = (text: string): Document => parser.parse(text) as Document;
const programmes = (document: Document, id: string): string =>
  (document.tv.programme ?? [])
    .filter((one) => one['@_channel'] === id)
    .map(({ title }) => title[0])
    .join(' ');

describe('the guide file', () => {
  beforeEach(ready);

  it('has the channels, then their programmes in order', async () => {
    const document = read((await get()).text);
    expect(document.tv.channel.map((channel) => [channel['@_id'], channel['display-name']])).toEqual([
      ['norte.es', ['Norte', 'Norte HD']],
      ['channel-103.rooftop', ['Sur & Este']],
      ['channel-104.rooftop', ['Films 24/7']],
    ]);
    // As far back as the archive reaches, a day without one; from midnight, and what ran then.
    expect(programmes(document, 'norte.es')).toMatch(/^-92 -91 .* -1 0 1 .* 99$/);
    expect(programmes(document, 'channel-103.rooftop')).toMatch(/^sur -44 .* sur 2$/);
    expect(programmes(document, 'channel-104.rooftop')).toMatch(/^Films Films/);
    const first = document.tv.programme?.find(({ title }) => title[0] === '0');
    expect([first?.['@_start'], first?.['@_stop']]).toEqual(['20260314193000 +0000', '20260314203000 +0000']);
  });

  it('tells a viewer of his channels only', async () => {
    const document = read((await get('', {}, 'username=sport&password=m0t')).text);
    expect(document.tv.channel.map((channel) => channel['@_id'])).toEqual(['channel-103.rooftop']);
    expect(new Set(document.tv.programme?.map((one) => one['@_channel']))).toEqual(
      new Set(['channel-103.rooftop']),
    );
  });

  it('is one sound gzip member, of the same bytes, whatever is chosen', async () => {
    for (const [query, who] of [
      ['', login],
      ['&prev_days=0&next_days=1', login],
      ['', 'username=sport&password=m0t'],
    ] as const) {
      const plain = await get(query, {}, who);
      const packed = await get(query, { 'accept-encoding': 'gzip' }, who);
      expect(packed.headers['content-encoding']).toBe('gzip');
      expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
      expect(packed.headers['content-length']).toBe(String(packed.body.length));
      expect(plain.headers['content-length']).toBe(String(plain.body.length));
      const file = await get(`${query}&gzip=1`, {}, who);
      expect(file.body.equals(packed.body)).toBe(true);
      expect(file.headers['content-encoding']).toBeUndefined();
    }
  });

  it('holds the days that were asked for, with what still runs from before', async () => {
    const shown = async (query: string): Promise<string> =>
      programmes(read((await get(query)).text), 'norte.es');
    // It is 19:40; today began with -20 and ends with 4.
    expect(await shown('&prev_days=0&next_days=0')).toMatch(/^-19 .* 4$/);
    expect(await shown('&prev_days=1&next_days=1')).toMatch(/^-43 .* 28$/);
    expect(await shown('&prev_days=x&next_days=')).toMatch(/^-92 .* 99$/);
    await clock.advance(6 * HOUR * 1000);
    expect(await shown('&prev_days=0&next_days=0')).toMatch(/^-19 .* 28$/);
  });

  it('is not sent again to who has it, by validator or by date', async () => {
    const first = await get();
    expect(first.headers['last-modified']).toBe('Sat, 14 Mar 2026 19:40:00 GMT');
    for (const headers of [
      { 'if-none-match': first.headers.etag! },
      { 'if-modified-since': first.headers['last-modified']! },
    ]) {
      const again = await get('', headers);
      expect([again.status, again.body.length]).toEqual([304, 0]);
    }
    const other = { 'if-none-match': '"x"', 'if-modified-since': first.headers['last-modified']! };
    expect((await get('', other)).status).toBe(200);
    expect((await get('&next_days=1')).headers['last-modified']).toBeUndefined();
    expect((await get('', { 'accept-encoding': 'gzip' })).headers.etag).not.toBe(first.headers.etag);
  });

  it('answers HEAD with the same headers', async () => {
    const got = await get();
    const head = await ask(house.port, { method: 'HEAD', path: `/xmltv.php?${login}` });
    expect({ ...head.headers, date: '' }).toEqual({ ...got.headers, date: '' });
    expect(head.body).toHaveLength(0);
  });
});

describeWithService('xmltv-tools', 'the XMLTV tools', () => {
  it('find the guide file valid', async () => {
    guides.schedules.set(103, [
      {
        ...hourly(0, 1)[0]!,
        titles: [
          { text: 'A & B <c>', lang: 'es' },
          { text: 'x', lang: 'no language!' },
        ],
        subTitles: [{ text: '' }],
        descriptions: [{ text: '\u0007bell' }],
        ...{
          credits: [
            { role: 'guest', name: 'G' },
            { role: 'actor', name: 'A', character: 'The "B"' },
          ],
          episodes: [
            { system: 'xmltv_ns', value: '1.2.' },
            { system: 'xmltv_ns', value: 'S1E2' },
            { value: 'E 3' },
          ],
          ratings: [{ system: 'FSK', value: '12' }, { value: '' }],
          starRatings: [{ value: '3/5' }, { value: 'good' }],
          icons: ['x', 'http://i.test/a b.png'],
          countries: [{ text: 'ES' }],
          date: '2024',
          isNew: true,
          previouslyShown: {},
        },
      },
    ]);
    house.events.emit('guide.changed', {});
    await ready();
    const folder = mkdtempSync(path.join(tmpdir(), 'rooftop-validate-'));
    const file = path.join(folder, 'guide.xml');
    writeFileSync(file, (await get()).body);
    const { status, stdout, stderr } = spawnSync('tv_validate_file', ['--dtd-file', XMLTV_DTD, file], {
      encoding: 'utf8',
    });
    rmSync(folder, { recursive: true });
    expect(`${stdout}${stderr}`).toContain('Validated ok');
    expect(status).toBe(0);
  });
});

describe('editions', () => {
  const files = (): string[] => readdirSync(house.editions.folder).sort();
  /** Lets the clock run until the answer is there. */
  const answered = async <T>(answer: Promise<T>): Promise<T> => {
    const waiting = new Set([answer]);
    const settled = answer.finally(() => waiting.clear());
    while (waiting.size > 0) await clock.advance(500);
    return settled;
  };

  it('are waited for by the first players, for a while', async () => {
    const release = house.editions.hold();
    const answer = await answered(get());
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '2']);
    const early = get();
    release();
    // The clock stands still: how long writing takes has no say in this.
    expect((await early).status).toBe(200);
  });

  it('follow the guide; the former one serves until the next is complete, and then goes', async () => {
    await ready();
    const before = await get();
    expect(files()).toEqual(['1.deflate', '1.index', '1.xml']);
    guides.schedules.set(101, hourly(0, 5, 'new '));
    const release = house.editions.hold();
    house.events.emit('guide.changed', {});
    await clock.advance(5_000);
    expect((await get()).body.equals(before.body)).toBe(true);
    release();
    await ready();
    const after = await get();
    expect(programmes(read(after.text), 'norte.es')).toBe('new 0 new 1 new 2 new 3 new 4');
    expect(after.headers.etag).not.toBe(before.headers.etag);
    expect(files()).toEqual(['2.deflate', '2.index', '2.xml']);
  });

  it('keep their validator when nothing changed', async () => {
    await ready();
    const before = await get();
    house.events.emit('guide.changed', {});
    await ready();
    expect((await get()).headers.etag).toBe(before.headers.etag);
  });

  it('are not made again for a channel that has another name', async () => {
    await ready();
    channels.channels[1] = { ...channels.channels[1]!, name: 'Norte UHD' };
    house.events.emit('channels.changed', {});
    await clock.advance(10_000);
    await house.catalog.fresh();
    expect((await get()).text).toContain('<display-name>Norte UHD</display-name>');
    expect(house.editions.made).toBe(1);
  });

  it('that cannot be written leave the former one in service, and are tried again', async () => {
    await ready();
    guides.schedules.set(101, hourly(0, 1, 'late '));
    house.editions.failures = 1;
    house.events.emit('guide.changed', {});
    await clock.advance(30_000);
    expect((await get()).text).not.toContain('late 0');
    await ready();
    expect((await get()).text).toContain('late 0');
  });

  it('are let go with a client that reads no further', async () => {
    await house.close();
    house = await openPlayerHouse({ channels, credentials, guides, clock, http: { stalledSeconds: 0.3 } });
    await house.catalog.fresh();
    guides.schedules.set(
      101,
      hourly(0, 1).map((one) => ({ ...one, descriptions: [{ text: 'x'.repeat(30_000_000) }] })),
    );
    await ready();
    const stalled = connect(house.port, '127.0.0.1');
    stalled.on('error', () => undefined);
    const closed = once(stalled, 'close');
    stalled.write(`GET /xmltv.php?${login} HTTP/1.1\r\nHost: h\r\n\r\n`);
    await once(stalled, 'readable');
    const { server } = house.app.getHttpAdapter().getInstance();
    const connections = promisify(server.getConnections.bind(server));
    while ((await connections()) > 0) await immediate();
    stalled.resume();
    await closed;
    expect((await get('', {}, 'username=sport&password=m0t')).status).toBe(200);
  });

  it('are read to the end by who began, though the next one serves', async () => {
    guides.schedules.set(
      101,
      hourly(0, 1).map((one) => ({ ...one, descriptions: [{ text: 'x'.repeat(30_000_000) }] })),
    );
    await ready();
    const socket = connect(house.port, '127.0.0.1');
    socket.write(`GET /xmltv.php?${login} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
    await once(socket, 'readable');
    guides.schedules.set(101, []);
    house.events.emit('guide.changed', {});
    await ready();
    expect(files()).toEqual(['2.deflate', '2.index', '2.xml']);
    let bytes = 0;
    let end = '';
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      end = (end + chunk.toString('latin1')).slice(-6);
    }
    expect(bytes).toBeGreaterThan(30_000_000);
    expect(end).toBe('</tv>\n');
  });
});

describe('a start after another', () => {
  let editionFolder: string;
  let second: PlayerHouse | undefined;

  beforeEach(async () => {
    editionFolder = mkdtempSync(path.join(tmpdir(), 'rooftop-kept-'));
    await house.close();
    house = await openPlayerHouse({ channels, credentials, guides, clock, editionFolder });
    await house.catalog.fresh();
    await ready();
  });
  afterEach(async () => {
    await second?.close();
    second = undefined;
    rmSync(editionFolder, { recursive: true });
  });

  const restart = async (): Promise<PlayerHouse> => {
    await house.close();
    second = await openPlayerHouse({ channels, credentials, guides, clock, editionFolder });
    second.editions.firstName = 2;
    await second.catalog.fresh();
    return second;
  };
  const files = (): string[] => readdirSync(editionFolder).sort();
  /** Lets the clock run until the first edition serves. */
  const served = async ({ app }: PlayerHouse): Promise<void> => {
    while (app.get(GuideEditions).served < 1) await clock.advance(500);
  };
  const from = ({ port }: PlayerHouse, headers = {}) => ask(port, { path: `/xmltv.php?${login}`, headers });

  it('serves what was kept, with the validator it had, and makes nothing', async () => {
    const before = await get();
    const packed = await get('', { 'accept-encoding': 'gzip' });
    const again = await restart();
    const release = again.editions.hold();
    await served(again);
    const after = await from(again);
    expect(after.body.equals(before.body)).toBe(true);
    expect((await from(again, { 'if-none-match': before.headers.etag! })).status).toBe(304);
    const gzip = { 'accept-encoding': 'gzip' };
    expect((await from(again, { ...gzip, 'if-none-match': packed.headers.etag! })).status).toBe(304);
    expect(gunzipSync((await from(again, gzip)).body).equals(before.body)).toBe(true);
    expect(again.editions.made).toBe(0);
    expect(files()).toEqual(['1.deflate', '1.index', '1.xml']);
    release();
  });

  it('serves it while the next one is made when it is old', async () => {
    const before = await get();
    await clock.advance(5 * HOUR * 1000);
    const again = await restart();
    await served(again);
    expect((await from(again)).headers.etag).toBe(before.headers.etag);
    const editions = again.app.get(GuideEditions);
    while (editions.served < 2) await clock.advance(HOUR * 500);
    expect(files()).toEqual(['2.deflate', '2.index', '2.xml']);
  });

  it.each([
    ['programmes', () => guides.schedules.set(101, hourly(0, 1, 'other '))],
    ['links', () => (guides.links = guides.links.slice(0, 1))],
    ['channels', () => (channels.channels = channels.channels.slice(0, 1))],
  ])('makes another one when there are other %s', async (_, change) => {
    const before = await get();
    change();
    const again = await restart();
    await served(again);
    expect((await from(again)).headers.etag).not.toBe(before.headers.etag);
    expect(again.editions.made).toBe(1);
    expect(files()).toEqual(['2.deflate', '2.index', '2.xml']);
  });
});
