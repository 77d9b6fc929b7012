import { Module } from '@nestjs/common';
import { ChannelsRepository } from '../channels/channels.repository.js';
import { EventBus } from '../platform/events/event-bus.js';
import {
  CATALOG_EVENTS,
  CATALOG_OPTIONS,
  CATALOG_SOURCE,
  DEFAULT_CATALOG_OPTIONS,
} from './catalog-source.js';
import { CatalogService } from './catalog.service.js';

/** Needs the domain and the platform from a global module. */
@Module({
  providers: [
    { provide: CATALOG_SOURCE, useExisting: ChannelsRepository },
    { provide: CATALOG_EVENTS, useExisting: EventBus },
    { provide: CATALOG_OPTIONS, useValue: DEFAULT_CATALOG_OPTIONS },
    CatalogService,
  ],
  exports: [CatalogService],
})
export class CatalogModule {}
