import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { readGuideName } from '../core/match/guide-name.js';
import { Channel } from '../channels/channel.entity.js';
import { Database } from '../platform/database/database.js';
import { nextTurn } from '../platform/turns.js';
import { CategoryGuide, ChannelGuide } from './channel-guide.entity.js';
import { GuideChannel } from './guide-channel.entity.js';
import { GuideLink } from './guide-link.entity.js';
import { GuideRun } from './guide-run.entity.js';
import { GuideSource } from './guide-source.entity.js';
import { LinkTable, type ChannelChoice, type LinkRow } from './link-table.js';

interface RawLink {
  id: number;
  channel: number;
  guide: number;
  origin: string;
  position: number;
  shift: number;
  sourceShift: number;
  channelShift: number;
  channelName: string;
  /** As stored. */
  editedFields: string;
  source: number;
  priority: number;
}

export interface NamedChannel {
  id: number;
  name: string;
  categoryId: number;
}

/** Rows per read; about 5 ms. */
const READ_SLICE = 500;

/** Reads what the guides of channels are made of. */
@Injectable()
export class LinkTableRepository {
  constructor(private readonly database: Database) {}

  /** The table as it stands, read in slices. */
  async read(): Promise<LinkTable> {
    const choices = new Map<number, ChannelChoice>(
      (await this.database.read.find(ChannelGuide)).map((row) => [row.channelId, row]),
    );
    const categories = new Map(
      (await this.database.read.find(CategoryGuide)).map((row) => [row.categoryId, row.placeholder]),
    );
    const rows: RawLink[] = [];
    for (let slice: RawLink[]; (slice = await this.slice(rows.at(-1)?.id ?? 0)).length > 0;) {
      rows.push(...slice);
      await nextTurn();
    }
    return new LinkTable(rows.sort(inOrder).map(toLinkRow), choices, categories);
  }

  /** Which reading each guide serves. When it began is part of it: after a restore ids of runs are given once more. */
  async served(): Promise<string> {
    const rows = await this.database.read
      .createQueryBuilder(GuideSource, 'source')
      .innerJoin(GuideRun, 'run', 'run.id = source.generation')
      .select('source.id', 'id')
      .addSelect('source.generation', 'generation')
      .addSelect('run.startedAt', 'startedAt')
      .addSelect('source.contentHash', 'content')
      .orderBy('source.id')
      .getRawMany<{ id: number; generation: number; startedAt: number | string; content: string | null }>();
    return JSON.stringify(
      rows.map(({ id, generation, startedAt, content }) => [id, generation, Number(startedAt), content]),
    );
  }

  async names(channelIds: readonly number[]): Promise<NamedChannel[]> {
    const found: NamedChannel[] = [];
    for (let at = 0; at < channelIds.length; at += READ_SLICE) {
      if (at > 0) await nextTurn();
      const slice = await this.database.read.find(Channel, {
        select: { id: true, name: true, categoryId: true },
        where: { id: In(channelIds.slice(at, at + READ_SLICE)) },
      });
      found.push(...slice);
    }
    return found;
  }

  private slice(afterId: number): Promise<RawLink[]> {
    return this.database.read
      .createQueryBuilder(GuideLink, 'link')
      .innerJoin(GuideChannel, 'guide', 'guide.id = link.guideChannelId')
      .innerJoin(GuideSource, 'source', 'source.id = guide.guideSourceId AND source.generation IS NOT NULL')
      .innerJoin(Channel, 'channel', 'channel.id = link.channelId')
      .select('link.id', 'id')
      .addSelect('link.channelId', 'channel')
      .addSelect('link.guideChannelId', 'guide')
      .addSelect('link.origin', 'origin')
      .addSelect('link.position', 'position')
      .addSelect('link.shiftMinutes', 'shift')
      .addSelect('source.shiftMinutes', 'sourceShift')
      .addSelect('channel.guideShiftMinutes', 'channelShift')
      .addSelect('channel.name', 'channelName')
      .addSelect('channel.editedFields', 'editedFields')
      .addSelect('source.id', 'source')
      .addSelect('source.priority', 'priority')
      .where('link.id > :afterId', { afterId })
      .orderBy('link.id')
      .limit(READ_SLICE)
      .getRawMany<RawLink>();
  }
}

/** Manual links by their position, found ones by the priority of their sources. */
function inOrder(a: RawLink, b: RawLink): number {
  return a.position - b.position || a.priority - b.priority || a.source - b.source || a.id - b.id;
}

function toLinkRow(row: RawLink): LinkRow {
  return {
    channelId: row.channel,
    guideChannelId: row.guide,
    isManual: row.origin === 'manual',
    shiftMinutes: ownShift(row) + row.sourceShift,
  };
}

/**
 * Who links by hand says the shift as well. For found links that of the channel counts, but where its name has one too
 * ("X +1"): matching knew it, and has found either the guide of "X +1" or that of "X" an hour later. A person's word goes
 * before both.
 */
function ownShift({ origin, shift, channelShift, channelName, editedFields }: RawLink): number {
  if (origin === 'manual') return shift;
  if (editedFields.split(',').includes('guideShiftMinutes')) return channelShift;
  if (channelShift === 0 || readGuideName(channelName).shiftHours !== 0) return shift;
  return channelShift;
}
