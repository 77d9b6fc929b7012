import { Inject, Injectable } from '@nestjs/common';
import { dayOf, SECONDS_PER_DAY } from '../core/guide/page.js';
import { Semaphore } from '../core/util/semaphore.js';
import { ChannelsRepository } from '../channels/channels.repository.js';
import type { Clock } from '../platform/clock.js';
import { AppConfig } from '../platform/config/app-config.js';
import { Lifecycle } from '../platform/lifecycle.js';
import { CLOCK } from '../platform/tokens.js';
import { GuideRunsRepository } from './guide-runs.repository.js';

/** Between two slices, so that other writes and streams come first. */
const PAUSE_MS = 10;
const CHANNELS_PER_SLICE = 50;

/** Deletes what nobody needs any more, a little at a time: old generations, and days that are over. */
@Injectable()
export class GuideCleaner {
  private readonly turn = new Semaphore(1);

  constructor(
    private readonly runs: GuideRunsRepository,
    private readonly channels: ChannelsRepository,
    private readonly config: AppConfig,
    private readonly lifecycle: Lifecycle,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** For how long past programmes are kept: as long as the longest archive of a channel. */
  async keepDays(): Promise<number> {
    return Math.max(this.config.guides.keepDays, await this.channels.longestArchiveDays());
  }

  clean(): Promise<void> {
    return this.turn.use(() => this.cleanNow());
  }

  private async cleanNow(): Promise<void> {
    const nowSeconds = Math.floor(this.clock.now() / 1000);
    await this.runs.abandonDead(nowSeconds);
    for (const generation of await this.runs.leftovers()) {
      while (!this.lifecycle.signal.aborted && (await this.runs.deleteSlice(generation))) await this.pause();
    }
    await this.deletePast(nowSeconds);
  }

  private async deletePast(nowSeconds: number): Promise<void> {
    // A day more, for what runs past midnight.
    const day = dayOf(nowSeconds - (await this.keepDays()) * SECONDS_PER_DAY) - 1;
    for (const { generation, channelIds } of await this.runs.servedChannelIds()) {
      for (let at = 0; at < channelIds.length; at += CHANNELS_PER_SLICE) {
        if (this.lifecycle.signal.aborted) return;
        await this.runs.deleteDaysBefore(generation, channelIds.slice(at, at + CHANNELS_PER_SLICE), day);
        await this.pause();
      }
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
