import type { Writable } from 'node:stream';
import type { Clock } from '../../platform/clock.js';
import { withDeadline } from '../deadline.js';
import { BodyStream, firstChunk } from '../drivers/body-stream.js';
import { requestFailure } from '../drivers/source-requests.js';
import type { Ffmpeg } from '../ffmpeg/ffmpeg.js';
import { FfmpegFailed } from '../ffmpeg/ffmpeg-failure.js';
import type { FfmpegRun } from '../ffmpeg/ffmpeg-run.js';
import type { JoinOutcome, Seat } from '../live-session.js';
import type { ReaderSink } from '../reader.js';
import type { OpenContext, OpenResult, SourceDriver } from '../source-driver.js';
import type { StreamFailure } from '../stream-failure.js';
import type { StreamSource } from '../stream-source.js';
import { transcodeArguments } from '../../core/transcode/transcode-profiles.js';
import type {
  PictureProfile,
  StreamProfile,
  TranscodeOptions,
} from '../../core/transcode/transcode-profiles.js';

/** What is needed to open the stream that is made into another. */
export interface Origin {
  key: string;
  title: string;
  sources: readonly StreamSource[];
  watchPicture?: boolean;
}

export interface TranscodeDriverOptions extends TranscodeOptions {
  ffmpeg: Ffmpeg;
  clock: Clock;
  /** Transcodings at once. */
  maxTranscodes: number;
  openOrigin: (origin: Origin & { signal: AbortSignal }) => Promise<JoinOutcome>;
}

interface Order {
  origin: Origin;
  profile: StreamProfile;
  /** It has the clocks and keyframes of its origin. */
  isRung: boolean;
}

/** So much of what has been is made at once: players of HLS start some segments back. */
const RUNG_BEHIND_MS = 12_000;

const BUSY: StreamFailure = {
  kind: 'unavailable',
  detail: 'as many streams are transcoded as are allowed',
  retryAfterSeconds: 30,
  blameless: true,
};

/**
 * Makes a stream into another one: a viewer of the channel's own session, whose bytes go through ffmpeg. All who want
 * the same channel in the same profile share it, because it is a stream of the hub like any other.
 */
export class TranscodeDriver implements SourceDriver {
  readonly kinds = ['transcode'] as const;
  readonly places = 1;
  private readonly orders = new WeakMap<StreamSource, Order>();
  private running = 0;

  constructor(private readonly options: TranscodeDriverOptions) {}

  /** The stream `origin` in this profile, as a stream of its own. */
  transcoded(origin: Origin, profile: StreamProfile): Origin {
    return this.order({ origin, profile, isRung: false });
  }

  /** The stream `origin` in a smaller picture between which and itself players can change. */
  rung(origin: Origin, profile: PictureProfile): Origin {
    return this.order({ origin, profile, isRung: true });
  }

  /** Whether anything can be transcoded at all. */
  async canTranscode(): Promise<boolean> {
    return this.options.maxTranscodes > 0 && (await this.options.ffmpeg.version()) !== undefined;
  }

  /** The operator's own filter decides how large pictures become. */
  get hasOwnFilter(): boolean {
    return this.options.videoOptions.includes('-vf');
  }

  private order(order: Order): Origin {
    const { origin, profile, isRung } = order;
    const source: StreamSource = {
      ...{ id: 0, kind: 'transcode', locator: profile, userAgent: null },
      ...{ headers: {}, allowPrivate: false },
    };
    this.orders.set(source, order);
    const name = isRung ? `${profile} rung` : profile;
    return { key: `${origin.key} @${name}`, title: origin.title, sources: [source] };
  }

  async open(source: StreamSource, context: OpenContext): Promise<OpenResult> {
    const order = this.orders.get(source);
    if (!order) return failed({ kind: 'unsupported', detail: 'nothing to transcode' });
    if (!(await this.takePlace(context))) return failed(BUSY);
    const joined = await this.options.openOrigin({ ...order.origin, signal: context.signal });
    if (joined.kind === 'failed') {
      this.running--;
      return joined;
    }
    return this.transcode(joined.seat, order, context);
  }

  private async takePlace({ makeRoom }: Pick<OpenContext, 'makeRoom'>): Promise<boolean> {
    const { maxTranscodes } = this.options;
    if (this.running >= maxTranscodes && !(await makeRoom('transcode'))) return false;
    if (this.running >= maxTranscodes) return false;
    this.running++;
    return true;
  }

  private async transcode(seat: Seat, { profile, isRung }: Order, context: OpenContext): Promise<OpenResult> {
    const { ffmpeg, clock } = this.options;
    const args = transcodeArguments(profile, { ...this.options, isRung });
    const started = await ffmpeg.start({ args, purpose: `transcoding to ${profile}`, takesInput: true });
    if (!started.ok) {
      seat.leave();
      this.running--;
      return started.failure.kind === 'unsupported'
        ? failed({ kind: 'unsupported', detail: 'transcoding needs ffmpeg, which is not installed' })
        : failed(started.failure);
    }
    const { run } = started;
    const release = (): void => {
      seat.leave();
      this.running--;
    };
    run.ended.then(release, release);
    feed(seat, run, isRung ? RUNG_BEHIND_MS : 0);
    try {
      const firstBytes = await withDeadline(clock, context.firstByteMs, context.signal, (signal) =>
        firstChunk(run.output, signal),
      );
      if (firstBytes) {
        return { kind: 'open', stream: new BodyStream('ffmpeg', { body: run.output, firstBytes }) };
      }
      return failed({ kind: 'bad-media', detail: 'ffmpeg made nothing of it' });
    } catch (error) {
      await run.stop();
      if (error instanceof FfmpegFailed) return failed(error.failure);
      return failed(requestFailure(error, context.signal.aborted));
    }
  }
}

/** Lets the session's bytes flow into ffmpeg. One that cannot keep up jumps ahead like every slow viewer. */
function feed(seat: Seat, { input }: FfmpegRun, joinBehindMs: number): void {
  if (input) seat.read(sinkOf(input), { joinBehindMs });
}

function sinkOf(input: Writable): ReaderSink {
  return {
    write: (chunk) => input.write(chunk),
    onDrain: (resume) => input.on('drain', resume),
    pendingBytes: () => input.writableLength,
    end: () => input.end(),
  };
}

function failed(failure: StreamFailure): OpenResult {
  return { kind: 'failed', failure };
}
