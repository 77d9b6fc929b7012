import type { GuideProblem, GuideProblemReason } from '../core/xmltv/types.js';

/**
 * What the reader finds, and what the pipeline does besides: `duplicate` said twice, `rival` another one of the same
 * start says more, `no-answer` a request for one channel failed, `no-stop` an end was filled in, `overlap` an end was moved to the next start.
 */
export type ImportProblemReason =
  | GuideProblemReason
  | 'duplicate'
  | 'rival'
  | 'no-stop'
  | 'overlap'
  | 'no-answer'
  | 'too-old'
  | 'too-many-channels'
  | 'too-many-programmes';

export const GUIDE_RUN_STATES = ['running', 'ok', 'unchanged', 'stale', 'failed', 'abandoned'] as const;
/**
 * `stale`: the last good guide goes on serving, `reason` says why. `failed`: the same, but there was none yet.
 * `abandoned`: the process ended in the middle.
 */
export type GuideRunStatus = (typeof GUIDE_RUN_STATES)[number];

/** What one run of a guide did. */
export interface GuideReport {
  sourceId: number;
  status: GuideRunStatus;
  /** Why nothing was applied; null = it was, or there was nothing new. */
  reason: string | null;
  /** Unpacked bytes read. */
  bytes: number;
  /** With at least one programme. */
  channels: number;
  /** That the source names, with programmes or without. */
  channelsNamed: number;
  programmes: number;
  /** Epoch seconds; null = no programmes. */
  firstStart: number | null;
  lastStop: number | null;
  /** Every problem, counted. */
  problemsBy: Partial<Record<ImportProblemReason, number>>;
  /** At most a hundred, shared among the kinds as `GuideProblems` says: what reading found, then what became of each channel. */
  problems: GuideProblem<ImportProblemReason>[];
  seconds: number;
}
