import { dayOf, packPage, type ScheduledProgramme } from '../../src/core/guide/page.js';
import { GuideChannel } from '../../src/epg/guide-channel.entity.js';
import { GuideListing } from '../../src/epg/guide-listing.entity.js';
import { GuidePage } from '../../src/epg/guide-page.entity.js';
import { GuideRun } from '../../src/epg/guide-run.entity.js';
import { GuideSource } from '../../src/epg/guide-source.entity.js';
import { touch, type Database } from '../../src/platform/database/database.js';

export interface StoredGuideChannel {
  xmltvId: string;
  names?: string[];
  icons?: string[];
  programmes: ScheduledProgramme[];
}

const SOURCE: Omit<GuideSource, 'id' | 'name' | 'url' | 'createdAt'> = {
  kind: 'auto',
  isEnabled: true,
  priority: 10,
  intervalMinutes: 720,
  headers: {},
  options: {},
  timeZone: 'UTC',
  shiftMinutes: 0,
  allowPrivate: false,
  listSourceId: null,
  etag: null,
  lastModified: null,
  contentHash: null,
  shrinkThreshold: null,
  generation: null,
  previousGeneration: null,
  channelCount: 0,
  programmeCount: 0,
  lastReport: null,
  lastRunAt: null,
  lastSuccessAt: null,
  nextRunAt: null,
  removedAt: null,
};

/** Takes everything away that guides have stored; quicker than a new database. */
export async function emptyGuides(database: Database): Promise<void> {
  for (const table of ['guide_pages', 'guide_listings', 'guide_runs', 'guide_channels', 'guide_sources']) {
    await database.write('empty', (manager) => manager.query(`DELETE FROM ${table}`));
  }
}

/** A guide that serves these channels, as an import leaves it. Returns the ids of its channels in their order. */
export function storeGuide(
  database: Database,
  channels: readonly StoredGuideChannel[],
  fields: Partial<GuideSource> = {},
): Promise<{ sourceId: number; channelIds: number[] }> {
  const nowSeconds = 1_773_517_200;
  return database.write('store guide', async (manager) => {
    const name = fields.name ?? 'Guide';
    const url = 'http://guide.invalid/g.xml';
    const source = await manager.save(
      manager.create(GuideSource, { ...SOURCE, name, url, createdAt: nowSeconds, ...fields }),
    );
    const times = { startedAt: nowSeconds, seenAt: nowSeconds, endedAt: nowSeconds };
    const { id: generation } = await manager.save(
      manager.create(GuideRun, { guideSourceId: source.id, status: 'ok', report: null, ...times }),
    );
    const channelIds: number[] = [];
    for (const [position, { xmltvId, names = [xmltvId], icons, programmes }] of channels.entries()) {
      const { id } = await manager.save(
        manager.create(GuideChannel, { guideSourceId: source.id, xmltvId, addedAt: nowSeconds }),
      );
      channelIds.push(id);
      await manager.insert(GuideListing, {
        generation,
        guideChannelId: id,
        position,
        details: { names: names.map((text) => ({ text })), ...(icons ? { icons } : {}) },
        programmeCount: programmes.length,
        firstStart: programmes[0]?.start ?? null,
        lastStop: programmes.at(-1)?.stop ?? null,
      });
      for (const [day, list] of byDay(programmes)) {
        const { count, ...page } = packPage(list, day);
        await manager.insert(GuidePage, { generation, guideChannelId: id, programmeCount: count, ...page });
      }
    }
    await manager.update(GuideSource, { id: source.id }, { generation });
    await touch(manager, 'guide');
    return { sourceId: source.id, channelIds };
  });
}

function byDay(programmes: readonly ScheduledProgramme[]): Map<number, ScheduledProgramme[]> {
  const days = new Map<number, ScheduledProgramme[]>();
  for (const programme of programmes) {
    const day = dayOf(programme.start);
    days.set(day, [...(days.get(day) ?? []), programme]);
  }
  return days;
}
