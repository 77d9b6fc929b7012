import type { LoggerService } from '@nestjs/common';
import type { LogFields, Logger } from './logger.js';

/** Lets the framework speak through our log. Its chatter about routes and modules is for debugging. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.logger.debug(text(message), contextOf(rest));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.logger.debug(text(message), contextOf(rest));
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.logger.debug(text(message), contextOf(rest));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.logger.warn(text(message), contextOf(rest));
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.logger.error(text(message), contextOf(rest));
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.logger.error(text(message), contextOf(rest));
  }
}

/** Nest passes the name of the speaking part last, and a stack in front of it. */
function contextOf(rest: readonly unknown[]): LogFields {
  const texts = rest.filter((part) => typeof part === 'string');
  const stack = texts.find((part) => part.includes('\n    at '));
  const context = texts.filter((part) => part !== stack).at(-1);
  return { ...(context === undefined ? {} : { context }), ...(stack === undefined ? {} : { stack }) };
}

function text(message: unknown): string {
  if (typeof message === 'string') return message;
  return message instanceof Error ? message.message : JSON.stringify(message);
}
