import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { isGone, OWN_PROCESS } from './process-owner.js';

describe('the owner of a row', () => {
  it('is this process, which is there', () => {
    expect(OWN_PROCESS).toBe(`${hostname()}/${process.pid}`);
    expect(isGone(OWN_PROCESS)).toBe(false);
  });

  it('is gone when its process has ended', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
    await once(child, 'spawn');
    const owner = `${hostname()}/${child.pid}`;
    expect(isGone(owner)).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isGone(owner)).toBe(true);
  });

  it('may still be there when it ran elsewhere, or is none', () => {
    for (const owner of [
      'another.machine/1',
      '',
      '/',
      `${hostname()}/`,
      `${hostname()}/0`,
      `${hostname()}/x`,
    ]) {
      expect(isGone(owner)).toBe(false);
    }
  });
});
