import { describe, expect, it } from '@jest/globals';
import { engineAddressText, parseEngineAddress } from './engine-address.js';

describe('the address of an engine', () => {
  it('is a plain address in most houses', () => {
    expect(parseEngineAddress('http://nas:6878/')).toEqual({
      url: 'http://nas:6878',
      role: 'all',
      maxStreams: null,
      weight: 1,
    });
  });

  it('may carry options, as text and as a record', () => {
    const expected = { url: 'http://nas:6878', role: 'probe', maxStreams: 2, weight: 3 };
    expect(parseEngineAddress('http://nas:6878#role=probe&maxStreams=2&weight=3')).toEqual(expected);
    const text = engineAddressText({ url: 'http://nas:6878', role: 'probe', maxStreams: 2, weight: 3 });
    expect(parseEngineAddress(text ?? '')).toEqual(expected);
    expect(engineAddressText({ url: 'http://nas:6878' })).toBe('http://nas:6878');
    expect(engineAddressText(' http://nas:6878 ')).toBe('http://nas:6878');
  });

  it.each([
    'nas:6878',
    'ftp://nas',
    'http://nas?x=1',
    'http://nas#role=both',
    'http://nas#weight=0',
    'http://nas#maxStreams=101',
    'http://nas#speed=2',
    'http://nas#weight',
    '',
  ])('is not %j', (text) => {
    expect(parseEngineAddress(text)).toBeUndefined();
    expect(engineAddressText(text)).toBeUndefined();
  });

  it.each([7, null, {}, { url: 7 }, { url: 'http://nas', weight: {} }])('is not the value %j', (value) => {
    expect(engineAddressText(value)).toBeUndefined();
  });
});
