/** What ffmpeg's detectors say about a few seconds of a stream. Times in seconds of the stream. */
export interface PictureSample {
  /** Seconds of pictures that were looked at. */
  seconds: number;
  black: number;
  frozen: number;
  silent: number;
  /** The pictures in order, each shrunk to `SCENE_CELLS` greys. */
  scenes: readonly Uint8Array[];
}

/** Cells of a picture shrunk to eight by eight. */
export const SCENE_CELLS = 64;
export const SCENES_PER_SECOND = 2;
/** Scenes that are kept of a sample, whatever ffmpeg writes. */
export const MAX_SCENES = 120;

const NUMBER = String.raw`(-?\d+(?:\.\d+)?)`;
const BLACK = spans(`black_start:${NUMBER}`, `black_end:${NUMBER}`);
const FROZEN = spans(`freeze_start: ${NUMBER}`, `freeze_end: ${NUMBER}`);
const SILENT = spans(`silence_start: ${NUMBER}`, `silence_end: ${NUMBER}`);

/**
 * Reads what `blackdetect`, `freezedetect` and `silencedetect` of ffmpeg 5 to 7 print, and the scenes it wrote. What
 * has begun and not ended lasts to the end of the sample. Lines that are missing count for a good picture.
 */
export function readSample(printed: string, scenes: Buffer): PictureSample {
  const count = Math.min(MAX_SCENES, Math.floor(scenes.length / SCENE_CELLS));
  const seconds = count / SCENES_PER_SECOND;
  return {
    seconds,
    black: covered(printed, BLACK, seconds),
    frozen: covered(printed, FROZEN, seconds),
    silent: covered(printed, SILENT, seconds),
    scenes: Array.from({ length: count }, (_, i) => scenes.subarray(i * SCENE_CELLS, (i + 1) * SCENE_CELLS)),
  };
}

function spans(start: string, end: string): RegExp {
  return new RegExp(`${start}|${end}`, 'g');
}

/** Seconds between starts and their ends, at most the whole sample. */
function covered(printed: string, pattern: RegExp, seconds: number): number {
  let sum = 0;
  let since: number | undefined;
  for (const [, start, end] of printed.matchAll(pattern)) {
    if (start !== undefined) since = Number(start);
    if (end === undefined || since === undefined) continue;
    sum += Math.max(0, Number(end) - since);
    since = undefined;
  }
  if (since !== undefined) sum += Math.max(0, seconds - Math.max(0, since));
  return Math.min(seconds, sum);
}
