import { unpackPage, type ScheduledProgramme } from '../../core/guide/page.js';
import { FilmRegister, type FilmClaim, type FilmRef } from '../filing/film-register.js';
import type { FindingJob, FindingLink, FindingReport, FindingResult, FindingWindow } from './finding-job.js';
import { unpackLinks, type FindingProgress } from './finding-job.js';
import type { FindingStore, NewAiring } from './finding-store.repository.js';
import { findShowings, type FoundShowing } from './found-showings.js';
import { MergedSchedules } from './merged-schedules.js';

interface PlannedAiring {
  film: FilmRef;
  airing: NewAiring;
}

const HOUR = 3600;
const DAY = 24 * HOUR;
/** What ran this long ago may still be on; what is further ahead nobody plans his evening by. */
const BEHIND_SECONDS = 6 * HOUR;
const AHEAD_SECONDS = 14 * DAY;
/** Past airings are kept this long, for "what was that film". */
const KEEP_SECONDS = DAY;
/** Days of channels between two words of progress. */
const PAGES_PER_WORD = 24;
const MAX_CANDIDATES = 5_000;
const MAX_AIRINGS = 500_000;
const MAX_TOLD = 50;

/** One search for films in the guides of all channels that viewers see, in the worker. Ended half-way it is done again. */
export class FindingRun {
  private readonly window: FindingWindow;
  /** By guide channel. */
  private readonly places: ReadonlyMap<number, readonly FindingLink[]>;
  private readonly schedules: MergedSchedules;
  private readonly planned = new Map<number, PlannedAiring[]>();
  private readonly report: FindingReport = {
    ...{ programmes: 0, showings: 0, newFilms: 0, newTitles: [], changedFilms: 0, airings: 0 },
  };
  private damaged = 0;

  constructor(
    private readonly store: FindingStore,
    private readonly job: Pick<FindingJob, 'nowSeconds' | 'links' | 'isTrial'>,
    private readonly onProgress: (progress: FindingProgress) => void,
  ) {
    const { nowSeconds } = job;
    this.window = { from: nowSeconds - BEHIND_SECONDS, to: nowSeconds + AHEAD_SECONDS };
    const links = unpackLinks(job.links);
    this.places = groupBy(links, ({ guideChannelId }) => guideChannelId);
    const byChannel = groupBy(links, ({ channelId }) => channelId);
    const merged = new Map([...byChannel].filter(([, own]) => own.length > 1));
    this.schedules = new MergedSchedules(merged, this.window, (id, window) => this.programmes(id, window));
  }

  async run(): Promise<FindingResult> {
    const { report, store } = this;
    const register = new FilmRegister(await store.decisions(), this.job.nowSeconds, MAX_CANDIDATES);
    for await (const film of store.films()) register.know(film);
    for await (const showing of this.showings()) {
      for (const link of this.places.get(showing.guideChannelId) ?? []) {
        const planning = await this.plan(showing, link, register);
        if (!planning || report.airings >= MAX_AIRINGS) continue;
        report.airings++;
        const list = this.planned.get(link.channelId);
        if (list) list.push(planning);
        else this.planned.set(link.channelId, [planning]);
      }
    }
    const found = register.take();
    report.newFilms = found.newFilms.length;
    report.changedFilms = found.changes.size;
    report.newTitles = found.newFilms.slice(0, MAX_TOLD).map(({ title }) => title);
    const stored = this.job.isTrial ? NOTHING_STORED : await this.keep(found);
    return { report, damaged: this.damaged, ...stored };
  }

  private async *showings(): AsyncGenerator<FoundShowing> {
    const { from, to } = this.window;
    const progress = { done: 0, total: this.places.size };
    let pages = 0;
    for (const guideChannelId of this.places.keys()) {
      const read = await this.store.pages(guideChannelId, from - DAY, to + DAY);
      const found = findShowings(read.map((data) => ({ guideChannelId, data })));
      this.report.programmes += found.programmes;
      this.report.showings += found.showings.length;
      this.damaged += found.damaged;
      yield* found.showings;
      progress.done++;
      pages += read.length;
      if (pages < PAGES_PER_WORD && progress.done < progress.total) continue;
      pages = 0;
      this.onProgress({ ...progress });
    }
  }

  private async plan(
    showing: FoundShowing,
    { channelId, shiftSeconds, isAdult }: FindingLink,
    register: FilmRegister,
  ): Promise<PlannedAiring | null> {
    const start = showing.start + shiftSeconds;
    const stop = showing.stop + shiftSeconds;
    if (start < this.window.from) return null;
    if (!(await this.schedules.shows(channelId, showing.guideChannelId, start))) return null;
    const filed = register.claim(claimOf(showing, isAdult));
    if (!filed || filed.isRejected) return null;
    const details = {
      reasons: showing.reasons,
      ...(showing.picture === '' ? {} : { picture: showing.picture }),
    };
    const filmId = 'id' in filed.ref ? filed.ref.id : 0;
    const airing = { filmId, channelId, start, stop, title: showing.writtenTitle, details };
    return { film: filed.ref, airing };
  }

  private async keep({
    newFilms,
    changes,
  }: ReturnType<FilmRegister['take']>): Promise<Pick<FindingResult, 'isChanged' | 'newFilms'>> {
    const { store } = this;
    const { nowSeconds } = this.job;
    const ids = await store.addFilms(newFilms);
    await store.updateFilms(changes);
    let isChanged = newFilms.length + changes.size > 0;
    const { from } = this.window;
    const channelIds = new Set([...this.planned.keys(), ...(await store.channelsWithAirings(from))]);
    for (const channelId of channelIds) {
      const airings = resolveFilms(this.planned.get(channelId) ?? [], ids);
      this.planned.delete(channelId);
      isChanged = (await store.replaceAirings(channelId, from, airings)) || isChanged;
    }
    isChanged = (await store.prune(nowSeconds - KEEP_SECONDS)) > 0 || isChanged;
    isChanged = (await store.settle(nowSeconds)) || isChanged;
    return { isChanged, newFilms: Float64Array.from(ids.values()) };
  }

  private async programmes(
    guideChannelId: number,
    { from, to }: FindingWindow,
  ): Promise<ScheduledProgramme[]> {
    const pages = await this.store.pages(guideChannelId, from, to);
    return pages.flatMap(readPage).filter(({ start, stop }) => start < to && stop > from);
  }
}

const NOTHING_STORED = { isChanged: false, newFilms: new Float64Array() };

/** A damaged one has been counted as its own channel's. */
function readPage(data: Uint8Array): ScheduledProgramme[] {
  try {
    return unpackPage(data);
  } catch {
    return [];
  }
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

function claimOf(
  { record, start, stop, description, picture, isCertain }: FoundShowing,
  isAdult: boolean,
): FilmClaim {
  const { title, originalTitle, year, genres, rating, ageLimit, tmdbId } = record;
  const told = { title, originalTitle, year, genres, rating, ageLimit, description };
  return {
    ...{ isCertain, isAdult, tmdbId, views: null, proof: 'slot' },
    told: { ...told, durationSeconds: stop - start, guidePicture: picture },
  };
}

/** Airings with the ids of their films; of two at one time the first. */
function resolveFilms(planned: readonly PlannedAiring[], ids: ReadonlyMap<string, number>): NewAiring[] {
  const byStart = new Map<number, NewAiring>();
  for (const { film, airing } of planned) {
    const filmId = 'id' in film ? film.id : ids.get(film.identityKey);
    if (filmId === undefined || byStart.has(airing.start)) continue;
    byStart.set(airing.start, { ...airing, filmId });
  }
  return [...byStart.values()];
}
