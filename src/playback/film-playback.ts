import type { AskedRange } from '../core/util/http-ranges.js';
import type { Clock } from '../platform/clock.js';
import type { OpenFile } from '../streaming/files/file-hosts.js';
import type { StreamFailure } from '../streaming/stream-failure.js';
import type { Account } from '../users/account.js';
import type { Watchable, WatchableWay } from '../vod/watchable.repository.js';
import type { ConnectionLimiter } from './connection-limiter.js';
import { FileViewing } from './file-viewing.js';
import { FilmHlsViewers } from './film-hls-viewers.js';
import type { FilmHlsViewing, SegmentedFilm } from './film-hls-viewing.js';
import type { FilmWays, OpenWay } from './film-ways.js';
import type { CurrentAccounts } from './ports.js';
import type { FilmRequest } from './film-request.js';
import { FilmShowings } from './film-showings.js';
import type { NotNow, ShowingHead, ShowingOutcome, ShowingsOptions } from './film-showings.js';

/** What playback needs of films and episodes. */
export interface WatchableFilms {
  film(id: number, nowSeconds: number): Promise<Watchable | null>;
  episode(id: number): Promise<Watchable | null>;
}

export interface FilmPlaybackOptions {
  films: WatchableFilms;
  ways: Pick<FilmWays, 'openFirst'>;
  live: ShowingsOptions['live'];
  limiter: ConnectionLimiter;
  accounts: CurrentAccounts;
  clock: Clock;
  /** IANA zone in which viewers read times. */
  zone: { readonly timezone: string };
}

/** The file as headers tell it. */
export type FileFacts = Omit<OpenFile, 'body'> & {
  /** As the address says, "" = not known. */
  container: string;
};

type NotWatched =
  /** No such film, or none that this account may see: the two must not be told apart. */
  | { kind: 'unknown' }
  | NotNow
  /** The file does not reach that far. */
  | { kind: 'unsatisfiable'; total: number | null }
  | { kind: 'failed'; failure: StreamFailure };

export type FilmOutcome =
  | { kind: 'file'; facts: FileFacts; viewing: FileViewing }
  /** It stands in segments, which the player fetches one by one. */
  | { kind: 'playlist'; viewing: FilmHlsViewing }
  | ShowingOutcome
  | NotWatched;

export type FilmHead = { kind: 'file'; facts: FileFacts } | { kind: 'playlist' } | ShowingHead | NotWatched;

/** May this account watch this film or episode now, and where are the bytes. */
export class FilmPlayback {
  private readonly viewings = new Set<FileViewing>();
  private readonly segmented = new FilmHlsViewers();
  private readonly showings: FilmShowings;

  constructor(private readonly options: FilmPlaybackOptions) {
    this.showings = new FilmShowings(options);
  }

  /**
   * A file is taken from the first of its places that has it; a film without one, or whose places all fail, from the
   * channel that shows it.
   */
  async open(request: FilmRequest): Promise<FilmOutcome> {
    const film = await this.find(request);
    if (!film) return { kind: 'unknown' };
    const ways = allowedWays(film, request.account);
    if (ways.length === 0) return this.showings.open(request, film);
    const opened = await this.openWay(request, ways);
    if (opened.kind === 'segments') {
      return { kind: 'playlist', viewing: this.beginSegmented(request, opened.film) };
    }
    if (opened.kind === 'failed') return this.openInstead(request, film, opened);
    if (opened.kind !== 'open') return opened;
    const { file, way } = opened;
    if (request.signal.aborted) {
      file.body.destroy();
      return { kind: 'failed', failure: { kind: 'cancelled', detail: 'nobody waits' } };
    }
    return { kind: 'file', facts: factsOf(opened), viewing: this.begin(request, file, way) };
  }

  /** What `open` would find for the whole file. Takes no place within the account's limit. */
  async head(request: FilmRequest): Promise<FilmHead> {
    const film = await this.find(request);
    if (!film) return { kind: 'unknown' };
    const ways = allowedWays(film, request.account);
    if (ways.length === 0) return this.showings.head(request, film);
    const opened = await this.options.ways.openFirst({ ...request, range: null }, ways);
    if (opened.kind === 'segments') return { kind: 'playlist' };
    if (opened.kind === 'failed') return (await this.showings.headNow(request, film)) ?? opened;
    if (opened.kind !== 'open') return opened;
    opened.file.body.destroy();
    return { kind: 'file', facts: factsOf(opened) };
  }

  /** Ends the viewings whose account was closed, has run out or may no longer see the category. */
  async recheck(): Promise<void> {
    const watching = [...this.viewings, ...this.segmented.all()];
    for (const userId of new Set(watching.map(({ context }) => context.account.id))) {
      const account = await this.options.accounts.current(userId);
      for (const viewing of watching) {
        if (viewing.context.account.id !== userId) continue;
        if (account?.status !== 'Active' || !isAllowed(account, viewing.categoryId)) viewing.end();
      }
    }
  }

  /** Who watches a film in segments, by the token in their addresses. */
  findSegmented(token: string): FilmHlsViewing | undefined {
    return this.segmented.find(token);
  }

  /** Ends all. */
  close(): void {
    for (const viewing of [...this.viewings, ...this.segmented.all()]) viewing.end();
  }

  private find({ kind, id }: FilmRequest): Promise<Watchable | null> {
    const { films } = this.options;
    return kind === 'movie' ? films.film(id, this.now()) : films.episode(id);
  }

  /**
   * A seek opens a new connection before the old one is gone. Where the provider allows no more, the older ones of the
   * same viewer make way, and then whoever has to go by the account's own limit.
   */
  private async openWay(request: FilmRequest, ways: readonly WatchableWay[]): Promise<OpenWay> {
    const opened = await this.options.ways.openFirst(request, ways);
    if (opened.kind !== 'failed' || opened.failure.cause?.why !== 'provider-limit') return opened;
    const { account, client, id } = request;
    const older = [...this.viewings].filter(({ context }) => isSameViewer(context, request));
    for (const viewing of older) viewing.end();
    const holder = { userId: account.id, channelId: id, ...client };
    const hasRoom = older.length > 0 || this.options.limiter.preempt(holder, account.maxConnections);
    return hasRoom ? this.options.ways.openFirst(request, ways) : opened;
  }

  private begin({ account, id, client }: FilmRequest, file: OpenFile, way: WatchableWay): FileViewing {
    const viewing = new FileViewing({
      account,
      itemId: id,
      categoryId: way.categoryId,
      client,
      file,
      limiter: this.options.limiter,
      onOver: (over) => this.viewings.delete(over),
    });
    this.viewings.add(viewing);
    return viewing;
  }

  private beginSegmented({ account, id, client }: FilmRequest, film: SegmentedFilm): FilmHlsViewing {
    const { limiter, clock } = this.options;
    return this.segmented.open({ account, itemId: id, client, film, limiter, clock });
  }

  /** Its places fail: where it is on air just now, the channel stands in. A player in the middle of a file is told. */
  private async openInstead(
    request: FilmRequest,
    film: Watchable,
    failed: Extract<FilmOutcome, { kind: 'failed' }>,
  ): Promise<FilmOutcome> {
    if (request.signal.aborted || !isFromTheStart(request.range)) return failed;
    return (await this.showings.join(request, film)) ?? failed;
  }

  private now(): number {
    return Math.floor(this.options.clock.now() / 1000);
  }
}

function allowedWays({ ways }: Watchable, account: Account): WatchableWay[] {
  return ways.filter(({ categoryId }) => isAllowed(account, categoryId));
}

/** What stands in no category is for those who may see all. */
function isAllowed({ allowedCategoryIds }: Account, categoryId: number | null): boolean {
  return allowedCategoryIds === null || (categoryId !== null && allowedCategoryIds.includes(categoryId));
}

function isFromTheStart(range: AskedRange | null): boolean {
  return range === null || (range.kind === 'from' && range.first === 0);
}

function isSameViewer({ account, itemId, client }: FileViewing['context'], asking: FilmRequest): boolean {
  return (
    account.id === asking.account.id &&
    itemId === asking.id &&
    client.address === asking.client.address &&
    client.userAgent === asking.client.userAgent
  );
}

function factsOf({ file, way }: Extract<OpenWay, { kind: 'open' }>): FileFacts {
  const { range, length, isSeekable, contentType, etag, lastModified } = file;
  return { range, length, isSeekable, contentType, etag, lastModified, container: way.container };
}
