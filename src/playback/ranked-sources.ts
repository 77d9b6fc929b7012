import type { ChannelsRepository } from '../channels/channels.repository.js';
import { PLACED } from '../channels/stream-source.entity.js';
import type { SourceHealthService } from '../source-health/source-health.service.js';
import type { ListSourcesRepository } from '../scrapers/list-sources.repository.js';
import { termsOf } from '../scrapers/stream-terms.js';
import type { PlayableChannels } from './ports.js';

/** Channels whose sources come in the order that a person gave them, and otherwise in that of their health. */
export function rankedChannels(
  channels: Pick<ChannelsRepository, 'findVisible' | 'sourcesOf'>,
  health: Pick<SourceHealthService, 'inOrder'>,
  lists: Pick<ListSourcesRepository, 'streamTerms'>,
): PlayableChannels {
  return {
    findVisible: (id) => channels.findVisible(id),
    sourcesOf: async (id) => {
      const rows = await channels.sourcesOf(id);
      const ranked = rows.map((row) => ({ id: row.id, isPinned: row.editedFields.includes(PLACED), row }));
      const terms = await lists.streamTerms();
      return health.inOrder(ranked).map(({ row }) => {
        const { id: sourceId, kind, locator, userAgent, headers, allowPrivate } = row;
        return { id: sourceId, kind, locator, userAgent, headers, allowPrivate, ...termsOf(row, terms) };
      });
    },
  };
}
