import { describeError } from '../errors/app-error.js';
import { errorCode } from '../errors/error-code.js';
import type { LogFields } from './logger.js';
import { HIDDEN, isSecretField, redactText } from './redact.js';

export interface RedactorOptions {
  /** Characters of one text that reach the log. */
  maxText?: number;
  /** Entries of one list or record that reach the log. */
  maxEntries?: number;
  /** Nesting of records that reaches the log. */
  maxDepth?: number;
}

/** Texts are searched this far beyond the limit, so that no secret is cut in half and missed. */
const OVERLAP = 1024;
/** Shorter secrets would tear holes into ordinary words. */
const MIN_SECRET = 4;

/** Cleans whatever is about to be logged: known secrets, things that look like secrets, and endless values. */
export class Redactor {
  private readonly secrets = new Set<string>();
  private readonly maxText: number;
  private readonly maxEntries: number;
  private readonly maxDepth: number;

  constructor(options: RedactorOptions = {}) {
    this.maxText = options.maxText ?? 4096;
    this.maxEntries = options.maxEntries ?? 50;
    this.maxDepth = options.maxDepth ?? 4;
  }

  /** From now on this text is hidden wherever it appears, also percent-encoded or inside JSON. */
  addSecret(secret: string): void {
    if (secret.length < MIN_SECRET) return;
    this.secrets.add(secret);
    // A lone surrogate cannot be percent-encoded; going through bytes replaces it.
    this.secrets.add(encodeURIComponent(Buffer.from(secret).toString()));
    this.secrets.add(JSON.stringify(secret).slice(1, -1));
  }

  text(text: string): string {
    let clean = text.slice(0, this.maxText + OVERLAP);
    for (const secret of this.secrets) clean = clean.replaceAll(secret, HIDDEN);
    clean = redactText(clean);
    return clean.length > this.maxText || text.length > this.maxText + OVERLAP
      ? `${clean.slice(0, this.maxText)}… (${text.length} characters)`
      : clean;
  }

  fields(fields: LogFields): Record<string, unknown> {
    return this.record(fields, 0);
  }

  private value(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'bigint' || typeof value === 'symbol') return this.text(String(value));
    if (typeof value === 'function') return '[function]';
    if (typeof value !== 'object' || value === null) return value;
    if (isError(value)) return this.error(value);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (depth >= this.maxDepth) return '[…]';
    if (Array.isArray(value)) return this.list(value, depth + 1);
    return this.record(value as Record<string, unknown>, depth + 1);
  }

  private error(error: Error): Record<string, unknown> {
    const code = errorCode(error);
    return {
      message: this.text(describeError(error)),
      ...(code === undefined ? {} : { code: this.text(code) }),
      ...(error.stack === undefined ? {} : { stack: this.text(error.stack) }),
    };
  }

  private list(values: readonly unknown[], depth: number): unknown[] {
    const shown = values.slice(0, this.maxEntries).map((value) => this.value(value, depth));
    return values.length > this.maxEntries ? [...shown, `… (${values.length} entries)`] : shown;
  }

  private record(record: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
    const clean: Record<string, unknown> = {};
    const names = Object.keys(record);
    for (const name of names.slice(0, this.maxEntries)) {
      const value = record[name];
      const hide = isSecretField(name) && value !== null && value !== undefined && typeof value !== 'boolean';
      clean[this.text(name)] = hide ? HIDDEN : this.value(value, depth);
    }
    if (names.length > this.maxEntries) clean['…'] = `${names.length} fields`;
    return clean;
  }
}

/** By shape as well: an error from another realm is no instance of ours. */
function isError(value: object): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}
