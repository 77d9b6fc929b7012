import { describe, expect, it } from '@jest/globals';
import { settle } from '../../test/fakes/fake-clock.js';
import { KeyedTurns } from './keyed-turns.js';

describe('KeyedTurns', () => {
  it('lets work on one key wait, and none on another', async () => {
    const turns = new KeyedTurns();
    const log: string[] = [];
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const first = turns.run('a', async () => {
      await gate;
      log.push('a1');
    });
    const second = turns.run('a', () => Promise.resolve(log.push('a2')));
    const other = turns.run('b', () => Promise.resolve(log.push('b')));
    await settle();
    expect(log).toEqual(['b']);
    expect(turns.size).toBe(1);
    release();
    await Promise.all([first, second, other]);
    expect(log).toEqual(['b', 'a1', 'a2']);
    expect(turns.size).toBe(0);
  });

  it('goes on after work that failed', async () => {
    const turns = new KeyedTurns();
    const bad = turns.run('a', () => Promise.reject(new Error('no')));
    const good = turns.run('a', () => Promise.resolve('yes'));
    await expect(bad).rejects.toThrow('no');
    expect(await good).toBe('yes');
    expect(turns.size).toBe(0);
  });
});
