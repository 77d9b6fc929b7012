import type { Codec, StreamKind } from '../core/mpegts/codecs.js';
import { PacketSplitter } from '../core/mpegts/splitter.js';
import { StreamAnalyser } from '../core/mpegts/stream-analyser.js';
import { PcrTime } from './pcr-time.js';

/** What the bytes of a source turned out to be. Times in ms since the survey began, null = never came. */
export interface SurveyReport {
  bytes: number;
  /** From the first byte to the last. */
  lookedMs: number;
  /** Bytes that came are no transport stream. */
  isNoStream: boolean;
  tablesMs: number | null;
  keyframeMs: number | null;
  streams: { kind: StreamKind; codec: Codec }[];
  hasVideo: boolean;
  /** Playing time that came by the stream's own clock, ms. */
  mediaMs: number;
  /** Bit/s by the stream's own clock; null = too little came to tell. */
  bitrate: number | null;
  isScrambled: boolean;
  /** 0 to 1. */
  scrambledShare: number;
  continuityErrors: number;
}

/** Streams of one programme that are told of. */
const MAX_STREAMS = 16;
const SCRAMBLED_SHARE = 0.5;

/** Looks at the bytes of a source without keeping them. Times are monotonic ms. */
export class StreamSurvey {
  private readonly splitter = new PacketSplitter();
  private readonly analyser = new StreamAnalyser();
  private readonly time = new PcrTime();
  private bytes = 0;
  private mediaMs = 0;
  private firstAt: number | undefined;
  private lastAt = 0;
  private tablesMs: number | null = null;
  private keyframeMs: number | null = null;

  constructor(private readonly startedAt: number) {}

  push(chunk: Buffer, nowMs: number): void {
    this.firstAt ??= nowMs;
    this.lastAt = nowMs;
    this.bytes += chunk.length;
    this.analyser.push(this.splitter.push(chunk));
    this.mediaMs += this.time.advance(this.analyser.pcrs);
    const elapsed = nowMs - this.startedAt;
    if (this.analyser.program) this.tablesMs ??= elapsed;
    if (this.analyser.joinPoints > 0) this.keyframeMs ??= elapsed;
  }

  /** What follows comes with other clocks. */
  seam(): void {
    this.splitter.reset();
    this.time.reset();
  }

  /** Of the video, else of the audio; undefined before there was something to start at. */
  get codec(): Codec | undefined {
    return this.hasPicture ? this.analyser.codec : undefined;
  }

  get hasPicture(): boolean {
    return this.keyframeMs !== null;
  }

  /** Most of it is encrypted for a receiver with a card. */
  get isScrambled(): boolean {
    return this.analyser.scrambledShare >= SCRAMBLED_SHARE;
  }

  get isNoStream(): boolean {
    return this.splitter.verdict === 'not-ts';
  }

  report(): SurveyReport {
    const { analyser } = this;
    const streams = analyser.program?.pmt.streams ?? [];
    return {
      bytes: this.bytes,
      lookedMs: this.firstAt === undefined ? 0 : this.lastAt - this.firstAt,
      isNoStream: this.isNoStream,
      tablesMs: this.tablesMs,
      keyframeMs: this.keyframeMs,
      streams: streams.slice(0, MAX_STREAMS).map(({ kind, codec }) => ({ kind, codec })),
      hasVideo: analyser.hasVideo,
      mediaMs: Math.round(this.mediaMs),
      bitrate: analyser.bitsPerSecond === undefined ? null : Math.round(analyser.bitsPerSecond),
      isScrambled: this.isScrambled,
      scrambledShare: analyser.scrambledShare,
      continuityErrors: analyser.continuity.errors,
    };
  }
}
