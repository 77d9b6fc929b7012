import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../test/fakes/fake-clock.js';
import { RecordingLogger } from '../../../test/fakes/recording-logger.js';
import { PacedLog } from './paced-log.js';

describe('PacedLog', () => {
  let clock: FakeClock;
  let logger: RecordingLogger;
  let log: PacedLog;

  beforeEach(() => {
    clock = new FakeClock();
    logger = new RecordingLogger();
    log = new PacedLog(clock, logger, { maxSubjects: 2 });
  });

  const lines = (): unknown[] => logger.entries.map(({ message, fields }) => [message, fields]);

  it('writes the first at once and leaves no timer behind', async () => {
    log.info('one', 'viewer left', { id: 1 });
    expect(lines()).toEqual([['viewer left', { id: 1 }]]);
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(1_000);
    log.info('one', 'viewer left', { id: 2 });
    expect(lines()).toHaveLength(2);
  });

  it('writes a storm as one line a second, counted', async () => {
    for (let id = 0; id < 500; id++) log.info('one', 'viewer left', { id });
    log.info('one', 'stream broke', { reason: 'eof' });
    expect(lines()).toHaveLength(1);
    await clock.advance(1_000);
    expect(lines().slice(1)).toEqual([
      ['stream broke', { reason: 'eof', within: { 'viewer left': 499, 'stream broke': 1 } }],
    ]);
    log.info('one', 'viewer left', { id: 500 });
    expect(lines()).toHaveLength(2);
    await clock.advance(999);
    expect(lines()).toHaveLength(2);
    await clock.advance(1);
    expect(lines().at(-1)).toEqual(['viewer left', { id: 500 }]);
  });

  it('paces every subject for itself, and forgets the oldest without losing its line', () => {
    log.info('one', 'a');
    log.info('one', 'b');
    log.info('two', 'c');
    expect(lines()).toEqual([
      ['a', {}],
      ['c', {}],
    ]);
    log.info('three', 'd');
    expect(lines().slice(2)).toEqual([
      ['b', {}],
      ['d', {}],
    ]);
    log.info('three', 'e');
    log.flush();
    expect(lines().at(-1)).toEqual(['e', {}]);
    expect(clock.pendingTimers).toBe(0);
  });
});
