import { afterEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { SystemClock } from '../../src/platform/clock.js';
import { Ffmpeg } from '../../src/streaming/ffmpeg/ffmpeg.js';
import type { FfmpegRun } from '../../src/streaming/ffmpeg/ffmpeg-run.js';
import { FakeClock } from '../fakes/fake-clock.js';
import { RecordingLogger } from '../fakes/recording-logger.js';
import { describeWithService } from '../fakes/services.js';
import { eventually } from '../fakes/stream-house.js';

const logger = new RecordingLogger();
const ENDLESS = [
  '-re',
  '-f',
  'lavfi',
  '-i',
  'testsrc2=size=64x64',
  '-c:v',
  'mpeg2video',
  '-f',
  'mpegts',
  'pipe:1',
];

describe('without ffmpeg', () => {
  it('says so instead of starting anything, and remembers that it was needed', async () => {
    const ffmpeg = new Ffmpeg({
      path: '/nowhere/ffmpeg',
      maxProcesses: 2,
      clock: new FakeClock(),
      logger,
    });
    expect(await ffmpeg.version()).toBeUndefined();
    expect(ffmpeg.isMissed).toBe(false);
    const outcome = await ffmpeg.start({ args: ENDLESS, purpose: 'test' });
    expect(outcome).toMatchObject({
      ok: false,
      failure: { kind: 'unsupported', detail: expect.stringContaining('not installed') },
    });
    expect([ffmpeg.isMissed, ffmpeg.isThere, ffmpeg.processes]).toEqual([true, false, 0]);
  });
});

describeWithService('ffmpeg', 'ffmpeg processes', () => {
  let ffmpeg: Ffmpeg;

  function make(options: Partial<ConstructorParameters<typeof Ffmpeg>[0]> = {}): Ffmpeg {
    ffmpeg = new Ffmpeg({ path: 'ffmpeg', maxProcesses: 2, clock: new SystemClock(), logger, ...options });
    return ffmpeg;
  }

  async function start(args: readonly string[] = ENDLESS, takesInput = false): Promise<FfmpegRun> {
    const outcome = await ffmpeg.start({ args, purpose: 'test', takesInput });
    if (!outcome.ok) throw new Error(outcome.failure.detail);
    return outcome.run;
  }

  afterEach(() => ffmpeg.close());

  it('are no more than allowed', async () => {
    make();
    const first = await start();
    await start();
    expect(await ffmpeg.start({ args: ENDLESS, purpose: 'test' })).toMatchObject({
      ok: false,
      failure: { kind: 'unavailable', blameless: true },
    });
    await first.stop();
    expect(ffmpeg.processes).toBe(1);
    await start();
  });

  it('end with the interest in their output', async () => {
    make();
    const run = await start();
    const [chunk] = (await run.output.take(1).toArray()) as Buffer[];
    expect(chunk?.[0]).toBe(0x47);
    await run.ended;
    expect(ffmpeg.processes).toBe(0);
  });

  it('are killed when they do not end themselves', async () => {
    const clock = new FakeClock();
    make({ clock });
    // Waits for input that never comes, deaf to polite requests until it has opened it.
    const run = await start(['-i', 'pipe:0', '-f', 'null', '-'], true);
    process.kill(run.pid ?? 0, 'SIGSTOP');
    const stopped = run.stop();
    await eventually(() => clock.pendingTimers === 1);
    await clock.advance(2_000);
    await stopped;
    expect(ffmpeg.processes).toBe(0);
  });

  it('tell why they failed, in our words', async () => {
    make();
    const run = await start(['-i', 'rtsp://ana:secret@127.0.0.1:1/x', '-f', 'null', '-']);
    run.output.resume();
    const error = await new Promise((resolve) => run.output.once('error', resolve));
    expect(error).toMatchObject({
      failure: { kind: 'unavailable', detail: 'the source refuses the connection' },
    });
    expect(JSON.stringify(logger.entries)).not.toContain('secret');
  });

  it('all end with the server', async () => {
    make();
    const runs = [await start(), await start()];
    await ffmpeg.close();
    await Promise.all(runs.map(({ ended }) => ended));
    expect(await ffmpeg.start({ args: ENDLESS, purpose: 'test' })).toMatchObject({ ok: false });
  });

  it('know nothing of the server’s settings, only which hardware driver to take', async () => {
    process.env['ROOFTOP_TEST_SECRET'] = 'hunter22';
    process.env['LIBVA_DRIVER_NAME'] ??= 'none';
    make({ path: 'ffmpeg' });
    const run = await start(['-i', 'pipe:0', '-f', 'null', '-'], true);
    const environment = readFileSync(`/proc/${run.pid}/environ`, 'utf8');
    expect(environment).not.toContain('hunter22');
    expect(environment).toContain('LIBVA_DRIVER_NAME=');
    delete process.env['ROOFTOP_TEST_SECRET'];
  });
});
