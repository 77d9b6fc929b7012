import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { acceptsGzip, matchesEtag } from './negotiation.js';
import { corsHeaders, preflightAnswer } from './cors.js';
import { readParameters } from './parameters.js';
import { isPlayerPath } from './player-http.js';

describe('parameters', () => {
  it('come from the path before the query before the body', () => {
    const read = readParameters(
      { a: 'path' },
      { a: 'query', b: 'query' },
      Buffer.from('a=body&b=body&c=body'),
    );
    expect(['a', 'b', 'c', 'd'].map(read)).toEqual(['path', 'query', 'body', undefined]);
  });

  it('take the last of repeated ones, and numbers of JSON as text', () => {
    expect(readParameters({}, { a: ['1', '2'] }, undefined)('a')).toBe('2');
    expect(readParameters({}, {}, Buffer.from('a=1&a=2'))('a')).toBe('2');
    expect(readParameters({}, {}, Buffer.from(' {"a":7,"b":null,"c":{},"d":[1,"x"]}'))('a')).toBe('7');
    const read = readParameters({}, {}, { b: null, c: {}, d: [1, 'x'], e: Infinity });
    expect(['b', 'c', 'd', 'e'].map(read)).toEqual([undefined, undefined, 'x', undefined]);
  });

  it('are no members that every object has', () => {
    expect(['constructor', '__proto__', 'toString'].map(readParameters({}, {}, Buffer.from('{}')))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('are not looked for in a large body', () => {
    expect(readParameters({}, {}, Buffer.from(`a=1&b=${'x'.repeat(16_384)}`))('a')).toBeUndefined();
  });

  it('are read from any bytes without an error', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.anything(), (bytes, anything) => {
        const fromBytes = readParameters(anything, anything, Buffer.from(bytes))('a');
        const fromValue = readParameters(undefined, undefined, anything)('a');
        for (const value of [fromBytes, fromValue]) expect(['string', 'undefined']).toContain(typeof value);
      }),
    );
  });
});

describe('the taking of gzip', () => {
  it.each([
    [undefined, false],
    ['', false],
    ['gzip', true],
    ['deflate, gzip;q=1.0, *;q=0.5', true],
    ['GZIP', true],
    ['x-gzip', true],
    ['gzip;q=0', false],
    ['gzip; q=0.000', false],
    ['gzip;q=0.001', true],
    ['*', true],
    ['*;q=0', false],
    ['*, gzip;q=0', false],
    ['br', false],
    ['gzippy', false],
  ])('%s: %s', (header, takes) => {
    expect(acceptsGzip(header)).toBe(takes);
  });
});

describe('validators', () => {
  it.each([
    [undefined, false],
    ['"a"', true],
    ['W/"a"', true],
    ['"b", "a"', true],
    ['*', true],
    ['a', false],
    ['"ab"', false],
  ])('%s: %s', (header, matches) => {
    expect(matchesEtag(header, 'a')).toBe(matches);
  });
});

describe('origins', () => {
  it('are echoed unless they are no origin', () => {
    expect(corsHeaders({ origin: 'http://a.test' })['access-control-allow-origin']).toBe('http://a.test');
    expect(corsHeaders({})).toEqual({});
    expect(corsHeaders({ origin: 'http://a.test b' })).toEqual({});
    expect(corsHeaders({ origin: 'x'.repeat(600) })).toEqual({});
  });

  it('are allowed the headers they ask for, if these are names', () => {
    const allowed = (asked: string): string | undefined =>
      preflightAnswer({ 'access-control-request-headers': asked }).headers['access-control-allow-headers'];
    expect(allowed('x-a, x-b')).toBe('x-a, x-b');
    expect(allowed('x-a: evil')).toContain('Content-Type');
  });
});

describe('addresses of players', () => {
  it.each([
    ['/player_api.php?a=b', true],
    ['//GET.php', true],
    ['/xmltv.php', true],
    ['/player_api/u/p', true],
    ['/live/u/p/1.ts', true],
    ['/api/admin/users', false],
    ['/getter', false],
    ['/', false],
  ])('%s: %s', (path, isPlayers) => {
    expect(isPlayerPath(path)).toBe(isPlayers);
  });
});
