import type { Clock, Timer } from '../clock.js';
import type { LogFields, Logger } from './logger.js';

export interface RateLimitedCounterOptions {
  /** At most one line of a kind in this time. */
  intervalMs?: number;
  /** Kinds remembered at once; beyond it a new kind is counted under a common name. */
  maxKinds?: number;
}

const OTHER = 'other frequent messages';

interface Waiting {
  count: number;
  fields: LogFields;
  timer: Timer;
}

/**
 * For things that may happen a thousand times a second: the first is logged at once, the others of the same second
 * as one line with their count and the latest fields.
 */
export class RateLimitedCounter {
  private readonly kinds = new Map<string, Waiting>();
  private readonly intervalMs: number;
  private readonly maxKinds: number;

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
    options: RateLimitedCounterOptions = {},
  ) {
    this.intervalMs = options.intervalMs ?? 1000;
    this.maxKinds = options.maxKinds ?? 100;
  }

  /** The message is the kind: keep what varies in `fields`. */
  add(message: string, fields: LogFields = {}): void {
    const waiting = this.kinds.get(message);
    if (waiting) {
      waiting.count++;
      waiting.fields = fields;
    } else if (this.kinds.size < this.maxKinds || message === OTHER) {
      this.logger.warn(message, fields);
      this.kinds.set(message, { count: 0, fields, timer: this.wait(message) });
    } else {
      this.add(OTHER, { latest: message });
    }
  }

  /** Writes what was counted and not yet said, and stops the timers. */
  flush(): void {
    for (const [message, { count, fields, timer }] of this.kinds) {
      timer.cancel();
      this.report(message, count, fields);
    }
    this.kinds.clear();
  }

  private wait(message: string): Timer {
    return this.clock.setTimer(this.intervalMs, () => this.tick(message));
  }

  private tick(message: string): void {
    const waiting = this.kinds.get(message);
    this.kinds.delete(message);
    if (!waiting || waiting.count === 0) return;
    this.report(message, waiting.count, waiting.fields);
    this.kinds.set(message, { count: 0, fields: {}, timer: this.wait(message) });
  }

  private report(message: string, count: number, fields: LogFields): void {
    if (count > 0) this.logger.warn(message, { ...fields, count });
  }
}
