import { BitWriter } from './bit-writer.js';

/** Silent audio frames at 48 kHz, 64 kbit/s, with a sequence number where the decoder does not look. */
export type AudioCodec = 'aac' | 'mp2' | 'ac3' | 'ac3-atsc';

export interface AudioFormat {
  streamType: number;
  descriptors: Buffer;
  streamId: number;
  /** In 90 kHz ticks. */
  frameTicks: number;
  frame(number: number): Buffer;
}

export const AUDIO_FORMATS: Record<AudioCodec, AudioFormat> = {
  aac: { streamType: 0x0f, descriptors: Buffer.alloc(0), streamId: 0xc0, frameTicks: 1920, frame: aacFrame },
  mp2: { streamType: 0x03, descriptors: Buffer.alloc(0), streamId: 0xc0, frameTicks: 2160, frame: mp2Frame },
  ac3: {
    streamType: 0x06,
    descriptors: Buffer.from([0x6a, 1, 0]),
    streamId: 0xbd,
    frameTicks: 2880,
    frame: ac3Frame,
  },
  'ac3-atsc': {
    streamType: 0x81,
    descriptors: Buffer.from([0x05, 4, 0x41, 0x43, 0x2d, 0x33]),
    streamId: 0xbd,
    frameTicks: 2880,
    frame: ac3Frame,
  },
};

/** Five bytes without zeros: no start code, no sync word. */
export function sequenceBytes(number: number): number[] {
  return [28, 21, 14, 7, 0].map((shift) => 0x80 | (Math.floor(number / 2 ** shift) % 128));
}

/** A channel pair without any scale factor band, a data element with the number, the end mark. */
function aacFrame(number: number): Buffer {
  const length = 170;
  const header = [
    0xff,
    0xf1,
    0x4c,
    0x80 | (length >> 11),
    (length >> 3) & 0xff,
    ((length & 7) << 5) | 0x1f,
    0xfc,
  ];
  const silence = new BitWriter()
    .bits(1, 3)
    .bits(0, 4)
    .bits(1, 1)
    .bits(0, 11)
    .bits(0, 2)
    .bits(0, 11)
    .bits(0, 11);
  const dataSize = length - header.length - 9;
  silence.bits(4, 3).bits(0, 4).bits(1, 1).bits(dataSize, 8).align();
  return Buffer.concat([fill(length - 1, [...header, ...silence.toBuffer()], number), Buffer.from([0xe0])]);
}

function mp2Frame(number: number): Buffer {
  // A mono frame whose bit allocation is all zero; what follows is ancillary data.
  return fill(192, [0xff, 0xfd, 0x44, 0xc0, ...new Array<number>(20).fill(0)], number);
}

function ac3Frame(number: number): Buffer {
  return fill(256, [0x0b, 0x77, 0, 0, 0x08, 0x40, 0x43, 0xe0], number);
}

function fill(size: number, start: readonly number[], number: number): Buffer {
  const frame = Buffer.alloc(size, 0xaa);
  Buffer.from([...start, ...sequenceBytes(number)]).copy(frame);
  return frame;
}
