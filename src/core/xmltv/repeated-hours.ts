/** Channels that are remembered; hostile guides have any number. */
const MAX_CHANNELS = 50_000;

/**
 * Times without a zone in the hour that an autumn repeats: a channel's programmes stand in their order, so one that
 * would begin before what was told of its channel already is meant the second time.
 */
export class RepeatedHours {
  /** By channel, the moment chosen last; epoch seconds. */
  private readonly last = new Map<string, number>();

  /** `after`: the programme's own start, for its stop. */
  choose(channelId: string, first: number, second: number, after = -Infinity): number {
    const last = this.last.get(channelId) ?? -Infinity;
    // One of another autumn says nothing about this one.
    const isPast = first < last && last < second + (second - first);
    const chosen = first <= after || isPast ? second : first;
    if (this.last.size >= MAX_CHANNELS) this.last.clear();
    this.last.set(channelId, chosen);
    return chosen;
  }
}
