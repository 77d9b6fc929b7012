import { describe, expect, it } from '@jest/globals';
import { CircuitBreaker } from './circuit-breaker.js';

const OPTIONS = { failures: 3, windowMs: 1_000, openMs: 500 };

describe('CircuitBreaker', () => {
  it('opens after so many failures within the window', () => {
    const breaker = new CircuitBreaker(OPTIONS);
    breaker.failed(0);
    breaker.failed(1_001);
    breaker.failed(1_002);
    expect(breaker.state(1_002)).toBe('closed');
    breaker.failed(1_003);
    expect(breaker.state(1_003)).toBe('open');
    expect(breaker.allow(1_003)).toBe(false);
  });

  it('lets one try through when its time is over', () => {
    const breaker = new CircuitBreaker({ ...OPTIONS, failures: 1 });
    breaker.failed(0);
    expect(breaker.state(499)).toBe('open');
    expect(breaker.state(500)).toBe('half-open');
    expect(breaker.allow(500)).toBe(true);
    expect(breaker.allow(500)).toBe(false);
    breaker.failed(500);
    expect(breaker.state(999)).toBe('open');
    expect(breaker.allow(1_000)).toBe(true);
    breaker.succeeded();
    expect(breaker.state(1_000)).toBe('closed');
    expect(breaker.allow(1_000)).toBe(true);
  });

  it('tries again when the try told nothing', () => {
    const breaker = new CircuitBreaker({ ...OPTIONS, failures: 1 });
    breaker.failed(0);
    expect(breaker.allow(500)).toBe(true);
    breaker.inconclusive();
    expect(breaker.allow(501)).toBe(true);
  });

  it('stays closed while it is always the same thing that fails', () => {
    const breaker = new CircuitBreaker(OPTIONS);
    for (let at = 0; at < 9; at++) breaker.failed(at, 'a');
    expect(breaker.state(9)).toBe('closed');
    breaker.failed(9, 'b');
    expect(breaker.state(9)).toBe('open');
  });

  it('opens after failures that are about nothing', () => {
    const breaker = new CircuitBreaker(OPTIONS);
    breaker.failed(0, 'a');
    breaker.failed(1, 'a');
    breaker.failed(2);
    expect(breaker.state(2)).toBe('open');
  });
});
