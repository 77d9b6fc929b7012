// Verdicts of matching and what is stored → what has to be written.
import type { GuideCandidate } from '../../core/match/guide-candidates.js';
import type { LinkOrigin } from '../guide-link.entity.js';
import type { ReviewCandidate } from '../guide-review.entity.js';
import type { MatchAnswer } from './match-job.js';

export type Verdict = MatchAnswer['verdicts'][number];

/** A link found by matching. */
export interface FoundLink {
  channelId: number;
  guideChannelId: number;
  origin: Exclude<LinkOrigin, 'manual'>;
  score: number;
  reason: string;
  shiftMinutes: number;
}

export interface StoredLink extends FoundLink {
  id: number;
}

export interface FoundReview {
  channelId: number;
  guideSourceId: number;
  reason: string;
  candidates: ReviewCandidate[];
}

export interface LinkChanges {
  add: FoundLink[];
  /** Ids. */
  remove: number[];
}

/** `stored`: links found earlier, of the matched channels into the matched guide. What is equal stays, id and all. */
export function diffLinks(found: readonly FoundLink[], stored: readonly StoredLink[]): LinkChanges {
  const wanted = new Map(found.map((link) => [identity(link), link]));
  const remove: number[] = [];
  for (const link of stored) {
    const same = wanted.get(identity(link));
    if (same !== undefined && isEqual(same, link)) wanted.delete(identity(link));
    else remove.push(link.id);
  }
  return { add: [...wanted.values()], remove };
}

export function linksOf(verdicts: readonly Verdict[]): FoundLink[] {
  return verdicts.flatMap((verdict) =>
    verdict.kind === 'link' ? [toLink(verdict.channel, verdict.link)] : [],
  );
}

export function reviewsOf(verdicts: readonly Verdict[], guideSourceId: number): FoundReview[] {
  return verdicts.flatMap((verdict) =>
    verdict.kind === 'review'
      ? [
          {
            ...{ channelId: verdict.channel, guideSourceId, reason: verdict.reason },
            candidates: verdict.candidates.map(toCandidate),
          },
        ]
      : [],
  );
}

/** Which reviews to write and which to take away: `stored` are the ones there are, as JSON of what was found. */
export function diffReviews(
  found: readonly FoundReview[],
  stored: readonly FoundReview[],
): { put: FoundReview[]; remove: FoundReview[] } {
  const known = new Map(stored.map((review) => [reviewIdentity(review), review]));
  const put = found.filter(
    (review) => JSON.stringify(known.get(reviewIdentity(review))) !== JSON.stringify(review),
  );
  const wanted = new Set(found.map(reviewIdentity));
  return { put, remove: stored.filter((review) => !wanted.has(reviewIdentity(review))) };
}

function toLink(
  channelId: number,
  { guide, origin, score, reason, shiftMinutes }: GuideCandidate,
): FoundLink {
  return { channelId, guideChannelId: guide, origin, score: percent(score), reason, shiftMinutes };
}

function toCandidate({ guide, score, reason, shiftMinutes }: GuideCandidate): ReviewCandidate {
  return { guideChannelId: guide, score: percent(score), reason, shiftMinutes };
}

function percent(score: number): number {
  return Math.round(score * 100);
}

function identity({ channelId, guideChannelId }: FoundLink): string {
  return `${channelId} ${guideChannelId}`;
}

function reviewIdentity({ channelId, guideSourceId }: FoundReview): string {
  return `${channelId} ${guideSourceId}`;
}

function isEqual(a: FoundLink, b: FoundLink): boolean {
  return (
    a.origin === b.origin && a.score === b.score && a.reason === b.reason && a.shiftMinutes === b.shiftMinutes
  );
}
