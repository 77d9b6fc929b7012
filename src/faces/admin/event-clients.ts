import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerResponse } from 'node:http';
import type { Clock, Timer } from '../../platform/clock.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Lifecycle } from '../../platform/lifecycle.js';
import type { AdminAuthService } from '../../users/admin-auth.service.js';
import { bearerToken } from './admin-guard.js';

const MAX_CLIENTS = 20;
const EVERY_MS = 1_000;
/** A comment goes out after so many turns without news, and the token is looked at again. */
const HEARTBEAT_TURNS = 15;
/** A client that takes nothing is closed when so much waits for it. */
const MAX_PENDING_BYTES = 1024 * 1024;

interface Client {
  response: ServerResponse;
  token: string;
  /** What it was told last. */
  told: string;
  turns: number;
}

export interface EventClientsParts {
  auth: Pick<AdminAuthService, 'authenticate'>;
  lifecycle: Lifecycle;
  clock: Clock;
}

export interface EventClientsOptions {
  /** For the log. */
  name: string;
  /** Name of the event that holds the whole picture. */
  event: string;
  /** JSON of the whole picture. */
  snapshot: () => string;
}

/**
 * Administrators who follow something by server-sent events: the whole picture at once, then whenever it has changed, at
 * most once a second. Bounded in number and in what waits for each; closed at shutdown.
 */
export class EventClients {
  private readonly clients = new Set<Client>();
  private timer: Timer | undefined;

  constructor(
    private readonly parts: EventClientsParts,
    private readonly options: EventClientsOptions,
  ) {
    parts.lifecycle.onShutdown('faces', options.name, () => this.close());
  }

  /** Throws `too_many_requests` when all places are taken. */
  open(request: FastifyRequest, reply: FastifyReply): void {
    if (this.clients.size >= MAX_CLIENTS) {
      throw new AppError('too_many_requests', `${MAX_CLIENTS} clients listen already`, {
        status: 429,
        retryAfterSeconds: 10,
      });
    }
    const token = bearerToken(request.headers.authorization);
    const headers = reply.getHeaders() as Record<string, string>;
    reply.hijack();
    const client: Client = { response: reply.raw, token, told: '', turns: 0 };
    this.clients.add(client);
    reply.raw.once('close', () => this.drop(client));
    // A client that breaks while we write is one that left.
    reply.raw.on('error', () => {});
    reply.raw.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // nginx would hold the events back.
      'x-accel-buffering': 'no',
    });
    reply.raw.write('retry: 3000\n\n');
    this.tell(client, this.options.snapshot());
    this.timer ??= this.parts.clock.setRepeating(EVERY_MS, () => this.turn());
  }

  /** Something that is no part of the picture, told once to everybody who listens now. `data` is JSON in one line. */
  announce(event: string, data: string): void {
    for (const client of [...this.clients]) {
      if (client.response.writableLength > MAX_PENDING_BYTES) this.drop(client);
      else client.response.write(`event: ${event}\ndata: ${data}\n\n`);
    }
  }

  private turn(): void {
    const snapshot = this.options.snapshot();
    for (const client of [...this.clients]) {
      client.turns++;
      if (client.response.writableLength > MAX_PENDING_BYTES) this.drop(client);
      else this.tell(client, snapshot);
      if (client.turns % HEARTBEAT_TURNS === 0) {
        this.parts.lifecycle.background(this.options.name, this.look(client));
      }
    }
  }

  private tell(client: Client, snapshot: string): void {
    if (client.told === snapshot) return;
    client.told = snapshot;
    client.response.write(`event: ${this.options.event}\ndata: ${snapshot}\n\n`);
  }

  /** Who has lost the role, logged out, or whose token has run out, hears nothing any more. */
  private async look(client: Client): Promise<void> {
    try {
      await this.parts.auth.authenticate(client.token);
      if (this.clients.has(client)) client.response.write(': still here\n\n');
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.drop(client);
    }
  }

  private drop(client: Client): void {
    if (!this.clients.delete(client)) return;
    client.response.destroy();
    if (this.clients.size > 0) return;
    this.timer?.cancel();
    this.timer = undefined;
  }

  private close(): void {
    for (const client of [...this.clients]) this.drop(client);
  }
}
