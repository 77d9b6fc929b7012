// Every real list at hand, against numbers this file works out by itself and against another parser where that one copes.
import { afterAll, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { aceStreamId } from '../../src/core/lists/locator.js';
import { parseList } from '../../src/core/lists/parse-list.js';
import type { ParsedList } from '../../src/core/lists/types.js';
import { groupAlternates } from '../../src/core/match/alternates.js';

interface OtherList {
  items: {
    name: string;
    url: string | undefined;
    tvg: { id: string; logo: string };
    group: { title: string };
    http: { referrer: string; 'user-agent': string };
  }[];
}

const other = createRequire(import.meta.url)('iptv-playlist-parser') as {
  parse: (text: string) => OtherList;
};
const DATA = path.resolve(process.cwd(), '..', 'shared', 'data');
const isHere = existsSync(DATA);
const table: string[] = [];
/** Entries the other parser reads otherwise, by file, and why they are left so. */
const KNOWN_DIFFERENCES = new Map([
  // #EXTGRP against group-title: ours lets the attribute win.
  ['freearhey_base.m3u', ['Channel 1 (Tested)']],
  ['freearhey_vlcopt.m3u', ['Test Channel']],
  // Headers of a #KODIPROP line, which the other does not read.
  ['mx_mixed.m3u', ['A24 (720p)']],
]);

function filesOf(folder: string, pattern: RegExp): string[] {
  if (!isHere) return [];
  return readdirSync(path.join(DATA, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => pattern.test(file))
    .map((file) => path.join(folder, file))
    .sort();
}

function read(file: string): { bytes: Buffer; text: string; list: ParsedList } {
  const bytes = readFileSync(path.join(DATA, file));
  const list = parseList(bytes);
  const refused = Object.entries(list.counts.refusedBy)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');
  const whole = list.counts.found === 0 ? (list.problems[0]?.reason ?? '') : '';
  const channels = groupAlternates(list.entries, { by: 'tvg-id-then-name' }).length;
  const numbers = [list.counts.found, list.counts.imported, channels].map((count) =>
    String(count).padStart(6),
  );
  table.push(`${file.padEnd(42)} ${list.format.padEnd(5)}${numbers.join('')}  ${refused}${whole}`);
  return { bytes, text: bytes.toString('latin1'), list };
}

/** Refusals by the address that follows each #EXTINF, told by nothing but its beginning and end. */
function expectedOfM3u(text: string): { found: number; refusedBy: Record<string, number> } {
  const refusedBy: Record<string, number> = {};
  let found = 0;
  let isOpen = false;
  let isDash = false;
  const refuse = (reason: string): void => void (refusedBy[reason] = (refusedBy[reason] ?? 0) + 1);
  for (const line of text.split(/\r\n|\n|\r/).map((raw) => raw.trim())) {
    if (/^#EXTINF/i.test(line)) {
      if (isOpen) refuse('no-address');
      isOpen = true;
      isDash = false;
      found++;
    } else if (/^#KODIPROP:.*manifest_type=mpd/.test(line)) isDash = true;
    else if (/^(\w+:\/\/|[\w./-]+\.(m3u8|ts)$)/.test(line)) {
      if (!isOpen) found++;
      isOpen = false;
      if (line.startsWith('plugin:')) refuse('plugin');
      else if (/\.mpd(?=[?\s]|$)|format=mpd/.test(line) || isDash) refuse('dash');
      else if (/^acestream:/.test(line) && !/[0-9a-f]{40}/i.test(line)) refuse('acestream-without-id');
      else if (/:\/\/\w+:port/.test(line)) refuse('invalid-address');
      else if (!/:\/\//.test(line)) refuse('relative-address');
    }
  }
  if (isOpen) refuse('no-address');
  return { found, refusedBy };
}

function idsIn(text: string, pattern: RegExp): string[] {
  return [
    ...new Set([...text.matchAll(pattern)].map((match) => (match[1] ?? match[0]).toLowerCase())),
  ].sort();
}

function idsOf(list: ParsedList): string[] {
  return [...new Set(list.entries.flatMap(({ locator }) => aceStreamId(locator) ?? []))].sort();
}

function collapsed(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

afterAll(() => {
  const head = `${'file'.padEnd(42)} ${'kind'.padEnd(5)} found import groups  refused`;
  process.stdout.write(
    isHere ? `\n${head}\n${table.join('\n')}\n` : `\nlists: skipped, no shared data at ${DATA}\n`,
  );
});

describe('real M3U lists', () => {
  it('are there, or the suite says that it was skipped', () => {
    expect(filesOf('m3u', /\.m3u8?$/).length > 0).toBe(isHere);
  });

  for (const file of filesOf('m3u', /\.m3u8?$/)) {
    it(`${file}: every entry is imported, or refused for the reason that shows`, () => {
      const { text, list } = read(file);
      const expected = expectedOfM3u(text);
      expect(list.format).toBe('m3u');
      expect({ found: list.counts.found, refusedBy: list.counts.refusedBy }).toEqual(expected);
      expect(list.counts.imported + list.counts.refused).toBe(list.counts.found);
      expect(list.entries).toHaveLength(list.counts.imported);
      expect(idsOf(list)).toEqual(
        idsIn(text, /^(?:acestream:\/\/|http.*\/(?:getstream\?\w+=|pid\/))([0-9a-f]{40})/gim),
      );
    });

    it(`${file}: names, addresses and attributes are those another parser reads`, () => {
      const { bytes, list } = {
        bytes: readFileSync(path.join(DATA, file)),
        list: parseList(readFileSync(path.join(DATA, file))),
      };
      const decoder = new TextDecoder(charsetOf(file));
      const theirs = itemsOf(decoder.decode(bytes));
      if (theirs === null) return expect(list.format).toBe('m3u');
      const byUrl = new Map(
        theirs.items.filter(({ url }) => url !== undefined).map((item) => [item.url?.trim(), item]),
      );
      const differences = list.entries.flatMap((entry) => {
        const item = byUrl.get(entry.locator.locator);
        // AceStream addresses are brought into one form, blanks are encoded: those are not compared.
        if (item === undefined || theirs.items.filter(({ url }) => url === item.url).length > 1) return [];
        const ours = [entry.tvgId ?? '', entry.userAgent ?? '', entry.headers.Referer ?? ''];
        const same = [item.tvg.id.trim(), item.http['user-agent'], item.http.referrer];
        const groups = item.group.title.split(';').map((part) => part.trim());
        // A list without any group has its categories in the names.
        const theirName = collapsed(item.name);
        const isSame =
          [entry.name, `${entry.name} (${entry.group ?? ''})`].includes(theirName) &&
          (groups.includes(entry.group ?? '') || theirName.endsWith(`(${entry.group ?? ''})`)) &&
          ours.join('\n') === same.join('\n');
        return isSame ? [] : [entry.name];
      });
      expect(differences).toEqual(KNOWN_DIFFERENCES.get(path.basename(file)) ?? []);
    });
  }
});

describe('real JSON', () => {
  const LISTS = new Map([
    ['ace_search_response.json', 2],
    ['acehub_cache_a.json', 42],
    ['acestream_links.json', 2],
    ['playlist_magnet.json', 19],
    ['limehd_playlist_sample.json', 9],
  ]);

  for (const file of filesOf('json', /\.json$/)) {
    const count = LISTS.get(path.basename(file));
    it(`${file} is ${count === undefined ? 'no list, and says why' : 'a list'}`, () => {
      const { text, list } = read(file);
      expect(list.format).toBe('json');
      expect(list.counts.imported).toBe(count ?? 0);
      if (count === undefined) {
        expect(list.problems.map(({ reason }) => reason)).toEqual([
          expect.stringMatching(/^(?:guide-not-list|no-entries)$/),
        ]);
        return;
      }
      expect(idsOf(list)).toEqual(idsIn(text, /\b[0-9a-f]{40}\b/gi));
      expect(list.entries.every(({ name }) => name !== '' && !name.startsWith('AceStream '))).toBe(true);
      expect(list.counts.refused).toBe(0);
    });
  }
});

describe('real pages', () => {
  const expectedOf = (file: string): unknown => JSON.parse(readFileSync(path.join(DATA, file), 'utf8'));

  for (const file of filesOf('html', /epg_site.*\.html$/)) {
    it(`${file} holds no stream, and says so`, () => {
      expect(read(file).list).toMatchObject({
        format: 'html',
        entries: [],
        problems: [{ reason: 'error-page' }],
      });
    });
  }

  for (const file of filesOf('html', /platinsport_daily\.html$/)) {
    it(`${file}: ids, events, competitions and countries as expected`, () => {
      const { list } = read(file);
      const links = expectedOf(file.replace('.html', '.expected.json')) as {
        id: string;
        event: string;
        competition: string;
        country: string;
      }[];
      const firsts = [...new Map([...links].reverse().map((link) => [link.id, link])).values()];
      const sorted = <T extends { id: string }>(rows: T[]): T[] =>
        rows.sort((a, b) => (a.id < b.id ? -1 : 1));
      expect(
        sorted(
          list.entries.map(({ locator, name, group, country }) => ({
            id: aceStreamId(locator) ?? '',
            name,
            group,
            country,
          })),
        ),
      ).toEqual(
        sorted(
          firsts.map(({ id, event, competition, country }) => ({
            id,
            name: event,
            group: competition,
            country: country.toUpperCase(),
          })),
        ),
      );
      expect(list.counts.repeats).toBe(links.length - firsts.length);
    });
  }

  for (const file of filesOf('html', /livetv_sample_1\.html$/)) {
    it(`${file}: links, languages and bitrates as expected`, () => {
      const { list } = read(file);
      const { links } = expectedOf(file.replace('.html', '.expected.json')) as {
        links: { kind: string; id: string; lang: string; bitrate: string }[];
      };
      const ace = links.filter(({ kind }) => kind === 'acestream');
      expect(
        list.entries.map(({ locator, language, name }) => [aceStreamId(locator), language, name]),
      ).toEqual(
        ace.map(({ id, lang, bitrate }) => [
          id,
          lang,
          `Sheffield Utd – Crystal Palace (${lang}, ${bitrate})`,
        ]),
      );
      expect(list.counts.refusedBy).toEqual({ sopcast: links.length - ace.length });
    });
  }

  for (const file of filesOf('html', /streams_table\.tpl\.html$/)) {
    it(`${file}: names are in the first column`, () => {
      const { text, list } = read(file);
      expect(idsOf(list)).toEqual(idsIn(text, /href="acestream:\/\/([0-9a-f]{40})"/g));
      expect(list.entries.map(({ name, language }) => `${name}, ${language ?? ''}`)).toEqual([
        'BloodZeed, English',
        'Torrent Tv 1, English',
        'Torrent Tv 2, English',
        'TRK Ukraine+, Ukranian',
        'Streamoftheday1, English',
        'Arenavision3, Spanish',
        'NTV Plus Football 2 (1500kbps), Russian',
        'NTV Plus Football 2 (3500kbps), Russian',
      ]);
    });
  }
});

function charsetOf(file: string): string {
  if (file.includes('cp1251')) return 'windows-1251';
  return file.includes('krazy') ? 'windows-1252' : 'utf-8';
}

/** null: it does not cope (no header, a byte order mark). */
function itemsOf(text: string): OtherList | null {
  try {
    return other.parse(text);
  } catch {
    return null;
  }
}
