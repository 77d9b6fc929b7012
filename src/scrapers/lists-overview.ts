import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Clock } from '../platform/clock.js';
import { OverviewRegistry } from '../platform/overview/overview-registry.js';
import { freshnessOf, hostsOf, type ScheduledSource } from '../platform/overview/scheduled-sources.js';
import { CLOCK } from '../platform/tokens.js';
import type { ListSource } from './list-source.entity.js';
import { ListSourcesService } from './list-sources.service.js';

/** How the lists and their hosts are. */
@Injectable()
export class ListsOverview implements OnModuleInit {
  constructor(
    private readonly registry: OverviewRegistry,
    private readonly lists: ListSourcesService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.registry.register({
      name: 'lists',
      freshness: async () => [freshnessOf('lists', await this.sources())],
      hosts: async () => hostsOf('list', await this.sources(), Math.floor(this.clock.now() / 1000)),
    });
  }

  private async sources(): Promise<ScheduledSource[]> {
    return (await this.lists.list()).map(toScheduled);
  }
}

function toScheduled(source: ListSource): ScheduledSource {
  const { id, name, url, isEnabled, lastRunAt, lastSuccessAt, nextRunAt, lastReport } = source;
  const isFailed = lastReport?.status === 'stale' || lastReport?.status === 'failed';
  const reason = isFailed ? (lastReport.reason ?? lastReport.status) : null;
  return { id, name, url, isEnabled, lastRunAt, lastSuccessAt, nextRunAt, reason };
}
