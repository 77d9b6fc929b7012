import { idIn, isJson, numberIn, objectIn, objectsIn, textIn, type Json } from '../util/read-json.js';
import { videoIdOf } from './rutube-address.js';
import type { RutubeCard, RutubePage, RutubeVideo } from './types.js';

/** Rutube sends 20, and 100 where more is asked for. */
const MAX_ENTRIES = 500;
const MAX_LISTS = 200;
const MAX_TITLE = 500;
const MAX_URL = 2000;
/** Longer is a stream that was left running. */
const MAX_SECONDS = 24 * 3600;
const MAX_VIEWS = 2_000_000_000;

/** Reads an answer of Rutube: a list of videos or cards, a feed, or one video. null = it is none of them. */
export function readRutubePage(answer: unknown): RutubePage | null {
  if (!isJson(answer)) return null;
  if (Array.isArray(answer['results'])) return readList(answer, answer['results']);
  if (Array.isArray(answer['tabs'])) return { ...EMPTY, lists: listsOf(answer) };
  const video = readVideo(answer);
  return video && { ...EMPTY, videos: [video] };
}

const EMPTY: RutubePage = { videos: [], cards: [], lists: [], next: null, unread: 0 };

function readList(answer: Json, results: readonly unknown[]): RutubePage {
  const videos: RutubeVideo[] = [];
  const cards: RutubeCard[] = [];
  for (const entry of results.slice(0, MAX_ENTRIES)) {
    const card = isJson(entry) ? readCard(entry) : null;
    const video = isJson(entry) && !card ? readVideo(entry) : null;
    if (card) cards.push(card);
    else if (video) videos.push(video);
  }
  const next = textIn(answer, 'next', MAX_URL);
  return {
    ...EMPTY,
    videos,
    cards,
    next: next === '' || answer['has_next'] === false ? null : next,
    unread: results.length - videos.length - cards.length,
  };
}

function listsOf(feed: Json): string[] {
  const resources = objectsIn(feed, 'tabs', MAX_LISTS).flatMap((tab) =>
    objectsIn(tab, 'resources', MAX_LISTS),
  );
  const urls = resources.map((resource) => textIn(resource, 'url', MAX_URL)).filter((url) => url !== '');
  return [...new Set(urls)].slice(0, MAX_LISTS);
}

function readVideo(entry: Json): RutubeVideo | null {
  const id = videoIdOf(textIn(entry, 'id', 64));
  const title = textIn(entry, 'title', MAX_TITLE).replace(/\s+/gu, ' ');
  if (id === null || title === '') return null;
  return {
    ...{ id, title, description: plainText(textIn(entry, 'description')) },
    ...{ durationSeconds: secondsIn(entry), views: Math.min(numberIn(entry, 'hits') ?? 0, MAX_VIEWS) },
    ...{ pageUrl: urlIn(entry, 'video_url'), thumbnailUrl: urlIn(entry, 'thumbnail_url') },
    pictureUrl: urlIn(entry, 'picture_url'),
    addedAt: timeIn(entry, 'created_ts') ?? timeIn(entry, 'publication_ts'),
    ageLimit: ageOf(objectIn(entry, 'pg_rating')['age']),
    isAdult: entry['is_adult'] === true,
    isLive: entry['is_livestream'] === true,
    isActive: entry['is_hidden'] !== true && entry['is_deleted'] !== true,
    author: textIn(objectIn(entry, 'author'), 'name', MAX_TITLE),
    category: textIn(objectIn(entry, 'category'), 'name', MAX_TITLE),
    type: textIn(objectIn(entry, 'type'), 'name', MAX_TITLE).toLowerCase(),
    hasEpisode: idIn(entry, 'season') !== null || idIn(entry, 'episode') !== null,
  };
}

function readCard(entry: Json): RutubeCard | null {
  if (textIn(objectIn(entry, 'content_type'), 'model', 64) !== 'tv') return null;
  const card = objectIn(entry, 'object');
  const id = idIn(card, 'id');
  const name = textIn(card, 'name', MAX_TITLE).replace(/\s+/gu, ' ');
  if (id === null || name === '') return null;
  return {
    id,
    type: textIn(objectIn(card, 'type'), 'name', 64).toLowerCase(),
    name,
    originalTitle: textIn(card, 'original_title', MAX_TITLE),
    description: plainText(textIn(card, 'description')),
    pictureUrl: urlIn(card, 'picture'),
    ageLimit: ageOf(card['age']),
    isAdult: entry['is_adult'] === true,
    contentUrl: textIn(card, 'content', MAX_URL) || `/api/metainfo/tv/${id}/video`,
  };
}

function secondsIn(entry: Json): number | null {
  const seconds = Math.round(numberIn(entry, 'duration') ?? 0);
  return seconds > 0 && seconds <= MAX_SECONDS ? seconds : null;
}

function urlIn(entry: Json, field: string): string {
  const url = textIn(entry, field, MAX_URL);
  return /^https?:\/\//i.test(url) && URL.canParse(url) ? url : '';
}

/** "2019-06-03T10:00:30" without a zone: Moscow's, which is three hours before UTC all year. */
function timeIn(entry: Json, field: string): number | null {
  const text = textIn(entry, field, 40);
  const [, plain] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?$/.exec(text) ?? [];
  const at = Date.parse(plain === undefined ? text : `${plain}+03:00`);
  return Number.isNaN(at) || at < 0 ? null : Math.floor(at / 1000);
}

/** 12, "12+" or "6+"; videos and cards differ. */
function ageOf(value: unknown): number | null {
  const years =
    typeof value === 'number'
      ? value
      : Number(/^(\d{1,2})\+?$/.exec(typeof value === 'string' ? value : '')?.[1] ?? NaN);
  return Number.isInteger(years) && years >= 0 && years <= 21 ? years : null;
}

const ENTITIES: Readonly<Record<string, string>> = {
  nbsp: ' ', amp: '&', quot: '"', lt: '<', gt: '>', laquo: '«', raquo: '»', ndash: '–', mdash: '—', hellip: '…',
}; // prettier-ignore

/** Descriptions were written in editors of HTML, and some of it is left. */
function plainText(text: string): string {
  return text
    .replace(/<br\s*\/?>|<\/p>/gi, '\n')
    .replace(/<[^<>]{1,200}>/g, '')
    .replace(/&([a-z]{2,6});/g, (whole, name: string) => ENTITIES[name] ?? whole)
    .trim();
}
