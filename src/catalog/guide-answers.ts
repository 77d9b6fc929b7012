import { Inject, Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { HitCounter } from '../core/util/hit-counter.js';
import { SingleFlight } from '../core/util/single-flight.js';
import {
  nextListingChange,
  presentEpgRow,
  presentListing,
  type PresentedProgramme,
} from '../core/xtream/present-guide.js';
import type { LiveChannel } from '../core/xtream/present-live.js';
import { zoneFormatter, type ZoneFormatter } from '../core/xtream/zone-time.js';
import type { Clock } from '../platform/clock.js';
import { Lifecycle } from '../platform/lifecycle.js';
import { CLOCK } from '../platform/tokens.js';
import { ByteCache } from './byte-cache.js';
import { CATALOG_EVENTS, CATALOG_GUIDES, CATALOG_OPTIONS } from './catalog-source.js';
import type { CatalogEvents, CatalogGuides, CatalogOptions } from './catalog-source.js';
import type { Encoding } from './catalog-edition.js';
import { CatalogService, type Entitled } from './catalog.service.js';
import { Compressor } from './compress.js';

/** Which rows of a channel a player wants. */
export type ListingsWish =
  /** The programme that runs and those after it, `limit` of them. */
  | { kind: 'short'; limit: number }
  /** Everything known, past and future. */
  | { kind: 'table' }
  /** `get_epg`: everything known, or what has not ended. */
  | { kind: 'epg'; fromNow: boolean };

/** What one channel shows, true until some moment. */
interface Listings {
  /** `{"epg_listings":[…]}`. */
  answer: Buffer;
  /** The same as gzip, once somebody has asked for it. */
  packed?: Buffer;
  /** Epoch seconds. */
  until: number;
}

/** The answer about one channel, in the encoding that was asked for where that is worth it. */
export interface ListingsAnswer {
  bytes: Buffer;
  encoding: Encoding;
}

const DAY = 86_400;
/** Most programmes of one channel in one answer. */
const MAX_ROWS = 5_000;
/** Guides reach two weeks ahead at most; a placeholder has no end. */
const AHEAD_SECONDS = 21 * DAY;
/** Where the next few programmes are looked for first. */
const SOON_SECONDS = 2 * DAY;
/** Rows of a channel may also come into the window or leave it: they are made anew after this long. */
const MAX_AGE_SECONDS = 3_600;
const HEAD = '{"epg_listings":';
const TAIL = '}';
const NOTHING: Listings = { answer: Buffer.from(`${HEAD}[]${TAIL}`), until: Number.POSITIVE_INFINITY };
/** Smaller answers fit into a packet or two as they are. */
const MIN_PACKED_BYTES = 4_096;

/**
 * What is on a channel, as players are told: rows made once for each channel and kept until one of its programmes begins
 * or ends, or the guide changes. Players ask for hundreds of channels in a row.
 */
@Injectable()
export class GuideAnswers implements OnModuleInit {
  private readonly kept: ByteCache<Listings>;
  private readonly hits = new HitCounter();
  private readonly making = new SingleFlight<string, Listings>();
  private readonly packing = new SingleFlight<string, Buffer>();
  private readonly compressor = new Compressor();
  private zone: { name: string; format: ZoneFormatter } | undefined;
  /** Raised with every change: rows that were being made meanwhile are not kept. */
  private revision = 0;

  constructor(
    private readonly catalog: CatalogService,
    @Inject(CATALOG_GUIDES) private readonly guides: CatalogGuides,
    @Inject(CATALOG_EVENTS) private readonly events: CatalogEvents,
    @Inject(CATALOG_OPTIONS) options: Pick<CatalogOptions, 'listingBytes'>,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly lifecycle: Lifecycle,
  ) {
    this.kept = new ByteCache(
      options.listingBytes,
      ({ answer, packed }) => answer.length + (packed?.length ?? 0),
    );
  }

  onModuleInit(): void {
    for (const name of ['channels.changed', 'guide.changed'] as const) {
      const stop = this.events.on(name, () => this.forget());
      this.lifecycle.onShutdown('faces', 'guide answers', stop);
    }
  }

  /**
   * A JSON array of rows with times as texts in `timeZone`; `[]` when there is no such channel, the viewer may not see
   * it, or nothing is known.
   */
  async rows(viewer: Entitled, channelId: number, wish: ListingsWish, timeZone: string): Promise<Buffer> {
    const channel = this.catalog.channel(viewer, channelId);
    const { answer } =
      channel === undefined
        ? NOTHING
        : await this.listings(channel, wish, timeZone, keyOf(channel, wish, timeZone));
    return answer.subarray(HEAD.length, answer.length - TAIL.length);
  }

  /** `{"epg_listings":[…]}` of one channel, with the rows that `rows` has. */
  async answer(
    viewer: Entitled,
    channelId: number,
    wish: ListingsWish,
    timeZone: string,
    encoding: Encoding,
  ): Promise<ListingsAnswer> {
    const channel = this.catalog.channel(viewer, channelId);
    if (channel === undefined) return { bytes: NOTHING.answer, encoding: 'identity' };
    const key = keyOf(channel, wish, timeZone);
    const { revision } = this;
    const listings = await this.listings(channel, wish, timeZone, key);
    const { answer, packed } = listings;
    if (encoding === 'identity' || answer.length < MIN_PACKED_BYTES) {
      return { bytes: answer, encoding: 'identity' };
    }
    if (packed !== undefined) return { bytes: packed, encoding };
    const bytes = await this.packing.run(`${revision} ${listings.until} ${key}`, async () => {
      const made = await this.compressor.gzipSoon(answer);
      if (revision === this.revision) this.kept.set(key, { ...listings, packed: made });
      return made;
    });
    return { bytes, encoding };
  }

  /** How often rows stood ready since the start. */
  get readyAnswers(): HitCounter['figures'] {
    return this.hits.figures;
  }

  /** Bytes of the rows that stand ready. */
  get heldBytes(): number {
    return this.kept.bytes;
  }

  private async listings(
    channel: LiveChannel,
    wish: ListingsWish,
    timeZone: string,
    key: string,
  ): Promise<Listings> {
    const kept = this.kept.get(key);
    const isReady = kept !== undefined && kept.until > this.now();
    this.hits.count(isReady);
    if (isReady) return kept;
    const { revision } = this;
    return this.making.run(`${revision} ${key}`, async () => {
      const made = await this.make(channel, wish, timeZone);
      if (revision === this.revision) this.kept.set(key, made);
      return made;
    });
  }

  private async make(channel: LiveChannel, wish: ListingsWish, timeZone: string): Promise<Listings> {
    const now = this.now();
    const programmes = await this.wanted(channel, wish, now);
    const inZone = this.formatterOf(timeZone);
    const rows = programmes.map((programme) =>
      wish.kind === 'epg'
        ? presentEpgRow(channel, programme)
        : presentListing(channel, programme, now, inZone),
    );
    const until = Math.min(nextListingChange(channel, programmes, now), now + MAX_AGE_SECONDS);
    return { answer: Buffer.from(`${HEAD}${JSON.stringify(rows)}${TAIL}`), until };
  }

  private async wanted(
    { id, archiveDays }: LiveChannel,
    wish: ListingsWish,
    now: number,
  ): Promise<readonly PresentedProgramme[]> {
    const ahead = now + AHEAD_SECONDS;
    switch (wish.kind) {
      case 'short': {
        const soon = await this.guides.programmes(id, now, now + SOON_SECONDS);
        const found = soon.length < wish.limit ? await this.guides.programmes(id, now, ahead) : soon;
        return found.slice(0, wish.limit);
      }
      case 'table':
        return (await this.guides.programmes(id, earliest(archiveDays, now), ahead)).slice(0, MAX_ROWS);
      case 'epg': {
        const from = wish.fromNow ? now : earliest(archiveDays, now);
        return (await this.guides.programmes(id, from, ahead)).slice(0, MAX_ROWS);
      }
    }
  }

  /** Made once and kept until the operator moves the server to another zone. */
  private formatterOf(name: string): ZoneFormatter {
    if (this.zone?.name !== name) this.zone = { name, format: zoneFormatter(name) };
    return this.zone.format;
  }

  private forget(): void {
    this.revision++;
    this.kept.clear();
  }

  private now(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}

/** Past programmes are kept as long as the archive of the channel reaches, and a day at least. */
function earliest(archiveDays: number, now: number): number {
  return now - (Math.max(1, Math.trunc(archiveDays)) + 1) * DAY;
}

/** The guide id is part of it: it may change with the catalogue a moment after the guide did. */
function keyOf({ id, epgChannelId, archiveDays }: LiveChannel, wish: ListingsWish, timeZone: string): string {
  return `${wishKey(wish)} ${id} ${epgChannelId} ${archiveDays} ${timeZone}`;
}

function wishKey(wish: ListingsWish): string {
  switch (wish.kind) {
    case 'short':
      return `short ${wish.limit}`;
    case 'table':
      return 'table';
    case 'epg':
      return wish.fromNow ? 'epg now' : 'epg';
  }
}
