import { Module } from '@nestjs/common';
import type { Clock } from '../../platform/clock.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { EventBus } from '../../platform/events/event-bus.js';
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
import { PlaylistPasses } from './playlist-passes.js';

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
      provide: PlaylistPasses,
      useFactory: createPasses,
      inject: [PlaybackService, CLOCK, AppConfig, EventBus],
    },
    {
      provide: LiveService,
      useFactory: (
        calls: PlayerCalls,
        gate: PlayerGate,
        playback: PlaybackService,
        sender: LiveSender,
        films: FilmService,
        passes: PlaylistPasses,
      ) => new LiveService(calls, gate, playback, sender, films, passes),
      inject: [PlayerCalls, PlayerGate, PlaybackService, LiveSender, FilmService, PlaylistPasses],
    },
  ],
})
export class LiveModule {}

function createPasses(
  playback: PlaybackService,
  clock: Clock,
  { auth }: AppConfig,
  events: EventBus,
): PlaylistPasses {
  const passes = new PlaylistPasses({ playback, clock, verifiedMs: auth.verifiedSeconds * 1000 });
  events.on('users.changed', () => passes.forget());
  events.on('channels.changed', () => passes.forget());
  return passes;
}
