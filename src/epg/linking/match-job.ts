import type { GuideVerdict } from '../../core/match/guide-candidates.js';

/** A channel that wants a guide, as it travels to the worker. */
export interface ChannelRow {
  id: number;
  name: string;
  tvgId: string;
}

/** A channel of a guide, as stored: the worker reads the details. */
export interface GuideRow {
  id: number;
  xmltvId: string;
  /** JSON of `ListingDetails`. */
  details: string;
  programmes: number;
}

export type MatchOrder =
  | { kind: 'channels'; rows: ChannelRow[] }
  | { kind: 'guide'; rows: GuideRow[] }
  /** Matches all channels against the guide that was sent, and forgets the guide. */
  | { kind: 'match' }
  | { kind: 'next' };

/** `channel` and `guide` of the verdicts are ids of rows. Channels without any verdict worth a word are left out. */
export interface MatchAnswer {
  verdicts: Exclude<GuideVerdict, { kind: 'none' }>[];
  isLast: boolean;
}
