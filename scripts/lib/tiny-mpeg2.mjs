// MPEG-2 video of whole pictures whose blocks have one colour each: only DC coefficients, so the encoder needs
// no transform. Every decoder plays it, and a second takes about 40 kB.
import { BitWriter } from './bit-writer.mjs';
import { BLOCKS_HIGH, BLOCKS_WIDE } from './test-card.mjs';

const WIDTH = BLOCKS_WIDE * 8;
const HEIGHT = BLOCKS_HIGH * 8;
const BIT_RATE = 1_500_000;
/** Codes of the size of a DC difference. */
const LUMA_SIZES = ['100', '00', '01', '101', '110', '1110', '11110', '111110', '1111110'];
const CHROMA_SIZES = ['00', '01', '10', '110', '1110', '11110', '111110', '1111110', '11111110'];
const END_OF_BLOCK = '10';

/** One picture; `random` puts sequence and group headers in front, so that decoding can begin here. */
export function encodePicture(planes, { numberInGroup, random, secondsOfGroup = 0 }) {
  const out = new BitWriter();
  if (random) {
    sequenceHeader(out);
    groupHeader(out, secondsOfGroup);
  }
  pictureHeader(out, numberInGroup);
  for (let row = 0; row < BLOCKS_HIGH / 2; row++) slice(out, planes, row);
  return out.toBuffer();
}

function sequenceHeader(out) {
  out.startCode(0xb3).put(WIDTH, 12).put(HEIGHT, 12);
  out.put(2, 4); // 4:3
  out.put(3, 4); // 25 pictures a second
  out.put(Math.ceil(BIT_RATE / 400), 18).put(1, 1);
  out.put(112, 10); // VBV buffer, 16 kbit each: the most of Main Level
  out.put(0, 1).put(0, 2); // no matrices of our own
  out.startCode(0xb5).put(1, 4);
  out.put(0x48, 8); // Main Profile, Main Level
  out.put(1, 1).put(1, 2); // progressive, 4:2:0
  out.put(0, 4).put(0, 12).put(1, 1); // sizes and rate need no more bits
  out.put(0, 8).put(0, 1).put(0, 7);
}

function groupHeader(out, seconds) {
  const whole = Math.floor(seconds);
  out.startCode(0xb8).put(0, 1).put(0, 5);
  out
    .put(Math.floor(whole / 60) % 60, 6)
    .put(1, 1)
    .put(whole % 60, 6)
    .put(0, 6);
  out.put(1, 1).put(0, 1); // closed
}

function pictureHeader(out, numberInGroup) {
  out.startCode(0x00).put(numberInGroup, 10);
  out.put(1, 3); // I
  out.put(0xffff, 16).put(0, 1);
  out.startCode(0xb5).put(8, 4);
  out.put(0xffff, 16); // no motion vectors
  out.put(0, 2); // DC of 8 bits
  out.put(3, 2); // whole frame
  out.put(0, 1).put(1, 1); // frame prediction and transform
  out.put(0, 1).put(0, 1).put(0, 1).put(0, 1).put(0, 1);
  out.put(1, 1).put(1, 1).put(0, 1); // 4:2:0 of a progressive frame
}

function slice(out, { luma, cb, cr }, row) {
  out
    .startCode(row + 1)
    .put(8, 5)
    .put(0, 1);
  const last = { y: 128, cb: 128, cr: 128 };
  for (let column = 0; column < BLOCKS_WIDE / 2; column++) {
    out.code('1').code('1'); // next macroblock, intra
    for (const [dx, dy] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ])
      block(out, LUMA_SIZES, last, 'y', luma[(row * 2 + dy) * BLOCKS_WIDE + column * 2 + dx]);
    const at = row * (BLOCKS_WIDE / 2) + column;
    block(out, CHROMA_SIZES, last, 'cb', cb[at]);
    block(out, CHROMA_SIZES, last, 'cr', cr[at]);
  }
}

/** A block of one colour: the difference to the one before, and nothing else. */
function block(out, sizes, last, plane, value) {
  const difference = value - last[plane];
  last[plane] = value;
  const size = difference === 0 ? 0 : 32 - Math.clz32(Math.abs(difference));
  out.code(sizes[size]);
  out.put(difference < 0 ? difference + (1 << size) - 1 : difference, size);
  out.code(END_OF_BLOCK);
}
