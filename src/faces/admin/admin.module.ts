import { Module } from '@nestjs/common';
import { DoctorModule } from '../../checks/doctor.module.js';
import { PlaybackModule } from '../../playback/playback.module.js';
import { PlaybackService } from '../../playback/playback.service.js';
import { ClientAddresses } from '../shared/client-addresses.js';
import { AdminGuard } from './admin-guard.js';
import { AuditAdminService } from './audit-admin.service.js';
import { AuditController } from './audit.controller.js';
import { AuthController } from './auth.controller.js';
import { BackupDownloads } from './backup-download.store.js';
import { BackupController } from './backup.controller.js';
import { BackupsAdminService } from './backups-admin.service.js';
import { BackupsController } from './backups.controller.js';
import { CategoriesAdminService } from './categories-admin.service.js';
import { CategoriesController } from './categories.controller.js';
import { ChannelHealthController } from './channel-health.controller.js';
import { ChannelsAdminService } from './channels-admin.service.js';
import { ChannelsPresenter } from './channels-presenter.js';
import { ChannelsController } from './channels.controller.js';
import { HealthAdminService } from './health-admin.service.js';
import { FilmsAdminService } from './films-admin.service.js';
import { FilmsController } from './films.controller.js';
import { SeriesAdminService } from './series-admin.service.js';
import { SeriesController } from './series.controller.js';
import { OverviewAdminService } from './overview-admin.service.js';
import { OverviewController } from './overview.controller.js';
import { GuidesAdminService } from './guides-admin.service.js';
import { GuidesController } from './guides.controller.js';
import { ProgrammesAdminService } from './programmes-admin.service.js';
import { ProgrammesController } from './programmes.controller.js';
import { GuideEvents } from './guide-events.js';
import { GuideLinksAdminService } from './guide-links-admin.service.js';
import {
  CategoryGuideController,
  ChannelGuideController,
  GuideChannelsController,
  GuideLinksController,
} from './guide-links.controller.js';
import { FilmSourcesAdminService } from './film-sources-admin.service.js';
import { FilmSourcesController } from './film-sources.controller.js';
import { ListsAdminService } from './lists-admin.service.js';
import { ListsController } from './lists.controller.js';
import { EnginesAdminService } from './engines-admin.service.js';
import { EnginesController } from './engines.controller.js';
import { LiveAdminService } from './live-admin.service.js';
import { LiveController } from './live.controller.js';
import { LIVE_SESSIONS, type LiveSessions } from './live-sessions.js';
import { SessionEvents } from './session-events.js';
import { SessionsAdminService } from './sessions-admin.service.js';
import { SessionsController } from './sessions.controller.js';
import { SettingsController } from './settings.controller.js';
import { StoredBackups } from './stored-backups.store.js';
import { StreamsController } from './streams.controller.js';
import { UsersAdminService } from './users-admin.service.js';
import { UsersController } from './users.controller.js';

/** The operator's API. Needs the domain and the platform from a global module. */
@Module({
  imports: [DoctorModule, PlaybackModule],
  controllers: [
    AuthController,
    UsersController,
    ChannelsController,
    StreamsController,
    ChannelHealthController,
    CategoriesController,
    ListsController,
    FilmSourcesController,
    GuideLinksController,
    GuideChannelsController,
    ChannelGuideController,
    CategoryGuideController,
    GuidesController,
    ProgrammesController,
    FilmsController,
    SeriesController,
    OverviewController,
    SessionsController,
    LiveController,
    EnginesController,
    SettingsController,
    BackupController,
    BackupsController,
    AuditController,
  ],
  providers: [
    AdminGuard,
    ClientAddresses,
    UsersAdminService,
    ChannelsPresenter,
    ChannelsAdminService,
    HealthAdminService,
    CategoriesAdminService,
    ListsAdminService,
    FilmSourcesAdminService,
    GuideLinksAdminService,
    GuidesAdminService,
    GuideEvents,
    ProgrammesAdminService,
    FilmsAdminService,
    SeriesAdminService,
    OverviewAdminService,
    SessionsAdminService,
    LiveAdminService,
    EnginesAdminService,
    SessionEvents,
    BackupDownloads,
    StoredBackups,
    BackupsAdminService,
    AuditAdminService,
    {
      provide: LIVE_SESSIONS,
      useFactory: (playback: PlaybackService): LiveSessions => ({
        list: () => playback.sessions(),
        kick: (id) => playback.kick(id),
        streams: () => playback.streams(),
        stop: (id) => playback.stopStream(id),
        switchSource: (id, sourceId) => playback.switchSource(id, sourceId),
      }),
      inject: [PlaybackService],
    },
  ],
})
export class AdminModule {}
