import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseList } from '../lists/parse-list.js';
import type { FoundEntry } from '../lists/types.js';
import { groupAlternates, type ChannelCandidate } from './alternates.js';

type Spec = [attributes: string, name: string, address?: string];

function entriesOf(specs: readonly Spec[]): FoundEntry[] {
  const lines = specs.map(
    ([attributes, name, address], at) => `#EXTINF:-1 ${attributes},${name}\n${address ?? `http://h/${at}`}`,
  );
  return parseList(`#EXTM3U\n${lines.join('\n')}`).entries;
}

function group(...specs: Spec[]): ChannelCandidate[] {
  return groupAlternates(entriesOf(specs), { by: 'tvg-id-then-name' });
}

/** Names of candidates with the addresses of their sources. */
function shape(candidates: readonly ChannelCandidate[]): [string, string[]][] {
  return candidates.map(({ name, sources }) => [
    name,
    sources.map(({ locator }) => locator.locator.slice(-1)),
  ]);
}

const ID = 'dd1e67078381739d14beca697356ab76d49d1a2d';

describe('groupAlternates', () => {
  it('puts several addresses of one channel behind it, best picture first, list order otherwise', () => {
    expect(
      shape(group(['', 'One'], ['', 'Two'], ['', 'One SD'], ['', 'One FHD'], ['', 'one hd'], ['', 'ONE'])),
    ).toEqual([
      ['One', ['3', '4', '0', '5', '2']],
      ['Two', ['1']],
    ]);
  });

  it('goes by the guide id first', () => {
    expect(
      shape(
        group(['tvg-id="one"', 'Первый'], ['tvg-id="ONE HD"', 'Первый канал'], ['tvg-id="two"', 'Первый']),
      ),
    ).toEqual([
      ['Первый', ['0', '1']],
      ['Первый', ['2']],
    ]);
  });

  it('keeps apart what differs in numbers, shifts or words under one guide id', () => {
    const id = 'tvg-id="family"';
    expect(
      shape(
        group(
          [id, 'Sport 1'],
          [id, 'Sport 2'],
          [id, 'Sport 1 HD'],
          [id, 'Sport 1 +1'],
          [id, 'Sport 1 Aachen'],
        ),
      ),
    ).toEqual([
      ['Sport 1', ['2', '0']],
      ['Sport 2', ['1']],
      ['Sport 1 +1', ['3']],
      ['Sport 1 Aachen', ['4']],
    ]);
  });

  it('brings an entry without id to the one channel of its name that has one', () => {
    expect(shape(group(['', 'One'], ['tvg-id="one"', 'One HD']))).toEqual([['One', ['1', '0']]]);
    expect(shape(group(['', 'One'], ['tvg-id="one.es"', 'One'], ['tvg-id="one.de"', 'One']))).toEqual([
      ['One', ['0']],
      ['One', ['1']],
      ['One', ['2']],
    ]);
  });

  it('takes no id for an id that is none', () => {
    expect(group(['tvg-id="0"', 'A'], ['tvg-id="0"', 'B'], ['tvg-id="none"', 'A'])).toHaveLength(2);
  });

  it('parts countries only where two are named', () => {
    expect(
      shape(group(['', 'DAZN 1 [ES]'], ['', 'DAZN 1 [DE]'], ['', 'DAZN 1'], ['', 'DAZN 1 HD [ES]'])),
    ).toEqual([
      ['DAZN 1 [ES]', ['3', '0']],
      ['DAZN 1 [DE]', ['1']],
      ['DAZN 1', ['2']],
    ]);
    expect(group(['', 'ЧЕ [RU]'], ['', 'Че'])).toHaveLength(1);
  });

  it('keeps radio and television apart, and never groups films', () => {
    const film: Spec = ['', 'Film', 'http://h/film1.mkv'];
    expect(group(['radio="true"', 'One'], ['', 'One'])).toHaveLength(2);
    expect(
      group(film, ['', 'Film', 'http://h/film2.mkv']).map(({ kind, key }) => [kind, key.slice(0, 5)]),
    ).toEqual([
      ['film', 'film:'],
      ['film', 'film:'],
    ]);
  });

  it('takes an address once, under its first name, and counts the rest', () => {
    const [first, second, ...none] = group(
      ['', 'First', `acestream://${ID}`],
      ['', 'Second', `http://127.0.0.1:6878/ace/getstream?id=${ID}`],
      ['', 'Third', `http://h:8000/pid/${ID.toUpperCase()}/stream.mp4`],
      ['', 'Second', `acestream:?infohash=${ID}`],
    );
    expect(first).toMatchObject({ name: 'First', repeats: 2, sources: [{ line: 2 }] });
    expect(second).toMatchObject({
      name: 'Second',
      repeats: 0,
      sources: [{ locator: { locator: `acestream:?infohash=${ID}` } }],
    });
    expect(none).toEqual([]);
  });

  it('gives the first group, logo, number and id that any alternate has', () => {
    const [channel] = group(
      ['', 'One'],
      ['tvg-id="one" tvg-logo="http://l/1.png" group-title="G" tvg-chno="7"', 'One HD'],
      ['tvg-id="one" tvg-logo="http://l/2.png" group-title="H" tvg-chno="8"', 'One'],
    );
    expect(channel).toMatchObject({ tvgId: 'one', logo: 'http://l/1.png', group: 'G', number: 7 });
  });

  it('names a channel as the list does while all alternates agree, and by what they share otherwise', () => {
    expect(group(['', 'Первый HD'])[0]?.name).toBe('Первый HD');
    expect(group(['', 'Canal 1 ...37d'], ['', 'Canal 1 ...4cf'])[0]?.name).toBe('Canal 1');
    expect(group(['', 'Кинo HD'], ['', 'Кино'])[0]?.name).toBe('Кино');
    expect(group(['', 'one'], ['', 'One HD'], ['', 'One FHD'])[0]?.name).toBe('One');
  });

  it('by address, makes every address a channel under the name it has', () => {
    const entries = entriesOf([
      ['tvg-id="a"', 'One ...37d'],
      ['tvg-id="a"', 'One ...37d'],
      ['', 'Again', 'http://h/0'],
    ]);
    const channels = groupAlternates(entries, { by: 'url' });
    expect(channels.map(({ name, repeats }) => [name, repeats])).toEqual([
      ['One ...37d', 1],
      ['One ...37d', 0],
    ]);
    expect(channels[0]?.key).toMatch(/^url:[0-9a-f]{24}$/);
  });

  describe('keys', () => {
    const keys = (...specs: Spec[]): string[] => group(...specs).map(({ key }) => key);

    it('do not depend on the order of the list or on what else is in it', () => {
      const specs: Spec[] = [
        ['tvg-id="one"', 'One'],
        ['', 'Two'],
        ['tvg-id="three"', 'Three 3'],
        ['', 'Four [ES]'],
      ];
      expect(keys(...specs).sort()).toEqual(
        keys(...[...specs].reverse(), ['', 'Five'])
          .sort()
          .filter((key) => !key.includes('five')),
      );
    });

    it('say what the channel was called before its id came or went', () => {
      const [withId] = group(['tvg-id="one"', 'One']);
      const [without] = group(['', 'One HD']);
      expect(withId?.otherKeys).toContain(without?.key);
    });

    it('say which channel had the id before others were put under it', () => {
      const [before] = group(['tvg-id="x"', 'Head']);
      const [head, sister] = group(['tvg-id="x"', 'Head'], ['tvg-id="x"', 'Sister']);
      expect(head?.otherKeys).toContain(before?.key);
      expect(sister?.otherKeys).not.toContain(before?.key);
    });

    it('are different for every candidate and hold no address', () => {
      const word = fc.constantFrom('One', 'Two', '1', '2', 'HD', '[ES]', '[DE]', '+1', '***', 'Канал');
      const spec = fc.tuple(
        fc.constantFrom('', 'tvg-id="a"', 'tvg-id="b HD"', 'radio="true"', 'tvg-id="a" radio="true"'),
        fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' ')),
        fc.nat(12).map((at) => `http://user:secret@h/${at}`),
      );
      fc.assert(
        fc.property(fc.array(spec, { maxLength: 25 }), (specs) => {
          const entries = entriesOf(specs);
          for (const by of ['tvg-id-then-name', 'url'] as const) {
            const candidates = groupAlternates(entries, { by });
            const all = candidates.map(({ key }) => key);
            expect(new Set(all).size).toBe(all.length);
            expect(all.join()).not.toContain('secret');
            const kept = candidates.reduce((sum, { sources, repeats }) => sum + sources.length + repeats, 0);
            expect(kept).toBe(entries.length);
          }
        }),
      );
    });
  });

  it('stays quick when every entry claims the same guide id', () => {
    const entries = entriesOf(
      Array.from({ length: 5000 }, (_, at): Spec => [
        'tvg-id="x"',
        `Name ${String.fromCharCode(0x4e00 + at)}`,
      ]),
    );
    expect(groupAlternates(entries, { by: 'tvg-id-then-name' })).toHaveLength(5000);
  });
});
