import type { Boundary, Segment, SegmenterOptions } from '../core/hls/segmenter.js';
import type { SegmentWindow } from '../core/hls/segment-window.js';
import type { ReaderEnd } from './reader.js';

/** A stream cut into HLS segments, as one viewer sees it. */
export interface SegmentOutput {
  /** Resolves when the first segment is complete; false when the stream ends or the signal aborts before. */
  ready(signal: AbortSignal): Promise<boolean>;
  /** What a playlist lists, oldest first. */
  list(): readonly Segment[];
  /** Whole seconds. */
  readonly targetDuration: number;
  /** undefined when it is unknown or gone. */
  find(sequence: number): Segment | undefined;
  /** Where a segment starts with the picture of this time, 90 kHz. */
  boundaryAt(time: number): Boundary | undefined;
}

/** How many segments are cut for nobody: a player that comes back meanwhile finds the list going on. */
const KEPT_SEGMENTS = 4;

/** Cuts a stream into segments while at least one of its viewers wants them. Holders are compared by identity. */
export class StreamSegments {
  private readonly holders = new Map<object, (reason: ReaderEnd) => void>();
  private readonly waiters = new Set<(ready: boolean) => void>();
  private window: SegmentWindow | undefined;
  /** Segments cut since the last holder left. */
  private unwanted = 0;
  private ended = false;

  constructor(private readonly openWindow: (follow: SegmenterOptions['follow']) => SegmentWindow) {}

  get viewers(): number {
    return this.holders.size;
  }

  /**
   * `onEnd` is called when the stream ends before the holder lets go. After the end there is nothing to read. The first
   * holder decides what cut is followed.
   */
  attach(
    holder: object,
    onEnd: (reason: ReaderEnd) => void,
    follow?: SegmenterOptions['follow'],
  ): SegmentOutput {
    const window = (this.window ??= this.openWindow(follow));
    if (this.ended) this.drop();
    else this.holders.set(holder, onEnd);
    this.unwanted = 0;
    window.poll();
    return {
      ready: (signal) => this.ready(window, signal),
      list: () => window.list(),
      get targetDuration() {
        return window.targetDuration;
      },
      find: (sequence) => window.find(sequence),
      boundaryAt: (time) => window.boundaryAt(time),
    };
  }

  /** Idempotent. Some segments after the last holder they go. */
  detach(holder: object): void {
    this.holders.delete(holder);
  }

  /** Something may have become readable. */
  poll(): void {
    const cut = this.window?.poll() ?? 0;
    if (cut === 0) return;
    this.answer(true);
    if (this.holders.size > 0) return;
    this.unwanted += cut;
    if (this.unwanted >= KEPT_SEGMENTS) this.drop();
  }

  end(reason: ReaderEnd): void {
    this.ended = true;
    const ends = [...this.holders.values()];
    this.holders.clear();
    this.drop();
    for (const end of ends) end(reason);
  }

  private ready(window: SegmentWindow, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted || this.window !== window) return Promise.resolve(false);
    if (window.list().length > 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (ready: boolean): void => {
        this.waiters.delete(settle);
        signal.removeEventListener('abort', abort);
        resolve(ready);
      };
      const abort = (): void => settle(false);
      this.waiters.add(settle);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  private drop(): void {
    this.window?.dispose();
    this.window = undefined;
    this.answer(false);
  }

  private answer(ready: boolean): void {
    for (const settle of [...this.waiters]) settle(ready);
  }
}
