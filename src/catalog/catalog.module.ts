import { Module } from '@nestjs/common';
import { ChannelsRepository } from '../channels/channels.repository.js';
import { EditionThread } from '../epg/edition/edition-thread.js';
import { GuideView } from '../epg/guide-view.js';
import { AppConfig } from '../platform/config/app-config.js';
import { EventBus } from '../platform/events/event-bus.js';
import { ImageStore } from '../platform/images/image-store.js';
import {
  CATALOG_EVENTS,
  CATALOG_GUIDES,
  CATALOG_OPTIONS,
  CATALOG_SOURCE,
  DEFAULT_CATALOG_OPTIONS,
  EDITION_MAKER,
  type CatalogSource,
} from './catalog-source.js';
import { CatalogOverview } from './catalog-overview.js';
import { CatalogService } from './catalog.service.js';
import { GuideAnswers } from './guide-answers.js';
import { GuideEditions } from './guide-editions.js';
import { GuideFiles } from './guide-files.js';
import { KeptLogos } from './kept-logos.js';

/** Needs the domain and the platform from a global module. */
@Module({
  providers: [
    {
      provide: CATALOG_SOURCE,
      useFactory: sourceOf,
      inject: [ChannelsRepository, ImageStore, EventBus, AppConfig],
    },
    { provide: CATALOG_GUIDES, useExisting: GuideView },
    { provide: CATALOG_EVENTS, useExisting: EventBus },
    { provide: CATALOG_OPTIONS, useValue: DEFAULT_CATALOG_OPTIONS },
    { provide: EDITION_MAKER, useExisting: EditionThread },
    CatalogService,
    CatalogOverview,
    GuideAnswers,
    GuideEditions,
    GuideFiles,
  ],
  exports: [CatalogService, GuideAnswers, GuideFiles],
})
export class CatalogModule {}

/** The lists are the same for all who ask: an address of ours stands in them only where it is known beforehand. */
function sourceOf(
  channels: ChannelsRepository,
  pictures: ImageStore,
  events: EventBus,
  { images, server }: AppConfig,
): CatalogSource {
  if (!images.keepLogos || server.publicUrl === null) return channels;
  return new KeptLogos({ channels, pictures, events, base: server.publicUrl });
}
