import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface HlsFolder {
  /** With `index.m3u8` and its segments. */
  folder: string;
  remove(): void;
}

/** A finished film in segments of two seconds, with picture and sound, made by ffmpeg. */
export function makeHlsFolder(seconds: number, more: readonly string[] = []): HlsFolder {
  const made = emptyFolder();
  const { folder } = made;
  const run = spawnSync('ffmpeg', [
    ...['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25'],
    ...['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000', '-t', String(seconds)],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '50', '-keyint_min', '50', '-sc_threshold', '0'],
    ...['-bf', '0', '-b:v', '300k', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-ac', '2'],
    ...['-f', 'hls', '-hls_time', '2', '-hls_playlist_type', 'vod', ...more, path.join(folder, 'index.m3u8')],
  ]);
  if (run.status !== 0) throw new Error(`ffmpeg made no film: ${run.stderr.toString('utf8')}`);
  return made;
}

/** The same of bytes that need not be a picture. */
export function clipOf(segments: readonly Buffer[]): HlsFolder {
  const made = emptyFolder();
  const lines = ['#EXTM3U', '#EXT-X-TARGETDURATION:2', '#EXT-X-PLAYLIST-TYPE:VOD'];
  for (const [at, bytes] of segments.entries()) {
    writeFileSync(path.join(made.folder, `index${at}.ts`), bytes);
    lines.push('#EXTINF:2,', `index${at}.ts`);
  }
  writeFileSync(path.join(made.folder, 'index.m3u8'), [...lines, '#EXT-X-ENDLIST', ''].join('\n'));
  return made;
}

function emptyFolder(): HlsFolder {
  const folder = mkdtempSync(path.join(tmpdir(), 'rooftop-hls-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
