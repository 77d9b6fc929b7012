import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../platform/clock.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { CLOCK } from '../../platform/tokens.js';
import { AdminAuthService } from '../../users/admin-auth.service.js';
import { EventClients } from './event-clients.js';
import { LiveAdminService } from './live-admin.service.js';

/** The running streams as server-sent events. */
@Injectable()
export class SessionEvents {
  private readonly clients: EventClients;

  constructor(
    live: LiveAdminService,
    auth: AdminAuthService,
    lifecycle: Lifecycle,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.clients = new EventClients(
      { auth, lifecycle, clock },
      { name: 'session events', event: 'streams', snapshot: () => JSON.stringify(live.list()) },
    );
  }

  /** Throws `too_many_requests` when all places are taken. */
  open(request: FastifyRequest, reply: FastifyReply): void {
    this.clients.open(request, reply);
  }
}
