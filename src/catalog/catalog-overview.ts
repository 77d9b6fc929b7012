import { Injectable, type OnModuleInit } from '@nestjs/common';
import { OverviewRegistry } from '../platform/overview/overview-registry.js';
import { CatalogService } from './catalog.service.js';
import { GuideAnswers } from './guide-answers.js';

/** How often what players are told stood ready. */
@Injectable()
export class CatalogOverview implements OnModuleInit {
  constructor(
    private readonly registry: OverviewRegistry,
    private readonly catalog: CatalogService,
    private readonly guide: GuideAnswers,
  ) {}

  onModuleInit(): void {
    this.registry.register({
      name: 'catalogue',
      caches: () => [
        { name: 'catalogue', ...this.catalog.readyAnswers },
        { name: 'guide answers', ...this.guide.readyAnswers },
      ],
    });
  }
}
