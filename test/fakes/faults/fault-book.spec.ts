import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../fake-clock.js';
import { TimerBook } from '../net/timer-book.js';
import { FaultBook } from './fault-book.js';
import { isMediaEvent } from './fault.js';
import type { Fault } from './fault.js';
import { FAULT_FIELDS, isFault } from './parse-fault.js';

function aBook(): { book: FaultBook; clock: FakeClock; changes: string[] } {
  const clock = new FakeClock();
  const changes: string[] = [];
  const book = new FaultBook(new TimerBook(clock), ({ fault, active }) =>
    changes.push(`${fault.kind} ${active ? 'begins' : 'ends'}`),
  );
  return { book, clock, changes };
}

describe('FaultBook', () => {
  it('strikes once where nothing else is said', () => {
    const { book, changes } = aBook();
    book.inject({ kind: 'reset' });
    expect(book.peek('reset')).toEqual({ kind: 'reset' });
    expect(book.take('reset')).toEqual({ kind: 'reset' });
    expect(book.take('reset')).toBeUndefined();
    expect(book.isEmpty).toBe(true);
    expect(changes).toEqual(['reset begins', 'reset ends']);
  });

  it('strikes N times, or as often as asked within its time', async () => {
    const { book, clock } = aBook();
    book.inject({ kind: 'http503' }, { times: 2 });
    expect([book.take('http503'), book.take('http503'), book.take('http503')].map(Boolean)).toEqual([
      true,
      true,
      false,
    ]);
    book.inject({ kind: 'badJson' }, { afterMs: 100, forMs: 50 });
    expect(book.take('badJson')).toBeUndefined();
    await clock.advance(100);
    expect(book.take('badJson')).toBeDefined();
    expect(book.take('badJson')).toBeDefined();
    await clock.advance(50);
    expect(book.take('badJson')).toBeUndefined();
    expect(clock.pendingTimers).toBe(0);
  });

  it('lasting faults stay until they are removed, which also cancels what has not begun', () => {
    const { book, clock } = aBook();
    const lasting = book.inject({ kind: 'rateBelow', ratio: 0.5 });
    for (let i = 0; i < 5; i++) expect(book.take('rateBelow')).toBeDefined();
    expect(lasting.struck).toBe(5);
    lasting.remove();
    lasting.remove();
    expect(book.take('rateBelow')).toBeUndefined();
    book.inject({ kind: 'reset' }, { afterMs: 10 });
    book.clear();
    expect(clock.pendingTimers).toBe(0);
    expect(book.list()).toEqual([]);
  });

  it('strikes only where it was aimed at', () => {
    const { book } = aBook();
    book.inject({ kind: 'reset' }, { content: 'one', route: 'start' });
    expect(book.take('reset')).toBeUndefined();
    expect(book.take('reset', { route: 'start' })).toBeUndefined();
    expect(book.take('reset', { route: 'stat', contentKeys: ['one'] })).toBeUndefined();
    expect(book.take('reset', { route: 'start', contentKeys: ['x', 'one'] })).toBeDefined();
  });

  it('the first that fits goes first', () => {
    const { book } = aBook();
    book.inject({ kind: 'stall', ms: 1 });
    book.inject({ kind: 'stall', ms: 2 });
    const second = book.takeWhere({}, ({ fault }) => fault.kind === 'stall' && fault.ms === 2);
    expect(second?.fault).toEqual({ kind: 'stall', ms: 2 });
    expect(book.take('stall')).toEqual({ kind: 'stall', ms: 1 });
  });
});

describe('isFault', () => {
  it('accepts every kind with its numbers and nothing else', () => {
    for (const [kind, fields] of Object.entries(FAULT_FIELDS)) {
      const fault: unknown = { kind, ...Object.fromEntries(fields.map((field) => [field, 1])) };
      expect(isFault(fault)).toBe(true);
      if (fields.length > 0) expect(isFault({ kind })).toBe(false);
    }
    for (const foreign of [null, 5, 'stall', {}, { kind: 7 }, { kind: 'toString' }, { kind: 'nothing' }]) {
      expect(isFault(foreign)).toBe(false);
    }
  });

  it('knows the events of the byte stream', () => {
    const event: Fault = { kind: 'garbage', bytes: 1 };
    expect([isMediaEvent(event), isMediaEvent({ kind: 'hangAll' })]).toEqual([true, false]);
  });
});
