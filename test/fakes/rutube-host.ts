import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ConnectionFault, ReplyFault } from './faults/fault.js';
import type { FaultPlace } from './faults/fault-book.js';
import type { Exchange } from './net/exchange.js';
import { FaultyHost, type FaultyHostOptions } from './net/faulty-host.js';

export interface FakeVideo {
  /** Any number; the id is made of it, see `videoId`. */
  number: number;
  title: string;
  /** Seconds. */
  duration?: number;
  category?: string;
  description?: string;
  hits?: number;
  age?: number;
  isAdult?: boolean;
  isLive?: boolean;
  isHidden?: boolean;
  season?: number;
  episode?: number;
  type?: string;
  /** ISO, as Rutube writes it: without a zone. */
  created?: string;
  thumbnail?: string;
}

export interface FakeCard {
  id: number;
  name: string;
  type?: string;
  description?: string;
  picture?: string;
  videos: readonly FakeVideo[];
}

export interface RutubeHostOptions extends FaultyHostOptions {
  perPage?: number;
  /** A folder with `index.m3u8` and what it names: the stream of every video. */
  streamFolder?: string;
}

type RutubeFault = ConnectionFault | Exclude<ReplyFault, { kind: 'redirectForeignHost' }>;

/** How `next` misbehaves. */
export type NextFault = 'itself' | 'first' | 'endless' | 'foreign' | 'same-entries';

/** An imitation of Rutube: lists by page, cards, feeds, videos, play options and the streams they lead to. */
export class RutubeHost extends FaultyHost<RutubeFault> {
  /** Lists by path, e.g. "/api/tags/video/1/". */
  readonly lists = new Map<string, readonly FakeVideo[]>();
  readonly cardGroups = new Map<string, readonly FakeCard[]>();
  /** Paths of lists by the path of the feed. */
  readonly feeds = new Map<string, readonly string[]>();
  /** Videos that are gone: they still stand in lists. */
  readonly gone = new Set<string>();
  /** Why a video must not be watched. */
  readonly refused = new Map<string, string>();
  /** Answers that stand at a path, whatever else is there. */
  readonly fixed = new Map<string, { status: number; body: unknown }>();
  nextFault: NextFault | undefined;
  /** Changes with every opening; a stream asked for under an old one answers 403. */
  strictTokens = false;
  private token = 0;

  constructor(private readonly settings: RutubeHostOptions = {}) {
    super(settings);
  }

  /** How often a path (or what begins with it) was asked for. */
  asked(prefix: string): number {
    return this.requests.all.filter((request) => request.path.startsWith(prefix)).length;
  }

  protected placeOf({ path: pathname }: Exchange): FaultPlace {
    const route = pathname.startsWith('/api/play/')
      ? 'play'
      : pathname.startsWith('/stream/')
        ? 'stream'
        : 'list';
    return { route, contentKeys: [pathname] };
  }

  protected answer(exchange: Exchange): void {
    const { path: at } = exchange;
    const fixed = this.fixed.get(at);
    if (fixed) return exchange.json(fixed.body, fixed.status);
    const list = this.lists.get(at);
    if (list) return this.sendPage(exchange, list.map(videoJson));
    const group = this.cardGroups.get(at);
    if (group) {
      return this.sendPage(
        exchange,
        group.map((card) => this.cardJson(card)),
      );
    }
    const feed = this.feeds.get(at);
    if (feed) return exchange.json(feedJson(feed));
    const card = /^\/api\/metainfo\/tv\/(\d+)\/video\/?$/.exec(at)?.[1];
    if (card !== undefined) return this.sendCard(exchange, Number(card));
    const video = /^\/api\/video\/([0-9a-f]{32})\/$/.exec(at)?.[1];
    if (video !== undefined) return this.sendVideo(exchange, video);
    const play = /^\/api\/play\/options\/([0-9a-f]{32})\/$/.exec(at)?.[1];
    if (play !== undefined) return this.sendPlay(exchange, play);
    const [, token, file] = /^\/stream\/(\d+)\/([\w.-]+)$/.exec(at) ?? [];
    if (token !== undefined && file !== undefined) return this.sendStream(exchange, Number(token), file);
    notFound(exchange);
  }

  private sendPage(exchange: Exchange, entries: readonly unknown[]): void {
    const { perPage = 20 } = this.settings;
    const page = Number(exchange.query.get('page') ?? 1);
    const from = this.nextFault === 'same-entries' ? 0 : (page - 1) * perPage;
    const results = entries.slice(from, from + perPage);
    const hasMore = from + perPage < entries.length;
    const next = this.nextOf(exchange, page, hasMore);
    exchange.json({ has_next: next !== null, next, previous: null, page, per_page: perPage, results });
  }

  private nextOf(exchange: Exchange, page: number, hasMore: boolean): string | null {
    const at = (number: number): string => `${this.url}${exchange.path}?page=${number}`;
    switch (this.nextFault) {
      case 'itself':
        return exchange.url.search === '' ? `${this.url}${exchange.path}` : at(page);
      case 'first':
        return hasMore ? at(page + 1) : at(1);
      case 'endless':
      case 'same-entries':
        return at(page + 1);
      case 'foreign':
        return 'http://169.254.169.254/api/tags/video/1/?page=2';
      case undefined:
        return hasMore ? at(page + 1) : null;
    }
  }

  private sendCard(exchange: Exchange, id: number): void {
    const card = [...this.cardGroups.values()].flat().find((one) => one.id === id);
    if (!card) return notFound(exchange);
    // Lists of cards name no category.
    this.sendPage(
      exchange,
      card.videos.map((video) => ({ ...videoJson(video), category: undefined })),
    );
  }

  private sendVideo(exchange: Exchange, id: string): void {
    const video = [...this.lists.values()].flat().find(({ number }) => videoId(number) === id);
    if (!video || this.gone.has(id)) return notFound(exchange);
    exchange.json(videoJson(video));
  }

  private sendPlay(exchange: Exchange, id: string): void {
    if (this.gone.has(id)) return notFound(exchange);
    const reason = this.refused.get(id);
    const url = `${this.url}/stream/${++this.token}/master.m3u8`;
    exchange.json({
      video_id: id,
      duration: 8_000,
      live_streams: {},
      acl_access: {
        allowed: reason === undefined,
        err_code: reason === undefined ? null : 1,
        err_text: reason ?? '',
      },
      video_balancer: reason === undefined ? { default: url, m3u8: url } : {},
    });
  }

  private sendStream(exchange: Exchange, token: number, file: string): void {
    if (this.strictTokens && token !== this.token) return exchange.text(403, 'expired');
    if (file === 'master.m3u8') {
      const lines = ['#EXTM3U', '#EXT-X-STREAM-INF:BANDWIDTH=500000,RESOLUTION=320x180', 'index.m3u8', ''];
      return exchange.send(200, lines.join('\n'), { 'Content-Type': 'application/vnd.apple.mpegurl' });
    }
    readFile(path.join(this.settings.streamFolder ?? '', file)).then(
      (bytes) => exchange.send(200, bytes),
      () => exchange.text(404, 'no such file'),
    );
  }

  private cardJson({ id, name, type = 'movie', description = '', picture = '' }: FakeCard): unknown {
    return {
      id: id * 10,
      content_type: { id: 42, app_label: 'metainfo', model: 'tv' },
      object_id: id,
      object: {
        ...{ id, name, description, picture, original_title: '', age: '12+' },
        type: { id: 1, name: type, title: '' },
        content: `${this.url}/api/metainfo/tv/${id}/video`,
      },
      is_adult: false,
    };
  }
}

/** Opens the host; close it at the end. */
export async function createRutubeHost(options: RutubeHostOptions = {}): Promise<RutubeHost> {
  const host = new RutubeHost(options);
  await host.open();
  return host;
}

/** The id of a video as Rutube writes them. */
export function videoId(number: number): string {
  return number.toString(16).padStart(32, '0');
}

function videoJson(video: FakeVideo): Record<string, unknown> {
  const { number, title, duration = 0, category = 'Фильмы', description = '', hits = 0, age = 12 } = video;
  const id = videoId(number);
  return {
    ...{ id, title, description, duration, hits },
    ...{ video_url: `https://rutube.ru/video/${id}/`, thumbnail_url: video.thumbnail ?? '', picture_url: '' },
    ...{ created_ts: video.created ?? '2024-05-01T12:00:00', publication_ts: '2024-05-02T12:00:00' },
    ...{ is_adult: video.isAdult ?? false, is_livestream: video.isLive ?? false },
    ...{ is_hidden: video.isHidden ?? false, is_deleted: false },
    pg_rating: { age, logo: '' },
    author: { id: 1, name: 'Cinema', avatar_url: '', site_url: '' },
    category: { id: 4, category_url: '', name: category },
    ...(video.type === undefined ? {} : { type: { id: 1, name: video.type, title: '' } }),
    ...(video.season === undefined ? {} : { season: video.season }),
    ...(video.episode === undefined ? {} : { episode: video.episode }),
  };
}

function feedJson(lists: readonly string[]): unknown {
  const resources = lists.map((url, at) => ({ id: at + 1, url, name: `Shelf ${at + 1}` }));
  return { id: 1, slug: 'movies', name: 'Кино', tabs: [{ id: 1, name: 'Главная', resources }] };
}

function notFound(exchange: Exchange): void {
  exchange.json({ detail: 'Not found.' }, 404);
}
