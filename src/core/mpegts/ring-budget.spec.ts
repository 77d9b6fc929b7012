import { describe, expect, it } from '@jest/globals';
import { RingBudget } from './ring-budget.js';
import type { BudgetMember } from './ring-budget.js';

class Member implements BudgetMember {
  evicted = 0;
  startsAtNewestKeyframe = false;
  constructor(
    private readonly budget: RingBudget,
    public bytes = 0,
    private readonly minBytes = 0,
  ) {
    budget.join(this);
  }

  get canGive(): boolean {
    return this.bytes - 10 >= this.minBytes;
  }

  grow(bytes: number): this {
    this.bytes += bytes;
    this.budget.changed(bytes);
    return this;
  }

  evictOldest(): void {
    this.bytes -= 10;
    this.evicted++;
    this.budget.changed(-10);
  }
}

describe('RingBudget', () => {
  it('lets everybody grow while there is room', () => {
    const budget = new RingBudget(100);
    const members = [new Member(budget).grow(50), new Member(budget).grow(50)];
    expect(members.map(({ evicted }) => evicted)).toEqual([0, 0]);
    expect(budget.bytes).toBe(100);
  });

  it('lets the biggest give way, so that all come to the same size', () => {
    const budget = new RingBudget(120);
    const small = new Member(budget).grow(20);
    const middle = new Member(budget).grow(60);
    const big = new Member(budget).grow(100);
    expect([small, middle, big].map(({ bytes }) => bytes)).toEqual([20, 50, 50]);
    expect(budget.bytes).toBe(120);
  });

  it('takes nothing below the minimum, even over the cap', () => {
    const budget = new RingBudget(50);
    const one = new Member(budget, 0, 40).grow(45);
    const two = new Member(budget, 0, 30).grow(60);
    expect([one.bytes, two.bytes, budget.bytes]).toEqual([45, 30, 75]);
  });

  it('takes the newest keyframe of a ring last', () => {
    const budget = new RingBudget(100);
    const big = new Member(budget).grow(60);
    big.startsAtNewestKeyframe = true;
    const small = new Member(budget).grow(40).grow(30);
    expect([big.bytes, small.bytes]).toEqual([60, 40]);
    small.startsAtNewestKeyframe = true;
    small.grow(10);
    expect([big.bytes, small.bytes]).toEqual([50, 50]);
  });

  it('counts what a member brings and takes back what it leaves', () => {
    const budget = new RingBudget(100);
    const member = new Member(budget, 80);
    expect(budget.bytes).toBe(80);
    budget.leave(member);
    budget.leave(member);
    expect(budget.bytes).toBe(0);
  });
});
