import { Module } from '@nestjs/common';
import type { Clock } from '../../platform/clock.js';
import type { Logger } from '../../platform/logging/logger.js';
import { CLOCK, LOGGER } from '../../platform/tokens.js';
import { FilmPlayback } from '../../playback/film-playback.js';
import { PlaybackModule } from '../../playback/playback.module.js';
import { PlaybackService } from '../../playback/playback.service.js';
import { PlayerCalls } from '../shared/player-call.js';
import { PlayerGate } from '../shared/player-gate.js';
import { SharedFacesModule } from '../shared/shared-faces.module.js';
import { FilmSegmentsService } from './film-segments.service.js';
import { FilmService } from './film.service.js';
import { HlsService } from './hls.service.js';
import { LiveController } from './live.controller.js';
import { LiveSender } from './live-sender.js';
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
      provide: LiveSender,
      useFactory: (playback: PlaybackService, clock: Clock) => new LiveSender(playback, clock),
      inject: [PlaybackService, CLOCK],
    },
    {
      provide: FilmService,
      useFactory: (gate: PlayerGate, films: FilmPlayback, sender: LiveSender) =>
        new FilmService(gate, films, sender),
      inject: [PlayerGate, FilmPlayback, LiveSender],
    },
    {
      provide: FilmSegmentsService,
      useFactory: (calls: PlayerCalls, films: FilmPlayback) => new FilmSegmentsService(calls, films),
      inject: [PlayerCalls, FilmPlayback],
    },
    {
      provide: LiveService,
      useFactory: (
        calls: PlayerCalls,
        gate: PlayerGate,
        playback: PlaybackService,
        sender: LiveSender,
        films: FilmService,
      ) => new LiveService(calls, gate, playback, sender, films),
      inject: [PlayerCalls, PlayerGate, PlaybackService, LiveSender, FilmService],
    },
  ],
})
export class LiveModule {}
