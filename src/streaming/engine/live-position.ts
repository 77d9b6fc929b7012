/** What a broadcast cannot be behind by while it runs; for those that were never seen to move. */
const OLD_MS = 600_000;

/**
 * The newest moment of a broadcast, as its engine tells it. When the broadcaster is gone some engines go on giving the
 * last seconds again and again, with peers and bytes as ever: only this stands still.
 */
export class LivePosition {
  private newest: number | undefined;
  private since = 0;
  private hasMoved = false;

  /** `liveLast`: unix seconds; null where the engine tells none. */
  note(liveLast: number | null, nowMs: number): void {
    if (liveLast === null || liveLast === this.newest) return;
    this.hasMoved = this.newest !== undefined;
    this.newest = liveLast;
    this.since = nowMs;
  }

  /** For how long it has stood still, ms. One that never moved must be old as well: some engines know no position. */
  stillMs(nowMs: number, wallMs: number): number {
    if (this.newest === undefined) return 0;
    const counts = this.hasMoved || wallMs - this.newest * 1000 > OLD_MS;
    return counts ? nowMs - this.since : 0;
  }
}
