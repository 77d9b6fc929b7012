// A moving picture with sound for the demo and for real decoders: made by ffmpeg where it is installed, otherwise
// by the tiny encoders beside this file. Either way a short transport stream file that loops without a seam.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { drawTestCard } from './test-card.mjs';
import { encodePicture } from './tiny-mpeg2.mjs';
import { encodeToneFrame, SAMPLE_RATE, SAMPLES_PER_FRAME } from './tiny-mp2.mjs';
import { TinyTsMuxer } from './tiny-ts-muxer.mjs';

const FRAME_TICKS = 3600;
const START = 90_000;
/** Pictures, AAC frames (1024 samples) and MP2 frames (1152) all end together every 24 s at 48 kHz and 25 Hz. */
export const PATTERN_SECONDS = 24;

/**
 * Path of the file of channel `number` (1..99) in `folder`; made the first time.
 * `encoder`: 'auto' (ffmpeg if there is one), 'ffmpeg' or 'builtin'.
 */
export async function testPattern({ folder, number, name = `Channel ${number}`, encoder = 'auto' }) {
  const chosen = encoder === 'auto' ? (hasFfmpeg() ? 'ffmpeg' : 'builtin') : encoder;
  const key = createHash('sha1').update(`1 ${chosen} ${number} ${name}`).digest('hex').slice(0, 12);
  const file = path.join(folder, `pattern-${key}.ts`);
  if (existsSync(file)) return { file, encoder: chosen, made: false };
  mkdirSync(folder, { recursive: true });
  const draft = `${file}.${process.pid}.part`;
  if (chosen === 'ffmpeg') await encodeWithFfmpeg(draft, { number, name });
  else writeFileSync(draft, encodeBuiltin({ number }));
  renameSync(draft, file);
  return { file, encoder: chosen, made: true };
}

export function hasFfmpeg() {
  return spawnSync('ffmpeg', ['-version'], { stdio: 'ignore' }).status === 0;
}

/** The whole file, without any program from outside. */
export function encodeBuiltin({ number, seconds = PATTERN_SECONDS }) {
  const muxer = new TinyTsMuxer();
  const frames = seconds * 25;
  let soundFrame = 0;
  for (let frame = 0; frame < frames; frame++) {
    const random = frame % 25 === 0;
    if (frame % 5 === 0) muxer.tables();
    const planes = drawTestCard({ number, frame, seconds });
    const picture = encodePicture(planes, { numberInGroup: frame % 25, random, secondsOfGroup: frame / 25 });
    muxer.video(picture, START + frame * FRAME_TICKS, random);
    const until = ((frame + 1) / 25) * SAMPLE_RATE;
    for (
      ;
      (soundFrame + 0.5) * SAMPLES_PER_FRAME < until && soundFrame < soundFrames(seconds);
      soundFrame++
    ) {
      const pts = START + Math.round((soundFrame * SAMPLES_PER_FRAME * 90_000) / SAMPLE_RATE);
      muxer.audio(encodeToneFrame(toneOf(number), soundFrame), pts);
    }
  }
  return muxer.toBuffer();
}

function soundFrames(seconds) {
  return Math.round((seconds * SAMPLE_RATE) / SAMPLES_PER_FRAME);
}

/** Hz; a whole number of waves fits into every second. */
function toneOf(number) {
  return 220 + ((number - 1) % 8) * 40;
}

async function encodeWithFfmpeg(file, { number, name }) {
  // A build without fonts cannot write the name; the picture alone will do then.
  const texts = [
    `drawtext=text='${escapeText(name)}':fontsize=48:fontcolor=white:box=1:boxcolor=black@0.6:x=24:y=24`,
    `drawtext=text='%{pts\\:hms}':fontsize=36:fontcolor=white:box=1:boxcolor=black@0.6:x=24:y=h-60`,
  ].join(',');
  for (const filter of [`hue=h=${(number - 1) * 40},${texts}`, `hue=h=${(number - 1) * 40}`]) {
    if (await run('ffmpeg', ffmpegArguments(file, filter, toneOf(number)))) return;
    rmSync(file, { force: true });
  }
  throw new Error('ffmpeg could not make the test pattern');
}

function ffmpegArguments(file, filter, tone) {
  const length = String(PATTERN_SECONDS);
  return [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'],
    ...['-f', 'lavfi', '-i', `testsrc2=size=1024x576:rate=25:duration=${length}`],
    ...['-f', 'lavfi', '-i', `sine=frequency=${tone}:sample_rate=48000:duration=${length}`],
    ...['-vf', `${filter},format=yuv420p`],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'main', '-g', '50', '-keyint_min', '50'],
    ...['-sc_threshold', '0', '-bf', '2', '-flags', '+cgop'],
    ...['-b:v', '2200k', '-maxrate', '2300k', '-bufsize', '1500k'],
    ...['-c:a', 'aac', '-b:a', '128k', '-ac', '2'],
    ...['-f', 'mpegts', '-pes_payload_size', '0', '-mpegts_flags', '+resend_headers', file],
  ];
}

function escapeText(text) {
  return text.replace(/[^\p{L}\p{N} .-]/gu, ' ');
}

function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore' });
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}
