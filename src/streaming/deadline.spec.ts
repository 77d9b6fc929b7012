import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../test/fakes/fake-clock.js';
import { DeadlineError, linkedAbort, withDeadline } from './deadline.js';

describe('withDeadline', () => {
  const untilAborted = (signal: AbortSignal): Promise<never> =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));

  it('yields what the work yields and leaves nothing behind', async () => {
    const clock = new FakeClock();
    expect(await withDeadline(clock, 10, undefined, () => Promise.resolve(7))).toBe(7);
    expect(clock.pendingTimers).toBe(0);
  });

  it('ends the work when the time is over', async () => {
    const clock = new FakeClock();
    const work = withDeadline(clock, 10, undefined, untilAborted);
    const outcome = expect(work).rejects.toThrow(new DeadlineError(10));
    await clock.advance(10);
    await outcome;
  });

  it('ends the work when the parent ends, before or after it began', async () => {
    const clock = new FakeClock();
    const parent = new AbortController();
    const work = withDeadline(clock, 10, parent.signal, untilAborted);
    parent.abort(new Error('left'));
    await expect(work).rejects.toThrow('left');
    const late = withDeadline(clock, 10, parent.signal, (signal) =>
      signal.aborted ? Promise.reject(new Error('seen')) : Promise.resolve(1),
    );
    await expect(late).rejects.toThrow('left');
    expect(clock.pendingTimers).toBe(0);
  });

  it('passes on other errors', async () => {
    const work = withDeadline(new FakeClock(), 10, undefined, () => Promise.reject(new Error('own')));
    await expect(work).rejects.toThrow('own');
  });
});

describe('linkedAbort', () => {
  it('follows its parent until it is unlinked', () => {
    const parent = new AbortController();
    const followed = linkedAbort(parent.signal);
    const free = linkedAbort(parent.signal);
    free.unlink();
    parent.abort(new Error('over'));
    expect(followed.controller.signal.aborted).toBe(true);
    expect(free.controller.signal.aborted).toBe(false);
  });
});
