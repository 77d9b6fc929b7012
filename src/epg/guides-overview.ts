import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Clock } from '../platform/clock.js';
import { OverviewRegistry } from '../platform/overview/overview-registry.js';
import { freshnessOf, hostsOf, type ScheduledSource } from '../platform/overview/scheduled-sources.js';
import { CLOCK } from '../platform/tokens.js';
import type { GuideSource } from './guide-source.entity.js';
import { GuideSourcesService } from './guide-sources.service.js';

/** How the guides and their hosts are. */
@Injectable()
export class GuidesOverview implements OnModuleInit {
  constructor(
    private readonly registry: OverviewRegistry,
    private readonly guides: GuideSourcesService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.registry.register({
      name: 'guides',
      freshness: async () => [freshnessOf('guides', await this.sources())],
      counts: async () => {
        const guides = (await this.guides.list()).filter(({ generation }) => generation !== null);
        const sum = (pick: (guide: GuideSource) => number): number =>
          guides.reduce((total, guide) => total + pick(guide), 0);
        return {
          guides: {
            channels: sum(({ channelCount }) => channelCount),
            programmes: sum(({ programmeCount }) => programmeCount),
          },
        };
      },
      hosts: async () => hostsOf('guide', await this.sources(), Math.floor(this.clock.now() / 1000)),
    });
  }

  private async sources(): Promise<ScheduledSource[]> {
    return (await this.guides.list()).map(toScheduled);
  }
}

function toScheduled(source: GuideSource): ScheduledSource {
  const { id, name, url, isEnabled, lastRunAt, lastSuccessAt, nextRunAt, lastReport } = source;
  const isFailed = lastReport?.status === 'stale' || lastReport?.status === 'failed';
  const reason = isFailed ? (lastReport.reason ?? lastReport.status) : null;
  return { id, name, url, isEnabled, lastRunAt, lastSuccessAt, nextRunAt, reason };
}
