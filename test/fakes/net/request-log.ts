import type { Exchange } from './exchange.js';

export interface RecordedRequest {
  method: string;
  path: string;
  /** Path and query as they came. */
  target: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Wall clock, ms. */
  at: number;
}

/** The requests a host has seen, the newest `keep` of them, and a way to wait for the next. */
export class RequestLog {
  readonly all: RecordedRequest[] = [];
  private readonly watchers = new Set<() => void>();

  constructor(
    private readonly now: () => number,
    private readonly keep = 10_000,
  ) {}

  add({ req, path }: Exchange): void {
    this.all.push({
      method: req.method ?? '',
      path,
      target: req.url ?? '',
      headers: req.headers,
      at: this.now(),
    });
    if (this.all.length > this.keep) this.all.shift();
    this.changed();
  }

  of(path: string): RecordedRequest[] {
    return this.all.filter((request) => request.path === path);
  }

  get last(): RecordedRequest | undefined {
    return this.all.at(-1);
  }

  changed(): void {
    for (const callback of [...this.watchers]) callback();
  }

  /** Resolves as soon as the condition holds; it is looked at after every request and every end of one. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      if (condition()) return resolve();
      const callback = (): void => {
        if (!condition()) return;
        this.watchers.delete(callback);
        resolve();
      };
      this.watchers.add(callback);
    });
  }
}
