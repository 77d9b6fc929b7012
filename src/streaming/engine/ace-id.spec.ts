import { describe, expect, it } from '@jest/globals';
import { otherNamespace, parseAceLocator } from './ace-id.js';

const HEX = '0123456789abcdef0123456789abcdef01234567';

describe('AceStream addresses', () => {
  it('name a content id or an infohash', () => {
    expect(parseAceLocator(`acestream://${HEX}`)).toEqual({ namespace: 'id', hex: HEX });
    expect(parseAceLocator(`ACESTREAM://${HEX.toUpperCase()}`)).toEqual({ namespace: 'id', hex: HEX });
    expect(parseAceLocator(`acestream:?infohash=${HEX}`)).toEqual({ namespace: 'infohash', hex: HEX });
  });

  it.each([
    '',
    HEX,
    `acestream://${HEX}0`,
    `acestream:?id=${HEX}`,
    `http://x/${HEX}`,
    `acestream://${HEX}/../x`,
  ])('refuses %j', (locator) => {
    expect(parseAceLocator(locator)).toBeUndefined();
  });

  it('can be read the other way', () => {
    expect(otherNamespace({ namespace: 'id', hex: HEX })).toEqual({ namespace: 'infohash', hex: HEX });
    expect(otherNamespace({ namespace: 'infohash', hex: HEX })).toEqual({ namespace: 'id', hex: HEX });
  });
});
