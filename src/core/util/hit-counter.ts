/** How often a cache had what was asked for. */
export class HitCounter {
  hits = 0;
  misses = 0;

  get figures(): { hits: number; misses: number } {
    return { hits: this.hits, misses: this.misses };
  }

  /** Says what it was given, so that it can stand in the middle of a condition. */
  count(isHit: boolean): boolean {
    if (isHit) this.hits++;
    else this.misses++;
    return isHit;
  }
}
