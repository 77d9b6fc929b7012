import type { PresentedCategory } from '../core/xtream/present-categories.js';
import type { PlaceholderRule } from '../core/guide/placeholder.js';
import type { PresentedProgramme } from '../core/xtream/present-guide.js';
import type { LiveChannel } from '../core/xtream/present-live.js';

/** Where the catalogue takes its records from. The channels' repository satisfies it as it stands. */
export interface CatalogSource {
  /** Every channel a player may be told of, best in the order of `num`. */
  listVisible(): Promise<readonly LiveChannel[]>;
  listCategories(kind: 'live' | 'vod' | 'series'): Promise<readonly CatalogCategory[]>;
  /** Calls when channels are told in another way though they did not change. */
  onLogos?(handler: () => void): () => void;
}

export interface CatalogCategory extends PresentedCategory {
  /** Players show categories in this order. */
  readonly position: number;
}

/** Where the catalogue takes guides from. The guide's view satisfies it as it stands. */
export interface CatalogGuides {
  linkTable(): Promise<GuideAssignments>;
  /** Another text whenever the guides serve other programmes, after a restart, too. */
  served(): Promise<string>;
  /** Programmes that run at some time from `from` to `to` (excluded), epoch seconds, in the order of their starts. */
  programmes(channelId: number, from: number, to: number): Promise<readonly PresentedProgramme[]>;
}

/** Which guides serve which channel. */
export interface GuideAssignments {
  linksOf(channelId: number): readonly { guideChannelId: number; shiftMinutes: number }[];
  /** What a channel without a guide shows; null = the server's rule. */
  placeholderOf(channelId: number, categoryId: number): PlaceholderRule | null;
}

/** The events the catalogue listens to; also fired when another process changed the database. */
export interface CatalogEvents {
  on(name: 'channels.changed' | 'guide.changed', handler: () => void): () => void;
}

export interface CatalogOptions {
  /** Bytes kept for ready answers in all: half for lists and guides, a quarter each for playlist templates and playlists. */
  cacheBytes: number;
  /** Bytes kept for programmes of single channels, beside `cacheBytes`. */
  listingBytes: number;
  /** Bytes kept for what to send of guide files, beside `cacheBytes`. */
  planBytes: number;
  /** The event loop is given back after this long while an answer is built. Milliseconds. */
  sliceMs: number;
  /** Answers below this many bytes are not compressed. */
  gzipFromBytes: number;
  /** Least pause between two rebuilds; a slow rebuild pauses twice as long as it took. Milliseconds. */
  pauseMs: number;
  /** Waits before a failed rebuild is tried again; the last one repeats. Milliseconds. */
  retryLadderMs: readonly number[];
}

export const DEFAULT_CATALOG_OPTIONS: CatalogOptions = {
  cacheBytes: 256 * 1024 * 1024,
  listingBytes: 32 * 1024 * 1024,
  planBytes: 32 * 1024 * 1024,
  sliceMs: 5,
  gzipFromBytes: 1_024,
  pauseMs: 100,
  retryLadderMs: [1_000, 2_000, 5_000, 15_000, 30_000],
};

export const CATALOG_SOURCE = Symbol('CatalogSource');
export const EDITION_MAKER = Symbol('EditionMaker');
export const CATALOG_GUIDES = Symbol('CatalogGuides');
export const CATALOG_EVENTS = Symbol('CatalogEvents');
export const CATALOG_OPTIONS = Symbol('CatalogOptions');
