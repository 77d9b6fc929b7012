import { Injectable } from '@nestjs/common';
import { ChannelQueryRepository } from '../channels/channel-query.repository.js';
import type { Channel } from '../channels/channel.entity.js';
import { foldText } from '../core/guide/fold-text.js';
import { Semaphore } from '../core/util/semaphore.js';
import { GuideView, type ViewedProgramme } from './guide-view.js';
import { nextTurn } from '../platform/turns.js';

export interface ChannelProgrammes {
  channel: Channel;
  /** In the order of their starts. */
  programmes: ViewedProgramme[];
}

export interface FoundProgramme {
  channel: Channel;
  programme: ViewedProgramme;
}

export interface ProgrammeSearch {
  /** Part of a title or sub-title. */
  text: string;
  /** Epoch seconds, `to` excluded. */
  from: number;
  to: number;
  channelId?: number;
  categoryId?: number;
  page: number;
  perPage: number;
}

export interface GridQuery {
  from: number;
  to: number;
  categoryId?: number;
  page: number;
  perPage: number;
}

/** Their programmes are read together: a few milliseconds each. */
const CHANNELS_PER_READ = 16;
const CHANNELS_PER_PAGE = 200;

/** What is on all channels, for people: as a grid, and by words. */
@Injectable()
export class GuideSearch {
  /** Programmes are searched as they are stored, packed: one search at a time costs enough. */
  private readonly turns = new Semaphore(1);

  constructor(
    private readonly channels: ChannelQueryRepository,
    private readonly view: GuideView,
  ) {}

  /** A page of channels, by number, with what runs in the window. */
  async grid({ from, to, ...query }: GridQuery): Promise<{ items: ChannelProgrammes[]; total: number }> {
    const { items, total } = await this.channelPage(query);
    const programmes = await this.view.programmesOf(
      items.map(({ id }) => id),
      from,
      to,
    );
    return {
      items: items.map((channel) => ({ channel, programmes: programmes.get(channel.id) ?? [] })),
      total,
    };
  }

  /** Programmes of a channel that run in the window; null = there is no such channel. */
  async channel(id: number, from: number, to: number): Promise<ChannelProgrammes | null> {
    const channel = await this.channels.findById(id);
    if (channel === null) return null;
    return { channel, programmes: await this.view.programmes(id, from, to) };
  }

  /**
   * Programmes whose title or sub-title contains the text, whatever its case and accents; channel by channel, by their
   * numbers. It stops where the page is full, so nobody knows how many there are in all.
   */
  search(query: ProgrammeSearch): Promise<{ items: FoundProgramme[]; hasMore: boolean }> {
    return this.turns.use(() => this.find(query));
  }

  private async find(query: ProgrammeSearch): Promise<{ items: FoundProgramme[]; hasMore: boolean }> {
    const wanted = foldText(query.text);
    const skipped = (query.page - 1) * query.perPage;
    const found: FoundProgramme[] = [];
    let seen = 0;
    for await (const group of this.groups(query)) {
      const ids = group.map(({ id }) => id);
      const programmes = await this.view.programmesOf(ids, query.from, query.to);
      for (const channel of group) {
        for (const programme of programmes.get(channel.id) ?? []) {
          if (!contains(programme, wanted) || seen++ < skipped) continue;
          if (found.length === query.perPage) return { items: found, hasMore: true };
          found.push({ channel, programme });
        }
        await nextTurn();
      }
    }
    return { items: found, hasMore: false };
  }

  private async *groups({
    channelId,
    categoryId,
  }: ProgrammeSearch): AsyncGenerator<Channel[], void, undefined> {
    if (channelId !== undefined) {
      const channel = await this.channels.findById(channelId);
      if (channel !== null) yield [channel];
      return;
    }
    for (let page = 1; ; page++) {
      const query = { page, perPage: CHANNELS_PER_PAGE, ...(categoryId === undefined ? {} : { categoryId }) };
      const { items, total } = await this.channelPage(query);
      for (let at = 0; at < items.length; at += CHANNELS_PER_READ) {
        yield items.slice(at, at + CHANNELS_PER_READ);
      }
      if (items.length === 0 || page * CHANNELS_PER_PAGE >= total) return;
    }
  }

  private channelPage(query: {
    page: number;
    perPage: number;
    categoryId?: number;
  }): Promise<{ items: Channel[]; total: number }> {
    return this.channels.page({ ...query, isHidden: false, sort: 'num', descending: false });
  }
}

function contains({ titles, subTitles = [] }: ViewedProgramme, wanted: string): boolean {
  return [...titles, ...subTitles].some(({ text }) => foldText(text).includes(wanted));
}
