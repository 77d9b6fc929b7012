import { describe, expect, it } from '@jest/globals';
import { ResolveHealth } from './resolve-health.js';

describe('how the asking for streams went', () => {
  it('is unknown, well, degraded after a passing failure, and down after a lasting one', () => {
    const health = new ResolveHealth();
    const nothing = { lastSuccessAt: null, lastFailureAt: null, lastError: null, errorRate: null };
    expect(health.figures(1_000)).toEqual({
      state: 'unknown',
      since: null,
      asked: 0,
      failures: 0,
      ...nothing,
    });
    health.succeeded(1_000);
    expect(health.figures(1_000)).toMatchObject({ state: 'ok', since: 1_000, errorRate: 0 });
    health.failedAt(1_100, 'no answer');
    health.failedAt(1_200, 'no answer again');
    expect(health.figures(1_200)).toEqual({
      ...{ state: 'degraded', since: 1_100, lastSuccessAt: 1_000, lastFailureAt: 1_200 },
      ...{ lastError: 'no answer again', errorRate: 2 / 3, asked: 3, failures: 2 },
    });
    expect(health.figures(1_900)).toMatchObject({ state: 'down', since: 1_100 });
    health.succeeded(2_000);
    expect(health.figures(2_000)).toMatchObject({ state: 'ok', since: 2_000, lastError: 'no answer again' });
  });

  it('is down where it never went well, and remembers the last hundred', () => {
    const health = new ResolveHealth();
    health.failedAt(5, 'no answer');
    expect(health.figures(5).state).toBe('down');
    for (let at = 0; at < 100; at++) health.succeeded(6);
    expect(health.figures(6)).toMatchObject({ errorRate: 0, asked: 101, failures: 1 });
  });
});
