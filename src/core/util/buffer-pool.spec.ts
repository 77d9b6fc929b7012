import { describe, expect, it } from '@jest/globals';
import { BufferPool } from './buffer-pool.js';

const KB = 1024;

describe('buffers used again', () => {
  it('hands out a buffer that was given back, for any length of its class', () => {
    const pool = new BufferPool(1024 * KB);
    const first = pool.take(20 * KB);
    expect(first.length).toBe(32 * KB);
    expect(pool.take(32 * KB)).not.toBe(first);
    pool.give(first);
    expect(pool.idleBytes).toBe(32 * KB);
    expect(pool.take(17 * KB)).toBe(first);
    expect(pool.idleBytes).toBe(0);
  });

  it('keeps idle ones up to its bound, and none beyond', () => {
    const pool = new BufferPool(32 * KB);
    const buffers = [pool.take(1), pool.take(1), pool.take(1)];
    for (const buffer of buffers) pool.give(buffer);
    expect(pool.idleBytes).toBe(32 * KB);
  });
});
