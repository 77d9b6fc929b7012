// MPEG-1 layer II sound that holds one tone: the samples of the lowest of its 32 bands are written directly, so
// the encoder needs no filter bank.
import { BitWriter } from './bit-writer.mjs';

export const SAMPLES_PER_FRAME = 1152;
export const SAMPLE_RATE = 48_000;
const FRAME_BYTES = 192; // 64 kbit/s
/** Bits of the allocation of each of the 27 bands at this rate. */
const ALLOCATION_BITS = [...Array(11).fill(4), ...Array(12).fill(3), ...Array(4).fill(2)];
/** The band's samples come 1500 times a second. */
const BAND_RATE = SAMPLE_RATE / 32;
const SAMPLES_PER_BAND = SAMPLES_PER_FRAME / 32;
/** 16 bits a sample, scale factor 0.25. */
const FINEST_ALLOCATION = 15;
const SCALE_FACTOR = 9;

/** Frame `index` (24 ms each) of a tone below 600 Hz. */
export function encodeToneFrame(frequency, index) {
  const out = new BitWriter();
  out.put(0xfff, 12).put(1, 1).put(2, 2).put(1, 1); // MPEG-1, layer II, no checksum
  out.put(4, 4).put(1, 2).put(0, 1).put(0, 1); // 64 kbit/s, 48 kHz
  out.put(3, 2).put(0, 2).put(0, 2).put(0, 2); // one channel
  for (const [band, bits] of ALLOCATION_BITS.entries()) out.put(band === 0 ? FINEST_ALLOCATION : 0, bits);
  out.put(2, 2); // one scale factor for the whole frame
  out.put(SCALE_FACTOR, 6);
  for (let i = 0; i < SAMPLES_PER_BAND; i++) {
    const phase = (2 * Math.PI * frequency * (index * SAMPLES_PER_BAND + i)) / BAND_RATE;
    out.put(Math.round((Math.sin(phase) * 0.9 * 65_535 + 65_534) / 2), 16);
  }
  const frame = Buffer.alloc(FRAME_BYTES);
  out.toBuffer().copy(frame);
  return frame;
}
