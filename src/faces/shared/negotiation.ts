import type { IncomingHttpHeaders } from 'node:http';

/** Whether a client takes gzip: named or covered by `*`, and not with weight 0. */
export function acceptsGzip(header: string | undefined): boolean {
  if (header === undefined) return false;
  let star = false;
  for (const entry of header.toLowerCase().split(',')) {
    const [coding = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const isRefused = parameters.some((parameter) => /^q=0(\.0{0,3})?$/.test(parameter));
    if (coding === 'gzip' || coding === 'x-gzip') return !isRefused;
    if (coding === '*') star = !isRefused;
  }
  return star;
}

/** Whether `If-None-Match` names this validator (without quotes); weak comparison, as for GET. */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((entry) => {
    const candidate = entry.trim();
    return candidate === '*' || candidate === `"${etag}"` || candidate === `W/"${etag}"`;
  });
}

/**
 * Whether a client has this very answer already. A validator it names decides alone; only without one counts the date.
 * `modifiedAt` in epoch seconds; null = the answer has no date.
 */
export function isUnmodified(headers: IncomingHttpHeaders, etag: string, modifiedAt: number | null): boolean {
  const named = headers['if-none-match'];
  if (named !== undefined) return matchesEtag(named, etag);
  const since = headers['if-modified-since'];
  return since !== undefined && modifiedAt !== null && Date.parse(since) >= modifiedAt * 1000;
}
