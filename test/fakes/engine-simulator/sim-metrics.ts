export type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** What the engine has seen; tests read it, `assertInvariants` judges it. Contents are counted by infohash. */
export class SimMetrics {
  /** Start calls that reached the loading of a content, by infohash. */
  readonly starts = new Map<string, number>();
  /** Start calls that were refused with an error, by error text. */
  readonly failedStarts = new Map<string, number>();
  readonly requests = new Map<string, number>();
  readonly lastHeaders = new Map<string, RequestHeaders>();
  sessionsOpened = 0;
  maxOpenSessions = 0;
  /** Sessions our own clients killed by starting the same content again. */
  supersededBySelf = 0;
  /** What these were like, the first hundred: of which state, how old, read by how many, asked to stop before. */
  readonly supersessions: string[] = [];
  supersededByOthers = 0;
  /** Sessions our own clients killed by using one pid for two contents. */
  replacedByPid = 0;
  expired = 0;
  lost = 0;
  /** Sessions made for a caller that had hung up: nobody can stop them. */
  unreachable = 0;
  stopsReceived = 0;
  stopsDone = 0;
  /** Stops for a session that a stop had ended before. */
  doubleStops = 0;
  /** Stops for a session that had ended otherwise, or never was. */
  lateStops = 0;
  maxReadersPerSession = 0;
  corruptReplies = 0;
  mediaBytes = 0;
  startsInFlight = 0;
  maxParallelStarts = 0;
  /** Requests that reached the other origin: somebody followed a redirect out of the engine. */
  foreignCalls = 0;
  crashes = 0;

  noteSupersession(what: string): void {
    this.supersededBySelf++;
    if (this.supersessions.length < 100) this.supersessions.push(what);
  }

  get totalStarts(): number {
    return [...this.starts.values()].reduce((sum, count) => sum + count, 0);
  }

  count(map: Map<string, number>, key: string): void {
    map.set(key, (map.get(key) ?? 0) + 1);
  }

  requestsOf(route: string): number {
    return this.requests.get(route) ?? 0;
  }

  toJSON(): Record<string, unknown> {
    const plain = Object.entries(this).map(([key, value]): [string, unknown] => [
      key,
      value instanceof Map ? Object.fromEntries(value) : value,
    ]);
    return { ...Object.fromEntries(plain), totalStarts: this.totalStarts };
  }
}
