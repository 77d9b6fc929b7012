import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { xmltvTime } from './writer.js';
import { GuideTimes, workDate } from './time.js';

const at = (iso: string): number => Date.parse(iso) / 1000;
const utc = new GuideTimes();
const madrid = new GuideTimes('Europe/Madrid');

describe('times of a guide', () => {
  it.each([
    ['20260314190000 +0000', '2026-03-14T19:00:00Z'],
    ['20260314190000 +0530', '2026-03-14T13:30:00Z'],
    ['20260314190000 -0430', '2026-03-14T23:30:00Z'],
    ['20260314190059+0100', '2026-03-14T18:00:59Z'],
    ['20260314190000 Z', '2026-03-14T19:00:00Z'],
    ['20260314190000Z', '2026-03-14T19:00:00Z'],
    ['20260314190000 UTC', '2026-03-14T19:00:00Z'],
    ['20260314190000 UTC+3', '2026-03-14T16:00:00Z'],
    ['20260314190000 GMT-0300', '2026-03-14T22:00:00Z'],
    ['20260314190000 +03:00', '2026-03-14T16:00:00Z'],
    ['20260314190000 +3', '2026-03-14T16:00:00Z'],
    ['20260314190000 BST', '2026-03-14T18:00:00Z'],
    ['20260314190000 cest', '2026-03-14T17:00:00Z'],
    ['202603141900 +0100', '2026-03-14T18:00:00Z'],
    ['2026031419 +0100', '2026-03-14T18:00:00Z'],
    ['20260314 +0100', '2026-03-13T23:00:00Z'],
    ['20260314', '2026-03-14T00:00:00Z'],
    ['202603', '2026-03-01T00:00:00Z'],
    ['2026', '2026-01-01T00:00:00Z'],
    ['  20260314190000  ', '2026-03-14T19:00:00Z'],
    ['2026-03-14T19:00:00Z', '2026-03-14T19:00:00Z'],
    ['2026-03-14T19:00:00.250+01:00', '2026-03-14T18:00:00Z'],
    ['2026-03-14 19:00', '2026-03-14T19:00:00Z'],
    ['20260314240000 +0000', '2026-03-15T00:00:00Z'],
    ['20240229120000 +0000', '2024-02-29T12:00:00Z'],
    ['99991231235959 +0000', '9999-12-31T23:59:59Z'],
  ])('reads %s', (written, iso) => {
    expect(utc.parse(written)).toBe(at(iso));
  });

  it.each([
    '',
    'now',
    '20261314190000 +0000',
    '20260230190000 +0000',
    '20260314250000 +0000',
    '20260314196000 +0000',
    '20260314240001 +0000',
    '20260314190000 +9900',
    '20260314190000 +0199',
    '20260314190000 WHEN',
    '2026031419000000000',
    '00000000000000 +0000',
  ])('does not believe "%s"', (written) => {
    expect(utc.parse(written)).toBeNull();
  });

  it('takes a time without a zone in the zone of the source, daylight saving included', () => {
    expect(madrid.parse('20260114190000')).toBe(at('2026-01-14T18:00:00Z'));
    expect(madrid.parse('20260714190000')).toBe(at('2026-07-14T17:00:00Z'));
    expect(madrid.parse('20260714190000 +0000')).toBe(at('2026-07-14T19:00:00Z'));
  });

  it('reads the hour that spring skips with the offset before it', () => {
    expect(madrid.parse('20260329015959')).toBe(at('2026-03-29T00:59:59Z'));
    expect(madrid.parse('20260329023000')).toBe(at('2026-03-29T01:30:00Z'));
    expect(madrid.parse('20260329030000')).toBe(at('2026-03-29T01:00:00Z'));
  });

  it('takes the first of the two hours of autumn', () => {
    expect(madrid.parse('20261025013000')).toBe(at('2026-10-24T23:30:00Z'));
    expect(madrid.parse('20261025023000')).toBe(at('2026-10-25T00:30:00Z'));
    expect(madrid.parse('20261025030000')).toBe(at('2026-10-25T02:00:00Z'));
  });

  it('knows zones with half hours and changes at other hours', () => {
    expect(new GuideTimes('Asia/Kolkata').parse('20260714190000')).toBe(at('2026-07-14T13:30:00Z'));
    expect(new GuideTimes('Australia/Lord_Howe').parse('20260405013000')).toBe(at('2026-04-04T14:30:00Z'));
    expect(new GuideTimes('America/Sao_Paulo').parse('20180804000000')).toBe(at('2018-08-04T03:00:00Z'));
  });

  it('refuses a zone that does not exist', () => {
    expect(() => new GuideTimes('Europe/Atlantis')).toThrow(RangeError);
  });

  it('reads what our own writer writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (time) => {
        expect(utc.parse(xmltvTime(time))).toBe(time);
      }),
    );
  });

  it('reads the usual form from bytes as it does from text, and leaves everything else alone', () => {
    const letter = fc.constantFrom('0', '1', '2', '9', '+', '-', ' ', 'Z', '\u00e9');
    const usual = fc.integer({ min: 0, max: 4_000_000_000 }).map(xmltvTime);
    fc.assert(
      fc.property(fc.oneof(usual, fc.string({ unit: letter, minLength: 20, maxLength: 20 })), (written) => {
        const read = utc.parseBytes(Buffer.from(`<${written}>`, 'latin1'), 1);
        if (read !== undefined) expect(read).toBe(utc.parse(written));
      }),
    );
    expect(utc.parseBytes(Buffer.from('20260314190000 +0530'), 0)).toBe(at('2026-03-14T13:30:00Z'));
    expect(utc.parseBytes(Buffer.from('20260314190000 UTC+3'), 0)).toBeUndefined();
    expect(utc.parseBytes(Buffer.from('20260231190000 +0000'), 0)).toBeNull();
  });

  it('reads the wall clock of a zone back, outside the repeated hour', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000_000_000, max: 2_000_000_000 }), (time) => {
        const shown = new Date(time * 1000).toLocaleString('sv-SE', { timeZone: 'Europe/Madrid' });
        const read = madrid.parse(shown.replace(/[-: ]/g, '')) ?? 0;
        expect([0, 3600]).toContain(time - read);
      }),
    );
  });
});

describe('dates of works', () => {
  it.each([
    ['1999', '1999'],
    ['199907', '199907'],
    ['19990704', '19990704'],
    ['1999-07-04', '19990704'],
    [' 1999 ', '1999'],
    ['19991304', '1999'],
    ['19990799', '199907'],
    ['19990704120000 +0000', '19990704'],
    ['1999070412', null],
    ['19700101', null],
    ['1970', '1970'],
    ['0000', null],
    ['99991231', null],
    ['soon', null],
  ])('%s → %s', (written, expected) => {
    expect(workDate(written)).toBe(expected);
  });
});
