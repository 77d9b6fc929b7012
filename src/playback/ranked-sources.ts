import type { ChannelsRepository } from '../channels/channels.repository.js';
import { PLACED } from '../channels/stream-source.entity.js';
import type { SourceHealthService } from '../source-health/source-health.service.js';
import type { PlayableChannels } from './ports.js';

/** Channels whose sources come in the order that a person gave them, and otherwise in that of their health. */
export function rankedChannels(
  channels: Pick<ChannelsRepository, 'findVisible' | 'sourcesOf'>,
  health: Pick<SourceHealthService, 'inOrder'>,
): PlayableChannels {
  return {
    findVisible: (id) => channels.findVisible(id),
    sourcesOf: async (id) => {
      const rows = await channels.sourcesOf(id);
      const ranked = rows.map((row) => ({ id: row.id, isPinned: row.editedFields.includes(PLACED), row }));
      return health.inOrder(ranked).map(({ row }) => row);
    },
  };
}
