import { SegmentWindow } from '../core/hls/segment-window.js';
import { RingCursor } from '../core/mpegts/cursor.js';
import { GopRing } from '../core/mpegts/gop-ring.js';
import type { RingBudget } from '../core/mpegts/ring-budget.js';
import { OutputStitcher } from '../core/mpegts/stitcher.js';
import { PacketSplitter } from '../core/mpegts/splitter.js';
import type { CutOptions, MediaPipeline, PipelineStats, Pushed } from './media-pipeline.js';
import type { MediaCursor } from './reader.js';
import { PcrTime } from './pcr-time.js';

export interface TsPipelineOptions {
  ringBytes: number;
  budget: RingBudget;
  flushMs: number;
  /** Cap of the HLS segments of the stream. */
  hlsBytes?: number;
}

/** MPEG transport streams: split into packets, judged, kept in a ring of whole GOPs. */
export class TsPipeline implements MediaPipeline {
  private readonly splitter = new PacketSplitter();
  private readonly ring: GopRing;
  private readonly stitcher: OutputStitcher;
  private readonly time = new PcrTime();
  private newest = 0;

  constructor(private readonly options: TsPipelineOptions) {
    this.ring = new GopRing({
      maxBytes: options.ringBytes,
      budget: options.budget,
      flushAfterMs: options.flushMs,
    });
    this.stitcher = new OutputStitcher({ output: this.ring.analyser });
  }

  get keyframes(): number {
    const { newestKeyframe } = this.ring;
    if (newestKeyframe) this.newest = newestKeyframe.seq + 1;
    return this.newest;
  }

  get canJoin(): boolean {
    return this.ring.newestKeyframe !== undefined;
  }

  get chunks(): number {
    return this.ring.nextSeq;
  }

  get codec(): string | undefined {
    return this.ring.analyser.codec;
  }

  push(chunk: Buffer, nowMs: number): Pushed {
    let bytes = 0;
    let mediaMs = 0;
    for (const piece of this.splitter.pushInPieces(chunk)) {
      const packets = this.stitcher.push(piece);
      this.ring.push(packets, nowMs);
      bytes += packets.length;
      mediaMs += this.time.advance(this.ring.analyser.pcrs);
    }
    return { verdict: this.splitter.verdict, bytes, mediaMs, rounds: this.time.rounds };
  }

  seam(nowMs: number): void {
    this.ring.flush(nowMs + this.options.flushMs);
    this.splitter.reset();
    this.stitcher.switchSource();
    this.time.reset();
  }

  get flushDueAt(): number | undefined {
    return this.ring.flushDueAt;
  }

  flush(nowMs: number): void {
    this.ring.flush(nowMs);
  }

  keepAlive(nowMs: number): void {
    this.ring.push(NULL_PACKETS, nowMs);
  }

  newCursor(unused?: () => number): MediaCursor {
    return new RingCursor(this.ring, unused);
  }

  newSegments(options: CutOptions): SegmentWindow {
    const { budget, hlsBytes } = this.options;
    return new SegmentWindow(this.ring, { ...options, budget, ...(hlsBytes ? { maxBytes: hlsBytes } : {}) });
  }

  stats(nowMs: number): PipelineStats {
    const { analyser } = this.ring;
    const oldest = this.ring.chunk(this.ring.firstSeq);
    return {
      bitrate: analyser.bitsPerSecond ?? 0,
      codec: analyser.codec ?? null,
      ringBytes: this.ring.bytes,
      ringMs: oldest ? nowMs - oldest.arrivedAt : 0,
      continuityErrors: analyser.continuity.errors,
    };
  }

  close(): void {
    this.ring.dispose();
  }
}

const PACKETS_PER_KEEP_ALIVE = 7;
const NULL_PACKETS = nullPackets(PACKETS_PER_KEEP_ALIVE);

function nullPackets(count: number): Buffer {
  const packet = Buffer.alloc(188, 0xff);
  packet.writeUInt32BE(0x471fff10, 0);
  return Buffer.concat(Array.from({ length: count }, () => packet));
}
