import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../test/fakes/fake-clock.js';
import { cachedResolver } from './cached-resolver.js';

describe('cachedResolver', () => {
  it('asks once in some minutes for a name, and again after a failure', async () => {
    const clock = new FakeClock();
    const asked: string[] = [];
    const resolve = cachedResolver(clock, (name) => {
      asked.push(name);
      if (asked.length === 1) return Promise.reject(new Error('not now'));
      return Promise.resolve([{ address: '192.0.2.1', family: 4 }]);
    });
    await expect(resolve('films.example')).rejects.toThrow('not now');
    await expect(resolve('films.example')).resolves.toEqual([{ address: '192.0.2.1', family: 4 }]);
    await Promise.all([resolve('films.example'), resolve('films.example')]);
    expect(asked).toHaveLength(2);
    await resolve('other.example');
    await clock.advance(5 * 60_000);
    await resolve('films.example');
    expect(asked).toEqual(['films.example', 'films.example', 'other.example', 'films.example']);
  });
});
