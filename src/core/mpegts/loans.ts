/** Somebody who got chunks of a ring and may not have used them up yet. */
export interface Borrower {
  /** The memory of the chunks from this number on may still be read. */
  readonly heldFrom: number;
}

/**
 * Who still reads chunks that have left their ring. Who keeps a chunk beyond the present turn of the event loop has to
 * stand here, or its bytes change under his eyes.
 */
export class Loans {
  private readonly borrowers = new Set<Borrower>();
  private keptBefore = 0;

  /** Until `takeBack`. */
  lend(borrower: Borrower): void {
    this.borrowers.add(borrower);
  }

  takeBack(borrower: Borrower): void {
    this.borrowers.delete(borrower);
  }

  /** Chunks before this number belong to somebody for good. Infinity: all that come from now on as well. */
  give(beforeSeq: number): void {
    this.keptBefore = Math.max(this.keptBefore, beforeSeq);
  }

  /** Nobody reads the chunks [firstSeq, endSeq), the oldest that there are, any more. */
  areBack(firstSeq: number, endSeq: number): boolean {
    if (firstSeq < this.keptBefore) return false;
    for (const { heldFrom } of this.borrowers) if (heldFrom < endSeq) return false;
    return true;
  }
}
