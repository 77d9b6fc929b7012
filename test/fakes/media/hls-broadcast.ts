import type { MediaSource, MediaUnit } from './media-source.js';

export interface HlsSegment {
  number: number;
  seconds: number;
  data: Buffer;
}

export interface HlsBroadcastOptions {
  source: MediaSource;
  /** Segments are cut at the first keyframe after this time. */
  segmentSeconds: number;
  firstSegments: number;
  window: number;
  /** Monotonic, ms. */
  now: () => number;
}

const KEPT_BEHIND_WINDOW = 2;

/** The segments of one content, common to all its HLS sessions; they come into being when somebody asks. */
export class HlsBroadcast {
  private readonly segments: HlsSegment[] = [];
  private readonly startedAt: number;
  private pending: MediaUnit | undefined;
  private mediaEnd = 0;
  /** What the first list holds, in seconds: segments end at keyframes and may be longer than asked for. */
  private lead: number | undefined;
  private nextNumber = 0;

  constructor(private readonly options: HlsBroadcastOptions) {
    this.startedAt = options.now();
  }

  /** The newest segments, oldest first. `frozen` gives the list as it was. */
  list(frozen = false): HlsSegment[] {
    if (!frozen) this.produce();
    return this.segments.slice(-this.options.window);
  }

  segment(number: number): HlsSegment | undefined {
    return this.segments.find((segment) => segment.number === number);
  }

  /** From now on numbers begin at 0 again. */
  resetSequence(): void {
    this.segments.length = 0;
    this.nextNumber = 0;
  }

  private produce(): void {
    const { firstSegments, segmentSeconds, window, now } = this.options;
    while (this.segments.length < firstSegments && this.nextNumber < firstSegments) this.cut();
    this.lead ??= this.mediaEnd;
    const due = (now() - this.startedAt) / 1000 + this.lead;
    const behind = Math.floor((due - this.mediaEnd) / segmentSeconds) - window;
    if (behind > 0) {
      this.nextNumber += behind;
      this.mediaEnd += behind * segmentSeconds;
    }
    while (this.segments.length < firstSegments || this.mediaEnd + segmentSeconds <= due) this.cut();
    this.segments.splice(0, Math.max(0, this.segments.length - window - KEPT_BEHIND_WINDOW));
  }

  private cut(): void {
    const parts: Buffer[] = [];
    let seconds = 0;
    for (;;) {
      const unit = this.pending ?? this.options.source.next();
      this.pending = undefined;
      if (unit.keyframe && seconds >= this.options.segmentSeconds) {
        this.pending = unit;
        break;
      }
      parts.push(unit.data);
      seconds = Math.round((seconds + unit.seconds) * 1e6) / 1e6;
    }
    this.segments.push({ number: this.nextNumber++, seconds, data: Buffer.concat(parts) });
    this.mediaEnd += seconds;
  }
}

/** The media playlist of these segments; `urlOf` makes a segment's address. */
export function mediaPlaylist(segments: readonly HlsSegment[], urlOf: (number: number) => string): string {
  const target = Math.ceil(Math.max(1, ...segments.map(({ seconds }) => seconds)));
  const head = [
    '#EXTM3U',
    '#EXT-X-VERSION:3',
    `#EXT-X-TARGETDURATION:${target}`,
    `#EXT-X-MEDIA-SEQUENCE:${segments[0]?.number ?? 0}`,
  ];
  const body = segments.flatMap(({ number, seconds }) => [`#EXTINF:${seconds.toFixed(3)},`, urlOf(number)]);
  return `${[...head, ...body].join('\n')}\n`;
}
