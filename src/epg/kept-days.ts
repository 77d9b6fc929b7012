import type { LinkTable } from './link-table.js';

const MINUTES_PER_DAY = 1440;

/**
 * For how many days the past of a guide channel is kept: as long as the longest archive of the channels that take their
 * programmes from it, never shorter than `atLeast`. Guide channels that have no entry are kept for that long.
 */
export function keptDays(
  links: LinkTable,
  archives: ReadonlyMap<number, number>,
  atLeast: number,
): Map<number, number> {
  const kept = new Map<number, number>();
  for (const [channelId, archiveDays] of archives) {
    for (const { guideChannelId, shiftMinutes } of links.linksOf(channelId)) {
      // What is shown later than the guide says must be kept for longer.
      const days = archiveDays + Math.max(0, Math.ceil(shiftMinutes / MINUTES_PER_DAY));
      if (days > (kept.get(guideChannelId) ?? atLeast)) kept.set(guideChannelId, days);
    }
  }
  return kept;
}
