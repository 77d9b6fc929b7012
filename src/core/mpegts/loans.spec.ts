import { describe, expect, it } from '@jest/globals';
import { Loans } from './loans.js';

describe('Loans', () => {
  it('knows of nobody at first', () => {
    expect(new Loans().areBack(0, 5)).toBe(true);
  });

  it('waits for every borrower', () => {
    const loans = new Loans();
    const slow = { heldFrom: 4 };
    loans.lend({ heldFrom: 9 });
    loans.lend(slow);
    expect([loans.areBack(0, 4), loans.areBack(0, 5)]).toEqual([true, false]);
    loans.takeBack(slow);
    expect([loans.areBack(0, 9), loans.areBack(0, 10)]).toEqual([true, false]);
  });

  it('never gets back what was given', () => {
    const loans = new Loans();
    loans.give(3);
    loans.give(2);
    expect([loans.areBack(2, 3), loans.areBack(3, 4)]).toEqual([false, true]);
    loans.give(Infinity);
    expect(loans.areBack(1_000_000, 1_000_001)).toBe(false);
  });
});
