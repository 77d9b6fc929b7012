import { hasPlaceholder } from '../core/guide/placeholder.js';
import type { LiveChannel } from '../core/xtream/present-live.js';
import { guideId, substituteGuideId } from '../core/xmltv/guide-id.js';
import type { EditionChannel } from '../epg/edition/edition-job.js';
import type { GuideAssignments } from './catalog-source.js';
import type { Slicer } from './slicer.js';

/** The id under which a guide file declares a channel; one without a guide has an id there too, for Kodi wants channels. */
export function declaredGuideId({ id, epgChannelId }: LiveChannel): string {
  return guideId(epgChannelId) || substituteGuideId(id);
}

/** What is written for each guide id, in the order of the channels: of those that share one, what the first shows. */
export async function editionChannels(
  channels: readonly LiveChannel[],
  guides: GuideAssignments,
  slicer: Slicer,
): Promise<EditionChannel[]> {
  const found = new Map<string, EditionChannel>();
  await slicer.each(channels, (channel) => {
    const id = declaredGuideId(channel);
    const known = found.get(id);
    const daysBack = Math.max(1, Math.trunc(channel.archiveDays), known?.daysBack ?? 0);
    const shown = known !== undefined && hasProgrammes(known) ? known : sourceOf(id, channel, guides);
    found.set(id, { ...shown, daysBack });
  });
  return [...found.values()].filter(hasProgrammes);
}

function sourceOf(
  guideId: string,
  { id, name, categoryId }: LiveChannel,
  guides: GuideAssignments,
): EditionChannel {
  const links = guides
    .linksOf(id)
    .map(({ guideChannelId, shiftMinutes }) => ({ guideChannelId, shiftMinutes }));
  const rule = guides.placeholderOf(id, categoryId) ?? { kind: 'auto' as const };
  const placeholder = links.length === 0 && hasPlaceholder(name, rule) ? { name, rule } : null;
  return { guideId, links, placeholder, daysBack: 1 };
}

function hasProgrammes({ links, placeholder }: EditionChannel): boolean {
  return links.length > 0 || placeholder !== null;
}

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
