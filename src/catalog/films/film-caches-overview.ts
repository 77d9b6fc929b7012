import { Injectable, type OnModuleInit } from '@nestjs/common';
import { OverviewRegistry } from '../../platform/overview/overview-registry.js';
import { FilmAnswers } from './film-answers.js';
import { MovieAnswers } from './movie-answers.js';

/** How often what is told of films stood ready, and what that takes. */
@Injectable()
export class FilmCachesOverview implements OnModuleInit {
  constructor(
    private readonly registry: OverviewRegistry,
    private readonly players: FilmAnswers,
    private readonly api: MovieAnswers,
  ) {}

  onModuleInit(): void {
    this.registry.register({
      name: 'films in memory',
      caches: () => [
        { name: 'film lists', ...this.players.readyAnswers },
        { name: 'film pages', ...this.api.readyAnswers },
      ],
      levels: () => ({ 'film row bytes': this.api.rowBytes }),
    });
  }
}
