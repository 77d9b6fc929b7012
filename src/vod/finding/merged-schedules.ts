import { MERGE_MARGIN_SECONDS, mergeSchedules } from '../../core/guide/merge.js';
import type { ScheduledProgramme } from '../../core/guide/page.js';
import type { FindingLink, FindingWindow } from './finding-job.js';

/** Programmes of a guide channel that run at some time within the window, as its source means them. */
export type ReadProgrammes = (guideChannelId: number, window: FindingWindow) => Promise<ScheduledProgramme[]>;

const MAX_SCHEDULES = 64;

/** What channels with several guides really show; of a few channels at a time. */
export class MergedSchedules {
  private readonly shown = new Map<number, ReadonlySet<string>>();

  constructor(
    /** Of every channel with several, the best first. */
    private readonly links: ReadonlyMap<number, readonly FindingLink[]>,
    private readonly window: FindingWindow,
    private readonly read: ReadProgrammes,
  ) {}

  /** Whether the channel shows what this guide says at this time. Any channel shows its only guide. */
  async shows(channelId: number, guideChannelId: number, start: number): Promise<boolean> {
    const links = this.links.get(channelId);
    if (links === undefined) return true;
    const known = this.shown.get(channelId) ?? (await this.merge(channelId, links));
    return known.has(`${guideChannelId} ${start}`);
  }

  private async merge(channelId: number, links: readonly FindingLink[]): Promise<ReadonlySet<string>> {
    const { from, to } = this.window;
    const schedules: { guideChannelId: number; start: number; stop: number }[][] = [];
    for (const { guideChannelId, shiftSeconds: shift } of links) {
      const programmes = await this.read(guideChannelId, {
        from: from - shift - MERGE_MARGIN_SECONDS,
        to: to - shift + MERGE_MARGIN_SECONDS,
      });
      schedules.push(
        programmes.map(({ start, stop }) => ({ guideChannelId, start: start + shift, stop: stop + shift })),
      );
    }
    const starts = new Set<string>();
    for (const { guideChannelId, start, stop } of mergeSchedules(schedules)) {
      if (start < to && stop > from) starts.add(`${guideChannelId} ${start}`);
    }
    if (this.shown.size >= MAX_SCHEDULES) this.shown.clear();
    this.shown.set(channelId, starts);
    return starts;
  }
}
