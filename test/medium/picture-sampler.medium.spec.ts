import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { judgePicture } from '../../src/core/picture/judge-picture.js';
import { SystemClock } from '../../src/platform/clock.js';
import { Ffmpeg } from '../../src/streaming/ffmpeg/ffmpeg.js';
import { FfmpegPictureSampler } from '../../src/streaming/picture/picture-sampler.js';
import { RecordingLogger } from '../fakes/recording-logger.js';
import { describeWithService } from '../fakes/services.js';
import { eventually } from '../fakes/stream-house.js';

const SECONDS = 5;
const STILL = 'testsrc2=size=160x90:rate=10,trim=end_frame=1,loop=-1:1';
const MOVING = 'testsrc2=size=160x90:rate=10';
const H264 = ['libx264', '-preset', 'ultrafast'];
const TONE = 'sine=frequency=440';

/** A transport stream of this picture and this sound. */
function transportStream(video: string, audio?: string, codec = H264): Buffer {
  const sound = audio === undefined ? [] : ['-f', 'lavfi', '-i', audio, '-c:a', 'mp2'];
  return execFileSync('ffmpeg', [
    ...['-loglevel', 'error', '-f', 'lavfi', '-i', video, ...sound],
    ...['-t', String(SECONDS), '-c:v', ...codec, '-g', '10', '-f', 'mpegts', 'pipe:1'],
  ]);
}

const clock = new SystemClock();
const newFfmpeg = (path = 'ffmpeg'): Ffmpeg =>
  new Ffmpeg({ path, maxProcesses: 1, clock, logger: new RecordingLogger() });
const never = new AbortController().signal;

describe('a look at a picture without ffmpeg', () => {
  it('is not possible, and says so', async () => {
    const sampler = new FfmpegPictureSampler({ ffmpeg: newFfmpeg('/nowhere/ffmpeg'), clock });
    expect(await sampler.sample(() => [], never)).toEqual({ kind: 'no-ffmpeg' });
  });
});

describeWithService('ffmpeg', 'a look at a picture', () => {
  let ffmpeg: Ffmpeg;
  let sampler: FfmpegPictureSampler;

  beforeEach(() => {
    ffmpeg = newFfmpeg();
    sampler = new FfmpegPictureSampler({ ffmpeg, clock });
  });
  afterEach(() => ffmpeg.close());

  it.each([
    ['moving, with sound', MOVING, TONE, 'fine'],
    ['moving, of a channel without sound', MOVING, undefined, 'fine'],
    ['moving, silent', MOVING, 'anullsrc', 'silent'],
    ['frozen', STILL, TONE, 'frozen'],
    ['black', 'color=black:size=160x90:rate=10', TONE, 'black'],
  ])('finds it %s', async (_name, video, audio, verdict) => {
    const stream = transportStream(video, audio);
    const outcome = await sampler.sample(() => [stream], never);
    if (outcome.kind !== 'sampled') throw new Error(outcome.kind);
    expect(outcome.sample.seconds).toBeGreaterThanOrEqual(SECONDS - 0.5);
    expect(judgePicture(outcome.sample)).toBe(verdict);
    expect(ffmpeg.processes).toBe(0);
  });

  it('knows a card although a poor encoder makes it flicker', async () => {
    const stream = transportStream(STILL, TONE, ['mpeg2video', '-b:v', '300k']);
    const outcome = await sampler.sample(() => [stream], never);
    if (outcome.kind !== 'sampled') throw new Error(outcome.kind);
    expect(judgePicture(outcome.sample)).toBe('frozen');
  });

  it('finds nothing in what is no stream', async () => {
    expect(await sampler.sample(() => [Buffer.alloc(4_000, 'x')], never)).toEqual({ kind: 'nothing' });
    expect(await sampler.sample(() => [], never)).toEqual({ kind: 'nothing' });
    expect(await sampler.sample(() => [], AbortSignal.abort())).toEqual({ kind: 'nothing' });
  });

  it('gives its place to a run for a viewer, and takes none from it', async () => {
    const idle = await ffmpeg.start({
      args: ['-i', 'pipe:0', '-f', 'null', '-'],
      purpose: 'a look',
      ...{ takesInput: true, isIdle: true, makesWay: true },
    });
    await eventually(() => ffmpeg.processes === 1);
    const wanted = await ffmpeg.start({
      args: ['-i', 'pipe:0', '-f', 'null', '-'],
      purpose: 'a viewer',
      takesInput: true,
    });
    expect([idle.ok, wanted.ok, ffmpeg.processes]).toEqual([true, true, 1]);
    expect(await sampler.sample(() => [], never)).toEqual({ kind: 'nothing' });
    expect(ffmpeg.processes).toBe(1);
  });
});
