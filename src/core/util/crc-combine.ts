// The CRC-32 of a gzip member whose parts were digested one by one: joining costs the same however long they are.

/** Of CRC-32, bits reflected. */
const POLYNOMIAL = 0xedb88320;
const X_TO_0 = 0x80000000;
const X_TO_1 = 0x40000000;

/** x^(2^n), n = 0 … 31. */
const POWERS = powers();

/** What `crcJoin` needs to know of the length of the second part, in bytes. Keep it: this is the costly half. */
export function crcShift(bytes: number): number {
  let shift = X_TO_0;
  // Each byte is eight bits, so counting begins at x^(2^3).
  for (let rest = bytes, power = 3; rest > 0; rest = Math.floor(rest / 2), power++) {
    if (rest % 2 === 1) shift = times(POWERS[power % 32] ?? 0, shift);
  }
  return shift >>> 0;
}

/** The CRC-32 of two parts in a row, from the CRC-32 of each and the shift of the second. */
export function crcJoin(first: number, second: number, shiftOfSecond: number): number {
  return (times(shiftOfSecond, first) ^ second) >>> 0;
}

/** Product of two polynomials modulo the one of CRC-32. */
function times(a: number, b: number): number {
  let product = 0;
  let factor = b;
  for (let bit = 0x80000000; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) {
      product ^= factor;
      if ((a & (bit - 1)) === 0) break;
    }
    factor = (factor & 1) !== 0 ? (factor >>> 1) ^ POLYNOMIAL : factor >>> 1;
  }
  return product;
}

function powers(): number[] {
  const found = [X_TO_1];
  for (let n = 1; n < 32; n++) found.push(times(found[n - 1] ?? 0, found[n - 1] ?? 0));
  return found;
}
