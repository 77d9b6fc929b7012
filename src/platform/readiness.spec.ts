import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../test/fakes/fake-clock.js';
import { RecordingLogger } from '../../test/fakes/recording-logger.js';
import { ReadinessRegistry } from './readiness.js';

function room(): { clock: FakeClock; log: RecordingLogger; registry: ReadinessRegistry } {
  const clock = new FakeClock();
  const log = new RecordingLogger();
  return { clock, log, registry: new ReadinessRegistry(clock, log, { timeoutMs: 100 }) };
}

describe('ReadinessRegistry', () => {
  it('is ok without checks and while all are well', async () => {
    const { registry } = room();
    expect(await registry.report()).toEqual({ state: 'ok', checks: [] });
    registry.register({ name: 'a', whenBroken: 'failing', check: () => undefined });
    registry.register({ name: 'b', whenBroken: 'degraded', check: () => Promise.resolve() });
    expect(await registry.report()).toEqual({
      state: 'ok',
      checks: [
        { name: 'a', state: 'ok', latencyMs: 0 },
        { name: 'b', state: 'ok', latencyMs: 0 },
      ],
    });
  });

  it('weighs what is broken, and logs changes only', async () => {
    const { registry, log } = room();
    let a = true;
    registry.register({
      name: 'a',
      whenBroken: 'failing',
      check: () => {
        if (!a) throw new Error('gone');
      },
    });
    registry.register({ name: 'b', whenBroken: 'degraded', check: () => Promise.reject(new Error('off')) });
    expect((await registry.report()).state).toBe('degraded');
    a = false;
    expect((await registry.report()).state).toBe('failing');
    expect((await registry.report()).state).toBe('failing');
    a = true;
    expect((await registry.report()).state).toBe('degraded');
    expect(log.entries.map(({ message, fields }) => [message, fields.check])).toEqual([
      ['a check fails', 'b'],
      ['a check fails', 'a'],
      ['a check is well again', 'a'],
    ]);
  });

  it('does not wait for a check that hangs, and does not start it twice', async () => {
    const { registry, clock } = room();
    let started = 0;
    let finish = (): void => undefined;
    registry.register({
      name: 'a',
      whenBroken: 'failing',
      check: () => {
        started++;
        return new Promise<void>((resolve) => (finish = resolve));
      },
    });
    for (let round = 0; round < 2; round++) {
      const report = registry.report();
      await clock.advance(100);
      expect(await report).toEqual({
        state: 'failing',
        checks: [{ name: 'a', state: 'failing', latencyMs: 100 }],
      });
    }
    expect(started).toBe(1);
    const report = registry.report();
    finish();
    expect((await report).state).toBe('ok');
    expect(clock.pendingTimers).toBe(0);
  });

  it('runs once for callers that come together', async () => {
    const { registry } = room();
    let started = 0;
    registry.register({
      name: 'a',
      whenBroken: 'failing',
      check: () => {
        started++;
      },
    });
    await Promise.all([registry.report(), registry.report(), registry.report()]);
    expect(started).toBe(1);
  });
});
