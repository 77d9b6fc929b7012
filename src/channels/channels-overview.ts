import { Injectable, type OnModuleInit } from '@nestjs/common';
import { OverviewRegistry } from '../platform/overview/overview-registry.js';
import { ChannelQueryRepository } from './channel-query.repository.js';

/** How many channels there are. */
@Injectable()
export class ChannelsOverview implements OnModuleInit {
  constructor(
    private readonly registry: OverviewRegistry,
    private readonly channels: ChannelQueryRepository,
  ) {}

  onModuleInit(): void {
    this.registry.register({
      name: 'channels',
      counts: async () => ({
        channels: {
          shown: await this.channels.count({ isHidden: false }),
          hidden: await this.channels.count({ isHidden: true }),
          retired: await this.channels.count({ isRetired: true }),
        },
      }),
    });
  }
}
