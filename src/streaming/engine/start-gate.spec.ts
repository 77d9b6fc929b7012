import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../test/fakes/fake-clock.js';
import { StartGate } from './start-gate.js';

describe('StartGate', () => {
  const never = new AbortController().signal;

  it('runs one at a time, in order, with a pause between', async () => {
    const clock = new FakeClock();
    const gate = new StartGate(clock, 300);
    const log: string[] = [];
    const job = (name: string, ms: number) => async (): Promise<string> => {
      log.push(`${name} from ${clock.monotonic()}`);
      await clock.sleep(ms);
      log.push(`${name} to ${clock.monotonic()}`);
      return name;
    };
    const results = Promise.all([gate.run(never, job('a', 100)), gate.run(never, job('b', 50))]);
    await clock.advance(1_000);
    expect(await results).toEqual(['a', 'b']);
    expect(log).toEqual(['a from 0', 'a to 100', 'b from 400', 'b to 450']);
  });

  it('skips a start that nobody waits for any more', async () => {
    const clock = new FakeClock();
    const gate = new StartGate(clock, 300);
    const viewer = new AbortController();
    const first = gate.run(never, () => clock.sleep(100));
    const second = gate.run(viewer.signal, () => Promise.reject(new Error('must not run')));
    viewer.abort();
    await clock.advance(100);
    await first;
    expect(await second).toBeUndefined();
  });

  it('ends the pause at once when the viewer leaves in it', async () => {
    const clock = new FakeClock();
    const gate = new StartGate(clock, 300);
    await gate.run(never, () => Promise.resolve());
    const viewer = new AbortController();
    const second = gate.run(viewer.signal, () => Promise.resolve('ran'));
    await clock.advance(100);
    viewer.abort();
    expect(await second).toBeUndefined();
    const third = gate.run(never, () => Promise.resolve('ran'));
    await clock.advance(200);
    expect(await third).toBe('ran');
  });

  it('goes on after a start that failed', async () => {
    const clock = new FakeClock();
    const gate = new StartGate(clock, 0);
    await expect(gate.run(never, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await gate.run(never, () => Promise.resolve(1))).toBe(1);
  });
});
