import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { epochSeconds, jsonColumn } from '../platform/database/columns.js';
import type { ListedFilmCounts } from './listed-film.js';

export const LIST_TYPES = ['auto', 'm3u', 'json', 'html'] as const;
export type ListType = (typeof LIST_TYPES)[number];

/** How entries of a list become channels: alternates behind one channel, or one channel per address. */
export const GROUPINGS = ['tvg-id-then-name', 'url'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export const REFRESH_STATES = ['ok', 'unchanged', 'stale', 'failed'] as const;
export type RefreshStatus = (typeof REFRESH_STATES)[number];

export interface ListFilters {
  /** Case-insensitive regular expressions on `group` and `name`; an entry must match every include given and no exclude. */
  includeGroup?: string;
  excludeGroup?: string;
  includeName?: string;
  excludeName?: string;
}

export interface RefreshReport {
  sourceId: number;
  status: RefreshStatus;
  found: number;
  /** Of channels. */
  added: number;
  updated: number;
  retired: number;
  skipped: number;
  problems: { line: number; reason: string }[];
  reason: string | null;
  /** null = nothing was applied. Reports of earlier versions lack it. */
  films?: ListedFilmCounts | null;
}

/** A channel list that Rooftop reads again and again. */
@Entity('scraper_urls')
export class ListSource {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  name!: string;

  /** http(s), or file: with an absolute path. May contain credentials: never log it unredacted. */
  @Column('text')
  url!: string;

  @Column('text')
  type!: ListType;

  /** 0 = only when asked. */
  @Column('integer', { name: 'interval_minutes' })
  intervalMinutes!: number;

  @Column('text', { default: '{}', transformer: jsonColumn({}) })
  headers!: Record<string, string>;

  @Column('boolean', { name: 'is_enabled', default: true })
  isEnabled!: boolean;

  @Column('text', { default: '{}', transformer: jsonColumn({}) })
  filters!: ListFilters;

  @Column('text')
  grouping!: Grouping;

  /** The operator vouches for this list: it and its streams may live on private addresses. */
  @Column('boolean', { name: 'allow_private', default: false })
  allowPrivate!: boolean;

  /** The HTTP proxy for the list and its streams; null = straight. May contain credentials: never log it unredacted. */
  @Column('text', { name: 'proxy_url', nullable: true })
  proxyUrl!: string | null;

  /** Streams the provider allows at once; null = not limited. */
  @Column('integer', { name: 'max_connections', nullable: true })
  maxConnections!: number | null;

  /** Share of the known entries that must still be there for a refresh to be applied; null = the server's setting. */
  @Column('float', { name: 'shrink_threshold', nullable: true })
  shrinkThreshold!: number | null;

  @Column('text', { nullable: true })
  etag!: string | null;

  @Column('text', { name: 'last_modified', nullable: true })
  lastModified!: string | null;

  /** SHA-256 of the last applied body and settings. */
  @Column('text', { name: 'content_hash', nullable: true })
  contentHash!: string | null;

  @Column('integer', { name: 'entry_count', default: 0 })
  entryCount!: number;

  /** Films and episodes. */
  @Column('integer', { name: 'film_count', default: 0 })
  filmCount!: number;

  /** The snapshot of what is in force; null = it was applied before snapshots were kept. */
  @Column('integer', { nullable: true })
  generation!: number | null;

  /** What an undo brings back. */
  @Column('integer', { name: 'previous_generation', nullable: true })
  previousGeneration!: number | null;

  @Column('text', { name: 'guide_urls', default: '[]', transformer: jsonColumn([]) })
  guideUrls!: string[];

  @Column('text', {
    name: 'last_report',
    nullable: true,
    transformer: jsonColumn(null),
  })
  lastReport!: RefreshReport | null;

  @Column('bigint', { name: 'last_run_at', nullable: true, transformer: epochSeconds })
  lastRunAt!: number | null;

  @Column('bigint', { name: 'last_success_at', nullable: true, transformer: epochSeconds })
  lastSuccessAt!: number | null;

  @Column('bigint', { name: 'next_run_at', nullable: true, transformer: epochSeconds })
  nextRunAt!: number | null;

  @Column('bigint', { name: 'created_at', transformer: epochSeconds })
  createdAt!: number;
}
