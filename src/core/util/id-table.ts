const BLOCK = 1_024;

/**
 * Values by whole numbers that lie close together. A `Map` that grows moves all it holds in one turn, and of a hundred
 * thousand entries that takes longer than the event loop may be held; here only blocks are added.
 */
export class IdTable<T> {
  private readonly blocks = new Map<number, (T | undefined)[]>();
  private held = 0;

  get size(): number {
    return this.held;
  }

  get(id: number): T | undefined {
    const block = Math.floor(id / BLOCK);
    return this.blocks.get(block)?.[id - block * BLOCK];
  }

  set(id: number, value: T): void {
    const number = Math.floor(id / BLOCK);
    let block = this.blocks.get(number);
    if (block === undefined) this.blocks.set(number, (block = []));
    if (block[id - number * BLOCK] === undefined) this.held++;
    block[id - number * BLOCK] = value;
  }

  delete(id: number): void {
    const number = Math.floor(id / BLOCK);
    const block = this.blocks.get(number);
    if (block?.[id - number * BLOCK] === undefined) return;
    block[id - number * BLOCK] = undefined;
    this.held--;
  }
}
