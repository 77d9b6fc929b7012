import { WallClock } from '../core/xmltv/zones.js';
import type { Clock } from '../platform/clock.js';
import type { StreamFailure } from '../streaming/stream-failure.js';
import { mostHopeful } from '../streaming/stream-failure.js';
import type { Watchable } from '../vod/watchable.repository.js';
import type { FilmRequest } from './film-request.js';
import type { HlsViewing } from './hls-viewing.js';
import type { PlaybackService } from './playback.service.js';
import { notBegunSlate } from './slate-texts.js';
import type { Viewing } from './viewing.js';

export interface ShowingsOptions {
  live: Pick<PlaybackService, 'open' | 'openHls' | 'openWords' | 'openHlsWords' | 'mayOpen'>;
  clock: Clock;
  /** IANA zone in which viewers read times. */
  zone: { readonly timezone: string };
}

export interface NotNow {
  kind: 'not-begun';
  /** Of the next airing, in seconds from now. */
  inSeconds: number;
}

/** It is on air, and the viewer joins the channel; or it comes later, and he is shown when. */
export type ShowingOutcome =
  | { kind: 'live'; viewing: Viewing }
  | { kind: 'live-playlist'; viewing: HlsViewing }
  /** The viewing was ended from our side, and the player has not stopped asking since. */
  | { kind: 'ended' };

export type ShowingHead = { kind: 'live' } | { kind: 'live-playlist' };

type Airings = Watchable['airings'];
type Failed = { kind: 'failed'; failure: StreamFailure };

/** Films from the channels that show them. */
export class FilmShowings {
  constructor(private readonly options: ShowingsOptions) {}

  /** The channel that shows it now; else words or a status that say when it comes. */
  async open(
    request: FilmRequest,
    film: Watchable,
  ): Promise<ShowingOutcome | NotNow | { kind: 'unknown' } | Failed> {
    const airings = await this.visible(request, film);
    const joined = await this.joinFirst(request, airings);
    if (joined) return joined;
    return (await this.tellWhen(request, film, airings[0])) ?? this.notBegun(airings);
  }

  /** The channel that shows it now; undefined where none does, or none can be had. */
  async join(request: FilmRequest, film: Watchable): Promise<ShowingOutcome | undefined> {
    const joined = await this.joinFirst(request, await this.visible(request, film));
    return joined?.kind === 'failed' ? undefined : joined;
  }

  /** What `open` would find, without touching any source. */
  async head(request: FilmRequest, film: Watchable): Promise<ShowingHead | NotNow | { kind: 'unknown' }> {
    const airings = await this.visible(request, film);
    const isShown = request.account.slates ? airings.length > 0 : this.begun(airings).length > 0;
    return isShown ? headOf(request) : this.notBegun(airings);
  }

  /** What `join` would find. */
  async headNow(request: FilmRequest, film: Watchable): Promise<ShowingHead | undefined> {
    const airings = this.begun(await this.visible(request, film));
    return airings.length > 0 ? headOf(request) : undefined;
  }

  private async joinFirst(
    request: FilmRequest,
    airings: Airings,
  ): Promise<ShowingOutcome | Failed | undefined> {
    const failures: StreamFailure[] = [];
    for (const { channelId } of this.begun(airings)) {
      const joined = await this.joinChannel(request, channelId);
      if (joined?.kind === 'failed') failures.push(joined.failure);
      else if (joined) return joined;
    }
    return failures.length > 0 ? { kind: 'failed', failure: mostHopeful(failures) } : undefined;
  }

  private async joinChannel(
    request: FilmRequest,
    channelId: number,
  ): Promise<ShowingOutcome | Failed | undefined> {
    const { live } = this.options;
    const asked = { ...request, channelId };
    if (takesPlaylist(request)) {
      const opened = await live.openHls(asked);
      if (opened.kind === 'ready') return { kind: 'live-playlist', viewing: opened.viewing };
      if (opened.kind === 'ended') return { kind: 'ended' };
      return opened.kind === 'failed' ? opened : undefined;
    }
    const opened = await live.open(asked);
    if (opened.kind === 'ready') return { kind: 'live', viewing: opened.viewing };
    return opened.kind === 'failed' ? opened : undefined;
  }

  /** A slate, for who wants it: players show no status, and a television has no log. */
  private async tellWhen(
    request: FilmRequest,
    { title }: Watchable,
    next: Airings[number] | undefined,
  ): Promise<ShowingOutcome | undefined> {
    const { account, client, signal } = request;
    if (!next || !account.slates) return undefined;
    const { channelId, start } = next;
    const clock = new WallClock(this.options.zone.timezone);
    const when = { start, now: this.now() };
    const asked = { account, client, signal, channelId };
    const words = (channel: string) => notBegunSlate(title, channel, when, clock);
    const { live } = this.options;
    if (!takesPlaylist(request)) {
      const viewing = await live.openWords(asked, words);
      return viewing && { kind: 'live', viewing };
    }
    const viewing = await live.openHlsWords(asked, words);
    return viewing && { kind: 'live-playlist', viewing };
  }

  private async visible({ account }: FilmRequest, film: Watchable): Promise<Airings> {
    const visible = await Promise.all(
      film.airings.map(({ channelId }) => this.options.live.mayOpen(account, channelId)),
    );
    return film.airings.filter((_, at) => visible[at]);
  }

  private begun(airings: Airings): Airings {
    return airings.filter(({ start }) => start <= this.now());
  }

  private notBegun(airings: Airings): NotNow | { kind: 'unknown' } {
    const now = this.now();
    const next = airings.find(({ start }) => start > now);
    return next ? { kind: 'not-begun', inSeconds: next.start - now } : { kind: 'unknown' };
  }

  private now(): number {
    return Math.floor(this.options.clock.now() / 1000);
  }
}

/** A player of playlists cannot play an endless stream; it gets one where its account has them. */
function takesPlaylist({ wantsPlaylist, account }: FilmRequest): boolean {
  return wantsPlaylist && account.allowedOutputFormats.includes('m3u8');
}

function headOf(request: FilmRequest): ShowingHead {
  return { kind: takesPlaylist(request) ? 'live-playlist' : 'live' };
}
