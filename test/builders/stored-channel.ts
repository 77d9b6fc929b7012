import { Category } from '../../src/channels/category.entity.js';
import { Channel } from '../../src/channels/channel.entity.js';
import { touch, type Database } from '../../src/platform/database/database.js';

export interface StoredChannel {
  name: string;
  tvgId?: string;
  category?: string;
}

const NOW_SECONDS = 1_773_517_200;

/** Channels as an import leaves them. Returns their ids in their order. */
export function storeChannels(database: Database, channels: readonly StoredChannel[]): Promise<number[]> {
  return database.write('store channels', async (manager) => {
    const ids: number[] = [];
    for (const { name, tvgId = '', category = 'TV' } of channels) {
      const known = await manager.findOneBy(Category, { name: category, kind: 'live' });
      const { id: categoryId } =
        known ??
        (await manager.save(
          manager.create(Category, {
            ...{
              kind: 'live',
              name: category,
              sourceKey: category.toLowerCase(),
              parentId: null,
              position: 1,
            },
            ...{ isHidden: false, editedFields: [], mergedIntoId: null, createdAt: NOW_SECONDS },
          }),
        ));
      const count = await manager.count(Channel);
      const { id } = await manager.save(
        manager.create(Channel, {
          ...{ name, tvgId, categoryId, num: count + 1, identityKey: `name:${name}:${count}`, logo: '' },
          ...{ isHidden: false, isAdult: false, archiveDays: 0, editedFields: [], listValues: {} },
          ...{ mergedIntoId: null, addedAt: NOW_SECONDS, retiredAt: null },
        }),
      );
      ids.push(id);
    }
    await touch(manager, 'channels');
    return ids;
  });
}
