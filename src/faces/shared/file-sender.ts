import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { AppConfig } from '../../platform/config/app-config.js';
import { describeError } from '../../platform/errors/app-error.js';
import { redactUrl } from '../../platform/logging/redact.js';
import type { Logger } from '../../platform/logging/logger.js';
import { LOGGER } from '../../platform/tokens.js';
import { sendAnswer } from './answer.js';
import type { Answer } from './answer.js';
import { hasBody } from './inbound-bounds.js';

/** An answer whose body writes itself. Its headers say how long it is. */
export interface FileAnswer extends Omit<Answer, 'body'> {
  body: { sendTo: (out: Writable) => Promise<void> };
}

/** Sends what is too big to stand in memory. */
@Injectable()
export class FileSender {
  private readonly stalledMs: number;

  constructor(
    config: AppConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.stalledMs = config.http.stalledSeconds * 1000;
  }

  /** Resolves when all of it has been taken, or when nobody is there any more to take the rest. */
  async send(request: FastifyRequest, reply: FastifyReply, answer: Answer | FileAnswer): Promise<void> {
    if (!isFile(answer)) return void sendAnswer(reply, answer);
    const response = reply.raw;
    if (isGone(response)) return;
    reply.hijack();
    // A client that leaves in the middle is seen where the next bytes are written.
    response.on('error', () => {});
    response.setTimeout(this.stalledMs, () => response.destroy());
    const isUnread = hasBody(request) && !request.raw.complete;
    response.writeHead(answer.status, {
      ...answer.headers,
      ...(isUnread ? { connection: 'close' } : {}),
    });
    try {
      await answer.body.sendTo(response);
      response.end();
    } catch (error) {
      if (!isGone(response)) {
        const url = redactUrl(request.raw.url ?? '');
        this.logger.warn('a file broke off while it was sent', { url, reason: describeError(error) });
      }
      response.destroy();
    }
  }
}

function isGone(response: ServerResponse): boolean {
  return response.destroyed;
}

function isFile(answer: Answer | FileAnswer): answer is FileAnswer {
  const { body } = answer;
  return body !== null && typeof body === 'object' && 'sendTo' in body;
}
