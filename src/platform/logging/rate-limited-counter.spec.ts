import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../test/fakes/fake-clock.js';
import { RecordingLogger } from '../../../test/fakes/recording-logger.js';
import { RateLimitedCounter } from './rate-limited-counter.js';

describe('RateLimitedCounter', () => {
  it('says the first at once and the rest once a second', async () => {
    const clock = new FakeClock();
    const log = new RecordingLogger();
    const counter = new RateLimitedCounter(clock, log);
    for (let i = 0; i < 1000; i++) counter.add('dropped', { i });
    expect(log.entries.map(({ fields }) => fields)).toEqual([{ i: 0 }]);
    await clock.advance(999);
    expect(log.entries).toHaveLength(1);
    await clock.advance(1);
    expect(log.entries[1]).toEqual({ level: 'warn', message: 'dropped', fields: { i: 999, count: 999 } });
    counter.add('dropped', { i: 1000 });
    expect(log.entries).toHaveLength(2);
    await clock.advance(1000);
    expect(log.entries[2]?.fields).toEqual({ i: 1000, count: 1 });
    await clock.advance(2000);
    expect(log.entries).toHaveLength(3);
    expect(clock.pendingTimers).toBe(0);
    counter.add('dropped', { i: 1001 });
    expect(log.entries).toHaveLength(4);
  });

  it('bounds the kinds it remembers', () => {
    const clock = new FakeClock();
    const log = new RecordingLogger();
    const counter = new RateLimitedCounter(clock, log, { maxKinds: 2 });
    for (const kind of ['a', 'b', 'c', 'd', 'e']) counter.add(kind);
    expect(log.entries.map(({ message }) => message)).toEqual(['a', 'b', 'other frequent messages']);
    expect(clock.pendingTimers).toBe(3);
    counter.flush();
    expect(log.entries.at(-1)?.fields).toEqual({ latest: 'e', count: 2 });
    expect(clock.pendingTimers).toBe(0);
  });
});
