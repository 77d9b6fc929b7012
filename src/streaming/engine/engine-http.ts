import { Agent } from 'undici';
import type { Dispatcher } from 'undici';
import type { Readable } from 'node:stream';
import type { Clock } from '../../platform/clock.js';
import { connectorWithReusedReads } from '../../platform/http/reused-reads.js';
import { DeadlineError, linkedAbort, withDeadline } from '../deadline.js';
import type { EngineError } from './engine-replies.js';
import { ownPath } from './engine-replies.js';

export interface TextReply {
  status: number;
  body: string;
}

export interface MediaReply {
  status: number;
  contentType: string;
  body: Readable;
}

export interface RequestLimits {
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** The engine's host did not answer like an engine: refused, reset, silent or nonsense. */
export class EngineUnreachable extends Error {
  constructor(
    readonly error: EngineError,
    cause: unknown,
  ) {
    super(error.text, { cause });
    this.name = 'EngineUnreachable';
  }
}

const HEADERS = {
  // Some engine builds break on compressed requests, and one was seen to send nothing to a client without these.
  'accept-encoding': 'identity',
  accept: '*/*',
  'user-agent': 'Rooftop/1.0 (compatible; VLC/3.0.20)',
};
const MAX_TEXT_BYTES = 512 * 1024;
const MAX_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** HTTP with one engine: every request goes to the configured base, whatever host its answers name. */
export class EngineHttp {
  private readonly agent: Agent;

  constructor(
    private readonly origin: string,
    private readonly clock: Clock,
    connectTimeoutMs: number,
  ) {
    this.agent = new Agent({
      connect: connectorWithReusedReads({ timeout: connectTimeoutMs }),
      headersTimeout: 0,
      bodyTimeout: 0,
      pipelining: 0,
    });
  }

  /** Whole small answer. Throws `EngineUnreachable`, `DeadlineError`, or the signal's reason. */
  text(path: string, { timeoutMs, signal }: RequestLimits): Promise<TextReply> {
    return this.guarded(timeoutMs, signal, async (limit) => {
      const { statusCode, body } = await this.request(path, limit);
      return { status: statusCode, body: await readText(body) };
    });
  }

  /**
   * Follows at most three redirects inside the engine and yields the body once headers are there. `timeoutMs`
   * covers the headers only; `signal` also ends the body.
   */
  async media(path: string, { timeoutMs, signal }: RequestLimits): Promise<MediaReply> {
    let place = path;
    for (let hop = 0; ; hop++) {
      const reply = await this.guardedHeaders(place, timeoutMs, signal);
      if (!REDIRECTS.has(reply.statusCode)) {
        return {
          status: reply.statusCode,
          contentType: header(reply.headers, 'content-type'),
          body: reply.body,
        };
      }
      discard(reply.body);
      const next = ownPath(header(reply.headers, 'location'));
      if (next === null || hop >= MAX_REDIRECTS) {
        throw new EngineUnreachable({ kind: 'bad-reply', text: 'the engine redirects astray' }, undefined);
      }
      place = next;
    }
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  /** The request's own signal must outlive the headers, so the deadline is kept apart from the caller's signal. */
  private async guardedHeaders(
    path: string,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Dispatcher.ResponseData> {
    const { controller, unlink } = linkedAbort(signal);
    const timer = this.clock.setTimer(timeoutMs, () => controller.abort(new DeadlineError(timeoutMs)));
    try {
      const reply = await this.request(path, controller.signal);
      reply.body.once('close', unlink);
      return reply;
    } catch (error) {
      unlink();
      throw controller.signal.aborted ? controller.signal.reason : unreachable(error);
    } finally {
      timer.cancel();
    }
  }

  private async guarded<T>(
    timeoutMs: number,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return withDeadline(this.clock, timeoutMs, signal, async (limit) => {
      try {
        return await work(limit);
      } catch (error) {
        throw error instanceof EngineUnreachable ? error : unreachable(error);
      }
    });
  }

  private request(path: string, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    return this.agent.request({
      origin: this.origin,
      path,
      method: 'GET',
      headers: HEADERS,
      signal,
      // A connection kept open would be the first thing to break when the engine restarts.
      reset: true,
    });
  }
}

/** What a broken request says about the engine. */
function unreachable(error: unknown): EngineUnreachable {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  const text = code === '' ? ((error as Error | undefined)?.name ?? 'request failed') : code;
  return new EngineUnreachable({ kind: code.startsWith('HPE_') ? 'bad-reply' : 'engine-down', text }, error);
}

async function readText(body: Readable): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_TEXT_BYTES) {
      body.destroy();
      throw new EngineUnreachable({ kind: 'bad-reply', text: 'the answer is too long' }, undefined);
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function header(headers: Dispatcher.ResponseData['headers'], name: string): string {
  const value = headers[name];
  return Array.isArray(value) ? (value[0] ?? '') : (value ?? '');
}

/** Ends a body nobody wants; its error, if any, has no reader. */
export function discard(body: Readable): void {
  body.on('error', () => {});
  body.destroy();
}
