// Fields of foreign JSON, each with a bound. What is missing or of another kind becomes the empty value.

export type Json = Readonly<Record<string, unknown>>;

const MAX_TEXT = 4000;
// eslint-disable-next-line no-control-regex -- they are what is taken out
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object in a field; empty when there is none. */
export function objectIn(value: Json, field: string): Json {
  const found = value[field];
  return isJson(found) ? found : {};
}

/** The first `most` objects of the list in a field. */
export function objectsIn(value: Json, field: string, most: number): Json[] {
  const found = value[field];
  return Array.isArray(found) ? found.slice(0, most).filter(isJson) : [];
}

export function textIn(value: Json, field: string, longest = MAX_TEXT): string {
  const found = value[field];
  return typeof found === 'string' ? found.slice(0, longest).replace(CONTROL, '').trim() : '';
}

export function textsIn(value: Json, field: string, most: number): string[] {
  const found = value[field];
  if (!Array.isArray(found)) return [];
  return found.slice(0, most).filter((text): text is string => typeof text === 'string' && text !== '');
}

/** A finite number of at least 0; null when there is none. */
export function numberIn(value: Json, field: string): number | null {
  const found = value[field];
  return typeof found === 'number' && Number.isFinite(found) && found >= 0 ? found : null;
}

/** An id as databases number their rows; null when there is none. */
export function idIn(value: Json, field: string): number | null {
  const found = numberIn(value, field);
  return found !== null && Number.isSafeInteger(found) && found > 0 ? found : null;
}

export function numbersIn(value: Json, field: string, most: number): number[] {
  const found = value[field];
  if (!Array.isArray(found)) return [];
  return found.slice(0, most).filter((each): each is number => Number.isSafeInteger(each));
}
