import { Init1763640000000 } from '../migrations/0001-init.js';
import { AuditAndMerges1763726400000 } from '../migrations/0002-audit-and-merges.js';
import { Guides1763899200000 } from '../migrations/0003-guides.js';
import { Category } from './channels/category.entity.js';
import { Channel } from './channels/channel.entity.js';
import { StreamSource } from './channels/stream-source.entity.js';
import { GuideChannel } from './epg/guide-channel.entity.js';
import { GuideListing } from './epg/guide-listing.entity.js';
import { GuidePage } from './epg/guide-page.entity.js';
import { GuideRun } from './epg/guide-run.entity.js';
import { GuideSource } from './epg/guide-source.entity.js';
import { AuditEntry } from './platform/audit/audit-entry.entity.js';
import type { Schema } from './platform/database/open-database.js';
import { Revision } from './platform/database/revision.entity.js';
import { Setting } from './platform/settings/setting.entity.js';
import { ListSource } from './scrapers/list-source.entity.js';
import { RefreshToken } from './users/refresh-token.entity.js';
import { UserCategory } from './users/user-category.entity.js';
import { User } from './users/user.entity.js';

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
    GuideSource,
    GuideChannel,
    GuideRun,
    GuideListing,
    GuidePage,
    Setting,
    Revision,
    AuditEntry,
  ],
  migrations: [Init1763640000000, AuditAndMerges1763726400000, Guides1763899200000],
};
