import type { ChannelsRepository } from '../channels/channels.repository.js';
import { PLACED } from '../channels/stream-source.entity.js';
import type { SourceHealthService } from '../source-health/source-health.service.js';
import { providerAccountOf } from '../scrapers/provider-account.js';
import type { ListSourcesRepository } from '../scrapers/list-sources.repository.js';
import type { PlayableChannels } from './ports.js';

/** Channels whose sources come in the order that a person gave them, and otherwise in that of their health. */
export function rankedChannels(
  channels: Pick<ChannelsRepository, 'findVisible' | 'sourcesOf'>,
  health: Pick<SourceHealthService, 'inOrder'>,
  lists: Pick<ListSourcesRepository, 'connectionLimits'>,
): PlayableChannels {
  return {
    findVisible: (id) => channels.findVisible(id),
    sourcesOf: async (id) => {
      const rows = await channels.sourcesOf(id);
      const ranked = rows.map((row) => ({ id: row.id, isPinned: row.editedFields.includes(PLACED), row }));
      const limits = await lists.connectionLimits();
      return health.inOrder(ranked).map(({ row }) => {
        const { id: sourceId, kind, locator, userAgent, headers, allowPrivate } = row;
        const provider = providerAccountOf(row, limits);
        const place = { id: sourceId, kind, locator, userAgent, headers, allowPrivate };
        return provider ? { ...place, provider } : place;
      });
    },
  };
}
