import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { epochSeconds, jsonColumn } from '../platform/database/columns.js';
import type { GuideReport } from './guide-report.js';

/** `auto` tells XMLTV from JSON by the content. */
export const GUIDE_KINDS = ['auto', 'xmltv', 'provider-json'] as const;
export type GuideKind = (typeof GUIDE_KINDS)[number];

/** What a provider's JSON guide needs besides its address, in which `{channel}` stands for a channel's id. */
export interface GuideOptions {
  /** Added to the query of every request; values may be secret. */
  parameters?: Record<string, string>;
  /** One request each, with the id in the place of `{channel}`; absent = the guide ids of this server's channels. */
  channels?: string[];
  /** The guide comes in pages: this parameter counts up until a page brings nothing new. */
  pageParameter?: string;
  /** Number of the first page; 1 when absent. */
  firstPage?: number;
}

/** A guide that Rooftop reads again and again. A removed one keeps its row, so that ids come back with it. */
@Entity('guide_sources')
export class GuideSource {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  name!: string;

  /** http(s), or file: with an absolute path. May contain credentials: never log it unredacted. */
  @Column('text')
  url!: string;

  @Column('text')
  kind!: GuideKind;

  @Column('boolean', { name: 'is_enabled', default: true })
  isEnabled!: boolean;

  /** Lower ones go first where several guides know a channel. */
  @Column('integer')
  priority!: number;

  /** 0 = only when asked. */
  @Column('integer', { name: 'interval_minutes' })
  intervalMinutes!: number;

  /** Sent with the request; values may be secret. */
  @Column('text', { default: '{}', transformer: jsonColumn({}) })
  headers!: Record<string, string>;

  @Column('text', { default: '{}', transformer: jsonColumn({}) })
  options!: GuideOptions;

  /** IANA zone of times that name none. */
  @Column('text', { name: 'time_zone', default: 'UTC' })
  timeZone!: string;

  /** Added to every time when programmes are read, not when they are stored. */
  @Column('integer', { name: 'shift_minutes', default: 0 })
  shiftMinutes!: number;

  /** The operator vouches for this guide: it may live on a private address. */
  @Column('boolean', { name: 'allow_private', default: false })
  allowPrivate!: boolean;

  /** The channel list that named this guide; null = a person added it. */
  @Column('integer', { name: 'list_source_id', nullable: true })
  listSourceId!: number | null;

  @Column('text', { nullable: true })
  etag!: string | null;

  @Column('text', { name: 'last_modified', nullable: true })
  lastModified!: string | null;

  /** SHA-256 of the last applied content and settings. */
  @Column('text', { name: 'content_hash', nullable: true })
  contentHash!: string | null;

  /** Share of the known channels and programmes that must still be there for a refresh to be applied; null = the server's setting. */
  @Column('float', { name: 'shrink_threshold', nullable: true })
  shrinkThreshold!: number | null;

  /** The run whose listings and pages are served; null = none. */
  @Column('integer', { nullable: true })
  generation!: number | null;

  /** What an undo brings back. */
  @Column('integer', { name: 'previous_generation', nullable: true })
  previousGeneration!: number | null;

  @Column('integer', { name: 'channel_count', default: 0 })
  channelCount!: number;

  @Column('integer', { name: 'programme_count', default: 0 })
  programmeCount!: number;

  @Column('text', { name: 'last_report', nullable: true, transformer: jsonColumn(null) })
  lastReport!: GuideReport | null;

  @Column('bigint', { name: 'last_run_at', nullable: true, transformer: epochSeconds })
  lastRunAt!: number | null;

  @Column('bigint', { name: 'last_success_at', nullable: true, transformer: epochSeconds })
  lastSuccessAt!: number | null;

  @Column('bigint', { name: 'next_run_at', nullable: true, transformer: epochSeconds })
  nextRunAt!: number | null;

  @Column('bigint', { name: 'created_at', transformer: epochSeconds })
  createdAt!: number;

  @Column('bigint', { name: 'removed_at', nullable: true, transformer: epochSeconds })
  removedAt!: number | null;
}
