import { AuditRepository } from '../../src/platform/audit/audit.repository.js';
import type { Clock } from '../../src/platform/clock.js';
import type { Database } from '../../src/platform/database/database.js';
import { EventBus } from '../../src/platform/events/event-bus.js';
import { HttpFetcher } from '../../src/platform/http/fetcher.js';
import { ImageStore } from '../../src/platform/images/image-store.js';
import { ImagesRepository } from '../../src/platform/images/images.repository.js';
import { JobQueue } from '../../src/platform/jobs/job-queue.js';
import { JobsRepository } from '../../src/platform/jobs/jobs.repository.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { MetricsRegistry } from '../../src/platform/metrics.js';
import { ReadinessRegistry } from '../../src/platform/readiness.js';
import { EnrichedFilmsRepository } from '../../src/vod/tmdb/enriched-films.repository.js';
import { FilmEnrichment } from '../../src/vod/tmdb/film-enrichment.js';
import { FilmMatcher } from '../../src/vod/tmdb/film-matcher.js';
import { TmdbAnswersRepository } from '../../src/vod/tmdb/tmdb-answers.repository.js';
import { TmdbClient } from '../../src/vod/tmdb/tmdb-client.js';
import { Tmdb } from '../../src/vod/tmdb/tmdb.js';
import { anAppConfig } from '../builders/app-config.js';
import type { TmdbHost } from './tmdb-host.js';

export interface TmdbHouseOptions {
  database: Database;
  host: TmdbHost;
  clock: Clock;
  /** Where pictures go. */
  dataDir: string;
  key?: string | null;
  languages?: readonly string[];
  requestsPerSecond?: number;
}

/** Everything between the table of films and TMDB, with real parts. */
export class TmdbHouse {
  readonly lifecycle: Lifecycle;
  readonly images: ImageStore;
  readonly jobs: JobQueue;
  readonly tmdb: Tmdb;
  readonly matcher: FilmMatcher;
  readonly enrichment: FilmEnrichment;
  private readonly client: TmdbClient;
  private readonly fetcher: HttpFetcher;

  constructor({ database, host, clock, dataDir, key = 'key', ...more }: TmdbHouseOptions) {
    const logger = new SilentLogger();
    const metrics = new MetricsRegistry();
    const { tmdb } = anAppConfig();
    const config = anAppConfig({
      dataDir,
      tmdb: { ...tmdb, ...more, key, baseUrl: `${host.url}/3`, imageBaseUrl: `${host.url}/t/p` },
    });
    this.lifecycle = new Lifecycle(logger);
    this.fetcher = new HttpFetcher(clock);
    this.images = new ImageStore(
      config,
      new ImagesRepository(database),
      this.fetcher,
      new EventBus(logger),
      this.lifecycle,
      clock,
      logger,
    );
    this.jobs = new JobQueue(new JobsRepository(database), this.lifecycle, clock, logger);
    this.client = new TmdbClient(config, this.lifecycle, clock, logger, metrics);
    const answers = new TmdbAnswersRepository(database);
    const readiness = new ReadinessRegistry(clock, logger);
    this.tmdb = new Tmdb(config, this.client, answers, this.lifecycle, readiness, metrics, clock);
    this.matcher = new FilmMatcher(this.tmdb, config);
    this.enrichment = new FilmEnrichment(
      new EnrichedFilmsRepository(database, new AuditRepository(database, clock)),
      this.matcher,
      this.tmdb,
      this.images,
      this.jobs,
      config,
      this.lifecycle,
      metrics,
      clock,
    );
  }

  async close(): Promise<void> {
    await this.lifecycle.shutdown();
    await this.client.onModuleDestroy();
    await this.fetcher.close();
  }
}
