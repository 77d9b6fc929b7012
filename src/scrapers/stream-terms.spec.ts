import { describe, expect, it } from '@jest/globals';
import { termsOf } from './stream-terms.js';

const TERMS = { limits: new Map([[1, 2]]), proxies: new Map([[1, 'http://list:1']]) };
const ROW = { kind: 'http', listSourceId: 1, proxyUrl: null };

describe('termsOf', () => {
  it('takes the proxy of the list, unless the source has its own', () => {
    expect(termsOf(ROW, TERMS)).toEqual({
      proxyUrl: 'http://list:1',
      provider: { key: 'list 1', maxConnections: 2 },
    });
    expect(termsOf({ ...ROW, proxyUrl: 'http://own:2' }, TERMS).proxyUrl).toBe('http://own:2');
    expect(termsOf({ ...ROW, listSourceId: null, proxyUrl: 'http://own:2' }, TERMS).proxyUrl).toBe(
      'http://own:2',
    );
  });

  it('is nothing for sources of other lists, of nobody, and of an engine', () => {
    expect(termsOf({ ...ROW, listSourceId: 2 }, TERMS)).toEqual({});
    expect(termsOf({ ...ROW, listSourceId: null }, TERMS)).toEqual({});
    expect(termsOf({ ...ROW, kind: 'acestream', proxyUrl: 'http://own:2' }, TERMS)).toEqual({});
  });
});
