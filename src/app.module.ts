import { Module, type DynamicModule } from '@nestjs/common';
import { DomainModule } from './domain.module.js';
import { AdminModule } from './faces/admin/admin.module.js';
import { PlaylistModule } from './faces/playlist/playlist.module.js';
import { WebModule } from './faces/web/web.module.js';
import { XmltvModule } from './faces/xmltv/xmltv.module.js';
import { XtreamModule } from './faces/xtream/xtream.module.js';
import type { House } from './house.js';

/** The server: the domain and every face. */
@Module({})
export class AppModule {
  static forHouse(house: House): DynamicModule {
    return {
      module: AppModule,
      imports: [
        DomainModule.forHouse(house),
        XtreamModule,
        PlaylistModule,
        XmltvModule,
        WebModule,
        AdminModule,
      ],
    };
  }
}
