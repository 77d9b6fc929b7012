import { describe, expect, it } from '@jest/globals';
import { AceMemory } from './ace-memory.js';

describe('AceMemory', () => {
  it('remembers what an id turned out to be, per namespace', () => {
    const memory = new AceMemory(() => 0);
    memory.learn({ namespace: 'id', hex: 'a' }, { namespace: 'infohash', infohash: 'b' });
    expect(memory.recall({ namespace: 'id', hex: 'a' })).toEqual({ namespace: 'infohash', infohash: 'b' });
    expect(memory.recall({ namespace: 'infohash', hex: 'a' })).toBeUndefined();
  });

  it('calls a content contested after two losses within a minute', () => {
    let now = 0;
    const memory = new AceMemory(() => now);
    memory.noteLoss('e', 'hash');
    expect(memory.isContested('e', 'hash')).toBe(false);
    now = 59_999;
    memory.noteLoss('e', 'hash');
    expect(memory.isContested('e', 'hash')).toBe(true);
    expect(memory.isContested('other', 'hash')).toBe(false);
    now = 60_000;
    expect(memory.isContested('e', 'hash')).toBe(false);
  });

  it('takes losses apart in time for accidents', () => {
    let now = 0;
    const memory = new AceMemory(() => now);
    memory.noteLoss('e', 'hash');
    now = 61_000;
    memory.noteLoss('e', 'hash');
    expect(memory.isContested('e', 'hash')).toBe(false);
  });

  it('forgives an engine that was down', () => {
    const memory = new AceMemory(() => 0);
    for (const place of ['e', 'e', 'f', 'f']) memory.noteLoss(place, 'hash');
    memory.forgive('e');
    expect(memory.isContested('e', 'hash')).toBe(false);
    expect(memory.isContested('f', 'hash')).toBe(true);
  });
});
