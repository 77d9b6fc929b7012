import { Module } from '@nestjs/common';
import type { Clock } from '../../platform/clock.js';
import type { Logger } from '../../platform/logging/logger.js';
import { CLOCK, LOGGER } from '../../platform/tokens.js';
import { PlaybackModule } from '../../playback/playback.module.js';
import { PlaybackService } from '../../playback/playback.service.js';
import { PlayerCalls } from '../shared/player-call.js';
import { PlayerGate } from '../shared/player-gate.js';
import { SharedFacesModule } from '../shared/shared-faces.module.js';
import { HlsService } from './hls.service.js';
import { LiveController } from './live.controller.js';
import { LiveService } from './live.service.js';

@Module({
  imports: [SharedFacesModule, PlaybackModule],
  controllers: [LiveController],
  providers: [
    {
      provide: HlsService,
      useFactory: (calls: PlayerCalls, playback: PlaybackService, logger: Logger) =>
        new HlsService(calls, playback, logger),
      inject: [PlayerCalls, PlaybackService, LOGGER],
    },
    {
      provide: LiveService,
      useFactory: (calls: PlayerCalls, gate: PlayerGate, playback: PlaybackService, clock: Clock) =>
        new LiveService(calls, gate, playback, clock),
      inject: [PlayerCalls, PlayerGate, PlaybackService, CLOCK],
    },
  ],
})
export class LiveModule {}
