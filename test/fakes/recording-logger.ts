import type { LogLevel } from '../../src/platform/errors/app-error.js';
import type { LogFields, Logger } from '../../src/platform/logging/logger.js';

export interface LogEntry {
  level: LogLevel;
  message: string;
  fields: LogFields;
}

/** Remembers what was logged; children write into the same list. */
export class RecordingLogger implements Logger {
  constructor(
    readonly entries: LogEntry[] = [],
    private readonly bound: LogFields = {},
  ) {}

  debug(message: string, fields?: LogFields): void {
    this.add('debug', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.add('info', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.add('warn', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.add('error', message, fields);
  }

  child(fields: LogFields): Logger {
    return new RecordingLogger(this.entries, { ...this.bound, ...fields });
  }

  private add(level: LogLevel, message: string, fields: LogFields = {}): void {
    this.entries.push({ level, message, fields: { ...this.bound, ...fields } });
  }
}
