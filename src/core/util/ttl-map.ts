export interface TtlMapOptions {
  /** Entries kept at most; the least recently set one goes first. */
  maxEntries: number;
  ttlMs: number;
  /** Current time in ms; monotonic is best. */
  now: () => number;
}

/** A map bounded in size and age. */
export class TtlMap<K, V> {
  private readonly entries = new Map<K, { value: V; expiresAt: number }>();

  constructor(private readonly options: TtlMapOptions) {}

  get(key: K): V | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    if (entry.expiresAt > this.options.now()) return entry.value;
    this.entries.delete(key);
    return undefined;
  }

  set(key: K, value: V, ttlMs = this.options.ttlMs): void {
    this.entries.delete(key);
    if (this.entries.size >= this.options.maxEntries) {
      const oldest = this.entries.keys().next();
      if (!oldest.done) this.entries.delete(oldest.value);
    }
    this.entries.set(key, { value, expiresAt: this.options.now() + ttlMs });
  }

  delete(key: K): boolean {
    return this.entries.delete(key);
  }

  /** A snapshot; entries that have run out may be among them. */
  keys(): K[] {
    return [...this.entries.keys()];
  }

  clear(): void {
    this.entries.clear();
  }

  get size(): number {
    return this.entries.size;
  }
}
