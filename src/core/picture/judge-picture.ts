import type { PictureSample } from './picture-sample.js';

/** From the least to the most useless for a viewer. `slate`: the same card for longer than anything live stands still. */
export const PICTURE_FAULTS = ['silent', 'slate', 'frozen', 'black'] as const;
export type PictureFault = (typeof PICTURE_FAULTS)[number];

export type PictureVerdict =
  /** Too little was seen to say anything. */
  'unsure' | 'fine' | PictureFault;

/** As told to people. `unwatched`: there is no ffmpeg. null: not looked at, or not yet. */
export const PICTURE_STATES = ['fine', 'unwatched', ...PICTURE_FAULTS] as const;
export type PictureState = (typeof PICTURE_STATES)[number] | null;

/** Fewer seconds of pictures say nothing. */
const ENOUGH_SECONDS = 4;
/** Share of a sample that a fault must fill. */
const WHOLE = 0.9;
/** At the edges the detectors miss some: the first group of pictures of a card often differs from the next. */
const EDGE_SECONDS = 1;
/** So much may the grey of a cell differ between two pictures of the same card: noise of the encoder, a small spinner. */
const SAME_GREY = 2;

/**
 * How a stream looks. `previous` is the sample before it: a card that moves a little is known by standing there both
 * times, as nothing that is filmed does.
 */
export function judgePicture(sample: PictureSample, previous?: PictureSample): PictureVerdict {
  if (sample.seconds < ENOUGH_SECONDS) return 'unsure';
  const whole = Math.max(0, sample.seconds * WHOLE - EDGE_SECONDS);
  if (sample.black >= whole) return 'black';
  if (sample.frozen >= whole) return 'frozen';
  if (previous && isOneScene([...previous.scenes, ...sample.scenes])) return 'slate';
  if (sample.silent >= whole) return 'silent';
  return 'fine';
}

/** The fault that leaves a viewer more. */
export function lesserFault(one: PictureFault, other: PictureFault): PictureFault {
  return PICTURE_FAULTS.indexOf(one) <= PICTURE_FAULTS.indexOf(other) ? one : other;
}

function isOneScene([first, ...others]: readonly Uint8Array[]): boolean {
  if (!first) return false;
  return others.every((scene) =>
    scene.every((grey, cell) => Math.abs(grey - (first[cell] ?? 0)) <= SAME_GREY),
  );
}
