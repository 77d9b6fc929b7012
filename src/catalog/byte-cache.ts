/** A map bounded by the bytes of its values; the least recently read goes first. */
export class ByteCache<V> {
  private readonly entries = new Map<string, V>();
  private held = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly sizeOf: (value: V) => number,
    /** Told of each value that is kept no more. */
    private readonly onGone: (value: V) => void = () => undefined,
  ) {}

  get(key: string): V | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, value);
    return value;
  }

  /** Keeps the value unless it alone exceeds the bound. */
  set(key: string, value: V): void {
    this.delete(key);
    const size = this.sizeOf(value);
    if (size > this.maxBytes) return this.onGone(value);
    this.entries.set(key, value);
    this.held += size;
    while (this.held > this.maxBytes) {
      const eldest = this.entries.keys().next();
      if (eldest.done) return;
      this.delete(eldest.value);
    }
  }

  clear(): void {
    const values = this.values();
    this.entries.clear();
    this.held = 0;
    for (const value of values) this.onGone(value);
  }

  /** Least recently read first. */
  values(): V[] {
    return [...this.entries.values()];
  }

  get bytes(): number {
    return this.held;
  }

  get size(): number {
    return this.entries.size;
  }

  private delete(key: string): void {
    const value = this.entries.get(key);
    if (value === undefined) return;
    this.entries.delete(key);
    this.held -= this.sizeOf(value);
    this.onGone(value);
  }
}
