import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { AppConfig } from '../../platform/config/app-config.js';
import { describeError } from '../../platform/errors/app-error.js';
import type { Logger } from '../../platform/logging/logger.js';
import { LOGGER } from '../../platform/tokens.js';
import { joinHeaders, type WholeAnswer } from './answer.js';
import { hasBody } from './inbound-bounds.js';

/**
 * What a face says at the door: a whole answer, or nothing, and the request goes the usual way as if nobody had asked.
 * It may throw: the usual way meets the same failure, and tells it.
 */
export type DoorFace = (
  request: IncomingMessage,
) => WholeAnswer | undefined | Promise<WholeAnswer | undefined>;

/** An answer that was sent. */
export interface Answered {
  method: string;
  /** The pattern of the address, which holds no credentials. */
  route: string;
  status: number;
  bytes: number;
  seconds: number;
}

/**
 * Stands before the router. What players ask all day is answered from bytes that stand ready; the router, its hooks and
 * the framework would cost several times as much. The door knows HTTP alone: who may ask, how often, and what he gets say
 * the same functions of the faces that answer the usual way. Only plain GETs of addresses as they are written in our own
 * documents are taken here; everything else, a spelling of its own, a body, HEAD, goes the usual way.
 */
@Injectable()
export class Door implements OnModuleInit {
  private readonly faces = new Map<string, DoorFace>();
  private readonly listeners: ((answered: Answered) => void)[] = [];
  private readonly stalledMs: number;
  private isClosing = false;
  private usualWay: RequestListener = () => undefined;

  constructor(
    private readonly http: HttpAdapterHost,
    config: AppConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.stalledMs = config.http.stalledSeconds * 1000;
  }

  /** Fastify has made the server and listens to its requests by now. */
  onModuleInit(): void {
    const fastify = this.http.httpAdapter.getInstance<FastifyInstance>();
    const server = this.http.httpAdapter.getHttpServer() as Server;
    const usual = server.listeners('request') as RequestListener[];
    this.usualWay = (request, response) => {
      for (const listener of usual) listener.call(server, request, response);
    };
    server.removeAllListeners('request');
    server.on('request', (request, response) => {
      const route = this.routeOf(request);
      const face = route === undefined ? undefined : this.faces.get(route);
      if (route === undefined || !face) this.usualWay(request, response);
      else this.ask(face, route, request, response);
    });
    // Closing connections and refusing what still comes is the usual way's business.
    fastify.addHook('preClose', (done) => {
      this.isClosing = true;
      done();
    });
  }

  /** `route`: a path; `:id` at its end stands for any last part. */
  open(route: string, face: DoorFace): void {
    this.faces.set(route, face);
  }

  onAnswered(listener: (answered: Answered) => void): void {
    this.listeners.push(listener);
  }

  private routeOf(request: IncomingMessage): string | undefined {
    if (request.method !== 'GET' || this.isClosing || hasBody(request)) return undefined;
    const { url = '' } = request;
    const end = url.indexOf('?');
    const path = end < 0 ? url : url.slice(0, end);
    return this.faces.has(path) ? path : `${path.slice(0, path.lastIndexOf('/') + 1)}:id`;
  }

  private ask(face: DoorFace, route: string, request: IncomingMessage, response: ServerResponse): void {
    const startedAt = performance.now();
    const send = (answer: WholeAnswer | undefined): void => {
      if (answer) this.send(answer, route, startedAt, request, response);
      else this.usualWay(request, response);
    };
    const fail = (error: unknown): void => {
      this.logger.debug('an answer at the door failed', { route, error: describeError(error) });
      if (response.headersSent) response.destroy();
      else this.usualWay(request, response);
    };
    try {
      const answer = face(request);
      if (answer instanceof Promise) answer.then(send).catch(fail);
      else send(answer);
    } catch (error) {
      fail(error);
    }
  }

  private send(
    { status, headers, body, giveBack }: WholeAnswer,
    route: string,
    startedAt: number,
    { method = '', socket }: IncomingMessage,
    response: ServerResponse,
  ): void {
    const bytes = typeof body === 'string' ? Buffer.byteLength(body) : (body?.length ?? 0);
    response.on('finish', () => {
      const seconds = (performance.now() - startedAt) / 1000;
      for (const listener of this.listeners) listener({ method, route, status, bytes, seconds });
    });
    // Only then the system has taken all of it, or nobody is there to be sent the rest.
    if (giveBack) response.once('close', giveBack);
    response.writeHead(
      status,
      body === null ? headers : joinHeaders(headers, { 'content-length': String(bytes) }),
    );
    response.end(body ?? undefined);
    // What the system has taken at once nobody can leave lying.
    if (response.writableLength > 0) socket.setTimeout(this.stalledMs);
  }
}
