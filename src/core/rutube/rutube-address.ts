// Which lists of Rutube there are, and how people write them down.

/** A page, a list or a feed of Rutube: path and query below the base address. */
export type RutubePath = string;

const VIDEO_ID = /^[0-9a-f]{32}$/i;
/** What may be read again and again. */
const API_PATHS =
  /^\/api\/(?:v\d\/)?(?:video\/(?:person\/\d+|[0-9a-f]{32})|tags\/video\/\d+|metainfo\/tv\/\d+\/video|feeds\/(?:cardgroup\/\d+|[\w-]{1,64})|playlist\/custom\/\d+\/videos|search\/video)\/?$/i;
const MAX_LENGTH = 2000;

/** "person:5518074", "feed:movies". */
const SHORT_FORMS: Readonly<Record<string, { id: RegExp; path: (id: string) => string }>> = {
  feed: { id: /^[\w-]{1,64}$/, path: (id) => `/api/feeds/${id}/` },
  tag: { id: /^\d{1,15}$/, path: (id) => `/api/tags/video/${id}/` },
  person: { id: /^\d{1,15}$/, path: (id) => `/api/video/person/${id}/` },
  playlist: { id: /^\d{1,15}$/, path: (id) => `/api/playlist/custom/${id}/videos/` },
  card: { id: /^\d{1,15}$/, path: (id) => `/api/metainfo/tv/${id}/video/` },
  cards: { id: /^\d{1,15}$/, path: (id) => `/api/feeds/cardgroup/${id}` },
  video: { id: VIDEO_ID, path: (id) => `/api/video/${id.toLowerCase()}/` },
};

/** Addresses that people copy from their browser. */
const PAGES: readonly (readonly [kind: string, form: RegExp])[] = [
  ['person', /^\/(?:video\/person|channel)\/(\d{1,15})(?:\/|$)/],
  ['tag', /^\/tags\/video\/(\d{1,15})(?:\/|$)/],
  ['playlist', /^\/plst\/(\d{1,15})(?:\/|$)/],
  ['card', /^\/metainfo\/tv\/(\d{1,15})(?:\/|$)/],
  ['video', /^\/(?:video|play\/embed)\/([0-9a-f]{32})(?:\/|$)/i],
  ['feed', /^\/feeds\/([\w-]{1,64})(?:\/|$)/],
];

/**
 * Reads what an operator gives for a list: an address of the API, of a page of the site, or "tag:5064". The answer is
 * the path of the API, with the query. null = no such list.
 */
export function readRutubeAddress(text: string, baseUrl: string): RutubePath | null {
  const trimmed = text.trim();
  if (trimmed.length > MAX_LENGTH) return null;
  const [, kind = '', id = ''] = /^([a-z]+):([\w-]+)$/i.exec(trimmed) ?? [];
  const short = SHORT_FORMS[kind.toLowerCase()];
  if (short) return short.id.test(id) ? short.path(id) : null;
  const ours = pathBelow(trimmed, baseUrl);
  if (ours !== null && API_PATHS.test(pathnameOf(ours))) return ours;
  for (const [page, form] of ours === null ? [] : PAGES) {
    const found = form.exec(pathnameOf(ours ?? ''))?.[1];
    if (found !== undefined) return SHORT_FORMS[page]?.path(found) ?? null;
  }
  return null;
}

/**
 * Path and query of an address that Rutube gives for one of its lists. null = it leads somewhere else: to another host,
 * or to what is no list.
 */
export function readRutubeReference(text: string, baseUrl: string): RutubePath | null {
  const path = pathBelow(text, baseUrl);
  return path !== null && API_PATHS.test(pathnameOf(path)) ? path : null;
}

export function playOptionsPath(videoId: string): RutubePath {
  return `/api/play/options/${videoId}/`;
}

/** The id in the canonical form; null = it is none. */
export function videoIdOf(text: string): string | null {
  return VIDEO_ID.test(text) ? text.toLowerCase() : null;
}

/** Where a path is asked for. */
export function addressOf(path: RutubePath, baseUrl: string): string {
  return baseUrl.replace(/\/+$/, '') + path;
}

/** Path and query below the base address; of Rutube itself too, for mirrors pass its addresses on. */
function pathBelow(text: string, baseUrl: string): string | null {
  const base = new URL(baseUrl);
  if (!URL.canParse(text, baseUrl)) return null;
  const url = new URL(text, base);
  if (!/^https?:$/.test(url.protocol)) return null;
  const isMirror = url.host === base.host;
  if (!isMirror && !/^(?:[\w-]+\.)*rutube\.ru$/i.test(url.hostname)) return null;
  const folder = base.pathname.replace(/\/+$/, '');
  const isBelow = isMirror && folder !== '' && url.pathname.startsWith(`${folder}/`);
  return (isBelow ? url.pathname.slice(folder.length) : url.pathname) + url.search;
}

function pathnameOf(path: RutubePath): string {
  return path.split('?', 1)[0] ?? '';
}
