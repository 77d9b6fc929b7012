import { InvalidArgumentError, type Command } from 'commander';
import { AppError, describeError } from '../../platform/errors/app-error.js';
import type { ErrorCode } from '../../platform/errors/codes.js';

/** What a script can tell by the exit code. docs: README, "Command line". */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  conflict: 4,
  unavailable: 5,
  partly: 6,
} as const;

/** Where the command line writes; injected so that tests read it. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Progress lines rewrite themselves on a terminal and stay away from pipes. */
  readonly isInteractive: boolean;
  setExitCode(code: number): void;
}

export function wantsJson(command: Command): boolean {
  return Boolean(command.optsWithGlobals<{ json?: boolean }>().json);
}

export function printJson(terminal: Terminal, value: unknown): void {
  terminal.out(`${JSON.stringify(value, null, 2)}\n`);
}

/** Columns as wide as their widest cell; the last one is not padded. */
export function printTable(
  terminal: Terminal,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === cells.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ');
  terminal.out(`${line(head)}\n${rows.map((row) => `${line(row)}\n`).join('')}`);
}

export function printProgress(terminal: Terminal, text: string): void {
  if (terminal.isInteractive) terminal.err(`\r\x1b[K${text}`);
}

export function endProgress(terminal: Terminal): void {
  if (terminal.isInteractive) terminal.err('\r\x1b[K');
}

/** Tells a failure: a sentence, or with --json an object on the standard error. Sets the exit code. */
export function reportFailure(terminal: Terminal, error: unknown, json: boolean): void {
  const code = codeOf(error);
  const details = error instanceof AppError ? error.details : [];
  const message = describeError(error);
  if (json) {
    terminal.err(`${JSON.stringify({ error: { code, message, details } })}\n`);
  } else terminal.err(`rooftop: ${message}\n`);
  terminal.setExitCode(exitCodeOf(code));
}

/** A value of the command line that is refused after the options were read. */
function codeOf(error: unknown): ErrorCode {
  if (error instanceof InvalidArgumentError) return 'invalid_input';
  return error instanceof AppError ? error.code : 'internal';
}

function exitCodeOf(code: ErrorCode): number {
  switch (code) {
    case 'invalid_input':
    case 'config_invalid':
      return EXIT.usage;
    case 'not_found':
      return EXIT.notFound;
    case 'conflict':
      return EXIT.conflict;
    case 'database_unavailable':
    case 'database_damaged':
    case 'database_newer':
    case 'data_dir_unusable':
    case 'port_unavailable':
      return EXIT.unavailable;
    default:
      return EXIT.failed;
  }
}
