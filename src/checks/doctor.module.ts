import { Module } from '@nestjs/common';
import { ChannelsRepository } from '../channels/channels.repository.js';
import { ChannelsService } from '../channels/channels.service.js';
import { StreamSourcesRepository } from '../channels/stream-sources.repository.js';
import type { Clock } from '../platform/clock.js';
import { AppConfig } from '../platform/config/app-config.js';
import { CLOCK } from '../platform/tokens.js';
import { ListSourcesRepository } from '../scrapers/list-sources.repository.js';
import { SourceHealthService } from '../source-health/source-health.service.js';
import { EngineRegistry } from '../streaming/engine/engine-registry.js';
import { ProviderLimits } from '../streaming/provider-limits.js';
import { SourceProbe } from '../streaming/source-probe.js';
import { StreamHub } from '../streaming/stream-hub.js';
import { StreamingModule } from '../streaming/streaming.module.js';
import { ChannelHealth } from './channel-health.js';
import { ChannelDoctor } from './doctor/channel-doctor.js';

/** What answers questions about channels. Needs the domain and the platform from a global module. */
@Module({
  imports: [StreamingModule],
  providers: [
    {
      provide: ChannelHealth,
      useFactory: (
        channels: ChannelsService,
        sources: StreamSourcesRepository,
        health: SourceHealthService,
        hub: StreamHub,
        clock: Clock,
      ) => new ChannelHealth({ channels, sources, health, clock, streams: () => hub.stats() }),
      inject: [ChannelsService, StreamSourcesRepository, SourceHealthService, StreamHub, CLOCK],
    },
    {
      provide: ChannelDoctor,
      useFactory: doctorFor,
      inject: [
        ChannelHealth,
        SourceHealthService,
        ChannelsService,
        ChannelsRepository,
        ListSourcesRepository,
        SourceProbe,
        EngineRegistry,
        ProviderLimits,
        StreamHub,
        AppConfig,
        CLOCK,
      ],
    },
  ],
  exports: [ChannelHealth, ChannelDoctor],
})
export class DoctorModule {}

function doctorFor(
  health: ChannelHealth,
  records: SourceHealthService,
  service: ChannelsService,
  repository: ChannelsRepository,
  lists: ListSourcesRepository,
  probe: SourceProbe,
  engines: EngineRegistry,
  providers: ProviderLimits,
  hub: StreamHub,
  config: AppConfig,
  clock: Clock,
): ChannelDoctor {
  return new ChannelDoctor({
    ...{ health, records, lists, probe, engines, providers, clock },
    channels: {
      get: (id) => service.get(id),
      findVisible: (id) => repository.findVisible(id),
    },
    streams: () => hub.stats(),
    allowPrivate: config.sources.allowPrivate,
  });
}
