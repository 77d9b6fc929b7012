import { DeadSources } from '../../core/picture/dead-sources.js';
import type { DeadSourcesOptions } from '../../core/picture/dead-sources.js';
import { judgePicture } from '../../core/picture/judge-picture.js';
import type { PictureFault, PictureState } from '../../core/picture/judge-picture.js';
import type { PictureSample } from '../../core/picture/picture-sample.js';
import type { Clock, Timer } from '../../platform/clock.js';
import type { MediaCursor } from '../reader.js';
import type { StreamSource } from '../stream-source.js';
import type { PictureSampler } from './picture-sampler.js';

export interface PictureOptions extends DeadSourcesOptions {
  /** From look to look, ms. */
  everyMs: number;
  /** How much of the stream is looked at: so many ms and bytes. */
  sampleMs: number;
  sampleBytes: number;
  /** Looks in a row that must find something. */
  looks: number;
}

export const PICTURE_DEFAULTS: PictureOptions = {
  everyMs: 20_000,
  sampleMs: 5_000,
  sampleBytes: 12 * 1024 * 1024,
  looks: 2,
  backoffMs: 10 * 60_000,
  maxBackoffMs: 2 * 60 * 60_000,
};

/** What a stream must offer to have its picture watched. */
export interface WatchedStream {
  readonly sources: readonly StreamSource[];
  /** The source whose picture viewers see at the moment; undefined while there is none, or nobody looks. */
  showing(): StreamSource | undefined;
  newCursor(): MediaCursor;
  /** Treats it like a cut: another source is tried. */
  leave(detail: string): void;
  goTo(source: StreamSource): void;
  /** The source showed a dead picture and is not left for it. */
  blame(source: StreamSource, detail: string): void;
  /** The picture cannot be watched on this machine. */
  onUnwatched(): void;
}

/** Looks at the picture of one stream from time to time, and at nothing while nobody watches. */
export class PictureWatch {
  state: PictureState = null;
  private readonly dead: DeadSources;
  private readonly controller = new AbortController();
  private readonly timer: Timer;
  private source: StreamSource | undefined;
  private previous: PictureSample | undefined;
  private badLooks = 0;
  private looking = false;
  private told = false;

  constructor(
    private readonly stream: WatchedStream,
    private readonly sampler: PictureSampler,
    private readonly clock: Clock,
    background: (name: string, work: Promise<unknown>) => void,
    private readonly options: PictureOptions = PICTURE_DEFAULTS,
  ) {
    this.dead = new DeadSources(options);
    this.timer = clock.setRepeating(options.everyMs, () => background('look at a picture', this.look()));
  }

  close(): void {
    this.timer.cancel();
    this.controller.abort();
  }

  private async look(): Promise<void> {
    const source = this.stream.showing();
    if (source !== this.source) return this.begin(source);
    if (!source || this.looking) return;
    this.looking = true;
    const outcome = await this.sampler
      .sample(() => this.take(), this.controller.signal)
      .finally(() => (this.looking = false));
    if (outcome.kind === 'no-ffmpeg') return this.tellOnce();
    // Another source may have come meanwhile.
    if (outcome.kind === 'nothing' || this.stream.showing() !== source) return;
    this.judge(source, outcome.sample);
  }

  /** What lies in the ring may still be the picture of the source before: the next look comes a period later. */
  private begin(source: StreamSource | undefined): void {
    this.source = source;
    this.previous = undefined;
    this.badLooks = 0;
    this.state = null;
  }

  private judge(source: StreamSource, sample: PictureSample): void {
    const verdict = judgePicture(sample, this.previous);
    if (verdict === 'unsure') return;
    this.previous = sample;
    this.state = verdict;
    if (verdict === 'fine') {
      this.badLooks = 0;
      return this.dead.clear(source.id);
    }
    this.badLooks++;
    if (this.badLooks >= this.options.looks) this.condemn(source, verdict);
  }

  private condemn(source: StreamSource, fault: PictureFault): void {
    const { stream, clock } = this;
    const now = clock.monotonic();
    const isNews = !this.dead.isMarked(source.id, now);
    const ids = stream.sources.map(({ id }) => id);
    const advice = this.dead.confirm(source.id, fault, ids, now);
    const detail = DETAILS[fault];
    this.badLooks = 0;
    if (advice.kind === 'leave') return stream.leave(detail);
    if (isNews) stream.blame(source, detail);
    const better = advice.kind === 'go-to' && stream.sources.find(({ id }) => id === advice.sourceId);
    if (better) stream.goTo(better);
  }

  private tellOnce(): void {
    this.state = 'unwatched';
    if (!this.told) this.stream.onUnwatched();
    this.told = true;
  }

  /** The newest seconds, from a keyframe with its tables in front. */
  private take(): Buffer[] {
    const { sampleMs, sampleBytes } = this.options;
    const cursor = this.stream.newCursor();
    const taken: Buffer[] = [];
    if (cursor.join({ behindMs: sampleMs, nowMs: this.clock.monotonic() }) === 'not-yet') return taken;
    let bytes = 0;
    for (let chunk = cursor.next(); chunk && bytes + chunk.length <= sampleBytes; chunk = cursor.next()) {
      taken.push(chunk);
      bytes += chunk.length;
    }
    return taken;
  }
}

const DETAILS: Readonly<Record<PictureFault, string>> = {
  black: 'the picture is black',
  frozen: 'the picture stands still',
  slate: 'a card is shown instead of a programme',
  silent: 'the picture has no sound',
};
