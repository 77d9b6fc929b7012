import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspectTs } from '../fakes/media/inspect-ts.js';
import { TsFileSource } from '../fakes/media/ts-file-source.js';
import { describeWithService } from '../fakes/services.js';

interface TestPatternModule {
  PATTERN_SECONDS: number;
  testPattern(options: {
    folder: string;
    number: number;
    name?: string;
    encoder?: 'auto' | 'ffmpeg' | 'builtin';
  }): Promise<{ file: string; encoder: 'ffmpeg' | 'builtin'; made: boolean }>;
}

let folder: string;
let patterns: TestPatternModule;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'test-pattern-'));
  const script = path.resolve(process.cwd(), 'scripts', 'lib', 'test-pattern.mjs');
  patterns = (await import(pathToFileURL(script).href)) as TestPatternModule;
});
afterAll(() => rmSync(folder, { recursive: true }));

/** So many rounds of the file in a loop without a seam. */
function looped(file: string, rounds: number): Buffer {
  const source = new TsFileSource(file, { flagSeam: false });
  const parts: Buffer[] = [];
  for (let seconds = 0; seconds < source.seconds * rounds - 0.01;) {
    const unit = source.next();
    seconds += unit.seconds;
    parts.push(unit.data);
  }
  return Buffer.concat(parts);
}

function steps(stamps: readonly number[]): Set<number> {
  return new Set(stamps.slice(1).map((stamp, i) => stamp - (stamps[i] ?? 0)));
}

describe('the built-in test pattern', () => {
  it('is a sound transport stream that begins anew every second', async () => {
    const { file, encoder } = await patterns.testPattern({ folder, number: 1, encoder: 'builtin' });
    expect(encoder).toBe('builtin');
    const report = inspectTs(looped(file, 2));
    expect(report).toMatchObject({ strayBytes: 0, continuityErrors: 0, discontinuities: 0, keyframes: 48 });
    expect(steps(report.videoStamps)).toEqual(new Set([3600]));
    expect(steps(report.pcrs)).toEqual(new Set([3600]));
  });

  it('is made once and kept, a file for each channel', async () => {
    const first = await patterns.testPattern({ folder, number: 2, encoder: 'builtin' });
    const again = await patterns.testPattern({ folder, number: 2, encoder: 'builtin' });
    expect([first.made, again.made, again.file]).toEqual([true, false, first.file]);
    const other = await patterns.testPattern({ folder, number: 3, encoder: 'builtin' });
    expect(other.file).not.toBe(first.file);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});

interface Probe {
  streams: { codec_name: string; nb_read_frames: string }[];
}

function probe(ts: Buffer): string[] {
  const args = ['-v', 'error', '-count_frames', '-show_entries', 'stream=codec_name,nb_read_frames'];
  const run = spawnSync('ffprobe', [...args, '-of', 'json', 'pipe:0'], { input: ts, maxBuffer: 1 << 26 });
  const { streams } = JSON.parse(run.stdout.toString()) as Probe;
  return streams.map(({ codec_name, nb_read_frames }) => `${codec_name} ${nb_read_frames}`);
}

function decode(ts: Buffer, args: readonly string[]): string {
  const all = ['-hide_banner', '-nostdin', '-f', 'mpegts', '-i', 'pipe:0', ...args, '-f', 'null', '-'];
  return spawnSync('ffmpeg', all, { input: ts, maxBuffer: 1 << 26 }).stderr.toString();
}

describeWithService('ffmpeg', 'real decoders', () => {
  it.each([
    ['builtin', ['mpeg2video 1200', 'mp2 2000']],
    ['ffmpeg', ['h264 1200', 'aac 2250']],
  ] as const)('decode two rounds of %s without a word: it moves and it sounds', async (encoder, streams) => {
    const { file } = await patterns.testPattern({ folder, number: 4, name: 'Канал 4', encoder });
    const ts = looped(file, 2);
    expect(probe(ts)).toEqual(streams);
    expect(decode(ts, ['-v', 'warning'])).toBe('');
    const still = decode(ts, ['-an', '-vf', 'freezedetect=n=-60dB:d=0.5']);
    expect(still).not.toContain('freeze_start');
    const sound = /mean_volume: (-[\d.]+) dB/.exec(decode(ts, ['-vn', '-af', 'volumedetect']))?.[1];
    expect(Number(sound)).toBeGreaterThan(-30);
    const silence = decode(ts, ['-vn', '-af', 'silencedetect=n=-45dB:d=0.1']);
    expect(silence).not.toContain('silence_start');
  });
});
