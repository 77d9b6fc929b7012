import type { SegmentWindow } from '../core/hls/segment-window.js';
import type { SegmenterOptions } from '../core/hls/segmenter.js';
import type { MediaCursor } from './reader.js';

/** How a stream is numbered and cut. */
export type CutOptions = Pick<SegmenterOptions, 'firstSequence' | 'epochOffsetMs' | 'follow'>;

/** What became of a chunk. */
export interface Pushed {
  verdict: 'undecided' | 'locked' | 'not-ts';
  /** Bytes that went into the ring. */
  bytes: number;
  /** Playing time that they carry, ms; 0 where the stream's clock jumps. */
  mediaMs: number;
  /** How often in a row the stream's clock has fallen back over the same stretch. */
  rounds: number;
}

export interface PipelineStats {
  /** Bit/s by the stream's own clock; 0 = not known yet. */
  bitrate: number;
  codec: string | null;
  ringBytes: number;
  ringMs: number;
  continuityErrors: number;
}

/** From the bytes of a source to a ring that viewers start in at keyframes. Times are monotonic ms. */
export interface MediaPipeline {
  /** Grows with the pictures that viewers can start at; 0 = none yet. */
  readonly keyframes: number;
  /** Whether one of them stands in the ring now. A picture group larger than the ring leaves it without. */
  readonly canJoin: boolean;
  /** Grows with what viewers can read. */
  readonly chunks: number;
  /** Of the video, else of the audio, that comes now; undefined before its tables have come. */
  readonly codec: string | undefined;
  push(chunk: Buffer, nowMs: number): Pushed;
  /** What follows comes from another connection: drops partial packets, waits for a keyframe, flags the break. */
  seam(nowMs: number): void;
  /** When `flush` will have something to do; undefined while there is nothing gathered. */
  readonly flushDueAt: number | undefined;
  /** Lets viewers have what has been gathered for long enough. */
  flush(nowMs: number): void;
  /** Puts null packets into the ring: something for the connections, nothing for the decoders. */
  keepAlive(nowMs: number): void;
  /** `unused`: bytes of what the cursor gave that its reader still holds; without it he may keep them for ever. */
  newCursor(unused?: () => number): MediaCursor;
  /** Cuts what is there and what comes into HLS segments. */
  newSegments(options: CutOptions): SegmentWindow;
  stats(nowMs: number): PipelineStats;
  /** Gives the memory back. */
  close(): void;
}
