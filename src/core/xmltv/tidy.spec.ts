import { describe, expect, it } from '@jest/globals';
import { tidyLine, tidyText, tidyTitle } from './tidy.js';

describe('tidy text', () => {
  it.each([
    ['overrides of the direction', 'Film \u202egpj.exe\u202c', 'Film gpj.exe'],
    ['isolates', '\u2066Film\u2069 \u2067One\u2069\u2068\u2069', 'Film One'],
    ['spaces and joiners without width', 'Fi\u200blm\u2060 O\ufeffne', 'Film One'],
  ])('is without %s', (_what, given, told) => {
    expect([tidyText(given), tidyTitle(given)]).toEqual([told, told]);
  });

  it('is without them on one line, too', () => {
    expect(tidyLine('\u202eFi\u200blm  One')).toBe('Film One');
  });

  it.each([
    ['joiners that scripts and emoji need', 'می\u200cخواهم 👩\u200d🚀'],
    ['letters from right to left and their plain marks', 'שלום \u200fעולם\u200e'],
  ])('keeps %s', (_what, text) => {
    expect([tidyText(text), tidyTitle(text), tidyLine(text)]).toEqual([text, text, text]);
  });
});
