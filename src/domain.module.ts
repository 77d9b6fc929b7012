import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { CategoriesRepository } from './channels/categories.repository.js';
import { CategoriesService } from './channels/categories.service.js';
import { ChannelEditsRepository } from './channels/channel-edits.repository.js';
import { ChannelImportRepository } from './channels/channel-import.repository.js';
import { ChannelImportService } from './channels/channel-import.service.js';
import { ChannelQueryRepository } from './channels/channel-query.repository.js';
import { ChannelsOverview } from './channels/channels-overview.js';
import { ChannelsRepository } from './channels/channels.repository.js';
import { ChannelsService } from './channels/channels.service.js';
import { StreamSourcesRepository } from './channels/stream-sources.repository.js';
import { StreamSourcesService } from './channels/stream-sources.service.js';
import { GuideCleaner } from './epg/guide-cleaner.js';
import { GuideImporter } from './epg/guide-importer.js';
import { GuideLinksRepository } from './epg/guide-links.repository.js';
import { GuideLinksService } from './epg/guide-links.service.js';
import { GuideRefreshService } from './epg/guide-refresh.service.js';
import { GuideRunsRepository } from './epg/guide-runs.repository.js';
import { GuideScheduler } from './epg/guide-scheduler.js';
import { GuideSearch } from './epg/guide-search.js';
import { GuideSourcesRepository } from './epg/guide-sources.repository.js';
import { GuideSourcesService } from './epg/guide-sources.service.js';
import { GuideSuggestions } from './epg/guide-suggestions.js';
import { EditionThread } from './epg/edition/edition-thread.js';
import { GuidesOverview } from './epg/guides-overview.js';
import { GuideView } from './epg/guide-view.js';
import { LinkTableRepository } from './epg/link-table.repository.js';
import { GuideLinker } from './epg/linking/guide-linker.js';
import { LinkingRepository } from './epg/linking/linking.repository.js';
import { PlaceholderPreview } from './epg/placeholder-preview.js';
import { ProgrammesRepository } from './epg/programmes.repository.js';
import type { House } from './house.js';
import { AuditRepository } from './platform/audit/audit.repository.js';
import type { Clock } from './platform/clock.js';
import { AppConfig } from './platform/config/app-config.js';
import { ChangeFeed } from './platform/database/change-feed.js';
import { Database } from './platform/database/database.js';
import { HttpFetcher } from './platform/http/fetcher.js';
import { JobQueue } from './platform/jobs/job-queue.js';
import { JobsRepository } from './platform/jobs/jobs.repository.js';
import { Maintenance } from './platform/database/maintenance.js';
import { History } from './platform/overview/history.js';
import { HistoryRepository } from './platform/overview/history.repository.js';
import { OverviewRegistry } from './platform/overview/overview-registry.js';
import { ImageStore } from './platform/images/image-store.js';
import { ImagesOverview } from './platform/images/images-overview.js';
import { ImagesRepository } from './platform/images/images.repository.js';
import { EventBus } from './platform/events/event-bus.js';
import { Lifecycle } from './platform/lifecycle.js';
import { MetricsRegistry } from './platform/metrics.js';
import { ReadinessRegistry } from './platform/readiness.js';
import { RestartRequest } from './platform/restart.js';
import { SettingsRepository } from './platform/settings/settings.repository.js';
import { SettingsService } from './platform/settings/settings.service.js';
import { CLOCK, LOGGER, SECRETS } from './platform/tokens.js';
import { ListSnapshotsRepository } from './scrapers/list-snapshots.repository.js';
import { ListSourcesRepository } from './scrapers/list-sources.repository.js';
import { ListReader } from './scrapers/list-reader.js';
import { ListsOverview } from './scrapers/lists-overview.js';
import { ListSourcesService } from './scrapers/list-sources.service.js';
import { LIST_FILMS } from './scrapers/listed-film.js';
import { RefreshScheduler } from './scrapers/refresh-scheduler.js';
import { RefreshService } from './scrapers/refresh.service.js';
import { SourceHealthRepository } from './source-health/source-health.repository.js';
import { SourceHealthService } from './source-health/source-health.service.js';
import { ShownFilmsRepository } from './vod/shown-films.repository.js';
import { AdminAuthService } from './users/admin-auth.service.js';
import { CredentialsService } from './users/credentials.service.js';
import { RefreshTokensRepository } from './users/refresh-tokens.repository.js';
import { UsersOverview } from './users/users-overview.js';
import { UsersRepository } from './users/users.repository.js';
import { UsersService } from './users/users.service.js';
import { FilmsOverview } from './vod/films-overview.js';
import { WatchableRepository } from './vod/watchable.repository.js';
import { FilmSourceRefresh } from './vod/feeds/film-source-refresh.js';
import { FilmSourceScheduler } from './vod/feeds/film-source-scheduler.js';
import { FilmSourcesRepository } from './vod/feeds/film-sources.repository.js';
import { FilmSourcesService } from './vod/feeds/film-sources.service.js';
import { FilmFinder } from './vod/finding/film-finder.js';
import { FindingThread } from './vod/finding/finding-thread.js';
import { FilingTurn } from './vod/filing/filing-turn.js';
import { FoundFilmsRepository } from './vod/filing/found-films.repository.js';
import { FilmEditsRepository } from './vod/managing/film-edits.repository.js';
import { FilmQueriesRepository } from './vod/managing/film-queries.repository.js';
import { FilmsService } from './vod/managing/films.service.js';
import { FilmsOfLists } from './vod/lists/films-of-lists.js';
import { OfferedFilms } from './vod/offers/offered-films.js';
import { OffersRepository } from './vod/offers/offers.repository.js';
import { RutubeClient } from './vod/rutube/rutube-client.js';
import { RutubeStreams } from './vod/rutube/rutube-streams.js';
import { EnrichedFilmsRepository } from './vod/tmdb/enriched-films.repository.js';
import { FilmEnrichment } from './vod/tmdb/film-enrichment.js';
import { FilmMatcher } from './vod/tmdb/film-matcher.js';
import { TmdbAnswersRepository } from './vod/tmdb/tmdb-answers.repository.js';
import { TmdbClient } from './vod/tmdb/tmdb-client.js';
import { Tmdb } from './vod/tmdb/tmdb.js';

const DOMAIN: Provider[] = [
  AuditRepository,
  SettingsRepository,
  SettingsService,
  ImagesRepository,
  ImageStore,
  ImagesOverview,
  JobsRepository,
  JobQueue,
  OverviewRegistry,
  HistoryRepository,
  History,
  UsersRepository,
  UsersService,
  CredentialsService,
  UsersOverview,
  RefreshTokensRepository,
  AdminAuthService,
  ChannelsRepository,
  ChannelQueryRepository,
  ChannelEditsRepository,
  ChannelsService,
  ChannelsOverview,
  CategoriesRepository,
  CategoriesService,
  StreamSourcesRepository,
  StreamSourcesService,
  ChannelImportRepository,
  ChannelImportService,
  ListSourcesRepository,
  ListSourcesService,
  ListSnapshotsRepository,
  ListReader,
  RefreshService,
  RefreshScheduler,
  ListsOverview,
  SourceHealthRepository,
  {
    provide: SourceHealthService,
    useFactory: (repository: SourceHealthRepository, clock: Clock) =>
      new SourceHealthService(repository, clock),
    inject: [SourceHealthRepository, CLOCK],
  },
  ProgrammesRepository,
  GuideSourcesRepository,
  GuideSourcesService,
  GuideSuggestions,
  GuideRunsRepository,
  GuideImporter,
  GuideCleaner,
  GuideRefreshService,
  GuideScheduler,
  GuidesOverview,
  LinkTableRepository,
  GuideView,
  GuideSearch,
  EditionThread,
  LinkingRepository,
  GuideLinker,
  GuideLinksRepository,
  GuideLinksService,
  PlaceholderPreview,
  WatchableRepository,
  FoundFilmsRepository,
  FilingTurn,
  OffersRepository,
  OfferedFilms,
  FilmsOfLists,
  { provide: LIST_FILMS, useExisting: FilmsOfLists },
  FindingThread,
  FilmFinder,
  TmdbAnswersRepository,
  TmdbClient,
  Tmdb,
  FilmMatcher,
  EnrichedFilmsRepository,
  FilmEnrichment,
  FilmQueriesRepository,
  FilmEditsRepository,
  FilmsService,
  FilmsOverview,
  ShownFilmsRepository,
  RutubeClient,
  RutubeStreams,
  FilmSourcesRepository,
  FilmSourcesService,
  FilmSourceRefresh,
  FilmSourceScheduler,
];

/** The platform and the domain, without any face: what the server and the command line share. */
@Module({})
export class DomainModule {
  static forHouse(house: House): DynamicModule {
    const platform: Provider[] = [
      { provide: AppConfig, useValue: house.config },
      { provide: CLOCK, useValue: house.clock },
      { provide: LOGGER, useValue: house.logger },
      { provide: SECRETS, useValue: house.secrets },
      { provide: Lifecycle, useValue: house.lifecycle },
      { provide: Database, useValue: house.database },
      { provide: EventBus, useValue: house.events },
      { provide: ChangeFeed, useValue: house.changes },
      { provide: Maintenance, useValue: house.maintenance },
      { provide: RestartRequest, useValue: house.restart },
      { provide: MetricsRegistry, useValue: new MetricsRegistry() },
      { provide: ReadinessRegistry, useValue: new ReadinessRegistry(house.clock, house.logger) },
      { provide: HttpFetcher, useFactory: () => new HttpFetcher(house.clock) },
    ];
    const providers = [...platform, ...DOMAIN];
    return { module: DomainModule, global: true, providers, exports: providers };
  }
}
