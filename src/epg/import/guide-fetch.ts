import type { HttpFetcher } from '../../platform/http/fetcher.js';
import { openGuideFile } from '../guide-file.store.js';
import type { GuideJob, Validators } from './guide-job.js';

/** One answer of a source: the whole guide, or a provider's answer for one channel or page. */
export interface GuidePart {
  /** As sent; empty when not known. */
  contentType: string;
  /** Bytes of `body`; null = not known. */
  size: number | null;
  body: AsyncIterable<Uint8Array>;
  /** Whose programmes these are, where the request says it. */
  channelId: string | null;
}

export type GuideFetch = { kind: 'not-modified' } | ({ kind: 'ok' } & Validators);

const MAX_PAGES = 1000;
const NO_VALIDATORS: Validators = { etag: null, lastModified: null };

/**
 * Fetches a guide and hands each answer to `read`, which says how many programmes it brought. Throws what the fetcher
 * throws.
 */
export async function fetchGuide(
  job: GuideJob,
  fetcher: HttpFetcher,
  read: (part: GuidePart) => Promise<number>,
): Promise<GuideFetch> {
  const { url, options } = job.source;
  if (url.startsWith('file:')) {
    await read({ contentType: '', channelId: null, ...openGuideFile(url) });
    return { kind: 'ok', ...NO_VALIDATORS };
  }
  const isSingle = !url.includes('{channel}') && options.pageParameter === undefined;
  if (isSingle) return fetchWhole(job, fetcher, read);
  const channels = url.includes('{channel}') ? job.channels : [null];
  for (const channel of channels) await fetchPages(job, fetcher, channel, read);
  return { kind: 'ok', ...NO_VALIDATORS };
}

async function fetchWhole(
  job: GuideJob,
  fetcher: HttpFetcher,
  read: (part: GuidePart) => Promise<number>,
): Promise<GuideFetch> {
  const { known } = job.source;
  const outcome = await fetcher.fetch({
    ...requestOf(job, addressOf(job, null, null)),
    ...(known?.etag ? { etag: known.etag } : {}),
    ...(known?.lastModified ? { lastModified: known.lastModified } : {}),
  });
  if (outcome.kind === 'not-modified') return outcome;
  const { contentType, length: size, body } = outcome;
  await read({ contentType, size, body, channelId: null });
  return { kind: 'ok', etag: outcome.etag ?? null, lastModified: outcome.lastModified ?? null };
}

/** A channel's guide in one answer, or in pages until one brings nothing. */
async function fetchPages(
  job: GuideJob,
  fetcher: HttpFetcher,
  channelId: string | null,
  read: (part: GuidePart) => Promise<number>,
): Promise<void> {
  const { pageParameter, firstPage = 1 } = job.source.options;
  for (let page = firstPage; page < firstPage + MAX_PAGES; page++) {
    const url = addressOf(job, channelId, pageParameter === undefined ? null : page);
    const outcome = await fetcher.fetch(requestOf(job, url));
    if (outcome.kind === 'not-modified') return;
    const { contentType, length: size, body } = outcome;
    const found = await read({ contentType, size, body, channelId });
    if (pageParameter === undefined || found === 0) return;
  }
}

function requestOf({ source, limits }: GuideJob, url: string) {
  const { headers, allowPrivate } = source;
  return { url, headers, allowPrivate, maxBytes: limits.maxBytes, timeoutMs: limits.timeoutMs };
}

function addressOf({ source }: GuideJob, channelId: string | null, page: number | null): string {
  const { parameters = {}, pageParameter } = source.options;
  const filled = source.url.replaceAll('{channel}', encodeURIComponent(channelId ?? ''));
  const extra = Object.entries(parameters);
  if (page !== null && pageParameter !== undefined) extra.push([pageParameter, String(page)]);
  if (extra.length === 0) return filled;
  const address = new URL(filled);
  for (const [name, value] of extra) address.searchParams.set(name, value);
  return address.href;
}
