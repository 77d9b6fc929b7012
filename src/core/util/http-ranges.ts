/** One range of bytes as a client asks for it (RFC 9110, 14.1.2). */
export type AskedRange =
  | { kind: 'from'; first: number; last: number | null }
  /** The last so many bytes. */
  | { kind: 'suffix'; length: number };

/** Which bytes an answer holds, both ends included. */
export interface ContentRange {
  first: number;
  last: number;
  /** null = not told. */
  total: number | null;
}

/** A Range header; null for none, several ranges, and what is no range: such a request gets the whole. */
export function parseRange(header: string | undefined): AskedRange | null {
  const match = /^bytes\s*=\s*(\d{0,15})\s*-\s*(\d{0,15})$/i.exec(header?.trim() ?? '');
  const [, from = '', to = ''] = match ?? [];
  if (from === '') return to === '' ? null : { kind: 'suffix', length: Number(to) };
  const range = { kind: 'from', first: Number(from), last: to === '' ? null : Number(to) } as const;
  return range.last !== null && range.last < range.first ? null : range;
}

export function formatRange(range: AskedRange): string {
  return range.kind === 'suffix' ? `bytes=-${range.length}` : `bytes=${range.first}-${range.last ?? ''}`;
}

/** The Content-Range of a 206; null when it makes no sense. */
export function parseContentRange(header: string | undefined): ContentRange | null {
  const match = /^bytes\s+(\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(header?.trim() ?? '');
  if (!match) return null;
  const [first, last] = [Number(match[1]), Number(match[2])];
  const total = match[3] === '*' ? null : Number(match[3]);
  return last < first || (total !== null && last >= total) ? null : { first, last, total };
}

/** The size in the Content-Range of a 416; null when it is not told. */
export function parseUnsatisfied(header: string | undefined): number | null {
  const match = /^bytes\s+\*\/(\d{1,15})$/i.exec(header?.trim() ?? '');
  return match ? Number(match[1]) : null;
}

export function formatContentRange({ first, last, total }: ContentRange): string {
  return `bytes ${first}-${last}/${total ?? '*'}`;
}

/** Whether these are the bytes that were asked for, or the part of them that there is. */
export function answersRange(asked: AskedRange, given: ContentRange): boolean {
  const { first, last, total } = given;
  if (asked.kind === 'suffix') {
    return last - first < asked.length && (total === null || last === total - 1);
  }
  if (first !== asked.first) return false;
  const wanted = Math.min(asked.last ?? Infinity, total === null ? Infinity : total - 1);
  return wanted === Infinity || last === wanted || (total === null && last <= wanted);
}
