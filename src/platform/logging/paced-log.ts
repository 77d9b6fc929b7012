import type { Clock, Timer } from '../clock.js';
import type { LogFields, Logger } from './logger.js';

export interface PacedLogOptions {
  /** At most one line of a subject in this time, ms. */
  intervalMs?: number;
  /** Subjects remembered at once; the one that has been silent for longest is forgotten first. */
  maxSubjects?: number;
}

interface Subject {
  writtenAt: number;
  /** Set while a line waits for its time. */
  timer: Timer | undefined;
  message: string;
  fields: LogFields;
  /** Messages that wait, by their text. */
  counts: Map<string, number>;
}

/**
 * One line a second at most about each subject. The first comes at once; what else happens within the second comes as
 * one line, the last of them in full and all of them counted: a thousand viewers may leave in the same moment.
 */
export class PacedLog {
  private readonly subjects = new Map<string, Subject>();
  private readonly intervalMs: number;
  private readonly maxSubjects: number;

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
    options: PacedLogOptions = {},
  ) {
    this.intervalMs = options.intervalMs ?? 1_000;
    this.maxSubjects = options.maxSubjects ?? 1_000;
  }

  /** Keep what varies in `fields`: messages are counted by their text. */
  info(subject: string, message: string, fields: LogFields = {}): void {
    const now = this.clock.monotonic();
    const known = this.subjects.get(subject);
    if (!known || (!known.timer && now - known.writtenAt >= this.intervalMs)) {
      this.subjects.delete(subject);
      this.makeRoom();
      this.subjects.set(subject, { writtenAt: now, timer: undefined, message, fields, counts: new Map() });
      return this.logger.info(message, fields);
    }
    known.message = message;
    known.fields = fields;
    known.counts.set(message, (known.counts.get(message) ?? 0) + 1);
    const waitMs = Math.max(0, known.writtenAt + this.intervalMs - now);
    known.timer ??= this.clock.setTimer(waitMs, () => this.write(known));
  }

  /** Writes what waits. */
  flush(): void {
    for (const subject of this.subjects.values()) {
      if (!subject.timer) continue;
      subject.timer.cancel();
      this.write(subject);
    }
  }

  private write(subject: Subject): void {
    const { message, fields, counts } = subject;
    subject.timer = undefined;
    subject.writtenAt = this.clock.monotonic();
    subject.counts = new Map();
    const several = [...counts.values()].reduce((sum, count) => sum + count, 0) > 1;
    this.logger.info(message, several ? { ...fields, within: Object.fromEntries(counts) } : fields);
  }

  private makeRoom(): void {
    if (this.subjects.size < this.maxSubjects) return;
    const oldest = this.subjects.entries().next();
    if (oldest.done) return;
    const [name, subject] = oldest.value;
    this.subjects.delete(name);
    if (!subject.timer) return;
    subject.timer.cancel();
    this.write(subject);
  }
}
