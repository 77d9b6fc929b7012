import { Module } from '@nestjs/common';
import { ChannelsRepository } from '../channels/channels.repository.js';
import type { Clock } from '../platform/clock.js';
import { AppConfig } from '../platform/config/app-config.js';
import { EventBus } from '../platform/events/event-bus.js';
import { Lifecycle } from '../platform/lifecycle.js';
import type { Logger } from '../platform/logging/logger.js';
import { SettingsService } from '../platform/settings/settings.service.js';
import { CLOCK, LOGGER } from '../platform/tokens.js';
import { SourceHealthService } from '../source-health/source-health.service.js';
import { ListSourcesRepository } from '../scrapers/list-sources.repository.js';
import { FileHosts } from '../streaming/files/file-hosts.js';
import { HlsFilms } from '../streaming/hls/hls-films.js';
import { StreamHub } from '../streaming/stream-hub.js';
import { StreamingModule } from '../streaming/streaming.module.js';
import { TranscodeDriver } from '../streaming/transcode/transcode.driver.js';
import { UsersRepository } from '../users/users.repository.js';
import { RutubeStreams } from '../vod/rutube/rutube-streams.js';
import { WatchableRepository } from '../vod/watchable.repository.js';
import { ConnectionLimiter } from './connection-limiter.js';
import { currentAccounts } from './current-accounts.js';
import { FilmPlayback } from './film-playback.js';
import { FilmWays } from './film-ways.js';
import { PlaybackService } from './playback.service.js';
import { rankedChannels } from './ranked-sources.js';

/** Accounts run out by the clock alone, without an event. */
const RECHECK_EVERY_MS = 60_000;

/** Needs the domain and the platform from a global module. */
@Module({
  imports: [StreamingModule],
  providers: [
    {
      provide: ConnectionLimiter,
      useFactory: (clock: Clock) => new ConnectionLimiter(clock),
      inject: [CLOCK],
    },
    {
      provide: PlaybackService,
      useFactory: createPlayback,
      inject: [
        StreamHub,
        TranscodeDriver,
        ConnectionLimiter,
        ChannelsRepository,
        UsersRepository,
        CLOCK,
        LOGGER,
        Lifecycle,
        EventBus,
        SourceHealthService,
        ListSourcesRepository,
      ],
    },
    {
      provide: FilmWays,
      useFactory: (
        files: FileHosts,
        segmented: HlsFilms,
        rutube: RutubeStreams,
        lists: ListSourcesRepository,
      ) => new FilmWays({ files, segmented, rutube, lists }),
      inject: [FileHosts, HlsFilms, RutubeStreams, ListSourcesRepository],
    },
    {
      provide: FilmPlayback,
      useFactory: createFilmPlayback,
      inject: [
        PlaybackService,
        WatchableRepository,
        FilmWays,
        ConnectionLimiter,
        UsersRepository,
        CLOCK,
        Lifecycle,
        EventBus,
        AppConfig,
        SettingsService,
      ],
    },
  ],
  exports: [PlaybackService, FilmPlayback, StreamingModule],
})
export class PlaybackModule {}

function createPlayback(
  hub: StreamHub,
  transcodes: TranscodeDriver,
  limiter: ConnectionLimiter,
  channels: ChannelsRepository,
  users: UsersRepository,
  clock: Clock,
  logger: Logger,
  lifecycle: Lifecycle,
  events: EventBus,
  health: SourceHealthService,
  lists: ListSourcesRepository,
): PlaybackService {
  const accounts = currentAccounts(users, clock);
  const playback = new PlaybackService({
    hub,
    transcodes,
    limiter,
    channels: rankedChannels(channels, health, lists),
    accounts,
    clock,
    logger,
  });
  recheckViewers('check of viewers', () => playback.recheck(), { clock, lifecycle, events });
  return playback;
}

function createFilmPlayback(
  live: PlaybackService,
  films: WatchableRepository,
  ways: FilmWays,
  limiter: ConnectionLimiter,
  users: UsersRepository,
  clock: Clock,
  lifecycle: Lifecycle,
  events: EventBus,
  { server }: AppConfig,
  settings: SettingsService,
): FilmPlayback {
  const accounts = currentAccounts(users, clock);
  const zone = {
    get timezone() {
      return settings.current.timezone ?? server.timezone;
    },
  };
  const playback = new FilmPlayback({ films, ways, live, limiter, accounts, clock, zone });
  recheckViewers('check of film viewers', () => playback.recheck(), { clock, lifecycle, events });
  lifecycle.onShutdown('streams', 'films', () => playback.close());
  return playback;
}

interface RecheckParts {
  clock: Clock;
  lifecycle: Lifecycle;
  events: EventBus;
}

function recheckViewers(
  name: string,
  recheck: () => Promise<void>,
  { clock, lifecycle, events }: RecheckParts,
): void {
  const check = (): void => lifecycle.background(name, recheck());
  const unsubscribe = [events.on('users.changed', check), events.on('channels.changed', check)];
  const timer = clock.setRepeating(RECHECK_EVERY_MS, check);
  lifecycle.onShutdown('faces', name, () => {
    timer.cancel();
    for (const stop of unsubscribe) stop();
  });
}
