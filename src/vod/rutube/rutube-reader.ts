import {
  judgeVideo,
  type JudgeOptions,
  type RutubeJudgement,
  type RutubeReason,
} from '../../core/rutube/judge-video.js';
import { readRutubeReference, type RutubePath } from '../../core/rutube/rutube-address.js';
import type { RutubeCard, RutubePage, RutubeVideo } from '../../core/rutube/types.js';
import type { RutubeClient, RutubeFailure } from './rutube-client.js';

export interface RutubeReaderOptions {
  client: Pick<RutubeClient, 'page'>;
  baseUrl: string;
  judge: Omit<JudgeOptions, 'card'>;
  /** Pages of lists that are read in one run. */
  maxPages: number;
  /** Videos and cards that are read in one run. */
  maxEntries?: number;
  /** Cards whose videos are looked up in one run: each costs a request. */
  maxCards?: number;
  signal: AbortSignal;
}

export interface RutubeFilm {
  video: RutubeVideo;
  card: RutubeCard | null;
  judgement: RutubeJudgement;
}

export interface RutubeReading {
  /** Films and candidates, each video once. */
  films: RutubeFilm[];
  pages: number;
  /** Videos and cards that were looked at. */
  entries: number;
  skipped: Partial<Record<RutubeReason, number>>;
  /** Everything there is was read: what is missing here is gone there. */
  isComplete: boolean;
  /** Why there is nothing at all; null = it was read, or a part of it. */
  failure: RutubeFailure | null;
  /** What broke it off in the middle; null = nothing did. */
  interrupted: string | null;
  /** In words, for the operator. */
  problems: string[];
}

const DEFAULTS = { maxEntries: 2_000, maxCards: 200 } as const;
const MAX_PROBLEMS = 20;

/** Reads one source of Rutube from its first page to its last, or to a bound. */
export class RutubeReader {
  private readonly options: RutubeReaderOptions & { maxEntries: number; maxCards: number };
  private readonly films = new Map<string, RutubeFilm>();
  private readonly asked = new Set<RutubePath>();
  private readonly skipped: Partial<Record<RutubeReason, number>> = {};
  private readonly problems: string[] = [];
  private readonly seen = new Set<string>();
  private pages = 0;
  private cards = 0;
  private isComplete = true;
  private failure: RutubeFailure | null = null;
  private interrupted: string | null = null;

  constructor(options: RutubeReaderOptions) {
    this.options = { ...DEFAULTS, ...options };
  }

  async read(path: RutubePath): Promise<RutubeReading> {
    const lists = [path];
    for (let list = lists.shift(); list !== undefined; list = lists.shift()) {
      lists.push(...(await this.readList(list)));
      if (this.failure) break;
    }
    const { pages, skipped, isComplete, interrupted, problems } = this;
    const failure = pages === 0 ? this.failure : null;
    const films = [...this.films.values()];
    return { films, pages, entries: this.seen.size, skipped, isComplete, failure, interrupted, problems };
  }

  /** All pages of one list. Returns the lists it refers to. */
  private async readList(first: RutubePath): Promise<RutubePath[]> {
    const lists: RutubePath[] = [];
    // A feed may name a list twice.
    for (let path = this.asked.has(first) ? null : first; path !== null;) {
      if (this.asked.has(path)) {
        this.stop('the pages of a list lead back to one that was read before');
        return lists;
      }
      if (!this.mayGoOn()) return lists;
      this.asked.add(path);
      const outcome = await this.options.client.page(path);
      if (outcome.kind !== 'found') {
        this.fail(outcome);
        return lists;
      }
      this.pages++;
      const { value: page } = outcome;
      lists.push(...this.listsOf(page));
      const isNews = await this.take(page);
      if (!isNews && path !== first) {
        this.stop('a list sends the same entries again and again');
        return lists;
      }
      path = this.nextOf(page);
    }
    return lists;
  }

  private mayGoOn(): boolean {
    const { maxPages, maxEntries, signal } = this.options;
    if (signal.aborted || this.failure) this.isComplete = false;
    else if (this.pages >= maxPages) this.stop(`only the first ${maxPages} pages were read`);
    else if (this.seen.size >= maxEntries) this.stop(`only the first ${maxEntries} entries were read`);
    else return true;
    return false;
  }

  /** Whether there was anything that had not been seen before. */
  private async take({ videos, cards, lists, unread }: RutubePage): Promise<boolean> {
    if (unread > 0) this.note(`${unread} entries of a page are neither videos nor cards`);
    const freshVideos = videos.filter(({ id }) => this.isFresh(id));
    const freshCards = cards.filter(({ id }) => this.isFresh(`card ${id}`));
    for (const video of freshVideos) this.judge(video, null);
    for (const card of freshCards) await this.takeCard(card);
    return freshVideos.length + freshCards.length + lists.length > 0;
  }

  /** A card names a film; which of its videos is the film, and how long it is, its list tells. */
  private async takeCard(card: RutubeCard): Promise<void> {
    if (card.type !== 'movie') return this.skip('series');
    const path = readRutubeReference(card.contentUrl, this.options.baseUrl);
    if (path === null) return this.note(`the card "${card.name}" leads somewhere else`);
    if (this.failure || this.options.signal.aborted) return this.leaveOut();
    if (++this.cards > this.options.maxCards) {
      return this.stop(`only the first ${this.options.maxCards} cards were looked up`);
    }
    const outcome = await this.options.client.page(path);
    if (outcome.kind === 'not-found') return this.skip('inactive');
    if (outcome.kind !== 'found') return this.fail(outcome);
    const judged = outcome.value.videos
      .map((video) => ({ video, card, judgement: judgeVideo(video, { ...this.options.judge, card }) }))
      .sort((a, b) => (b.video.durationSeconds ?? 0) - (a.video.durationSeconds ?? 0));
    const film = judged.find(({ judgement }) => judgement.kind === 'film');
    if (film) this.films.set(film.video.id, film);
    else this.skip(judged[0]?.judgement.reasons[0] ?? 'inactive');
  }

  private judge(video: RutubeVideo, card: RutubeCard | null): void {
    const judgement = judgeVideo(video, this.options.judge);
    if (judgement.kind === 'no') this.skip(judgement.reasons[0] ?? 'no-mark');
    else if (!this.films.has(video.id)) this.films.set(video.id, { video, card, judgement });
  }

  private nextOf({ next }: RutubePage): RutubePath | null {
    if (next === null) return null;
    const path = readRutubeReference(next, this.options.baseUrl);
    if (path === null) this.stop('the next page of a list stands at another host, or is no list');
    return path;
  }

  private listsOf({ lists }: RutubePage): RutubePath[] {
    const paths = lists.map((list) => readRutubeReference(list, this.options.baseUrl));
    const foreign = paths.filter((path) => path === null).length;
    if (foreign > 0) this.note(`${foreign} parts of the feed are no lists of videos`);
    return paths.filter((path) => path !== null);
  }

  private isFresh(key: string): boolean {
    if (this.seen.has(key)) return false;
    this.seen.add(key);
    return true;
  }

  private skip(reason: RutubeReason): void {
    this.skipped[reason] = (this.skipped[reason] ?? 0) + 1;
  }

  /** A list that is gone ends itself; a host that does not answer ends the run. */
  private fail(failure: RutubeFailure): void {
    this.leaveOut();
    this.interrupted ??= describeRutubeFailure(failure);
    this.note(describeRutubeFailure(failure));
    if (failure.kind === 'unavailable' || this.pages === 0) this.failure = failure;
  }

  private stop(problem: string): void {
    this.leaveOut();
    this.note(problem);
  }

  private leaveOut(): void {
    this.isComplete = false;
  }

  private note(problem: string): void {
    if (this.problems.length < MAX_PROBLEMS && !this.problems.includes(problem)) this.problems.push(problem);
  }
}

export function describeRutubeFailure(failure: RutubeFailure): string {
  return failure.kind === 'not-found' ? 'Rutube has no such list' : failure.reason;
}
