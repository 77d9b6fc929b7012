/** What a budget needs of a ring. */
export interface BudgetMember {
  readonly bytes: number;
  /** It may lose its oldest chunk without falling below its minimum. */
  readonly canGive: boolean;
  /** Its oldest chunk is its newest keyframe: without it nobody can join until the next. */
  readonly startsAtNewestKeyframe: boolean;
  /** Drops the oldest chunk and tells the budget. */
  evictOldest(): void;
}

/**
 * Bytes that all rings together may hold. When they would hold more, the biggest ring gives way first, so that all
 * shrink towards the same size and small ones lose nothing. A ring's newest keyframe goes only when no ring has anything
 * else to give.
 */
export class RingBudget {
  private readonly members = new Set<BudgetMember>();
  private held = 0;

  constructor(readonly maxBytes: number) {}

  get bytes(): number {
    return this.held;
  }

  join(member: BudgetMember): void {
    this.members.add(member);
    this.changed(member.bytes);
  }

  leave(member: BudgetMember): void {
    if (this.members.delete(member)) this.held -= member.bytes;
  }

  /** A member now holds `delta` bytes more (or fewer). Called after it happened. */
  changed(delta: number): void {
    this.held += delta;
    if (delta <= 0) return;
    while (this.held > this.maxBytes) {
      const giver = this.biggest((member) => !member.startsAtNewestKeyframe) ?? this.biggest(() => true);
      if (!giver) return;
      giver.evictOldest();
    }
  }

  private biggest(isEligible: (member: BudgetMember) => boolean): BudgetMember | undefined {
    let biggest: BudgetMember | undefined;
    for (const member of this.members) {
      if (!member.canGive || !isEligible(member)) continue;
      if (member.bytes > (biggest?.bytes ?? 0)) biggest = member;
    }
    return biggest;
  }
}
