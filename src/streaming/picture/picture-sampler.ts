import type { PictureSample } from '../../core/picture/picture-sample.js';
import { MAX_SCENES, readSample, SCENE_CELLS, SCENES_PER_SECOND } from '../../core/picture/picture-sample.js';
import type { Clock } from '../../platform/clock.js';
import type { Ffmpeg } from '../ffmpeg/ffmpeg.js';
import type { FfmpegRun } from '../ffmpeg/ffmpeg-run.js';

export type SampleOutcome =
  | { kind: 'sampled'; sample: PictureSample }
  | { kind: 'no-ffmpeg' }
  /** No process to spare, no picture in it, or nobody waits any more. */
  | { kind: 'nothing' };

/** Looks at a few seconds of a stream. */
export interface PictureSampler {
  /** `take` is called when its turn has come and gives a transport stream from a keyframe on. Rejects only where no process can be started. */
  sample(take: () => readonly Buffer[], signal: AbortSignal): Promise<SampleOutcome>;
}

export interface FfmpegSamplerOptions {
  ffmpeg: Ffmpeg;
  clock: Clock;
  /** Longest look, ms. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 20_000;
const MAX_SECONDS = 10;
const NOTHING: SampleOutcome = { kind: 'nothing' };

/** Pictures that no other refers to are left out: they tell nothing more and cost half of the work. */
const INPUT = [
  ...['-loglevel', 'info', '-threads', '1', '-skip_frame', 'noref'],
  ...['-probesize', '2000000', '-analyzeduration', '2000000'],
  ...['-protocol_whitelist', 'pipe', '-f', 'mpegts', '-i', 'pipe:0'],
];
/** Small pictures have no noise: an encoder lets even a still one flicker with every keyframe. */
const VIDEO_FILTERS = [
  'blackdetect=d=0.5',
  'scale=96:54:flags=area',
  'freezedetect=n=-60dB:d=1',
  `fps=${SCENES_PER_SECOND}`,
  'scale=8:8:flags=area',
  'format=gray',
];
const SCENES = [
  ...['-map', '0:v:0', '-vf', VIDEO_FILTERS.join(',')],
  ...['-t', String(MAX_SECONDS), '-threads', '1', '-f', 'rawvideo', 'pipe:1'],
];
/** The copied picture keeps this output alive where there is no sound. */
const SOUND = [
  ...['-map', '0:v:0', '-c:v', 'copy', '-map', '0:a:0?', '-af', 'silencedetect=n=-60dB:d=1'],
  ...['-t', String(MAX_SECONDS), '-f', 'null', '-'],
];

/** One ffmpeg at a time, below everybody else's priority, ended at once when a viewer needs its place. */
export class FfmpegPictureSampler implements PictureSampler {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: FfmpegSamplerOptions) {}

  sample(take: () => readonly Buffer[], signal: AbortSignal): Promise<SampleOutcome> {
    const turn = this.last.then(() => this.look(take, signal));
    // One that could not even be started holds up none of the others.
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async look(take: () => readonly Buffer[], signal: AbortSignal): Promise<SampleOutcome> {
    const { ffmpeg, clock, timeoutMs = TIMEOUT_MS } = this.options;
    const isOver = (): boolean => signal.aborted;
    if (isOver()) return NOTHING;
    const started = await ffmpeg.start({
      args: [...INPUT, ...SCENES, ...SOUND],
      purpose: 'a look at the picture',
      ...{ takesInput: true, isIdle: true, makesWay: true },
    });
    if (!started.ok) return started.failure.kind === 'unsupported' ? { kind: 'no-ffmpeg' } : NOTHING;
    const { run } = started;
    const stop = (): void => run.kill();
    const timer = clock.setTimer(timeoutMs, stop);
    signal.addEventListener('abort', stop, { once: true });
    if (isOver()) stop();
    try {
      return await seen(run, take());
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', stop);
    }
  }
}

async function seen(run: FfmpegRun, stream: readonly Buffer[]): Promise<SampleOutcome> {
  const scenes: Buffer[] = [];
  let bytes = 0;
  run.output.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_SCENES * SCENE_CELLS) scenes.push(chunk);
  });
  for (const chunk of stream) run.input?.write(chunk);
  run.input?.end();
  const { code, printed } = await run.ended;
  return code === 0 ? { kind: 'sampled', sample: readSample(printed, Buffer.concat(scenes)) } : NOTHING;
}
