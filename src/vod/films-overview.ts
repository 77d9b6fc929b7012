import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Clock } from '../platform/clock.js';
import { AppConfig } from '../platform/config/app-config.js';
import { OverviewRegistry, type OverviewHost } from '../platform/overview/overview-registry.js';
import { freshnessOf, hostsOf, type ScheduledSource } from '../platform/overview/scheduled-sources.js';
import { CLOCK } from '../platform/tokens.js';
import { FilmFinder } from './finding/film-finder.js';
import { FilmQueriesRepository } from './managing/film-queries.repository.js';
import { RutubeStreams } from './rutube/rutube-streams.js';
import { Tmdb } from './tmdb/tmdb.js';

/** How films, their feeds and TMDB are. */
@Injectable()
export class FilmsOverview implements OnModuleInit {
  constructor(
    private readonly registry: OverviewRegistry,
    private readonly films: FilmQueriesRepository,
    private readonly finder: FilmFinder,
    private readonly tmdb: Tmdb,
    private readonly rutube: RutubeStreams,
    private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.registry.register({
      name: 'films',
      freshness: async () => [
        freshnessOf('feeds', await this.feeds()),
        freshnessOf('films', [this.finder.schedule]),
      ],
      hosts: async () => [
        this.tmdbHost(),
        this.rutubeHost(),
        ...hostsOf('feed', await this.feeds(), this.now()),
      ],
      counts: () => this.films.counts(),
      caches: () => [
        { name: 'tmdb', ...this.tmdb.keptAnswers },
        { name: 'rutube streams', ...this.rutube.keptAnswers },
      ],
      totals: () => {
        const { requests, failures } = this.tmdb.health;
        const streams = this.rutube.figures;
        return {
          'tmdb requests': requests,
          'tmdb failures': failures,
          'rutube streams': streams.asked,
          'rutube stream failures': streams.failures,
        };
      },
    });
  }

  /** They are stored below the address of Rutube. */
  private async feeds(): Promise<ScheduledSource[]> {
    const { baseUrl } = this.config.rutube;
    return (await this.films.feeds()).map((feed) => ({ ...feed, url: `${baseUrl}${feed.url}` }));
  }

  private tmdbHost(): OverviewHost {
    const { state, since, lastError } = this.tmdb.health;
    return { kind: 'tmdb', name: 'TMDB', state, since, lastError };
  }

  private rutubeHost(): OverviewHost {
    const { state, since, lastError, lastSuccessAt, lastFailureAt, errorRate } = this.rutube.figures;
    return {
      ...{ kind: 'rutube', name: 'streams of Rutube', state, since, lastError },
      ...{ lastSuccessAt, lastFailureAt, errorRate },
    };
  }

  private now(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}
