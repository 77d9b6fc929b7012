import { BitWriter } from './bit-writer.js';

/** Of one frame, at 48 kHz. */
export const SAMPLES_PER_FRAME = 1024;

/** One AAC-LC frame of silence in stereo, with its ADTS header. */
export function silentFrame(): Buffer {
  const sound = new BitWriter();
  // A pair of channels, each with windows of their own and no spectrum at all.
  sound.put(1, 3).put(0, 4).put(0, 1);
  for (let channel = 0; channel < 2; channel++) sound.put(0, 8).put(0, 11).put(0, 3);
  const payload = sound.put(7, 3).toBuffer();
  const header = new BitWriter();
  header.put(0xfff, 12).put(0, 1).put(0, 2).put(1, 1);
  // Low complexity, 48 kHz, two channels.
  header.put(1, 2).put(3, 4).put(0, 1).put(2, 3).put(0, 4);
  header
    .put(payload.length + 7, 13)
    .put(0x7ff, 11)
    .put(0, 2);
  return Buffer.concat([header.toBuffer(), payload]);
}
