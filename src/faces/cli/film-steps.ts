import { GuideRefreshService } from '../../epg/guide-refresh.service.js';
import { GuideSourcesService } from '../../epg/guide-sources.service.js';
import { GuideLinker, type LinkingReport } from '../../epg/linking/guide-linker.js';
import { JobQueue } from '../../platform/jobs/job-queue.js';
import type { JobSummary } from '../../platform/jobs/jobs.repository.js';
import { ListSourcesService } from '../../scrapers/list-sources.service.js';
import { RefreshService } from '../../scrapers/refresh.service.js';
import { FilmSourceRefresh } from '../../vod/feeds/film-source-refresh.js';
import { FilmSourcesService } from '../../vod/feeds/film-sources.service.js';
import { FilmFinder } from '../../vod/finding/film-finder.js';
import type { FindingReport } from '../../vod/finding/finding-job.js';
import { ENRICH_FILM } from '../../vod/film-jobs.js';
import { FilmEnrichment, type EnrichOutcome } from '../../vod/tmdb/film-enrichment.js';
import type { ServiceLocator } from './context.js';
import { progressText } from './guides-output.js';

/** What films come from. */
export const FILM_ORIGINS_READ = ['lists', 'guides', 'feeds'] as const;
export type FilmOriginRead = (typeof FILM_ORIGINS_READ)[number];

export interface StepOptions {
  /** Only tells what would be done. */
  dryRun: boolean;
  /** Hears how far it is. */
  tell: (text: string) => void;
}

export interface FetchOptions extends StepOptions {
  only: readonly FilmOriginRead[];
  /** Applies what is unchanged or suspiciously shrunken, too. */
  force: boolean;
}

export interface ReadPlace {
  what: 'list' | 'guide' | 'feed';
  id: number;
  name: string;
  /** `would-read` in a dry run. */
  status: string;
  /** Channels of a guide, entries of a list or a feed. */
  entries: number | null;
  programmes: number | null;
  reason: string | null;
}

export interface FetchReport {
  step: 'fetch';
  dryRun: boolean;
  read: ReadPlace[];
  /** How channels were matched to guides afterwards; null = neither lists nor guides were read. */
  links: LinkingReport | null;
}

export interface FilterReport extends FindingReport {
  step: 'filter';
  dryRun: boolean;
}

export interface EnrichReport {
  step: 'enrich';
  dryRun: boolean;
  /** null = no key of TMDB is set. */
  due: number | null;
  /** How those ended that were asked about here, by outcome. */
  outcomes: Partial<Record<EnrichOutcome['kind'], number>>;
  /** What is left. */
  jobs: JobSummary;
}

/** Reads lists, guides and feeds, one after the other; lists and guides that are unchanged cost one request each. */
export async function fetchStep(services: ServiceLocator, options: FetchOptions): Promise<FetchReport> {
  const { only, dryRun, tell } = options;
  const read: ReadPlace[] = [];
  if (only.includes('lists')) {
    for (const { id, name, isEnabled } of await services.get(ListSourcesService).list()) {
      if (isEnabled) read.push(await readList(services, id, name, options));
    }
  }
  if (only.includes('guides')) {
    for (const { id, name, isEnabled } of await services.get(GuideSourcesService).list()) {
      if (isEnabled) read.push(await readGuide(services, id, name, options));
    }
  }
  if (only.includes('feeds')) {
    for (const { id, name, isEnabled } of await services.get(FilmSourcesService).list()) {
      if (isEnabled) read.push(await readFeed(services, id, name, options));
    }
  }
  if (dryRun || read.every(({ what }) => what === 'feed')) {
    return { step: 'fetch', dryRun, read, links: null };
  }
  tell('matching channels to guides');
  return { step: 'fetch', dryRun, read, links: await services.get(GuideLinker).run() };
}

async function readList(
  services: ServiceLocator,
  id: number,
  name: string,
  { dryRun, force, tell }: FetchOptions,
): Promise<ReadPlace> {
  const place = { what: 'list', id, name, programmes: null } as const;
  if (dryRun) return { ...place, status: 'would-read', entries: null, reason: null };
  const { status, found, reason } = await services.get(RefreshService).refresh(id, {
    force,
    onProgress: ({ step, done, total }) => tell(`list ${id}: ${step} ${done}${total ? ` of ${total}` : ''}`),
  });
  return { ...place, status, entries: found, reason };
}

async function readGuide(
  services: ServiceLocator,
  id: number,
  name: string,
  { dryRun, force, tell }: FetchOptions,
): Promise<ReadPlace> {
  const place = { what: 'guide', id, name } as const;
  if (dryRun) return { ...place, status: 'would-read', entries: null, programmes: null, reason: null };
  const { status, channels, programmes, reason } = await services.get(GuideRefreshService).refresh(id, {
    force,
    onProgress: (progress) => tell(progressText(id, progress)),
  });
  return { ...place, status, entries: channels, programmes, reason };
}

async function readFeed(
  services: ServiceLocator,
  id: number,
  name: string,
  { dryRun, force, tell }: FetchOptions,
): Promise<ReadPlace> {
  const place = { what: 'feed', id, name, programmes: null } as const;
  if (dryRun) return { ...place, status: 'would-read', entries: null, reason: null };
  const { status, entries, reason } = await services.get(FilmSourceRefresh).refresh(id, {
    force,
    onProgress: ({ step, done }) => tell(`feed ${id}: ${step} ${done}`),
  });
  return { ...place, status, entries, reason };
}

/** Looks for films in the guides as they are. A run that is cut off is simply done again. */
export async function filterStep(
  services: ServiceLocator,
  { dryRun, tell }: StepOptions,
): Promise<FilterReport> {
  const report = await services.get(FilmFinder).run({
    isTrial: dryRun,
    onProgress: ({ done, total }) => tell(`films: ${done} of ${total} guide channels`),
  });
  return { step: 'filter', dryRun, ...report };
}

/** Asks TMDB about every film that is due, in jobs that survive the end of this process. */
export async function enrichStep(
  services: ServiceLocator,
  { dryRun, tell }: StepOptions,
): Promise<EnrichReport> {
  const enrichment = services.get(FilmEnrichment);
  const queue = services.get(JobQueue);
  const due = await enrichment.countDue();
  const outcomes: EnrichReport['outcomes'] = {};
  if (dryRun || due === null) {
    return { step: 'enrich', dryRun, due, outcomes, jobs: await queue.summary(ENRICH_FILM) };
  }
  await enrichment.addDue();
  const { due: total } = await queue.summary(ENRICH_FILM);
  let done = 0;
  const handler = enrichment.handler(({ kind }) => {
    outcomes[kind] = (outcomes[kind] ?? 0) + 1;
    tell(`TMDB: ${++done} of ${Math.max(done, total)} films`);
  });
  const jobs = await queue.drain(handler, (left) => {
    if (left.due === 0 && left.running > 0) {
      tell(`TMDB: ${left.running} films are being asked about elsewhere`);
    }
  });
  return { step: 'enrich', dryRun, due, outcomes, jobs };
}
