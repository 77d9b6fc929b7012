import type { PictureState } from '../core/picture/judge-picture.js';
import type { ReaderStats } from './reader.js';
import type { SessionState } from './session-states.js';
import type { StreamDetails } from './source-driver.js';

/** One stream as the admin sees it. Times in ms, `startedAt` since the epoch. */
export interface SessionStats {
  /** Grows by one from session to session of a process. */
  id: number;
  key: string;
  /** What people call it. */
  title: string;
  state: SessionState;
  /** The source that delivers at the moment. */
  sourceId: number | null;
  /** All that it may use, in the order in which they are tried. */
  sourceIds: number[];
  source: StreamDetails | null;
  startedAt: number;
  /** From the first viewer's request to the first picture; null before it. */
  ttfbMs: number | null;
  /** Without a byte for so long; 0 while they flow. */
  silentMs: number;
  viewers: number;
  /** How many of them fetch segments. */
  hlsViewers: number;
  waiting: number;
  bytesIn: number;
  /** Bit/s by the stream's own clock; 0 = not known yet. */
  bitrate: number;
  codec: string | null;
  ringBytes: number;
  ringMs: number;
  continuityErrors: number;
  /** How often it broke and how often it came back. */
  breaks: number;
  recoveries: number;
  lastProblem: string | null;
  /** How the picture looks, where it is watched. */
  picture: PictureState;
  readers: ReaderStats[];
}
