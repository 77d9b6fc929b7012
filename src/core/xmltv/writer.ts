export interface XmltvChannel {
  /** Already in domain form, see `guideId`. */
  id: string;
  displayNames: readonly string[];
  /** Absolute URL or "". */
  icon: string;
}

export interface XmltvText {
  text: string;
  /** Language code or "" when unknown. */
  lang?: string;
}

export interface XmltvProgramme {
  channelId: string;
  /** Epoch seconds. */
  start: number;
  /** Epoch seconds, after `start`. */
  stop: number;
  titles: readonly XmltvText[];
  subTitles?: readonly XmltvText[];
  descriptions?: readonly XmltvText[];
  /** `YYYY`, `YYYYMM` or `YYYYMMDD`. */
  date?: string;
  categories?: readonly XmltvText[];
  icon?: string;
  /** Counted from 1. */
  season?: number;
  episode?: number;
  rating?: { system: string; value: string };
}

/** The declaration is at byte 0: Kodi rejects a whole guide that starts with anything else. */
export const XMLTV_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<tv generator-info-name="Rooftop">\n';
export const XMLTV_TAIL = '</tv>\n';

// One illegal character makes parsers reject the whole file: only what XML 1.0 allows passes.
// eslint-disable-next-line no-control-regex
const ILLEGAL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]+/g;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const SPECIAL = /[&<>"]/g;
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Escapes once, for text and attribute alike; characters no XML may hold are dropped. */
export function escapeXml(text: string): string {
  return text
    .replace(ILLEGAL, '')
    .replace(LONE_SURROGATE, '\ufffd')
    .replace(SPECIAL, (character) => ENTITIES[character] ?? '');
}

/** Epoch seconds → `YYYYMMDDHHMMSS +0000`. Always with offset: Kodi takes a time without one for UTC, others for local. */
export function xmltvTime(epochSeconds: number): string {
  const iso = new Date(epochSeconds * 1000).toISOString();
  return `${iso.slice(0, 19).replace(/[-:T]/g, '')} +0000`;
}

/** One `<channel>` element and a newline. A channel without a name gets its id as name (the DTD demands one). */
export function xmltvChannel(channel: XmltvChannel): string {
  const names = channel.displayNames.map(oneLine).filter((name) => name !== '');
  const shown = names.length > 0 ? names : [channel.id];
  const icon = channel.icon === '' ? '' : `<icon src="${escapeXml(channel.icon)}"/>`;
  const displayNames = shown.map((name) => `<display-name>${escapeXml(name)}</display-name>`).join('');
  return `<channel id="${escapeXml(channel.id)}">${displayNames}${icon}</channel>\n`;
}

/**
 * One `<programme>` element and a newline, children in the order of the DTD. "" when the record has no title
 * or does not end after it starts: Kodi drops such a programme, the validators reject the file.
 */
export function xmltvProgramme(programme: XmltvProgramme): string {
  const titles = texts('title', programme.titles);
  if (titles === '' || !(programme.stop > programme.start)) return '';
  const body = [
    titles,
    texts('sub-title', programme.subTitles),
    texts('desc', programme.descriptions),
    programme.date !== undefined && /^\d{4}(\d\d){0,2}$/.test(programme.date)
      ? `<date>${programme.date}</date>`
      : '',
    texts('category', programme.categories),
    programme.icon ? `<icon src="${escapeXml(programme.icon)}"/>` : '',
    episodeNumber(programme.season, programme.episode),
    rating(programme.rating),
  ].join('');
  const times = `start="${xmltvTime(programme.start)}" stop="${xmltvTime(programme.stop)}"`;
  return `<programme ${times} channel="${escapeXml(programme.channelId)}">${body}</programme>\n`;
}

/**
 * The whole guide as pieces of about `pieceLength` characters, so that no guide stands in memory at once:
 * channels first, then programmes in the order given (group them by channel, ascending).
 */
export function* writeXmltv(
  channels: Iterable<XmltvChannel>,
  programmes: Iterable<XmltvProgramme>,
  pieceLength = 65_536,
): Generator<string, void, undefined> {
  let piece = XMLTV_HEAD;
  for (const channel of channels) {
    piece += xmltvChannel(channel);
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  for (const programme of programmes) {
    piece += xmltvProgramme(programme);
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  yield piece + XMLTV_TAIL;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** One element for each text; empty ones leave none. */
export function texts(element: string, values: readonly XmltvText[] = []): string {
  let out = '';
  for (const { text, lang } of values) {
    // An empty <desc> is an error for the XMLTV validator, so empty texts leave no element.
    const clean = escapeXml(text).trim();
    if (clean === '') continue;
    const language = lang && /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(lang) ? ` lang="${lang}"` : '';
    out += `<${element}${language}>${clean}</${element}>`;
  }
  return out;
}

function episodeNumber(season: number | undefined, episode: number | undefined): string {
  if (episode === undefined || episode < 1) return '';
  const zeroBased = `${season !== undefined && season >= 1 ? season - 1 : ''}.${episode - 1}.`;
  return `<episode-num system="xmltv_ns">${zeroBased}</episode-num>`;
}

function rating(value: { system: string; value: string } | undefined): string {
  if (!value || value.value.trim() === '') return '';
  const system = value.system === '' ? '' : ` system="${escapeXml(value.system)}"`;
  return `<rating${system}><value>${escapeXml(value.value.trim())}</value></rating>`;
}
