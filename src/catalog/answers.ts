import { playlistEntry, playlistHead } from '../core/xtream/m3u-out.js';
import type { PlaylistStyle } from '../core/xtream/m3u-out.js';
import { PlaylistTemplate } from '../core/xtream/playlist-template.js';
import { presentPanelChannel } from '../core/xtream/present-panel.js';
import { channelName } from '../core/xtream/present-live.js';
import { absoluteUrl } from '../core/xtream/text.js';
import { guideId, substituteGuideId } from '../core/xmltv/guide-id.js';
import { xmltvChannel, XMLTV_HEAD, XMLTV_TAIL } from '../core/xmltv/writer.js';
import type { XmltvChannel } from '../core/xmltv/writer.js';
import { ByteCollector } from './byte-collector.js';
import type { Collected } from './byte-collector.js';
import { categoryNames, categoryRows, visibleChannels, visibleIndices } from './catalog-data.js';
import type { Allowed, CatalogData } from './catalog-data.js';
import type { Slicer } from './slicer.js';

const ENTRIES_PER_PIECE = 256;

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

/** `xmltv.php`: one element for each guide id, with the names of all channels that share it. */
export async function guideFile(data: CatalogData, allowed: Allowed, slicer: Slicer): Promise<Collected> {
  const declared = new Map<string, XmltvChannel & { displayNames: string[] }>();
  await slicer.each(visibleChannels(data, allowed), (channel) => {
    const id = guideId(channel.epgChannelId) || substituteGuideId(channel.id);
    const name = channelName(channel);
    const earlier = declared.get(id);
    if (!earlier) declared.set(id, { id, displayNames: [name], icon: absoluteUrl(channel.logo) });
    else if (!earlier.displayNames.includes(name)) earlier.displayNames.push(name);
  });
  const out = new ByteCollector();
  out.addText(XMLTV_HEAD);
  await slicer.each(declared.values(), (channel) => out.addText(xmltvChannel(channel)));
  out.addText(XMLTV_TAIL);
  return out.finish(slicer);
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
