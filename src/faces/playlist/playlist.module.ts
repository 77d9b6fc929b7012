import { Module } from '@nestjs/common';
import { CatalogModule } from '../../catalog/catalog.module.js';
import { SharedFacesModule } from '../shared/shared-faces.module.js';
import { PlaylistController } from './playlist.controller.js';
import { PlaylistService } from './playlist.service.js';

@Module({
  imports: [CatalogModule, SharedFacesModule],
  controllers: [PlaylistController],
  providers: [PlaylistService],
})
export class PlaylistModule {}
