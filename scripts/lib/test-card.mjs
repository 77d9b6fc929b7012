// The picture of a channel as blocks of 8 × 8 pixels: colour bars, the channel's number, a running clock and a
// block that moves, so that one sees at a glance which channel it is and that it lives.
export const BLOCKS_WIDE = 44;
export const BLOCKS_HIGH = 36;

/** Colour bars in Y, Cb, Cr. */
const BARS = [
  [180, 128, 128],
  [168, 44, 136],
  [145, 147, 44],
  [133, 63, 52],
  [63, 193, 204],
  [51, 109, 212],
  [28, 212, 120],
  [16, 128, 128],
];
const DARK = [32, 128, 128];
/** Rows of three blocks each, from top to bottom. */
const FONT = {
  0: [7, 5, 5, 5, 7],
  1: [2, 6, 2, 2, 7],
  2: [7, 1, 7, 4, 7],
  3: [7, 1, 7, 1, 7],
  4: [5, 5, 7, 1, 1],
  5: [7, 4, 7, 1, 7],
  6: [7, 4, 7, 5, 7],
  7: [7, 1, 1, 1, 1],
  8: [7, 5, 7, 5, 7],
  9: [7, 5, 7, 1, 7],
  C: [7, 4, 4, 4, 7],
  H: [5, 5, 7, 5, 5],
  ':': [0, 2, 0, 2, 0],
  ' ': [0, 0, 0, 0, 0],
};

/** Planes of frame `frame` (25 a second): `luma` by 8 × 8 blocks, `cb` and `cr` by 16 × 16 blocks. */
export function drawTestCard({ number, frame, seconds }) {
  const luma = new Uint8Array(BLOCKS_WIDE * BLOCKS_HIGH);
  const cb = new Uint8Array((BLOCKS_WIDE * BLOCKS_HIGH) / 4);
  const cr = new Uint8Array(cb.length);
  const paint = (x, y, [light, blue, red]) => {
    luma[y * BLOCKS_WIDE + x] = light;
    const at = (y >> 1) * (BLOCKS_WIDE / 2) + (x >> 1);
    cb[at] = blue;
    cr[at] = red;
  };
  for (let y = 0; y < BLOCKS_HIGH; y++)
    for (let x = 0; x < BLOCKS_WIDE; x++) paint(x, y, y < 16 ? barAt(x, number) : DARK);
  write(luma, 2, 19, `CH ${number}`);
  write(luma, 2, 27, clockText(frame / 25));
  const total = Math.round(seconds * 25);
  const right = Math.round(((BLOCKS_WIDE - 4) / 2) * (1 - Math.cos((2 * Math.PI * frame) / total))) & ~1;
  for (let y = 12; y < 16; y++) for (let x = right; x < right + 4; x++) paint(x, y, [235, 128, 128]);
  const progress = Math.floor((BLOCKS_WIDE * frame) / total) | 1;
  for (let y = 34; y < 36; y++) for (let x = 0; x <= progress; x++) paint(x, y, [145, 54, 34]);
  return { luma, cb, cr };
}

/** Each channel begins its bars with another colour. Bars end where colour blocks do. */
function barAt(x, number) {
  return BARS[(Math.floor(((x >> 1) * 16) / BLOCKS_WIDE) + number - 1) % 8];
}

function clockText(seconds) {
  const whole = Math.floor(seconds);
  const two = (value) => String(value).padStart(2, '0');
  return `${two(Math.floor(whole / 60))}:${two(whole % 60)}:${two(Math.floor((seconds - whole) * 25))}`;
}

function write(luma, left, top, text) {
  for (const [index, sign] of [...text].entries()) {
    for (const [row, bits] of (FONT[sign] ?? FONT[' ']).entries())
      for (let column = 0; column < 3; column++)
        if ((bits >> (2 - column)) & 1) luma[(top + row) * BLOCKS_WIDE + left + index * 4 + column] = 220;
  }
}
