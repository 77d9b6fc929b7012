/** The same numbers with room for `needed`, at least twice as many as before. */
export function grown<T extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(
  numbers: T,
  needed: number,
  make: new (length: number) => T,
): T {
  if (needed <= numbers.length) return numbers;
  const larger = new make(Math.max(needed, numbers.length * 2));
  larger.set(numbers);
  return larger;
}
