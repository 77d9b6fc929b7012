import { describe, expect, it } from '@jest/globals';
import { termsOf } from './stream-terms.js';

const HOME = { origin: 'http://tv.example', headers: { cookie: 'a=b' } };
const TERMS = {
  limits: new Map([[1, 2]]),
  proxies: new Map([[1, 'http://list:1']]),
  requests: new Map([
    [1, { userAgent: 'Box/1', home: HOME }],
    [3, { userAgent: null, home: HOME }],
  ]),
};
const ROW = { kind: 'http', listSourceId: 1, userAgent: null, proxyUrl: null };

describe('termsOf', () => {
  it('takes the proxy of the list, unless the source has its own', () => {
    expect(termsOf(ROW, TERMS)).toMatchObject({
      proxyUrl: 'http://list:1',
      provider: { key: 'list 1', maxConnections: 2 },
    });
    expect(termsOf({ ...ROW, proxyUrl: 'http://own:2' }, TERMS).proxyUrl).toBe('http://own:2');
    expect(termsOf({ ...ROW, listSourceId: null, proxyUrl: 'http://own:2' }, TERMS).proxyUrl).toBe(
      'http://own:2',
    );
  });

  it('takes the user agent of the list, unless the source has its own, and what is for the origin of the list', () => {
    expect(termsOf(ROW, TERMS)).toMatchObject({ userAgent: 'Box/1', homeHeaders: HOME });
    expect(termsOf({ ...ROW, userAgent: 'Own/2' }, TERMS)).not.toHaveProperty('userAgent');
    expect(termsOf({ ...ROW, listSourceId: 3 }, TERMS)).toEqual({ homeHeaders: HOME });
  });

  it('is nothing for sources of other lists, of nobody, and of an engine', () => {
    expect(termsOf({ ...ROW, listSourceId: 2 }, TERMS)).toEqual({});
    expect(termsOf({ ...ROW, listSourceId: null }, TERMS)).toEqual({});
    expect(termsOf({ ...ROW, kind: 'acestream', proxyUrl: 'http://own:2' }, TERMS)).toEqual({});
  });
});
