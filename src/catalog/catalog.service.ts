import { Inject, Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { ladderDelay } from '../core/util/backoff.js';
import { HitCounter } from '../core/util/hit-counter.js';
import type { PlaylistOwner, PlaylistStyle } from '../core/xtream/m3u-out.js';
import type { LiveChannel } from '../core/xtream/present-live.js';
import type { Clock } from '../platform/clock.js';
import { describeError } from '../platform/errors/app-error.js';
import { Lifecycle } from '../platform/lifecycle.js';
import type { Logger } from '../platform/logging/logger.js';
import { CLOCK, LOGGER } from '../platform/tokens.js';
import { nextTurn } from '../platform/turns.js';
import { loadCatalogData } from './catalog-data.js';
import type { Allowed } from './catalog-data.js';
import { CatalogEdition } from './catalog-edition.js';
import type { EditionTools, Encoding, Recipe, Representation } from './catalog-edition.js';
import { CATALOG_EVENTS, CATALOG_GUIDES, CATALOG_OPTIONS, CATALOG_SOURCE } from './catalog-source.js';
import type { CatalogEvents, CatalogGuides, CatalogOptions, CatalogSource } from './catalog-source.js';
import { Compressor } from './compress.js';
import { Slicer } from './slicer.js';

/** `loading` until the first state of the records is read: an empty list would make players forget theirs. */
export type CatalogAnswer = { kind: 'ready'; representation: Representation } | { kind: 'loading' };

/** The lists of channels of `player_api.php`. */
export type ListName = 'live_categories' | 'live_streams';

/** What decides which bytes somebody gets. */
export interface Entitled {
  allowedCategoryIds: Allowed;
}

/**
 * What does a viewer see: ready bytes, never made per request. A change of the records makes a new edition
 * beside the one in service; players get the former until the latter is complete.
 */
@Injectable()
export class CatalogService implements OnModuleInit {
  private edition: CatalogEdition | undefined;
  private readonly tools: EditionTools;
  private readonly hits = new HitCounter();
  /** Changes announced so far, and how many of them the edition in service knows. */
  private announced = 1;
  private served = 0;
  private refreshing = false;
  private readonly waiting = new Set<() => void>();
  private readonly listeners: (() => void)[] = [];

  constructor(
    @Inject(CATALOG_SOURCE) private readonly source: CatalogSource,
    @Inject(CATALOG_GUIDES) private readonly guides: CatalogGuides,
    @Inject(CATALOG_EVENTS) private readonly events: CatalogEvents,
    @Inject(CATALOG_OPTIONS) private readonly options: CatalogOptions,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly lifecycle: Lifecycle,
  ) {
    this.tools = { clock, options, compressor: new Compressor(), hits: this.hits };
  }

  onModuleInit(): void {
    const renew = (): void => {
      this.announced++;
      this.refresh();
    };
    const stops = [
      this.events.on('channels.changed', renew),
      this.events.on('guide.changed', renew),
      this.source.onLogos?.(renew),
    ];
    for (const stop of stops) if (stop) this.lifecycle.onShutdown('faces', 'catalogue', stop);
    this.refresh();
  }

  /** How often an answer stood ready since the start. */
  get readyAnswers(): HitCounter['figures'] {
    return this.hits.figures;
  }

  /**
   * One of the lists. `category` is what the player sent as `category_id`: "0", "", "*" and anything that is
   * no number mean all of them; a category unknown or not allowed gives an empty list.
   */
  list(
    viewer: Entitled,
    name: ListName,
    category: string | undefined,
    encoding: Encoding,
  ): Promise<CatalogAnswer> {
    switch (name) {
      case 'live_categories':
        return this.shared({
          what: 'categories',
          allowed: viewer.allowedCategoryIds,
          category: null,
          encoding,
        });
      case 'live_streams':
        return this.streams(viewer.allowedCategoryIds, wantedCategory(category), encoding);
    }
  }

  /** The members of `panel_api.php` behind `server_info`, up to and with its closing brace. */
  panel(viewer: Entitled): Promise<CatalogAnswer> {
    const allowed = viewer.allowedCategoryIds;
    return this.shared({ what: 'panel', allowed, category: null, encoding: 'identity' });
  }

  /** One channel of a viewer; undefined when there is none or he may not see it. */
  channel(viewer: Entitled, id: number): LiveChannel | undefined {
    return this.edition?.channel(id, viewer.allowedCategoryIds);
  }

  /** The playlist with the addresses and credentials of one viewer. */
  async playlist(
    viewer: Entitled,
    owner: PlaylistOwner,
    style: PlaylistStyle,
    encoding: Encoding,
  ): Promise<CatalogAnswer> {
    if (!this.edition) return { kind: 'loading' };
    const representation = await this.edition.playlist(viewer.allowedCategoryIds, owner, style, encoding);
    return { kind: 'ready', representation };
  }

  /** The same, but null where it would have to be made: for HEAD. */
  readyPlaylist(
    viewer: Entitled,
    owner: PlaylistOwner,
    style: PlaylistStyle,
    encoding: Encoding,
  ): CatalogAnswer | null {
    if (!this.edition) return { kind: 'loading' };
    const made = this.edition.readyPlaylist(viewer.allowedCategoryIds, owner, style, encoding);
    return made ? { kind: 'ready', representation: made } : null;
  }

  /** What players are told now; undefined until the records are read for the first time. */
  get current(): CatalogEdition | undefined {
    return this.edition;
  }

  /** Calls back after every change of what players are told. */
  onRenewed(listener: () => void): void {
    this.listeners.push(listener);
  }

  get isLoaded(): boolean {
    return this.edition !== undefined;
  }

  /** Resolves once every change announced before the call is what players are told. */
  async fresh(): Promise<void> {
    const wanted = this.announced;
    while (this.served < wanted) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  private streams(allowed: Allowed, category: number | null, encoding: Encoding): Promise<CatalogAnswer> {
    if (category === null) return this.shared({ what: 'streams', allowed, category, encoding });
    // Unknown categories share one answer: guessing numbers must not fill the cache.
    if (this.edition && !this.edition.hasCategory(category, allowed)) {
      return this.shared({ ...NOTHING, encoding });
    }
    return this.shared({ what: 'streams', allowed: null, category, encoding });
  }

  private async shared(recipe: Recipe): Promise<CatalogAnswer> {
    if (!this.edition) return { kind: 'loading' };
    return { kind: 'ready', representation: await this.edition.answer(recipe) };
  }

  private refresh(): void {
    if (this.refreshing || this.lifecycle.signal.aborted) return;
    this.refreshing = true;
    this.lifecycle.background('catalogue', this.refreshUntilServed());
  }

  /** One run at a time; changes during a run lead to one more after a pause, however many there were. */
  private async refreshUntilServed(): Promise<void> {
    try {
      for (let failures = 0; this.served < this.announced;) {
        const startedAt = this.clock.monotonic();
        failures = (await this.renew()) ? 0 : failures + 1;
        const took = this.clock.monotonic() - startedAt;
        const pause =
          failures > 0
            ? ladderDelay(this.options.retryLadderMs, failures - 1)
            : Math.max(this.options.pauseMs, took * 2);
        await this.clock.sleep(pause, this.lifecycle.signal);
      }
    } finally {
      this.refreshing = false;
    }
  }

  private async renew(): Promise<boolean> {
    // Whoever else hears of the same change begins in this turn.
    await nextTurn();
    const announced = this.announced;
    try {
      const data = await loadCatalogData(
        this.source,
        this.guides,
        new Slicer(this.clock, this.options.sliceMs, nextTurn),
      );
      const next = new CatalogEdition(data, this.tools, Math.floor(this.clock.now() / 1000));
      if (this.edition) await next.takeOver(this.edition);
      this.edition = next;
    } catch (error) {
      this.logger.error('the catalogue could not be renewed; players are told the former one', {
        error: describeError(error),
      });
      return false;
    }
    this.served = announced;
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
    for (const listener of this.listeners) listener();
    this.logger.debug('catalogue renewed', { channels: this.edition.channelCount });
    return true;
  }
}

const NOTHING = { what: 'nothing', allowed: null, category: null } as const;

/** What a player sent as `category_id`; null = all. */
export function wantedCategory(sent: string | undefined): number | null {
  if (sent === undefined || !/^\d+$/.test(sent)) return null;
  return Number(sent) === 0 ? null : Number(sent);
}
