import { Inject, Injectable } from '@nestjs/common';
import { dayOf, SECONDS_PER_DAY } from '../core/guide/page.js';
import { Semaphore } from '../core/util/semaphore.js';
import { ChannelsRepository } from '../channels/channels.repository.js';
import type { Clock } from '../platform/clock.js';
import { AppConfig } from '../platform/config/app-config.js';
import { Lifecycle } from '../platform/lifecycle.js';
import { CLOCK } from '../platform/tokens.js';
import { GuideRunsRepository } from './guide-runs.repository.js';
import { keptDays } from './kept-days.js';
import { LinkTableRepository } from './link-table.repository.js';

/** Between two slices, so that other writes and streams come first. */
const PAUSE_MS = 10;
const CHANNELS_PER_SLICE = 50;
/** A guide that serves for less is left alone: which channels use it, and how much of its past, is not known before matching. */
const SETTLED_SECONDS = 3600;

/** Deletes what nobody needs any more, a little at a time: old generations, and days that are over. */
@Injectable()
export class GuideCleaner {
  private readonly turn = new Semaphore(1);

  constructor(
    private readonly runs: GuideRunsRepository,
    private readonly channels: ChannelsRepository,
    private readonly links: LinkTableRepository,
    private readonly config: AppConfig,
    private readonly lifecycle: Lifecycle,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * For how many days an import takes past programmes in: as long as the longest archive of a channel. It cannot know whose
   * they are going to be; what turns out to be too much is deleted later.
   */
  async keepDays(): Promise<number> {
    return Math.max(this.config.guides.keepDays, await this.channels.longestArchiveDays());
  }

  clean(): Promise<void> {
    return this.turn.use(async () => {
      await this.deleteLeftovers();
      await this.deletePast();
    });
  }

  /** At the start, what an earlier process left behind; days that are over stay, for matching has yet to look. */
  cleanLeftovers(): Promise<void> {
    return this.turn.use(() => this.deleteLeftovers({ atStart: true }));
  }

  private async deleteLeftovers(options: { atStart?: boolean } = {}): Promise<void> {
    const nowSeconds = Math.floor(this.clock.now() / 1000);
    await this.runs.abandonDead(nowSeconds, options);
    for (const generation of await this.runs.leftovers()) {
      while (!this.lifecycle.signal.aborted && (await this.runs.deleteSlice(generation))) await this.pause();
    }
  }

  private async deletePast(): Promise<void> {
    const nowSeconds = Math.floor(this.clock.now() / 1000);
    const atLeast = this.config.guides.keepDays;
    const longer = keptDays(await this.links.read(), await this.channels.archives(), atLeast);
    for (const { generation, channelIds } of await this.runs.servedChannelIds(nowSeconds - SETTLED_SECONDS)) {
      for (const [days, ids] of groups(channelIds, (id) => longer.get(id) ?? atLeast)) {
        // A day more, for what runs past midnight.
        const day = dayOf(nowSeconds - days * SECONDS_PER_DAY) - 1;
        await this.deleteDaysBefore(generation, ids, day);
      }
    }
  }

  private async deleteDaysBefore(generation: number, ids: readonly number[], day: number): Promise<void> {
    for (let at = 0; at < ids.length; at += CHANNELS_PER_SLICE) {
      if (this.lifecycle.signal.aborted) return;
      await this.runs.deleteDaysBefore(generation, ids.slice(at, at + CHANNELS_PER_SLICE), day);
      await this.pause();
    }
  }

  /** Ends early, without a word, when the server stops: the loops look at the signal themselves. */
  private async pause(): Promise<void> {
    const { signal } = this.lifecycle;
    if (signal.aborted) return;
    await this.clock.sleep(PAUSE_MS, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

function groups<K, V>(items: readonly V[], keyOf: (item: V) => K): Map<K, V[]> {
  const found = new Map<K, V[]>();
  for (const item of items) {
    const group = found.get(keyOf(item));
    if (group) group.push(item);
    else found.set(keyOf(item), [item]);
  }
  return found;
}
