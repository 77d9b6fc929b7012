import { describe, expect, it } from '@jest/globals';
import { zoneFormatter } from './zone-time.js';

const epoch = (iso: string): number => Date.parse(iso) / 1000;

describe('times in a zone', () => {
  it.each([
    ['UTC', '2026-03-14T19:40:00Z', '2026-03-14 19:40:00'],
    ['UTC', '2026-03-14T00:00:00Z', '2026-03-14 00:00:00'],
    ['Europe/Madrid', '2026-03-29T00:59:59Z', '2026-03-29 01:59:59'],
    ['Europe/Madrid', '2026-03-29T01:00:00Z', '2026-03-29 03:00:00'],
    ['Europe/Madrid', '2026-10-25T00:59:59Z', '2026-10-25 02:59:59'],
    ['Europe/Madrid', '2026-10-25T01:00:00Z', '2026-10-25 02:00:00'],
    ['Asia/Kolkata', '2026-01-01T00:00:00Z', '2026-01-01 05:30:00'],
    ['America/New_York', '2026-01-01T00:00:00Z', '2025-12-31 19:00:00'],
  ])('%s %s', (zone, iso, text) => {
    expect(zoneFormatter(zone)(epoch(iso))).toBe(text);
  });

  it('refuses a zone that does not exist', () => {
    expect(() => zoneFormatter('Mars/Olympus')).toThrow(RangeError);
  });
});
