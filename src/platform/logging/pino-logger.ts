import { accessSync, constants, mkdirSync } from 'node:fs';
import path from 'node:path';
import { isatty } from 'node:tty';
import { pino } from 'pino';
import type { RollingStream } from 'pino-roll';
import pinoRoll from 'pino-roll';
import { SystemClock } from '../clock.js';
import type { LogLevel } from '../errors/app-error.js';
import { describeError } from '../errors/app-error.js';
import { formatForPerson } from './console-format.js';
import { LineWriter } from './line-writer.js';
import type { LogFields, Logger } from './logger.js';
import { Redactor } from './redactor.js';

export interface LogSettings {
  level: LogLevel;
  /** Folder of the log files; null writes none (the command line). */
  dir: string | null;
  maxFileBytes: number;
  maxFiles: number;
  /** Hidden wherever they appear. */
  secrets?: readonly string[];
}

/** Where console lines go; by default the standard output of the process. */
export interface ConsoleSink {
  write(line: string): unknown;
  readonly isTTY?: boolean;
}

export interface OpenLog {
  logger: Logger;
  /** Hides one more text, e.g. a password that was made up just now. */
  addSecret: (secret: string) => void;
  /** Resolves when everything is written and the file is closed; later lines go to the console only. */
  close: () => Promise<void>;
}

/** What waits for a slow disk at most; later lines are dropped, the server goes on. Bytes. */
const MAX_WAITING = 4 * 1024 * 1024;
const FILE_MODE = 0o640;
const STDOUT = 1;

/**
 * Opens the log: the console (lines for a person on a terminal, JSON otherwise) and rotated JSON files in `dir`.
 * A folder that cannot be written is a warning on the console, never a failure.
 */
export async function openLog(settings: LogSettings, sink?: ConsoleSink): Promise<OpenLog> {
  const redactor = new Redactor();
  for (const secret of settings.secrets ?? []) redactor.addSecret(secret);
  const output = openConsole(sink);
  const files = await openFiles(settings);
  const streams: { stream: { write(line: string): unknown }; level: LogLevel }[] = [
    { stream: output.stream, level: settings.level },
  ];
  const { stream } = files;
  let closed = false;
  if (stream) {
    const write = (line: string): unknown => closed || stream.write(line);
    streams.push({ stream: { write }, level: settings.level });
  }
  const backend = pino(
    {
      level: settings.level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.multistream(streams as Parameters<typeof pino.multistream>[0]),
  );
  const logger = new PinoLogger(backend, redactor);
  if (files.problem !== undefined) {
    logger.warn('log files are off', { dir: settings.dir, error: files.problem });
  }
  files.stream?.on('error', warnOnce(output.stream, redactor));
  return {
    logger,
    addSecret: (secret) => redactor.addSecret(secret),
    close: async () => {
      await output.drained();
      if (closed || !stream) return;
      closed = true;
      await end(stream);
    },
  };
}

/** Logger over pino. Every text passes the redaction. */
export class PinoLogger implements Logger {
  constructor(
    private readonly backend: pino.Logger,
    private readonly redactor: Redactor,
    private readonly bound: LogFields = {},
  ) {}

  debug(message: string, fields?: LogFields): void {
    this.log('debug', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.log('info', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.log('warn', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.log('error', message, fields);
  }

  child(fields: LogFields): Logger {
    return new PinoLogger(this.backend, this.redactor, { ...this.bound, ...fields });
  }

  private log(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (!this.backend.isLevelEnabled(level)) return;
    const all = this.redactor.fields({ ...this.bound, ...fields });
    // These names belong to the line itself.
    for (const name of ['level', 'time', 'msg']) {
      if (name in all) {
        all[`${name}_`] = all[name];
        Reflect.deleteProperty(all, name);
      }
    }
    this.backend[level](all, this.redactor.text(message));
  }
}

function openConsole(sink: ConsoleSink | undefined): { stream: ConsoleSink; drained: () => Promise<void> } {
  const target = sink ?? openStdout();
  const drained = target instanceof StdoutSink ? () => target.drained() : () => Promise.resolve();
  if (!target.isTTY) return { stream: target, drained };
  const colour = !process.env.NO_COLOR;
  return { stream: { write: (line) => target.write(formatForPerson(line, colour)) }, drained };
}

class StdoutSink extends LineWriter implements ConsoleSink {
  readonly isTTY = isatty(STDOUT);
}

function openStdout(): StdoutSink {
  const sink = new StdoutSink(STDOUT, new SystemClock());
  process.once('exit', () => sink.flushSync());
  return sink;
}

async function openFiles(settings: LogSettings): Promise<{ stream?: RollingStream; problem?: string }> {
  if (settings.dir === null) return {};
  try {
    mkdirSync(settings.dir, { recursive: true });
    accessSync(settings.dir, constants.W_OK | constants.X_OK);
    const stream = await pinoRoll({
      file: path.join(settings.dir, 'rooftop'),
      extension: '.log',
      size: `${settings.maxFileBytes}b`,
      limit: { count: settings.maxFiles, removeOtherLogFiles: true },
      sync: false,
      maxLength: MAX_WAITING,
      mode: FILE_MODE,
    });
    return { stream };
  } catch (error) {
    return { problem: describeError(error) };
  }
}

/** Not `flushSync`: on a full disk the stream of pino-roll would try for ever. */
function end(stream: RollingStream): Promise<void> {
  return new Promise((resolve) => {
    stream.once('close', () => resolve());
    stream.on('error', () => resolve());
    stream.end();
  });
}

/** A full disk fails on every line; one warning is enough. */
function warnOnce(stream: ConsoleSink, redactor: Redactor): (error: Error) => void {
  const warned = new Set<string>();
  return (error) => {
    if (warned.has(error.message)) return;
    warned.add(error.message);
    const fields = {
      level: 'warn',
      msg: 'a log file cannot be written',
      error: redactor.text(error.message),
    };
    stream.write(`${JSON.stringify(fields)}\n`);
  };
}
