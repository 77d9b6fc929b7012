import { Injectable } from '@nestjs/common';
import { AppConfig } from '../platform/config/app-config.js';
import { AppError } from '../platform/errors/app-error.js';
import type { ListSource } from '../scrapers/list-source.entity.js';
import { ListSourcesService } from '../scrapers/list-sources.service.js';
import { GuideSourcesRepository } from './guide-sources.repository.js';
import { GuideSourcesService } from './guide-sources.service.js';
import { guideUrlProblems } from './guide-source-rules.js';

/** Of one list: some name sixty, mirrors of each other. The others wait, paused, for the operator. */
const READ_PER_LIST = 4;
const KNOWN_PER_LIST = 40;
/** After those that a person added. */
const PRIORITY = 200;

/** Guides that channel lists name in their heads (`url-tvg`) become guides of this server. One that was removed stays removed. */
@Injectable()
export class GuideSuggestions {
  constructor(
    private readonly lists: ListSourcesService,
    private readonly guides: GuideSourcesService,
    private readonly sources: GuideSourcesRepository,
    private readonly config: AppConfig,
  ) {}

  async takeOver(): Promise<void> {
    const known = new Set((await this.sources.listAll()).map(({ url }) => url));
    for (const list of await this.lists.list()) {
      if (!list.isEnabled) continue;
      for (const [index, url] of list.guideUrls.slice(0, KNOWN_PER_LIST).entries()) {
        if (known.has(url) || guideUrlProblems(url, false).length > 0) continue;
        known.add(url);
        await this.add(list, url, index);
      }
    }
  }

  private async add(list: ListSource, url: string, index: number): Promise<void> {
    const isEnabled = this.config.guides.fromLists && index < READ_PER_LIST;
    const { allowPrivate } = list;
    try {
      await this.guides.add(
        { url, isEnabled, allowPrivate, priority: PRIORITY + index },
        { allowFiles: false, listSourceId: list.id },
      );
    } catch (error) {
      // The server and the command line may take it over at once.
      if (!(error instanceof AppError) || error.code !== 'conflict') throw error;
    }
  }
}
