import { describe, expect, it } from '@jest/globals';
import { parseM3U } from '@iptv/playlist';
import { createRequire } from 'node:module';
import { presentCategory } from '../../src/core/xtream/present-categories.js';
import { NO_LISTINGS, UNKNOWN_FILM, UNKNOWN_SERIES } from '../../src/core/xtream/present-empty.js';
import { presentEpgRow, presentListing } from '../../src/core/xtream/present-guide.js';
import { presentLive } from '../../src/core/xtream/present-live.js';
import { presentPanelChannel } from '../../src/core/xtream/present-panel.js';
import type { PresentedStatus } from '../../src/core/xtream/present-user.js';
import { presentServer, presentUser, REFUSED_ANSWER } from '../../src/core/xtream/present-user.js';
import { fillSlots, playlistEntry, playlistHead, slotValues } from '../../src/core/xtream/m3u-out.js';
import { zoneFormatter } from '../../src/core/xtream/zone-time.js';
import { XMLTV_HEAD, XMLTV_TAIL, xmltvChannel, xmltvProgramme } from '../../src/core/xmltv/writer.js';
import { aBase, aCategory, aChannel, anAccount, NOW } from '../builders/catalog-builder.js';
import { mutationsOf, violations } from './contract.js';
import {
  aviso,
  canalUno,
  ENDPOINTS,
  noticias,
  noticiasDeLaNoche,
  server,
  sportDos,
  user,
  utc,
  wire,
} from './endpoints.js';
import * as shapes from './shapes.js';

interface ParsedPlaylist {
  header: { attrs: Record<string, string> };
  items: {
    name: string;
    tvg: { id: string; name: string; logo: string };
    group: { title: string };
    url: string;
    catchup: { type: string; days: string; source: string };
  }[];
}
const playlistParser = createRequire(import.meta.url)('iptv-playlist-parser') as {
  parse: (text: string) => ParsedPlaylist;
};

describe.each(ENDPOINTS.map(({ name, shape, answer }) => [name, shape, answer] as const))(
  '%s',
  (_name, shape, answer) => {
    const told = wire(answer) as Record<string, unknown>;

    it.each(Object.keys(shape).map((field): [string, string] => [field, shape[field]!.name]))(
      '%s is %s',
      (field) => {
        expect(told).toHaveProperty([field]);
        expect({ value: told[field], holds: shape[field]!.holds(told[field]) }).toEqual({
          value: told[field],
          holds: true,
        });
      },
    );

    it('has no field beyond the contract', () => {
      expect(violations(shape, told)).toEqual([]);
    });

    it('would not pass with any field mutated the way servers of the field do it', () => {
      const missed: string[] = [];
      for (const field of Object.keys(shape)) {
        for (const mutation of mutationsOf(told[field], shape[field])) {
          if (shape[field]!.holds(mutation)) missed.push(`${field}: ${String(mutation)}`);
        }
        const without = Object.fromEntries(Object.entries(told).filter(([other]) => other !== field));
        if (violations(shape, without).length === 0) missed.push(`${field}: missing`);
      }
      expect(missed).toEqual([]);
    });
  },
);

describe('golden answers', () => {
  it('account', () => {
    expect(JSON.stringify({ user_info: user, server_info: server })).toBe(
      '{"user_info":{"username":"ines","password":"m0tDePasse","message":"","auth":1,"status":"Active",' +
        '"exp_date":"2145916800","is_trial":"0","active_cons":"1","created_at":"1735689600","max_connections":"2",' +
        '"allowed_output_formats":["ts","m3u8"]},"server_info":{"url":"tv.home.test","port":"8080","https_port":"443",' +
        '"server_protocol":"http","rtmp_port":"8880","timezone":"UTC","timestamp_now":1773517200,' +
        '"time_now":"2026-03-14 19:40:00","process":true}}',
    );
  });

  it('refusal', () => {
    expect(JSON.stringify(REFUSED_ANSWER)).toBe('{"user_info":{"auth":0}}');
  });

  it('categories', () => {
    expect(
      JSON.stringify([noticias, aCategory({ id: 2, name: 'Deportes', parentId: 1 })].map(presentCategory)),
    ).toBe(
      '[{"category_id":"1","category_name":"Noticias","parent_id":0},' +
        '{"category_id":"2","category_name":"Deportes","parent_id":1}]',
    );
  });

  it('live streams', () => {
    expect(JSON.stringify([canalUno, sportDos].map(presentLive))).toBe(
      '[{"num":1,"name":"Canal Norte HD","stream_type":"live","stream_id":101,' +
        '"stream_icon":"http://tv.home.test:8080/logo/101.png","epg_channel_id":"canalnorte.es","added":"1735689600",' +
        '"is_adult":"0","category_id":"1","category_ids":[1],"custom_sid":"","tv_archive":1,"direct_source":"",' +
        '"tv_archive_duration":3,"thumbnail":""},' +
        '{"num":2,"name":"Deporte Sur","stream_type":"live","stream_id":102,"stream_icon":"","epg_channel_id":"",' +
        '"added":"1735689600","is_adult":"0","category_id":"2","category_ids":[2],"custom_sid":"","tv_archive":0,' +
        '"direct_source":"","tv_archive_duration":0,"thumbnail":""}]',
    );
  });

  it('nothing known', () => {
    expect([UNKNOWN_FILM, UNKNOWN_SERIES, NO_LISTINGS].map((value) => JSON.stringify(value))).toEqual([
      '{"info":[]}',
      '{"seasons":[],"info":{"name":null},"episodes":{}}',
      '{"epg_listings":[]}',
    ]);
  });

  it('listings', () => {
    expect(JSON.stringify(presentListing(canalUno, noticiasDeLaNoche, NOW, utc))).toBe(
      '{"id":"3311412","epg_id":"7","title":"Tm90aWNpYXMgZGUgbGEgbm9jaGU=","lang":"es",' +
        '"description":"SW5mb3JtYWNpw7NuLg==","channel_id":"canalnorte.es","start":"2026-03-14 19:00:00",' +
        '"end":"2026-03-14 20:00:00","stop":"2026-03-14 20:00:00","start_timestamp":"1773514800",' +
        '"stop_timestamp":"1773518400","now_playing":1,"has_archive":0}',
    );
    expect(JSON.stringify(presentEpgRow(canalUno, aviso))).toBe(
      '{"id":"3311302","epg_id":"0","title":"w5FhbmTDug==","lang":"","description":"",' +
        '"channel_id":"canalnorte.es","start":1773508200,"end":1773514800}',
    );
  });

  it('panel channel', () => {
    expect(JSON.stringify({ '101': presentPanelChannel(canalUno, 'Noticias') })).toBe(
      '{"101":{"num":1,"name":"Canal Norte HD","stream_type":"live","type_name":"Live Streams","stream_id":"101",' +
        '"stream_icon":"http://tv.home.test:8080/logo/101.png","epg_channel_id":"canalnorte.es","added":"1735689600",' +
        '"category_name":"Noticias","category_id":"1","series_no":null,"live":"1","container_extension":"ts",' +
        '"custom_sid":"","tv_archive":1,"direct_source":"","tv_archive_duration":3}}',
    );
  });

  it('guide', () => {
    const programme = {
      channelId: 'canalnorte.es',
      start: NOW - 2400,
      stop: NOW + 1200,
      titles: [{ text: 'Las noticias', lang: 'es' }],
      descriptions: [{ text: 'Diario.', lang: 'es' }],
    };
    const channel = {
      id: 'canalnorte.es',
      displayNames: ['Canal Norte HD'],
      icon: 'http://tv.home.test:8080/logo/101.png',
    };
    expect(XMLTV_HEAD + xmltvChannel(channel) + xmltvProgramme(programme) + XMLTV_TAIL).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<tv generator-info-name="Rooftop">\n' +
        '<channel id="canalnorte.es"><display-name>Canal Norte HD</display-name>' +
        '<icon src="http://tv.home.test:8080/logo/101.png"/></channel>\n' +
        '<programme start="20260314190000 +0000" stop="20260314200000 +0000" channel="canalnorte.es">' +
        '<title lang="es">Las noticias</title><desc lang="es">Diario.</desc></programme>\n</tv>\n',
    );
  });
});

describe('states of an account', () => {
  it.each<PresentedStatus>(['Active', 'Expired', 'Disabled', 'Banned'])('%s keeps auth 1', (status) => {
    const told = presentUser(anAccount({ status, expiresAt: 1_767_225_600 }), 'x', 0);
    expect(told).toMatchObject({ auth: 1, status, exp_date: '1767225600' });
    expect(violations(shapes.USER_INFO, wire(told))).toEqual([]);
  });

  it.each([
    ['never', null, '2145916800'],
    ['in 2100, beyond 32 bits', 4_102_444_800, '2145916800'],
    ['on a day', 1_767_225_600, '1767225600'],
  ])('ends %s', (_when, expiresAt, told) => {
    expect(presentUser(anAccount({ expiresAt }), 'x', 0).exp_date).toBe(told);
  });

  it('unlimited, on trial, without a format', () => {
    const account = anAccount({ maxConnections: 0, isTrial: true, allowedOutputFormats: [] });
    expect(presentUser(account, 'x', 3)).toMatchObject({
      max_connections: '0',
      is_trial: '1',
      active_cons: '3',
      allowed_output_formats: ['ts'],
    });
  });
});

describe('the server as the player reached it', () => {
  it('tells matching ports behind TLS', () => {
    const base = aBase({ protocol: 'https', port: 443, url: 'https://tv.home.test' });
    expect(presentServer(base, 'UTC', utc, NOW)).toMatchObject({
      url: 'tv.home.test',
      port: '443',
      https_port: '443',
      server_protocol: 'https',
    });
  });

  it('takes both times from one instant, in the zone it names', () => {
    // An hour that exists twice in Madrid: the offset must still come out right.
    const instant = Date.UTC(2026, 9, 25, 0, 30, 0) / 1000;
    const told = presentServer(aBase(), 'Europe/Madrid', zoneFormatter('Europe/Madrid'), instant + 0.9);
    expect(told).toMatchObject({
      timezone: 'Europe/Madrid',
      timestamp_now: instant,
      time_now: '2026-10-25 02:30:00',
    });
  });
});

describe('rows made of hostile records', () => {
  const hostile = aChannel({
    id: 2_147_483_647,
    num: 7.9,
    name: '\u0000\r\n"<script>\ud800',
    logo: 'javascript:alert(1)',
    epgChannelId: 'a & b "<x>',
    addedAt: -1,
    archiveDays: -3,
  });

  it('keep their types', () => {
    const told = wire(presentLive(hostile)) as Record<string, unknown>;
    expect(violations(shapes.LIVE_ROW, { ...told, added: '1' })).toEqual([]);
    expect(told).toMatchObject({
      num: 7,
      name: '"<script>\ufffd',
      stream_icon: '',
      added: '0',
      tv_archive: 0,
    });
  });

  it('have a name even when the record has none', () => {
    expect(presentLive(aChannel({ id: 9, name: ' \u0007 ' })).name).toBe('Channel 9');
    expect(presentCategory(aCategory({ id: 9, name: '' })).category_name).toBe('Category 9');
  });
});

describe('the playlist', () => {
  const owner = { baseUrl: 'http://tv.home.test:8080', username: 'ines', password: 'm0tDePasse' };
  const write = (plus: boolean, output: 'ts' | 'm3u8', channels = [canalUno, sportDos]): string => {
    const style = { plus, output };
    const entries = channels.map((channel) =>
      playlistEntry(channel, channel.categoryId === 1 ? 'Noticias' : 'Deportes', style),
    );
    return fillSlots(playlistHead(style) + entries.join(''), slotValues(owner));
  };

  it('is byte-exact as m3u_plus', () => {
    expect(write(true, 'ts')).toBe(
      '#EXTM3U x-tvg-url="http://tv.home.test:8080/xmltv.php?username=ines&password=m0tDePasse" ' +
        'url-tvg="http://tv.home.test:8080/xmltv.php?username=ines&password=m0tDePasse"\n' +
        '#EXTINF:-1 tvg-id="canalnorte.es" tvg-name="Canal Norte HD" tvg-chno="1" ' +
        'tvg-logo="http://tv.home.test:8080/logo/101.png" group-title="Noticias" catchup="default" catchup-days="3" ' +
        'catchup-source="http://tv.home.test:8080/timeshift/ines/m0tDePasse/{duration:60}/{utc}/101.ts",Canal Norte HD\n' +
        '#KODIPROP:mimetype=video/mp2t\n' +
        'http://tv.home.test:8080/live/ines/m0tDePasse/101.ts\n' +
        '#EXTINF:-1 tvg-id="" tvg-name="Deporte Sur" tvg-chno="2" tvg-logo="" group-title="Deportes",Deporte Sur\n' +
        '#KODIPROP:mimetype=video/mp2t\n' +
        'http://tv.home.test:8080/live/ines/m0tDePasse/102.ts\n',
    );
  });

  it('is byte-exact as m3u', () => {
    expect(write(false, 'm3u8')).toBe(
      '#EXTM3U\n#EXTINF:-1,Canal Norte HD\nhttp://tv.home.test:8080/live/ines/m0tDePasse/101.m3u8\n' +
        '#EXTINF:-1,Deporte Sur\nhttp://tv.home.test:8080/live/ines/m0tDePasse/102.m3u8\n',
    );
  });

  it('names a type to Kodi only where the URL is plain TS', () => {
    expect(write(true, 'm3u8')).not.toContain('KODIPROP');
  });

  const hard = [
    aChannel({
      id: 1,
      num: 1,
      name: 'Uno, "Dos" =Tres',
      epgChannelId: 'u&d',
      logo: 'http://l.test/a,b.png?media=1&x="y"',
    }),
    aChannel({
      id: 2,
      num: 2,
      name: 'radio="true" catchup=x',
      categoryId: 2,
      logo: 'http://l.test/timeshift=1',
    }),
    aChannel({ id: 3, num: 3, name: '#EXTINF:-1,\r\nhttp://evil.test/', epgChannelId: '\u0001\u0002' }),
    aChannel({ id: 4, num: 4, name: ',,,' }),
    aChannel({ id: 5, num: 5, name: 'Первый 第一 😀' }),
  ];

  it.each([true, false])('is read back by the npm parsers, hard names included (plus: %s)', (plus) => {
    const told = write(plus, 'ts', hard);
    const urls = hard.map(({ id }) => `http://tv.home.test:8080/live/ines/m0tDePasse/${id}.ts`);
    const names = [
      "Uno 'Dos' -Tres",
      "radio-'true' catchup-x",
      '#EXTINF:-1 http://evil.test/',
      'Channel 4',
      'Первый 第一 😀',
    ];
    const first = playlistParser.parse(told);
    const second = parseM3U(told);
    expect(first.items.map((item) => item.url)).toEqual(urls);
    expect(second.channels.map((channel) => channel.url)).toEqual(urls);
    expect(first.items.map((item) => item.name)).toEqual(names);
    expect(second.channels.map((channel) => channel.name)).toEqual(names);
    if (!plus) return;
    expect(first.items.map((item) => item.tvg.name)).toEqual(names);
    expect(second.channels.map((channel) => channel.tvgName)).toEqual(names);
    expect(first.items.map((item) => item.group.title)).toEqual([
      'Noticias',
      'Deportes',
      'Noticias',
      'Noticias',
      'Noticias',
    ]);
    expect(first.header.attrs['x-tvg-url']).toBe(first.header.attrs['url-tvg']);
    expect(second.headers).toMatchObject({ urlTvg: first.header.attrs['url-tvg'] });
  });

  it('hides no attribute of Kodi in a name or a logo, and no comma before the name', () => {
    for (const line of write(true, 'ts', hard)
      .split('\n')
      .filter((text) => text.startsWith('#EXTINF'))) {
      expect(line.split(',')).toHaveLength(2);
      expect(line).not.toMatch(/(media|radio|timeshift|catchup|catchup-days|tvg-rec)=/);
      expect(line.match(/=/g)).toHaveLength(5);
    }
  });

  it('has attribute values that the parsers find: archive', () => {
    const [item] = playlistParser.parse(write(true, 'ts', [canalUno])).items;
    expect(item?.catchup).toEqual({
      type: 'default',
      days: '3',
      source: 'http://tv.home.test:8080/timeshift/ines/m0tDePasse/{duration:60}/{utc}/101.ts',
    });
  });

  it('encodes odd credentials so that no line can be broken', () => {
    const style = { plus: true, output: 'ts' } as const;
    const values = slotValues({ ...owner, username: 'a/b "c"', password: 'ü,\r\n\u0001' });
    const told = fillSlots(playlistHead(style) + playlistEntry(sportDos, 'D', style), values);
    expect(told).toContain('/live/a%2Fb%20%22c%22/%C3%BC%2C%0D%0A%01/102.ts\n');
    expect(told.split('\n')).toHaveLength(5);
  });

  it('splits no group at a semicolon', () => {
    const entry = playlistEntry(sportDos, 'Cine; "Series", =más', { plus: true, output: 'ts' });
    expect(entry).toContain('group-title="Cine \'Series\' -más"');
  });
});
