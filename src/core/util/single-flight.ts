/** Concurrent callers with one key share one run; nothing is remembered once it has settled. */
export class SingleFlight<K, V> {
  private readonly flights = new Map<K, Promise<V>>();

  run(key: K, work: () => Promise<V>): Promise<V> {
    const flying = this.flights.get(key);
    if (flying) return flying;
    const flight = work().finally(() => this.flights.delete(key));
    this.flights.set(key, flight);
    return flight;
  }

  has(key: K): boolean {
    return this.flights.has(key);
  }

  get size(): number {
    return this.flights.size;
  }
}
