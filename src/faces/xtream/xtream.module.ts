import { Module } from '@nestjs/common';
import { CatalogModule } from '../../catalog/catalog.module.js';
import { FilmsModule } from '../../catalog/films/films.module.js';
import { SharedFacesModule } from '../shared/shared-faces.module.js';
import { FilmActions } from './film-actions.js';
import { GuideActions } from './guide-actions.js';
import { PlayerApiService } from './player-api.service.js';
import { XtreamController } from './xtream.controller.js';

/** Needs ACTIVE_CONNECTIONS from a global module. */
@Module({
  imports: [CatalogModule, FilmsModule, SharedFacesModule],
  controllers: [XtreamController],
  providers: [PlayerApiService, GuideActions, FilmActions],
})
export class XtreamModule {}
