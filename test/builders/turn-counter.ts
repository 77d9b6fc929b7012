/** Counts the turns of the event loop that others would have had meanwhile. */
export class TurnCounter {
  turns = 0;
  private next: NodeJS.Immediate;

  constructor() {
    const count = (): void => {
      this.turns++;
      this.next = setImmediate(count);
    };
    this.next = setImmediate(count);
  }

  stop(): number {
    clearImmediate(this.next);
    return this.turns;
  }
}
