import { mediaFormatOf } from '../core/hls/media-format.js';
import type { Segment } from '../core/hls/segmenter.js';
import type { LadderSource, StreamRate } from '../core/transcode/ladder.js';
import type { PictureProfile } from '../core/transcode/transcode-profiles.js';
import type { Clock, Timer } from '../platform/clock.js';
import type { JoinOutcome, Seat } from '../streaming/live-session.js';
import type { StreamFailure } from '../streaming/stream-failure.js';
import type { SegmentOutput } from '../streaming/stream-segments.js';

export type RungOutcome =
  { kind: 'ready'; output: SegmentOutput } | { kind: 'failed'; failure: StreamFailure };

/** Opens the stream of a rung. */
export type OpenRung = (profile: PictureProfile, signal: AbortSignal) => Promise<JoinOutcome>;

export interface HlsRungsContext {
  open: OpenRung;
  /** The stream as it is: the rungs are cut where it is. */
  source: SegmentOutput;
  clock: Clock;
  /** A rung that is not asked for during so many target durations is given up. */
  patience: number;
}

interface OpenedRung {
  outcome: Promise<RungOutcome>;
  leaving: AbortController;
  seat?: Seat;
  output?: SegmentOutput;
  lastAskedAt: number;
  /** Requests that wait for the first segment. */
  waiting: number;
  timer?: Timer;
}

/** How long the first segment may take once there is a picture. */
const FIRST_SEGMENT_MS = 20_000;
const NO_SEGMENT: RungOutcome = {
  kind: 'failed',
  failure: { kind: 'timeout', detail: 'no segment in time' },
};

/** The smaller pictures that one viewer has asked for. Each is started by the first request for it. */
export class HlsRungs {
  private readonly rungs = new Map<PictureProfile, OpenedRung>();

  constructor(private readonly context: HlsRungsContext) {}

  /** Its segments, once the first of them is complete. One that failed is tried again by the next request. */
  async get(profile: PictureProfile, signal: AbortSignal): Promise<RungOutcome> {
    const { clock } = this.context;
    const rung = this.rungs.get(profile) ?? this.start(profile);
    rung.lastAskedAt = clock.monotonic();
    const opened = await rung.outcome;
    if (opened.kind === 'failed') return opened;
    rung.waiting++;
    const patience = new AbortController();
    const timer = clock.setTimer(FIRST_SEGMENT_MS, () => patience.abort());
    const isReady = await opened.output.ready(AbortSignal.any([signal, patience.signal]));
    timer.cancel();
    rung.waiting--;
    rung.lastAskedAt = clock.monotonic();
    return isReady ? opened : NO_SEGMENT;
  }

  /** Its segments, where it runs. */
  opened(profile: PictureProfile): SegmentOutput | undefined {
    const rung = this.rungs.get(profile);
    if (rung) rung.lastAskedAt = this.context.clock.monotonic();
    return rung?.output;
  }

  close(): void {
    for (const profile of [...this.rungs.keys()]) this.giveUp(profile);
  }

  private start(profile: PictureProfile): OpenedRung {
    const leaving = new AbortController();
    const { clock } = this.context;
    const rung: OpenedRung = {
      outcome: this.context
        .open(profile, leaving.signal)
        .then((joined) => this.joined(profile, rung, joined)),
      leaving,
      lastAskedAt: clock.monotonic(),
      waiting: 0,
    };
    this.rungs.set(profile, rung);
    return rung;
  }

  private joined(profile: PictureProfile, rung: OpenedRung, joined: JoinOutcome): RungOutcome {
    const isWanted = this.rungs.get(profile) === rung;
    if (joined.kind === 'failed') {
      if (isWanted) this.rungs.delete(profile);
      return joined;
    }
    if (!isWanted) {
      joined.seat.leave();
      return { kind: 'failed', failure: { kind: 'cancelled', detail: 'the viewer left' } };
    }
    rung.seat = joined.seat;
    const { source } = this.context;
    const output = joined.seat.segments(
      () => this.giveUp(profile, rung),
      (time) => source.boundaryAt(time),
    );
    rung.output = output;
    this.watch(profile, rung);
    return { kind: 'ready', output };
  }

  private watch(profile: PictureProfile, rung: OpenedRung): void {
    const { clock, source, patience } = this.context;
    const patienceMs = patience * source.targetDuration * 1000;
    const waitMs = rung.waiting > 0 ? patienceMs : rung.lastAskedAt + patienceMs - clock.monotonic();
    if (waitMs <= 0) this.giveUp(profile, rung);
    else rung.timer = clock.setTimer(waitMs, () => this.watch(profile, rung));
  }

  private giveUp(profile: PictureProfile, rung = this.rungs.get(profile)): void {
    if (!rung) return;
    if (this.rungs.get(profile) === rung) this.rungs.delete(profile);
    rung.timer?.cancel();
    rung.leaving.abort();
    rung.seat?.leave();
  }
}

/** What can be told of a stream by its segments; undefined while there is none that says what it holds. */
export function ladderSourceOf(source: SegmentOutput): LadderSource | undefined {
  const segments = source.list();
  const newest = segments.at(-1);
  const format = newest && mediaFormatOf(newest.parts);
  return format && { format, ...rateOf(segments) };
}

/** Of at least one segment. */
export function rateOf(segments: readonly Segment[]): StreamRate {
  const seconds = segments.reduce((sum, segment) => sum + segment.seconds, 0);
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  return {
    peak: Math.max(...segments.map((segment) => (segment.bytes * 8) / segment.seconds)),
    average: (bytes * 8) / seconds,
  };
}
