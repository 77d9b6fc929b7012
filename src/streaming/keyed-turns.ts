/** Work on the same key runs one after another; different keys never wait for each other. */
export class KeyedTurns {
  private readonly tails = new Map<string, Promise<void>>();

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const previous = this.tails.get(key);
    let release = (): void => {};
    const turn = new Promise<void>((resolve) => (release = resolve));
    this.tails.set(key, turn);
    try {
      await previous;
      return await work();
    } finally {
      if (this.tails.get(key) === turn) this.tails.delete(key);
      release();
    }
  }

  /** Keys with work on them. */
  get size(): number {
    return this.tails.size;
  }
}
