import type { Clock } from '../../platform/clock.js';
import type { Resolver } from '../../platform/http/ssrf-guard.js';
import { withDeadline } from '../deadline.js';
import type { Ffmpeg, RunOutcome } from '../ffmpeg/ffmpeg.js';
import { FfmpegFailed } from '../ffmpeg/ffmpeg-failure.js';
import { ffmpegInput } from '../ffmpeg/ffmpeg-input.js';
import { QUICK_LOOK, TO_TRANSPORT_STREAM } from '../ffmpeg/remux.js';
import type { OpenContext, OpenResult, SourceDriver } from '../source-driver.js';
import type { SourceKind, StreamSource } from '../stream-source.js';
import { BodyStream, firstChunk } from './body-stream.js';
import { requestFailure } from './source-requests.js';

export interface FfmpegDriverOptions {
  ffmpeg: Ffmpeg;
  clock: Clock;
  /** Whether the source may stand in a private network. */
  allowPrivate: (source: StreamSource) => boolean;
  resolve?: Resolver;
}

const KINDS = ['rtsp', 'rtmp', 'udp'] as const satisfies readonly SourceKind[];

/** Plays what only ffmpeg speaks: RTSP, RTMP, UDP, RTP and SRT. One process per stream; the pictures stay as they are. */
export class FfmpegDriver implements SourceDriver {
  readonly kinds = KINDS;
  readonly places = 1;

  constructor(private readonly options: FfmpegDriverOptions) {}

  async open(source: StreamSource, context: OpenContext): Promise<OpenResult> {
    const { clock, allowPrivate, resolve } = this.options;
    const input = await ffmpegInput({
      source,
      allowPrivate: allowPrivate(source),
      ...(resolve ? { resolve } : {}),
    });
    if (!input.ok) return { kind: 'failed', failure: input.failure };
    const args = [...QUICK_LOOK, ...input.args, ...TO_TRANSPORT_STREAM];
    const started = await this.start(args, source, context);
    if (!started.ok) return { kind: 'failed', failure: started.failure };
    const body = started.run.output;
    try {
      const firstBytes = await withDeadline(clock, context.firstByteMs, context.signal, (signal) =>
        firstChunk(body, signal),
      );
      if (firstBytes) return { kind: 'open', stream: new BodyStream(input.place, { body, firstBytes }) };
      return { kind: 'failed', failure: { kind: 'bad-media', detail: 'the source sent nothing' } };
    } catch (error) {
      await started.run.stop();
      if (error instanceof FfmpegFailed) return { kind: 'failed', failure: error.failure };
      return { kind: 'failed', failure: requestFailure(error, context.signal.aborted) };
    }
  }

  /** Where all places are taken, a stream that nobody watches makes way. */
  private async start(
    args: readonly string[],
    { kind }: StreamSource,
    context: OpenContext,
  ): Promise<RunOutcome> {
    const { ffmpeg } = this.options;
    const request = { args, purpose: `${kind} source` };
    const outcome = await ffmpeg.start(request);
    if (outcome.ok || outcome.failure.kind !== 'unavailable' || !(await context.makeRoom(kind))) {
      return outcome;
    }
    return ffmpeg.start(request);
  }
}
