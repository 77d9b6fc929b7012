import { Injectable, type OnModuleInit } from '@nestjs/common';
import { OverviewRegistry } from '../overview/overview-registry.js';
import { ImageStore } from './image-store.js';

/** How often a picture that was asked for was there. */
@Injectable()
export class ImagesOverview implements OnModuleInit {
  constructor(
    private readonly registry: OverviewRegistry,
    private readonly images: ImageStore,
  ) {}

  onModuleInit(): void {
    this.registry.register({
      name: 'images',
      caches: () => [{ name: 'images', ...this.images.served }],
      counts: () => Promise.resolve({ images: { waiting: this.images.waiting } }),
    });
  }
}
