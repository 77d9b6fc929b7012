// The form the XMLTV tools demand: two or more parts of letters, digits and hyphens, joined by dots.
const DOMAIN_FORM = /^[-0-9A-Za-z]+(?:\.[-0-9A-Za-z]+)+$/;
const ACCENTS = /\p{M}+/gu;
const SUFFIX = 'rooftop';

/**
 * The guide id as every answer spells it: `epg_channel_id`, `tvg-id` and `channel@id` must agree, and spaces,
 * `&` and quotes in them break Jellyfin and Kodi. An id already in domain form stays as it is; any other is
 * brought into it, with a digest of the original where characters were lost. "" stays "".
 */
export function guideId(raw: string): string {
  const trimmed = raw.trim();
  if (trimmed === '' || DOMAIN_FORM.test(trimmed)) return trimmed;
  const parts = trimmed
    .normalize('NFKD')
    .replace(ACCENTS, '')
    .split('.')
    .map((part) => part.replace(/[^-0-9A-Za-z]+/g, '-').replace(/^-+|-+$/g, ''))
    .filter((part) => part !== '');
  const folded = parts.join('.');
  if (folded === trimmed) return `${folded}.${SUFFIX}`;
  return `${[...parts, digest(trimmed)].join('.')}.${SUFFIX}`;
}

/** The id under which a channel without a guide is declared, so that Kodi finds a channel to load at all. */
export function substituteGuideId(channelId: number): string {
  return `channel-${channelId}.${SUFFIX}`;
}

/** FNV-1a, 32 bits: enough to keep two folded ids of one guide apart. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}
