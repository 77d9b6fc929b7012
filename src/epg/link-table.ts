import type { PlaceholderRule } from '../core/guide/placeholder.js';
import type { GuideMode } from './channel-guide.entity.js';

/** A guide channel that a channel takes programmes from. */
export interface UsedLink {
  guideChannelId: number;
  /** Of link and source together, to be added to the times of the guide. */
  shiftMinutes: number;
}

export interface ChannelChoice {
  mode: GuideMode;
  shiftMinutes: number;
  placeholder: PlaceholderRule | null;
}

/** One row of a link whose guide is served, as the table is made from. */
export interface LinkRow extends UsedLink {
  channelId: number;
  isManual: boolean;
}

const UNDECIDED: ChannelChoice = { mode: 'auto', shiftMinutes: 0, placeholder: null };
const NO_LINKS: readonly UsedLink[] = [];

/** Which guide channels serve which channel, and what people decided, at one moment. */
export class LinkTable {
  private readonly links = new Map<number, UsedLink[]>();

  /** `rows` in the order in which the guides of a channel go first. */
  constructor(
    rows: readonly LinkRow[],
    private readonly choices: ReadonlyMap<number, ChannelChoice>,
    private readonly categories: ReadonlyMap<number, PlaceholderRule>,
  ) {
    for (const { channelId, isManual, guideChannelId, shiftMinutes } of rows) {
      const { mode, shiftMinutes: own } = this.choiceOf(channelId);
      if (mode === 'none' || (mode === 'manual') !== isManual) continue;
      const link = { guideChannelId, shiftMinutes: shiftMinutes + own };
      const known = this.links.get(channelId);
      if (known === undefined) this.links.set(channelId, [link]);
      else known.push(link);
    }
  }

  /** Best first; empty = it has no guide. */
  linksOf(channelId: number): readonly UsedLink[] {
    return this.links.get(channelId) ?? NO_LINKS;
  }

  choiceOf(channelId: number): ChannelChoice {
    return this.choices.get(channelId) ?? UNDECIDED;
  }

  /** What a channel without a guide shows; null = the server's rule. */
  placeholderOf(channelId: number, categoryId: number): PlaceholderRule | null {
    return this.choiceOf(channelId).placeholder ?? this.categories.get(categoryId) ?? null;
  }

  /** Channels with a guide. */
  linkedChannels(): IterableIterator<number> {
    return this.links.keys();
  }
}
