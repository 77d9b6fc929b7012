import type { SourceMaster, Variant } from './read-playlist.js';

/** Codecs of sound alone; what names only these has no picture. */
const AUDIO_CODEC = /^(mp4a|ac-3|ec-3|ac-4|opus|flac|vorbis|alac)\b/i;

/**
 * Variants in the order in which they are worth a try: with a picture first, then the largest. `wholeOnly` keeps those
 * whose sound comes with the picture, where there are any.
 */
export function rankVariants(master: SourceMaster, { wholeOnly }: { wholeOnly: boolean }): Variant[] {
  const whole = master.variants.filter((variant) => !hasSeparateAudio(master, variant));
  const candidates = wholeOnly && whole.length > 0 ? whole : master.variants;
  return [...candidates].sort(
    (a, b) =>
      Number(hasPicture(b)) - Number(hasPicture(a)) || b.height - a.height || b.bandwidth - a.bandwidth,
  );
}

export function hasSeparateAudio({ separateAudio }: SourceMaster, { audioGroup }: Variant): boolean {
  return audioGroup !== null && separateAudio.has(audioGroup);
}

function hasPicture({ codecs, height }: Variant): boolean {
  if (height > 0 || codecs === '') return true;
  return codecs.split(',').some((codec) => !AUDIO_CODEC.test(codec.trim()));
}
