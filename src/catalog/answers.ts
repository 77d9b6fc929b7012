import { playlistEntry, playlistHead } from '../core/xtream/m3u-out.js';
import type { PlaylistStyle } from '../core/xtream/m3u-out.js';
import { PlaylistTemplate } from '../core/xtream/playlist-template.js';
import { presentPanelChannel } from '../core/xtream/present-panel.js';
import { channelName } from '../core/xtream/present-live.js';
import { absoluteUrl } from '../core/xtream/text.js';
import { xmltvChannel, XMLTV_HEAD } from '../core/xmltv/writer.js';
import type { XmltvChannel } from '../core/xmltv/writer.js';
import { ByteCollector } from './byte-collector.js';
import type { Collected } from './byte-collector.js';
import { categoryNames, categoryRows, visibleChannels, visibleIndices } from './catalog-data.js';
import type { Allowed, CatalogData } from './catalog-data.js';
import { declaredGuideId } from './guide-ids.js';
import type { Slicer } from './slicer.js';

const ENTRIES_PER_PIECE = 256;

/** Declaration and channels of a guide file, and the ids that are declared. */
export interface GuideHead extends Collected {
  guideIds: string[];
}

/** Bytes of one small JSON value. */
export async function jsonAnswer(value: unknown, slicer: Slicer): Promise<Collected> {
  const out = new ByteCollector();
  out.addText(JSON.stringify(value));
  return out.finish(slicer);
}

/** `get_live_streams`: the prepared rows of what the viewer sees, or of one of his categories. */
export async function liveStreams(
  data: CatalogData,
  allowed: Allowed,
  category: number | null,
  slicer: Slicer,
): Promise<Collected> {
  const indices = category === null ? visibleIndices(data, allowed) : (data.members.get(category) ?? []);
  if (indices === null) return data.rows;
  const out = new ByteCollector();
  out.addText('[');
  await slicer.each(indices, (index, position) => {
    if (position > 0) out.addText(',');
    out.addBytes(data.rows.bytes, data.offsets[index * 2] ?? 0, data.offsets[index * 2 + 1] ?? 0);
  });
  out.addText(']');
  return out.finish(slicer);
}

/** The members of the panel answer behind `server_info`, up to and with its closing brace. */
export async function panelTail(data: CatalogData, allowed: Allowed, slicer: Slicer): Promise<Collected> {
  const names = categoryNames(data);
  const categories = { live: categoryRows(data, allowed), movie: [], series: [] };
  const out = new ByteCollector();
  out.addText(`"categories":${JSON.stringify(categories)},"available_channels":{`);
  await slicer.each(visibleChannels(data, allowed), (channel, index) => {
    const row = presentPanelChannel(channel, names.get(channel.categoryId) ?? '');
    out.addText(`${index > 0 ? ',' : ''}"${row.stream_id}":${JSON.stringify(row)}`);
  });
  out.addText('}}');
  return out.finish(slicer);
}

/**
 * The beginning of a viewer's `xmltv.php`: one element for each guide id that has programmes, with the names of all
 * channels that share it. The XMLTV tools reject a channel without programmes; but where none has any, all are declared,
 * because Kodi rejects a guide without channels.
 */
export async function guideHead(
  data: CatalogData,
  allowed: Allowed,
  hasProgrammes: (guideId: string) => boolean,
  slicer: Slicer,
): Promise<GuideHead> {
  const declared = new Map<string, XmltvChannel & { displayNames: string[] }>();
  await slicer.each(visibleChannels(data, allowed), (channel) => {
    const id = declaredGuideId(channel);
    const name = channelName(channel);
    const earlier = declared.get(id);
    if (!earlier) declared.set(id, { id, displayNames: [name], icon: absoluteUrl(channel.logo) });
    else if (!earlier.displayNames.includes(name)) earlier.displayNames.push(name);
  });
  const out = new ByteCollector();
  out.addText(XMLTV_HEAD);
  const guideIds = [...declared.keys()].filter(hasProgrammes);
  const shown = guideIds.length > 0 ? guideIds.flatMap((id) => declared.get(id) ?? []) : declared.values();
  await slicer.each(shown, (channel) => out.addText(xmltvChannel(channel)));
  return { ...(await out.finish(slicer)), guideIds };
}

/** `get.php` with slots where viewers differ. */
export async function playlistTemplate(
  data: CatalogData,
  allowed: Allowed,
  style: PlaylistStyle,
  slicer: Slicer,
): Promise<PlaylistTemplate> {
  const names = categoryNames(data);
  const template = new PlaylistTemplate();
  let piece = playlistHead(style);
  await slicer.each(visibleChannels(data, allowed), (channel, index) => {
    piece += playlistEntry(channel, names.get(channel.categoryId) ?? '', style);
    if ((index + 1) % ENTRIES_PER_PIECE !== 0) return;
    template.add(piece);
    piece = '';
  });
  template.add(piece);
  return template;
}
