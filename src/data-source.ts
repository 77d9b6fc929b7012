import { Init1763640000000 } from '../migrations/0001-init.js';
import { AuditAndMerges1763726400000 } from '../migrations/0002-audit-and-merges.js';
import { Guides1763899200000 } from '../migrations/0003-guides.js';
import { SourceHealth1763985600000 } from '../migrations/0004-source-health.js';
import { Transcode1764158400000 } from '../migrations/0006-transcode.js';
import { Films1764244800000 } from '../migrations/0007-films.js';
import { Slates1764504000000 } from '../migrations/0010-slates.js';
import { WatchPicture1764590400000 } from '../migrations/0011-watch-picture.js';
import { GuideLinks1764331200000 } from '../migrations/0008-guide-links.js';
import { ListSnapshots1764417600000 } from '../migrations/0009-list-snapshots.js';
import { Proxies1764676800000 } from '../migrations/0012-proxies.js';
import { GuideShift1764763200000 } from '../migrations/0013-guide-shift.js';
import { FilmsOfLists1764849600000 } from '../migrations/0014-films-of-lists.js';
import { FilmEditsAndHistory1765022400000 } from '../migrations/0016-film-edits-and-history.js';
import { GuideRunOwner1765108800000 } from '../migrations/0017-guide-run-owner.js';
import { Category } from './channels/category.entity.js';
import { Channel } from './channels/channel.entity.js';
import { StreamSource } from './channels/stream-source.entity.js';
import { CategoryGuide, ChannelGuide } from './epg/channel-guide.entity.js';
import { GuideChannel } from './epg/guide-channel.entity.js';
import { GuideLink } from './epg/guide-link.entity.js';
import { GuideListing } from './epg/guide-listing.entity.js';
import { GuidePage } from './epg/guide-page.entity.js';
import { GuideReview } from './epg/guide-review.entity.js';
import { GuideRun } from './epg/guide-run.entity.js';
import { GuideSource } from './epg/guide-source.entity.js';
import { AuditEntry } from './platform/audit/audit-entry.entity.js';
import { ImageSource } from './platform/images/image-source.entity.js';
import { StoredImage } from './platform/images/image.entity.js';
import { Job } from './platform/jobs/job.entity.js';
import type { Schema } from './platform/database/open-database.js';
import { Revision } from './platform/database/revision.entity.js';
import { HistoryHour } from './platform/overview/history-hour.entity.js';
import { Setting } from './platform/settings/setting.entity.js';
import { ListSnapshot } from './scrapers/list-snapshot.entity.js';
import { ListSource } from './scrapers/list-source.entity.js';
import { SourceHour } from './source-health/source-hour.entity.js';
import { SourceState } from './source-health/source-state.entity.js';
import { RefreshToken } from './users/refresh-token.entity.js';
import { UserCategory } from './users/user-category.entity.js';
import { User } from './users/user.entity.js';
import { Episode } from './vod/episode.entity.js';
import { FilmAiring } from './vod/film-airing.entity.js';
import { FilmDecision } from './vod/film-decision.entity.js';
import { FilmEdit } from './vod/film-edit.entity.js';
import { FilmSource } from './vod/film-source.entity.js';
import { Film } from './vod/film.entity.js';
import { Series } from './vod/series.entity.js';
import { TmdbAnswer } from './vod/tmdb/tmdb-answer.entity.js';
import { VodWay } from './vod/vod-way.entity.js';

/** Every table and every migration, in order. The only place that lists them. */
export const SCHEMA: Schema = {
  entities: [
    User,
    UserCategory,
    RefreshToken,
    Category,
    Channel,
    StreamSource,
    ListSource,
    ListSnapshot,
    GuideSource,
    GuideChannel,
    GuideRun,
    GuideListing,
    GuidePage,
    SourceState,
    SourceHour,
    GuideLink,
    ChannelGuide,
    CategoryGuide,
    GuideReview,
    Film,
    FilmAiring,
    Series,
    Episode,
    FilmSource,
    VodWay,
    FilmDecision,
    FilmEdit,
    TmdbAnswer,
    StoredImage,
    ImageSource,
    Job,
    HistoryHour,
    Setting,
    Revision,
    AuditEntry,
  ],
  migrations: [
    Init1763640000000,
    AuditAndMerges1763726400000,
    Guides1763899200000,
    SourceHealth1763985600000,
    Transcode1764158400000,
    Films1764244800000,
    Slates1764504000000,
    WatchPicture1764590400000,
    GuideLinks1764331200000,
    ListSnapshots1764417600000,
    Proxies1764676800000,
    GuideShift1764763200000,
    FilmsOfLists1764849600000,
    FilmEditsAndHistory1765022400000,
    GuideRunOwner1765108800000,
  ],
};
