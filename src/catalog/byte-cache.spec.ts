import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ByteCache } from './byte-cache.js';

const cacheOf = (maxBytes: number): ByteCache<string> =>
  new ByteCache<string>(maxBytes, (value) => value.length);

describe('a cache bounded in bytes', () => {
  it('lets the least recently read go first', () => {
    const cache = cacheOf(10);
    cache.set('a', 'xxxx');
    cache.set('b', 'xxxx');
    cache.get('a');
    cache.set('c', 'xxxx');
    expect([cache.get('a'), cache.get('b'), cache.get('c'), cache.bytes]).toEqual([
      'xxxx',
      undefined,
      'xxxx',
      8,
    ]);
  });

  it('keeps nothing that alone exceeds it, and nothing of the former value either', () => {
    const cache = cacheOf(3);
    cache.set('a', 'xxx');
    expect(cache.get('a')).toBe('xxx');
    cache.set('a', 'xxxx');
    expect([cache.get('a'), cache.bytes, cache.size]).toEqual([undefined, 0, 0]);
  });

  it('counts a replaced value once', () => {
    const cache = cacheOf(10);
    cache.set('a', 'xxxx');
    cache.set('a', 'xx');
    expect([cache.bytes, cache.size, cache.values()]).toEqual([2, 1, ['xx']]);
  });

  it('never exceeds its bound, whatever is put in', () => {
    fc.assert(
      fc.property(
        fc.nat(50),
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.nat(30))),
        (bound, puts) => {
          const cache = cacheOf(bound);
          for (const [key, length] of puts) {
            cache.set(key, 'x'.repeat(length));
            const held = cache.values().reduce((sum, value) => sum + value.length, 0);
            expect(cache.bytes).toBe(held);
            expect(held).toBeLessThanOrEqual(bound);
          }
        },
      ),
    );
  });
});
