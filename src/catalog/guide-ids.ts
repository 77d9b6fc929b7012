import { hasPlaceholder } from '../core/guide/placeholder.js';
import type { LiveChannel } from '../core/xtream/present-live.js';
import { guideId, substituteGuideId } from '../core/xmltv/guide-id.js';
import type { GuideAssignments } from './catalog-source.js';
import type { Slicer } from './slicer.js';

/**
 * The guide id each channel goes by in every answer, so that lists, playlists and guide files agree. A channel keeps the
 * id of its list. Where channels share an id but not their programmes (another guide was chosen for one of them, or it
 * runs an hour later), the first that has a guide keeps it and the others get ids of their own; so do channels with a
 * guide and without an id.
 */
export async function withGuideIds(
  channels: readonly LiveChannel[],
  guides: GuideAssignments,
  slicer: Slicer,
): Promise<readonly LiveChannel[]> {
  const programmes: string[] = [];
  const owners = new Map<string, string>();
  await slicer.each(channels, (channel, index) => {
    const shown = programmesOf(channel, guides);
    programmes[index] = shown;
    const id = guideId(channel.epgChannelId);
    if (shown !== '' && !owners.has(id)) owners.set(id, shown);
  });
  const resolved: LiveChannel[] = [];
  await slicer.each(channels, (channel, index) => {
    const id = guideId(channel.epgChannelId);
    const shown = programmes[index] ?? '';
    const isOwn = id === '' ? shown === '' : (owners.get(id) ?? shown) === shown;
    resolved.push(isOwn ? channel : { ...channel, epgChannelId: substituteGuideId(channel.id) });
  });
  return resolved;
}

/** The same text for channels that show the same programmes; "" = none. */
function programmesOf({ id, name, categoryId }: LiveChannel, guides: GuideAssignments): string {
  const links = guides.linksOf(id);
  if (links.length > 0) {
    return links.map(({ guideChannelId, shiftMinutes }) => `${guideChannelId}+${shiftMinutes}`).join();
  }
  const rule = guides.placeholderOf(id, categoryId) ?? { kind: 'auto' };
  return hasPlaceholder(name, rule) ? `channel ${id}` : '';
}
