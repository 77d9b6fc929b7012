import { Inject, Injectable } from '@nestjs/common';
import { ChannelsRepository } from '../../channels/channels.repository.js';
import { SingleFlight } from '../../core/util/single-flight.js';
import { GuideView } from '../../epg/guide-view.js';
import { ProgrammesRepository } from '../../epg/programmes.repository.js';
import type { Clock } from '../../platform/clock.js';
import { ChangeFeed } from '../../platform/database/change-feed.js';
import { describeError } from '../../platform/errors/app-error.js';
import { EventBus } from '../../platform/events/event-bus.js';
import { JOB_DONE, JobQueue } from '../../platform/jobs/job-queue.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import type { Logger } from '../../platform/logging/logger.js';
import type { ScheduledSource } from '../../platform/overview/scheduled-sources.js';
import { CLOCK, LOGGER } from '../../platform/tokens.js';
import { ENRICH_FILM, FIND_FILMS } from '../film-jobs.js';
import type { FoundShowing } from './film-finding-job.js';
import { FilmFindingWorker } from './film-finding-worker.js';
import { FilingTurn } from '../filing/filing-turn.js';
import { FilmRegister, type FilmClaim, type FilmRef } from '../filing/film-register.js';
import { FoundFilmsRepository, type NewAiring } from '../filing/found-films.repository.js';

export interface FindingReport {
  programmes: number;
  /** Showings that are films or candidates. */
  showings: number;
  /** Films and candidates. */
  newFilms: number;
  /** Some of them, as written on screen. */
  newTitles: string[];
  changedFilms: number;
  airings: number;
}

export interface FindingOptions {
  onProgress?: (progress: FindingProgress) => void;
  /** Only tells what a run would do; a run of its own. */
  isTrial?: boolean;
}

export interface FindingProgress {
  /** Guide channels. */
  done: number;
  total: number;
}

interface Place {
  channelId: number;
  shiftSeconds: number;
  /** The channel has other guides too: which of them it shows is theirs to say. */
  isMerged: boolean;
  isAdult: boolean;
}

interface PlannedAiring {
  film: FilmRef;
  airing: Omit<NewAiring, 'filmId'>;
}

const HOUR = 3600;
const DAY = 24 * HOUR;
/** What ran this long ago may still be on; what is further ahead nobody plans his evening by. */
const BEHIND_SECONDS = 6 * HOUR;
const AHEAD_SECONDS = 14 * DAY;
/** Past airings are kept this long, for "what was that film". */
const KEEP_SECONDS = DAY;
/** Guides and lists come in bursts. */
const SETTLE_SECONDS = 5;
/** Days of channels. What the worker finds in them is received and filed in one turn of the event loop. */
const PAGES_PER_ORDER = 24;
const MAX_CANDIDATES = 5_000;
const MAX_AIRINGS = 500_000;
const MAX_SCHEDULES = 64;
const MAX_TOLD = 50;
const NOTHING_FOUND: FindingReport = {
  ...{ programmes: 0, showings: 0, newFilms: 0, newTitles: [], changedFilms: 0, airings: 0 },
};

/**
 * Looks for films in the guides of all channels that viewers see, in a worker thread, whenever guides or channels
 * changed. One run at a time; a run that is cut off leaves a valid state and is done again.
 */
@Injectable()
export class FilmFinder {
  private readonly running = new SingleFlight<'run', FindingReport>();
  private last: Pick<ScheduledSource, 'lastRunAt' | 'lastSuccessAt' | 'reason'> = {
    ...{ lastRunAt: null, lastSuccessAt: null, reason: null },
  };

  constructor(
    private readonly films: FoundFilmsRepository,
    private readonly turn: FilingTurn,
    private readonly guide: GuideView,
    private readonly programmes: ProgrammesRepository,
    private readonly channels: ChannelsRepository,
    private readonly jobs: JobQueue,
    private readonly events: EventBus,
    private readonly changes: ChangeFeed,
    private readonly lifecycle: Lifecycle,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** From now on films are looked for when something changed; call before the queue starts. */
  start(): void {
    this.jobs.register({
      kind: FIND_FILMS,
      run: async () => {
        await this.run();
        return JOB_DONE;
      },
    });
    const plan = (): void =>
      this.lifecycle.background(
        'planning to look for films',
        this.jobs.add(FIND_FILMS, ['all'], { runAfter: this.now() + SETTLE_SECONDS }),
      );
    const stops = (['guide.changed', 'channels.changed'] as const).map((name) => this.events.on(name, plan));
    this.lifecycle.onShutdown('work', 'films in guides', () => {
      for (const stop of stops) stop();
    });
    plan();
  }

  /** When films were looked for, as something that is done again and again. */
  get schedule(): ScheduledSource {
    const { lastRunAt, lastSuccessAt, reason } = this.last;
    const about = { id: 0, name: 'films in guides', url: '', isEnabled: true, nextRunAt: null };
    return { ...about, lastRunAt, lastSuccessAt, reason };
  }

  /** Looks now; a second call joins the first. */
  run(options: FindingOptions = {}): Promise<FindingReport> {
    const find = (): Promise<FindingReport> => this.turn.use(() => this.find(options));
    return options.isTrial ? find() : this.running.run('run', () => this.noted(find()));
  }

  private async noted(run: Promise<FindingReport>): Promise<FindingReport> {
    this.last.lastRunAt = this.now();
    try {
      const report = await run;
      this.last = { ...this.last, lastSuccessAt: this.now(), reason: null };
      return report;
    } catch (error) {
      this.last.reason = describeError(error);
      throw error;
    }
  }

  private async find({ onProgress, isTrial = false }: FindingOptions): Promise<FindingReport> {
    const now = this.now();
    const window = { from: now - BEHIND_SECONDS, to: now + AHEAD_SECONDS };
    const places = await this.places();
    const register = new FilmRegister(await this.films.decisions(), now, MAX_CANDIDATES);
    for await (const film of this.films.films()) register.know(film);
    const planned = new Map<number, PlannedAiring[]>();
    const report: FindingReport = { ...NOTHING_FOUND };
    const schedules = new Schedules(this.guide, window);
    for await (const showings of this.showings(places, window, report, onProgress)) {
      for (const showing of showings) {
        for (const place of places.get(showing.guideChannelId) ?? []) {
          const planning = await plan(showing, place, window.from, register, schedules);
          if (!planning || report.airings >= MAX_AIRINGS) continue;
          report.airings++;
          const list = planned.get(place.channelId);
          if (list) list.push(planning);
          else planned.set(place.channelId, [planning]);
        }
      }
    }
    const found = register.take();
    report.newFilms = found.newFilms.length;
    report.changedFilms = found.changes.size;
    report.newTitles = found.newFilms.slice(0, MAX_TOLD).map(({ title }) => title);
    if (isTrial) return report;
    await this.store(found, planned, window.from);
    this.logger.info('films looked for', { ...report, newTitles: undefined });
    return report;
  }

  /** Guide channel → the channels that show it. */
  private async places(): Promise<Map<number, Place[]>> {
    const table = await this.guide.linkTable();
    const places = new Map<number, Place[]>();
    for (const { id, isAdult } of await this.channels.listVisible()) {
      const links = table.linksOf(id);
      for (const { guideChannelId, shiftMinutes } of links) {
        const place = { channelId: id, shiftSeconds: shiftMinutes * 60, isMerged: links.length > 1, isAdult };
        const list = places.get(guideChannelId);
        if (list) list.push(place);
        else places.set(guideChannelId, [place]);
      }
    }
    return places;
  }

  private async *showings(
    places: ReadonlyMap<number, readonly Place[]>,
    { from, to }: Window,
    report: FindingReport,
    onProgress?: (progress: FindingProgress) => void,
  ): AsyncGenerator<FoundShowing[]> {
    const ids = [...places.keys()];
    if (ids.length === 0) return;
    const worker = new FilmFindingWorker(this.clock, this.lifecycle.signal);
    try {
      const seen = new Set<number>();
      for await (const read of this.programmes.packedPages(ids, from - DAY, to + DAY)) {
        for (let at = 0; at < read.length; at += PAGES_PER_ORDER) {
          const pages = read.slice(at, at + PAGES_PER_ORDER);
          const answer = await worker.find(pages);
          for (const { guideChannelId } of pages) seen.add(guideChannelId);
          report.programmes += answer.programmes;
          report.showings += answer.showings.length;
          if (answer.damaged > 0) this.logger.warn('pages of a guide are damaged', { pages: answer.damaged });
          yield answer.showings;
          onProgress?.({ done: seen.size, total: ids.length });
        }
      }
    } finally {
      await worker.close();
    }
  }

  private async store(
    { newFilms, changes }: ReturnType<FilmRegister['take']>,
    planned: ReadonlyMap<number, readonly PlannedAiring[]>,
    from: number,
  ): Promise<void> {
    const ids = await this.films.addFilms(newFilms);
    await this.films.updateFilms(changes);
    let isChanged = newFilms.length + changes.size > 0;
    const channelIds = new Set([...planned.keys(), ...(await this.films.channelsWithAirings(from))]);
    for (const channelId of channelIds) {
      const airings = resolveFilms(planned.get(channelId) ?? [], ids);
      isChanged = (await this.films.replaceAirings(channelId, from, airings)) || isChanged;
      if (this.lifecycle.signal.aborted) return;
    }
    const now = this.now();
    isChanged = (await this.films.prune(now - KEEP_SECONDS)) > 0 || isChanged;
    isChanged = (await this.films.settle(now)) || isChanged;
    if (!isChanged) return;
    await this.films.announce();
    await this.changes.check();
    await this.jobs.add(ENRICH_FILM, [...ids.values()].map(String));
  }

  private now(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}

interface Window {
  /** Epoch seconds. */
  from: number;
  to: number;
}

async function plan(
  showing: FoundShowing,
  { channelId, shiftSeconds, isMerged, isAdult }: Place,
  from: number,
  register: FilmRegister,
  schedules: Schedules,
): Promise<PlannedAiring | null> {
  const start = showing.start + shiftSeconds;
  const stop = showing.stop + shiftSeconds;
  if (start < from || (isMerged && !(await schedules.shows(channelId, showing.guideChannelId, start)))) {
    return null;
  }
  const filed = register.claim(claimOf(showing, isAdult));
  if (!filed || filed.isRejected) return null;
  const details = {
    reasons: showing.reasons,
    ...(showing.picture === '' ? {} : { picture: showing.picture }),
  };
  return { film: filed.ref, airing: { channelId, start, stop, title: showing.writtenTitle, details } };
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
    if (filmId !== undefined && !byStart.has(airing.start)) byStart.set(airing.start, { ...airing, filmId });
  }
  return [...byStart.values()];
}

/** What channels with several guides really show; of a few channels at a time. */
class Schedules {
  private readonly shown = new Map<number, ReadonlySet<string>>();

  constructor(
    private readonly guide: GuideView,
    private readonly window: Window,
  ) {}

  async shows(channelId: number, guideChannelId: number, start: number): Promise<boolean> {
    const known = this.shown.get(channelId) ?? (await this.read(channelId));
    return known.has(`${guideChannelId} ${start}`);
  }

  private async read(channelId: number): Promise<ReadonlySet<string>> {
    const programmes = await this.guide.programmes(channelId, this.window.from, this.window.to);
    const starts = new Set(programmes.map(({ guideChannelId, start }) => `${guideChannelId} ${start}`));
    if (this.shown.size >= MAX_SCHEDULES) this.shown.clear();
    this.shown.set(channelId, starts);
    return starts;
  }
}
