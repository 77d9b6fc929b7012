import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalAddress, isWebAddress } from './web-address.js';

/** Addresses near the border between what is told quickly and what needs the parser. */
const address = fc
  .tuple(
    fc.constantFrom('http://', 'https://', 'HTTP://', 'http:/', 'rtsp://'),
    fc.stringMatching(/^[a-zA-Z0-9.-]{0,14}$/),
    fc.constantFrom('', ':80', ':443', ':8080', ':99999', ':x', ':'),
    fc.string({ unit: fc.constantFrom(...Array.from('/abc.%20~?#&=:@|{}<>"\\^ é|..')), maxLength: 16 }),
  )
  .map((parts) => parts.join(''));

describe('web addresses', () => {
  it('are taken only where a URL parser takes them', () => {
    fc.assert(
      fc.property(address, (text) => {
        if (isWebAddress(text)) expect(URL.canParse(text)).toBe(true);
        else expect(URL.canParse(text)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('have the canonical form a URL parser gives them, without fragment', () => {
    fc.assert(
      fc.property(address, (text) => {
        if (!URL.canParse(text)) return expect(canonicalAddress(text)).toBe(text);
        const url = new URL(text);
        url.hash = '';
        expect(canonicalAddress(text)).toBe(url.href);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['http://host.example/a/../b', 'http://host.example/b'],
    ['http://host.example:80/a', 'http://host.example/a'],
    ['https://host.example:443/a', 'https://host.example/a'],
    ['http://host.example', 'http://host.example/'],
    ['http://xn--a/', 'http://xn--a/'],
  ])('%s → %s', (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
  });
});
