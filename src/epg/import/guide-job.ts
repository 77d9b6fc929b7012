import type { DatabaseLocation } from '../../platform/database/bulk-connection.js';
import type { GuideDiff } from '../guide-diff.js';
import type { GuideReport } from '../guide-report.js';
import type { GuideSource } from '../guide-source.entity.js';

/** What a run may cost; every bound of the pipeline that an operator or a test may want to move. */
export interface ImportLimits {
  /** Of the guide, unpacked. */
  maxBytes: number;
  /** For fetching all of it. */
  timeoutMs: number;
  maxChannels: number;
  maxProgrammesPerChannel: number;
  /** Programmes gathered in memory before they go to a file. */
  spoolBytes: number;
  /** Room that has to stay on the disk of the data folder. */
  leastFreeBytes: number;
  /** A slower server is given up: other guides wait meanwhile. */
  leastBytesPerMinute: number;
}

/** Everything a run needs, as plain data: it happens in a thread of its own. */
export interface GuideJob {
  location: DatabaseLocation;
  /** Where programmes that do not fit into memory wait. */
  spoolFolder: string;
  /** `preview` stores nothing and says what would change. */
  mode: 'stage' | 'preview';
  /** The run; what is staged is stored under it. */
  generation: number;
  source: Pick<
    GuideSource,
    'id' | 'url' | 'kind' | 'headers' | 'options' | 'timeZone' | 'allowPrivate' | 'generation'
  > & {
    /** null = read it even if it is unchanged. */
    known: { etag: string | null; lastModified: string | null; contentHash: string } | null;
  };
  /** Ids of the requests of a provider's guide; empty for a guide that comes in one. */
  channels: string[];
  limits: ImportLimits;
  nowSeconds: number;
  /** Programmes that ended longer ago are not kept. */
  keepDays: number;
}

export type ImportStep = 'waiting' | 'fetching' | 'storing';

export interface ImportProgress {
  step: ImportStep;
  /** Of the transfer, and how many there will be; null = not known. */
  bytes: number;
  totalBytes: number | null;
  channels: number;
  programmes: number;
  /** null = not known. */
  secondsLeft: number | null;
}

export interface Validators {
  etag: string | null;
  lastModified: string | null;
}

/** What was read and stored, before anybody decides whether it serves. */
export interface StagedGuide extends Validators {
  kind: 'staged';
  contentHash: string;
  counts: Omit<GuideReport, 'sourceId' | 'status' | 'reason' | 'seconds' | 'problems'>;
  problems: GuideReport['problems'];
  /** Of a preview. */
  diff: GuideDiff | null;
}

export type ImportResult = { kind: 'not-modified' } | ({ kind: 'unchanged' } & Validators) | StagedGuide;

export type ImportMessage =
  | { kind: 'progress'; progress: ImportProgress }
  | { kind: 'end'; result: ImportResult }
  | { kind: 'failure'; reason: string };
