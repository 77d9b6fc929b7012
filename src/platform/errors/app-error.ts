import type { ErrorCode } from './codes.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface AppErrorOptions {
  /** HTTP status a face answers with. */
  status?: number;
  level?: LogLevel;
  cause?: unknown;
  /** Machine-readable details, e.g. which field broke which rule. Never secrets. */
  details?: readonly FieldProblem[];
  /** Sent as Retry-After. */
  retryAfterSeconds?: number;
}

export interface FieldProblem {
  field: string;
  rule: string;
}

/** A surprise with a stable code. Expected outcomes are return values, not this. */
export class AppError extends Error {
  readonly status: number;
  readonly level: LogLevel;
  readonly details: readonly FieldProblem[];
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: AppErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.status = options.status ?? 500;
    this.level = options.level ?? (this.status >= 500 ? 'error' : 'info');
    this.details = options.details ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** `invalid_input` naming every broken rule. */
export function invalidInput(problems: readonly FieldProblem[]): AppError {
  const text = problems.map(({ field, rule }) => `${field} ${rule}`).join('; ');
  return new AppError('invalid_input', text, { status: 400, details: problems });
}

/** Throws `invalid_input` when a rule is broken. */
export function refuseProblems(problems: readonly FieldProblem[]): void {
  if (problems.length > 0) throw invalidInput(problems);
}

export function isWholeNumber(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
}

/** A readable text for anything thrown, without its stack. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code;
  const text = error.message || code || error.name;
  return error.cause instanceof Error && !text.includes(error.cause.message)
    ? `${text}: ${describeError(error.cause)}`
    : text;
}
