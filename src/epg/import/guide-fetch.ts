import type { Clock } from '../../platform/clock.js';
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
  /** Nothing in it means that the page before was the last one. */
  isFurtherPage: boolean;
}

export type GuideFetch = { kind: 'not-modified' } | ({ kind: 'ok' } & Validators);

const MAX_PAGES = 1000;
const FAILURES_IN_A_ROW = 5;
const NO_VALIDATORS: Validators = { etag: null, lastModified: null };

export interface FetchTools {
  fetcher: HttpFetcher;
  clock: Pick<Clock, 'monotonic'>;
  /** Tells how many programmes the answer brought. */
  read: (part: GuidePart) => Promise<number>;
  /** A request for one channel of many came to nothing; `request` counts from 1. */
  onFailure: (request: number, channelId: string, error: unknown) => void;
}

/** Fetches a guide and hands each answer to `read`. Throws what the fetcher throws. */
export async function fetchGuide(job: GuideJob, tools: FetchTools): Promise<GuideFetch> {
  const { url, options } = job.source;
  if (url.startsWith('file:')) {
    await tools.read({ contentType: '', channelId: null, isFurtherPage: false, ...openGuideFile(url) });
    return { kind: 'ok', ...NO_VALIDATORS };
  }
  if (url.includes('{channel}')) await fetchChannels(job, tools);
  else if (options.pageParameter === undefined) return fetchWhole(job, tools);
  else await fetchPages(job, tools, null);
  return { kind: 'ok', ...NO_VALIDATORS };
}

async function fetchWhole(job: GuideJob, { fetcher, read }: FetchTools): Promise<GuideFetch> {
  const { known } = job.source;
  const outcome = await fetcher.fetch({
    ...requestOf(job, addressOf(job, null, null)),
    ...(known?.etag ? { etag: known.etag } : {}),
    ...(known?.lastModified ? { lastModified: known.lastModified } : {}),
  });
  if (outcome.kind === 'not-modified') return outcome;
  const { contentType, length: size, body } = outcome;
  await read({ contentType, size, body, channelId: null, isFurtherPage: false });
  return { kind: 'ok', etag: outcome.etag ?? null, lastModified: outcome.lastModified ?? null };
}

/** One after the other. A channel that the provider does not know costs itself; a provider that is out costs the run. */
async function fetchChannels(job: GuideJob, tools: FetchTools): Promise<void> {
  if (job.channels.length === 0) throw new Error('there is no channel to ask for');
  const deadline = tools.clock.monotonic() + job.limits.timeoutMs;
  let failures = 0;
  for (const [index, channelId] of job.channels.entries()) {
    if (tools.clock.monotonic() >= deadline) {
      throw new Error(`${index} of ${job.channels.length} channels within ${job.limits.timeoutMs / 1000} s`);
    }
    try {
      await fetchPages(job, tools, channelId);
      failures = 0;
    } catch (error) {
      failures++;
      if (failures >= FAILURES_IN_A_ROW || failures === job.channels.length) throw error;
      tools.onFailure(index + 1, channelId, error);
    }
  }
}

/** A guide, or a channel's part of it, in one answer, or in pages until one brings nothing. */
async function fetchPages(job: GuideJob, tools: FetchTools, channelId: string | null): Promise<void> {
  const { pageParameter, firstPage = 1 } = job.source.options;
  for (let page = firstPage; page < firstPage + MAX_PAGES; page++) {
    const url = addressOf(job, channelId, pageParameter === undefined ? null : page);
    const outcome = await tools.fetcher.fetch(requestOf(job, url));
    if (outcome.kind === 'not-modified') return;
    const { contentType, length: size, body } = outcome;
    const isFurtherPage = page > firstPage;
    const found = await tools.read({ contentType, size, body, channelId, isFurtherPage });
    if (pageParameter === undefined || found === 0) return;
  }
}

function requestOf({ source, limits }: GuideJob, url: string) {
  const { headers, allowPrivate } = source;
  const { maxBytes, timeoutMs, leastBytesPerMinute } = limits;
  return { url, headers, allowPrivate, maxBytes, timeoutMs, leastBytesPerMinute };
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
