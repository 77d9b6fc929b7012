import { guideId } from '../xmltv/guide-id.js';
import { categoryName } from './present-categories.js';
import { channelName } from './present-live.js';
import type { LiveChannel } from './present-live.js';
import { absoluteUrl, cleanLine } from './text.js';

export interface PlaylistStyle {
  /** `m3u` or `m3u_plus`. */
  plus: boolean;
  output: 'ts' | 'm3u8';
}

/** Whose playlist, and where its URLs lead. */
export interface PlaylistOwner {
  /** No slash at the end. */
  baseUrl: string;
  username: string;
  password: string;
}

/**
 * Places in the text that differ from viewer to viewer, as single control characters. Foreign text cannot
 * hold them: names and URLs lose their control characters on the way in.
 */
export const SLOT = { live: '\u0001', archive: '\u0002', guide: '\u0003' } as const;
export type SlotName = keyof typeof SLOT;

/** The text for each slot, by the code of its character. */
export type SlotValues = Readonly<Record<number, string>>;

export function slotValues(owner: PlaylistOwner): SlotValues {
  const user = encodeURIComponent(owner.username);
  const password = encodeURIComponent(owner.password);
  return {
    [SLOT.live.charCodeAt(0)]: `${owner.baseUrl}/live/${user}/${password}/`,
    [SLOT.archive.charCodeAt(0)]: `${owner.baseUrl}/timeshift/${user}/${password}/`,
    [SLOT.guide.charCodeAt(0)]: `${owner.baseUrl}/xmltv.php?username=${user}&password=${password}`,
  };
}

/** Both spellings of the guide address, one URL each: Kodi reads the first, other players either. */
export function playlistHead(style: PlaylistStyle): string {
  return style.plus ? `#EXTM3U x-tvg-url="${SLOT.guide}" url-tvg="${SLOT.guide}"\n` : '#EXTM3U\n';
}

/** The lines of one channel with slots. Duration -1 and no space before the comma: it would end up in the name. */
export function playlistEntry(channel: LiveChannel, category: string, style: PlaylistStyle): string {
  const name = playlistText(channelName(channel)) || `Channel ${channel.id}`;
  const url = `${SLOT.live}${channel.id}.${style.output}`;
  if (!style.plus) return `#EXTINF:-1,${name}\n${url}\n`;
  const attributes = [
    `tvg-id="${guideId(channel.epgChannelId)}"`,
    `tvg-name="${name}"`,
    `tvg-chno="${Math.trunc(channel.num)}"`,
    `tvg-logo="${playlistUrl(channel.logo)}"`,
    `group-title="${playlistGroup(category, channel.categoryId)}"`,
    ...archiveAttributes(channel),
  ].join(' ');
  // Tells Kodi the type, so that it opens the stream at once instead of probing with HEAD and short GETs.
  // To the others it is a comment, like every line behind `#` that they do not know.
  const property = style.output === 'ts' ? '#KODIPROP:mimetype=video/mp2t\n' : '';
  return `#EXTINF:-1 ${attributes},${name}\n${property}${url}\n`;
}

/** Fills the slots of a text. For whole playlists see `PlaylistTemplate`. */
export function fillSlots(text: string, values: SlotValues): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0001-\u0003]/g, (slot) => values[slot.charCodeAt(0)] ?? '');
}

function archiveAttributes(channel: LiveChannel): string[] {
  const days = Math.trunc(channel.archiveDays);
  if (days <= 0) return [];
  const source = `${SLOT.archive}{duration:60}/{utc}/${channel.id}.ts`;
  return [`catchup="default"`, `catchup-days="${days}"`, `catchup-source="${source}"`];
}

/**
 * M3U has no escapes. mpv cuts the line at its first comma, VLC and Hypnotix cut names at one, quotes end
 * attributes, and Kodi finds attributes by plain substring (`radio=` inside a name makes a radio channel).
 */
function playlistText(text: string): string {
  return text.replace(/"/g, "'").replace(/=/g, '-').replace(/,/g, ' ').replace(/ {2,}/g, ' ').trim();
}

/** Kodi splits a group at `;`. */
function playlistGroup(category: string, id: number): string {
  return playlistText(cleanLine(category).replace(/;/g, ' ')) || categoryName({ id, name: '' });
}

function playlistUrl(url: string): string {
  return absoluteUrl(url).replace(/=/g, '%3D').replace(/,/g, '%2C');
}
