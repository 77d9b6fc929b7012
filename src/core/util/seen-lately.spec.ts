import { describe, expect, it } from '@jest/globals';
import { SeenLately } from './seen-lately.js';

describe('texts seen lately', () => {
  it('knows a text the second time', () => {
    const seen = new SeenLately();
    expect([seen.see('a'), seen.see('b'), seen.see('a'), seen.see('')]).toEqual([false, false, true, false]);
  });

  it('keeps to its size: what others displace is new again', () => {
    const seen = new SeenLately(2);
    seen.see('first');
    for (let at = 0; at < 50; at++) seen.see(`other ${at}`);
    expect(seen.see('first')).toBe(false);
  });
});
