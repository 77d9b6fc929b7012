import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GuideRefreshService, type GuideEnd } from '../../epg/guide-refresh.service.js';
import type { Clock } from '../../platform/clock.js';
import { EventBus } from '../../platform/events/event-bus.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { CLOCK } from '../../platform/tokens.js';
import { AdminAuthService } from '../../users/admin-auth.service.js';
import type { GuideEndDto, GuideRunsGoingDto } from './dto/guides.dto.js';
import { EventClients } from './event-clients.js';

/** Runs of guides as server-sent events: how far all of them are, and how each ended. */
@Injectable()
export class GuideEvents {
  private readonly clients: EventClients;

  constructor(
    refreshes: GuideRefreshService,
    events: EventBus,
    auth: AdminAuthService,
    lifecycle: Lifecycle,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.clients = new EventClients(
      { auth, lifecycle, clock },
      { name: 'guide events', event: 'runs', snapshot: () => JSON.stringify(going(refreshes)) },
    );
    const stop = events.on('epg.ended', (end) => this.clients.announce('end', JSON.stringify(toEndDto(end))));
    lifecycle.onShutdown('faces', 'guide ends', stop);
  }

  /** Throws `too_many_requests` when all places are taken. */
  open(request: FastifyRequest, reply: FastifyReply): void {
    this.clients.open(request, reply);
  }
}

function going(refreshes: GuideRefreshService): GuideRunsGoingDto {
  const items = refreshes.progressOfAll().map(({ sourceId, ...run }) => ({ guideId: sourceId, ...run }));
  return { items, total: items.length };
}

function toEndDto({ sourceId, ...end }: GuideEnd): GuideEndDto {
  return { guideId: sourceId, ...end };
}
