import { Global, Module, type DynamicModule } from '@nestjs/common';
import { ChecksModule } from './checks/checks.module.js';
import { DomainModule } from './domain.module.js';
import { AdminModule } from './faces/admin/admin.module.js';
import { HealthModule } from './faces/health/health.module.js';
import { LiveModule } from './faces/live/live.module.js';
import { MoviesModule } from './faces/movies/movies.module.js';
import { PlaylistModule } from './faces/playlist/playlist.module.js';
import { PostersModule } from './faces/posters/posters.module.js';
import { WebModule } from './faces/web/web.module.js';
import { XmltvModule } from './faces/xmltv/xmltv.module.js';
import { XtreamModule } from './faces/xtream/xtream.module.js';
import { ACTIVE_CONNECTIONS, type ActiveConnections } from './faces/shared/ports.js';
import type { House } from './house.js';
import { PlaybackModule } from './playback/playback.module.js';
import { PlaybackService } from './playback/playback.service.js';

/** What the login answers need of playback, without the two rooms of faces knowing each other. */
@Global()
@Module({
  imports: [PlaybackModule],
  providers: [
    {
      provide: ACTIVE_CONNECTIONS,
      useFactory: (playback: PlaybackService): ActiveConnections => ({
        count: (userId) => playback.activeConnections(userId),
      }),
      inject: [PlaybackService],
    },
  ],
  exports: [ACTIVE_CONNECTIONS],
})
class ViewersModule {}

/** The server: the domain and every face. */
@Module({})
export class AppModule {
  static forHouse(house: House): DynamicModule {
    return {
      module: AppModule,
      imports: [
        DomainModule.forHouse(house),
        ViewersModule,
        ChecksModule,
        XtreamModule,
        LiveModule,
        PlaylistModule,
        XmltvModule,
        WebModule,
        PostersModule,
        MoviesModule,
        HealthModule,
        AdminModule,
      ],
    };
  }
}
