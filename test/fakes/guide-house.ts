import { ChannelsRepository } from '../../src/channels/channels.repository.js';
import { ChannelImportRepository } from '../../src/channels/channel-import.repository.js';
import { ChannelImportService } from '../../src/channels/channel-import.service.js';
import { GuideCleaner } from '../../src/epg/guide-cleaner.js';
import { GuideImporter } from '../../src/epg/guide-importer.js';
import { GuideRefreshService } from '../../src/epg/guide-refresh.service.js';
import { GuideRunsRepository } from '../../src/epg/guide-runs.repository.js';
import { GuideScheduler } from '../../src/epg/guide-scheduler.js';
import { GuideSourcesRepository } from '../../src/epg/guide-sources.repository.js';
import { GuideSourcesService } from '../../src/epg/guide-sources.service.js';
import { GuideSuggestions } from '../../src/epg/guide-suggestions.js';
import { LinkTableRepository } from '../../src/epg/link-table.repository.js';
import { ProgrammesRepository } from '../../src/epg/programmes.repository.js';
import { AuditRepository } from '../../src/platform/audit/audit.repository.js';
import type { Clock } from '../../src/platform/clock.js';
import { SystemClock } from '../../src/platform/clock.js';
import type { AppConfigValues } from '../../src/platform/config/app-config.js';
import { ChangeFeed } from '../../src/platform/database/change-feed.js';
import type { Database } from '../../src/platform/database/database.js';
import { EventBus } from '../../src/platform/events/event-bus.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { ListSourcesRepository } from '../../src/scrapers/list-sources.repository.js';
import { ListSourcesService } from '../../src/scrapers/list-sources.service.js';
import { anAppConfig } from '../builders/app-config.js';
import { ImporterHere } from './importer-here.js';
import { RecordingLogger } from './recording-logger.js';
import { filmRoom } from './film-room.js';

export interface GuideHouseOptions {
  dataDir: string;
  clock?: Clock;
  guides?: Partial<AppConfigValues['guides']>;
  allowPrivate?: boolean;
  /** Where guides are read: in a thread as the server does it, or here, which is quicker. */
  importer?: 'thread' | 'here';
}

/** Everything that reads guides, over an open database. */
export class GuideHouse {
  readonly logger = new RecordingLogger();
  readonly lifecycle = new Lifecycle(this.logger);
  readonly events = new EventBus(this.logger);
  readonly programmes: ProgrammesRepository;
  readonly runs: GuideRunsRepository;
  readonly guides: GuideSourcesService;
  readonly lists: ListSourcesService;
  readonly listSources: ListSourcesRepository;
  readonly cleaner: GuideCleaner;
  readonly refreshes: GuideRefreshService;
  readonly scheduler: GuideScheduler;

  constructor(
    readonly database: Database,
    options: GuideHouseOptions,
  ) {
    const {
      dataDir,
      guides = {},
      allowPrivate = true,
      clock = new SystemClock(),
      importer = 'thread',
    } = options;
    const config = anAppConfig({
      dataDir,
      sources: { allowPrivate },
      guides: { ...anAppConfig().guides, fetchTimeoutSeconds: 30, ...guides },
    });
    const changes = new ChangeFeed(database, this.events, clock, this.lifecycle);
    const audit = new AuditRepository(database, clock);
    const sources = new GuideSourcesRepository(database, audit);
    const channels = new ChannelsRepository(database);
    const imports = new ChannelImportService(new ChannelImportRepository(database), changes, clock);
    const films = filmRoom(database, changes, clock, this.lifecycle).lists;
    this.listSources = new ListSourcesRepository(database, audit);
    this.lists = new ListSourcesService(this.listSources, imports, films, clock);
    this.programmes = new ProgrammesRepository(database);
    this.runs = new GuideRunsRepository(database);
    this.guides = new GuideSourcesService(sources, clock);
    const links = new LinkTableRepository(database);
    this.cleaner = new GuideCleaner(this.runs, channels, links, config, this.lifecycle, clock);
    this.refreshes = new GuideRefreshService(
      sources,
      this.runs,
      importer === 'here' ? new ImporterHere(this.lifecycle) : new GuideImporter(this.lifecycle),
      this.cleaner,
      channels,
      database,
      this.events,
      changes,
      config,
      this.lifecycle,
      clock,
      this.logger,
    );
    const suggestions = new GuideSuggestions(this.lists, this.guides, sources, config);
    this.scheduler = new GuideScheduler(
      sources,
      this.refreshes,
      suggestions,
      this.cleaner,
      this.lifecycle,
      clock,
    );
  }
}
