import { Inject, Injectable } from '@nestjs/common';
import type { PlaceholderRule } from '../core/guide/placeholder.js';
import type { Clock } from '../platform/clock.js';
import { ChangeFeed } from '../platform/database/change-feed.js';
import { AppError, refuseProblems } from '../platform/errors/app-error.js';
import { CLOCK } from '../platform/tokens.js';
import type { GuideMode } from './channel-guide.entity.js';
import { guideChoiceProblems, placeholderProblems, type GuideChoiceInput } from './guide-choice-rules.js';
import {
  GuideLinksRepository,
  type KnownGuideChannel,
  type LinkedChannel,
  type ShownLink,
} from './guide-links.repository.js';
import type { GuideReview } from './guide-review.entity.js';

/** A link, or a proposal of one, with the guide channel it leads to. */
export interface LinkToGuide extends Omit<ShownLink, 'channelId'> {
  guide: KnownGuideChannel;
  /** Why it was left to a person; null = it is a link. */
  question: string | null;
}

export interface ChannelWithLinks extends LinkedChannel {
  links: LinkToGuide[];
  /** Best first. */
  candidates: LinkToGuide[];
}

export interface ChannelGuideSettings extends ChannelWithLinks {
  shiftMinutes: number;
  placeholder: PlaceholderRule | null;
}

const MIN_SEARCH = 2;

/** What people see and decide about the guides of channels. Throws `invalid_input` and `not_found`. */
@Injectable()
export class GuideLinksService {
  constructor(
    private readonly repository: GuideLinksRepository,
    private readonly changes: ChangeFeed,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async channels(
    page: number,
    perPage: number,
    only?: 'linked' | 'unlinked',
  ): Promise<{ items: ChannelWithLinks[]; total: number }> {
    const { items, total } = await this.repository.channels(page, perPage, only);
    return { items: await this.withLinks(items), total };
  }

  /** Channels that matching left to a person. */
  async waiting(page: number, perPage: number): Promise<{ items: ChannelWithLinks[]; total: number }> {
    const { items, total } = await this.repository.waiting(page, perPage);
    return { items: await this.withLinks(items), total };
  }

  async get(channelId: number): Promise<ChannelGuideSettings> {
    const found = await this.repository.channel(channelId);
    if (!found) throw unknownChannel(channelId);
    const { id, num, name } = found.channel;
    const mode: GuideMode = found.choice?.mode ?? 'auto';
    const [channel] = await this.withLinks([{ id, num, name, mode }]);
    return {
      ...(channel ?? { id, num, name, mode, links: [], candidates: [] }),
      shiftMinutes: found.choice?.shiftMinutes ?? 0,
      placeholder: found.choice?.placeholder ?? null,
    };
  }

  /** Stands until another decision, whatever channels and guides do. `auto` gives the channel back to matching. */
  async decide(channelId: number, input: GuideChoiceInput): Promise<ChannelGuideSettings> {
    refuseProblems(guideChoiceProblems(input));
    const decided = await this.repository.decide(channelId, input, Math.floor(this.clock.now() / 1000));
    if (decided === 'unknown-channel') throw unknownChannel(channelId);
    if (decided === 'unknown-guide-channel') {
      refuseProblems([{ field: 'links', rule: 'must name guide channels that exist' }]);
    }
    await this.changes.check();
    return this.get(channelId);
  }

  /** Guide channels with the text in their id or names, at most 100. */
  async find(text: string): Promise<KnownGuideChannel[]> {
    if (text.trim().length < MIN_SEARCH) {
      refuseProblems([{ field: 'search', rule: `must be at least ${MIN_SEARCH} characters` }]);
    }
    return this.repository.find(text.trim());
  }

  /** null = the server's rule. */
  async categoryRule(categoryId: number): Promise<PlaceholderRule | null> {
    const rule = await this.repository.categoryRule(categoryId);
    if (rule === undefined) throw unknownCategory(categoryId);
    return rule;
  }

  async setCategoryRule(categoryId: number, rule: PlaceholderRule | null): Promise<void> {
    if (rule !== null) refuseProblems(placeholderProblems(rule));
    if (!(await this.repository.setCategoryRule(categoryId, rule))) throw unknownCategory(categoryId);
    await this.changes.check();
  }

  private async withLinks(channels: readonly LinkedChannel[]): Promise<ChannelWithLinks[]> {
    const ids = channels.map(({ id }) => id);
    const links = await this.repository.linksOf(ids);
    const reviews = await this.repository.reviewsOf(ids);
    const known = await this.repository.known([
      ...links.map(({ guideChannelId }) => guideChannelId),
      ...reviews.flatMap(({ candidates }) => candidates.map(({ guideChannelId }) => guideChannelId)),
    ]);
    const toGuide = (link: Omit<ShownLink, 'channelId'>, question: string | null): LinkToGuide[] => {
      const guide = known.get(link.guideChannelId);
      const { guideChannelId, origin, score, reason, shiftMinutes } = link;
      if (guide === undefined) return [];
      return [{ guideChannelId, origin, score, reason, shiftMinutes, guide, question }];
    };
    return channels.map((channel) => ({
      ...channel,
      links: links
        .filter(({ channelId }) => channelId === channel.id)
        .flatMap((link) => (isUsed(channel, link) ? toGuide(link, null) : []))
        .sort(byPriority),
      candidates: reviews
        .filter(({ channelId }) => channelId === channel.id)
        .flatMap((review) => proposals(review).flatMap((link) => toGuide(link, review.reason)))
        .sort((a, b) => b.score - a.score),
    }));
  }
}

/** Manual links stay in the order given: the best guide first otherwise. */
function byPriority(a: LinkToGuide, b: LinkToGuide): number {
  return a.origin === 'manual'
    ? 0
    : a.guide.sourcePriority - b.guide.sourcePriority || a.guide.sourceId - b.guide.sourceId;
}

/** Found links of a channel that a person has decided about count for nothing. */
function isUsed({ mode }: LinkedChannel, { origin }: ShownLink): boolean {
  return mode === 'auto' ? origin !== 'manual' : mode === 'manual' && origin === 'manual';
}

function proposals({ candidates }: GuideReview): Omit<ShownLink, 'channelId'>[] {
  return candidates.map((candidate) => ({ ...candidate, origin: 'name' }));
}

function unknownChannel(id: number): AppError {
  return new AppError('not_found', `there is no channel ${id}`, { status: 404 });
}

function unknownCategory(id: number): AppError {
  return new AppError('not_found', `there is no category ${id}`, { status: 404 });
}
