// What the matcher of guides takes and gives.

/** A channel of a guide source. */
export interface GuideEntry {
  ref: number;
  /** The id the guide gives it. */
  guideId: string;
  /** Display names; numbers among them are channel numbers and tell nothing. */
  names: readonly string[];
  /** How many programmes it has; of two equal ones the one with any is meant. */
  programmes: number;
}

/** A channel that wants a guide. */
export interface ChannelEntry {
  ref: number;
  name: string;
  /** Guide id as the lists name it; "" = none. */
  guideId: string;
}

export interface GuideCandidate {
  /** `ref` of the guide entry. */
  guide: number;
  origin: 'id' | 'name';
  /** 0 to 1. */
  score: number;
  /** Why, in words for the operator. */
  reason: string;
  /** To be added to the times of the guide. */
  shiftMinutes: number;
}

export type GuideVerdict =
  | { kind: 'link'; channel: number; link: GuideCandidate }
  /** Something is close, or several are equally close: a person decides. Best first, never empty. */
  | { kind: 'review'; channel: number; reason: string; candidates: GuideCandidate[] }
  | { kind: 'none'; channel: number };

/** What each kind of evidence is worth. */
export const SCORES = {
  sameId: 1,
  sameIdOtherName: 0.97,
  spelling: 0.99,
  words: 0.97,
  idWords: 0.96,
  fillers: 0.95,
  order: 0.93,
  looks: 0.92,
  sound: 0.9,
  idToName: 0.9,
  idToNameSound: 0.88,
  callSign: 0.9,
  qualifier: 0.86,
  typo: 0.86,
  /** At most this for anything that needs a person. */
  open: 0.8,
} as const;
