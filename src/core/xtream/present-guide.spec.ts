import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  nextListingChange,
  presentEpgRow,
  presentListing,
  type PresentedProgramme,
} from './present-guide.js';
import { zoneFormatter } from './zone-time.js';

const NOW = Date.UTC(2026, 2, 14, 19, 40) / 1000;
const HOUR = 3600;
const DAY = 86_400;
const utc = zoneFormatter('UTC');
const owner = { id: 101, epgChannelId: 'uno.es', archiveDays: 2 };

function programme(start: number, stop: number, more: Partial<PresentedProgramme> = {}): PresentedProgramme {
  return { start, stop, titles: [{ text: 'A' }], guideChannelId: 7, ...more };
}
const listing = (start: number, stop: number, archiveDays = 2, now = NOW) =>
  presentListing({ ...owner, archiveDays }, programme(start, stop), now, utc);
const text = (encoded: string): string => Buffer.from(encoded, 'base64').toString();

describe('one listing', () => {
  it.each([
    ['runs', NOW, NOW + 1, 2, 1, 0],
    ['begins in a second', NOW + 1, NOW + 2, 2, 0, 0],
    ['has just ended', NOW - HOUR, NOW, 2, 0, 1],
    ['ended as the archive reaches', NOW - 3 * DAY, NOW - 2 * DAY, 2, 0, 1],
    ['ended before the archive begins', NOW - 3 * DAY, NOW - 2 * DAY - 1, 2, 0, 0],
    ['ended on a channel without an archive', NOW - HOUR, NOW, 0, 0, 0],
  ])('%s', (_case, start, stop, days, now_playing, has_archive) => {
    expect(listing(start, stop, days)).toMatchObject({ now_playing, has_archive });
  });

  it('takes the first of several languages, and says which', () => {
    const titles = [{ text: 'Première', lang: 'fr' }, { text: 'First' }];
    const made = presentListing(owner, programme(NOW, NOW + 1, { titles }), NOW, utc);
    expect([text(made.title), made.lang]).toEqual(['Première', 'fr']);
  });

  it('puts the sub-title above the description, and either alone', () => {
    const subTitles = [{ text: 'Sub' }];
    const descriptions = [{ text: 'Long' }];
    const of = (more: Partial<PresentedProgramme>): string =>
      text(presentEpgRow(owner, programme(NOW, NOW + 1, more)).description);
    expect([of({ subTitles, descriptions }), of({ subTitles }), of({ descriptions }), of({})]).toEqual([
      'Sub\nLong',
      'Sub',
      'Long',
      '',
    ]);
  });

  it('cuts texts that no screen shows', () => {
    const titles = [{ text: 'é'.repeat(40_000) }];
    expect(text(presentEpgRow(owner, programme(NOW, NOW + 1, { titles })).title)).toHaveLength(4_096);
  });

  it('has an id of 32 bits that stays, and that others of three weeks and 65,536 channels do not have', () => {
    const id = (channelId: number, start: number): number =>
      Number(presentEpgRow({ ...owner, id: channelId }, programme(start, start + 60)).id);
    fc.assert(
      fc.property(
        fc.tuple(fc.integer({ min: 1, max: 65_535 }), fc.integer({ min: 0, max: 21 * 1440 })),
        fc.tuple(fc.integer({ min: 1, max: 65_535 }), fc.integer({ min: 0, max: 21 * 1440 })),
        ([channel, minute], [otherChannel, otherMinute]) => {
          const one = id(channel, NOW + minute * 60);
          const other = id(otherChannel, NOW + otherMinute * 60);
          expect(one).toBeLessThanOrEqual(2 ** 31 - 1);
          expect(one === other).toBe(channel === otherChannel && minute === otherMinute);
        },
      ),
    );
  });
});

describe('when rows change', () => {
  it('never, without programmes', () => {
    expect(nextListingChange(owner, [], NOW)).toBe(Infinity);
  });

  it('is the first moment at which one of them reads otherwise', () => {
    const programmes = fc.array(
      fc.tuple(fc.integer({ min: -400, max: 100 }), fc.integer({ min: 1, max: 50 })),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(programmes, fc.integer({ min: 0, max: 3 }), (times, archiveDays) => {
        const own = { ...owner, archiveDays };
        const list = times.map(([at, length]) => programme(NOW + at * 900, NOW + (at + length) * 900));
        const rows = (now: number): string =>
          JSON.stringify(list.map((one) => presentListing(own, one, now, utc)));
        const change = nextListingChange(own, list, NOW);
        if (change === Infinity) {
          expect(rows(NOW + 400 * DAY)).toBe(rows(NOW));
          return;
        }
        expect(rows(change - 1)).toBe(rows(NOW));
        expect(rows(change)).not.toBe(rows(NOW));
      }),
    );
  });
});
