import { termsOf } from '../scrapers/stream-terms.js';
import type { StreamTerms } from '../scrapers/stream-terms.js';
import type { FileHosts, FileRequest, OpenFile } from '../streaming/files/file-hosts.js';
import type { HlsFilmList } from '../streaming/hls/hls-film-list.js';
import type { HlsFilms } from '../streaming/hls/hls-films.js';
import { mostHopeful } from '../streaming/stream-failure.js';
import type { StreamFailure } from '../streaming/stream-failure.js';
import type { StreamSource } from '../streaming/stream-source.js';
import type { ResolvedStream, RutubeStreams } from '../vod/rutube/rutube-streams.js';
import type { WatchableWay } from '../vod/watchable.repository.js';
import type { SegmentedFilm } from './film-hls-viewing.js';

export interface FilmWaysOptions {
  files: Pick<FileHosts, 'open'>;
  segmented: Pick<HlsFilms, 'openList' | 'openStream'>;
  rutube: Pick<RutubeStreams, 'resolve'>;
  lists: { streamTerms(): Promise<StreamTerms> };
}

export interface WayRequest extends FileRequest {
  /** The player asked for a playlist, and will play one. */
  wantsPlaylist: boolean;
}

type NotOpened =
  /** The file does not reach that far. */
  { kind: 'unsatisfiable'; total: number | null } | { kind: 'failed'; failure: StreamFailure };

export type OpenWay =
  { kind: 'open'; file: OpenFile; way: WatchableWay } | { kind: 'segments'; film: SegmentedFilm } | NotOpened;

/** What a host calls an octet stream may still be a list of addresses, which are not for players. */
const PLAYLISTS: ReadonlySet<string> = new Set(['m3u8', 'm3u', 'mpd']);
const NOT_A_FILE: NotOpened = {
  kind: 'failed',
  failure: { kind: 'unsupported', detail: 'the source is a playlist, not a file' },
};

/** Opens a film at the first of its places that has it. */
export class FilmWays {
  constructor(private readonly options: FilmWaysOptions) {}

  async openFirst(request: WayRequest, ways: readonly WatchableWay[]): Promise<OpenWay> {
    const terms = await this.options.lists.streamTerms();
    const failures: StreamFailure[] = [];
    for (const way of ways) {
      const opened =
        way.origin === 'rutube'
          ? await this.openRutube(way, request)
          : await this.openFile(way, terms, request);
      if (opened.kind !== 'failed') return opened;
      failures.push(opened.failure);
      if (request.signal.aborted) break;
    }
    return { kind: 'failed', failure: mostHopeful(failures) };
  }

  private async openFile(way: WatchableWay, terms: StreamTerms, request: WayRequest): Promise<OpenWay> {
    if (PLAYLISTS.has(way.container.toLowerCase())) return NOT_A_FILE;
    const { id, locator, userAgent, headers, allowPrivate, listSourceId } = way;
    const source = { id, kind: 'http', locator, userAgent, headers, allowPrivate } as const;
    const onTerms = {
      ...source,
      ...termsOf({ kind: 'http', listSourceId, userAgent, proxyUrl: null }, terms),
    };
    const opened = await this.options.files.open(onTerms, request);
    return opened.kind === 'open' ? { ...opened, way } : opened;
  }

  /** With a playlist players seek; who wants a file gets one stream from the beginning to the end. */
  private async openRutube(way: WatchableWay, request: WayRequest): Promise<OpenWay> {
    const resolved = await this.options.rutube.resolve(way);
    if (resolved.kind !== 'address') return { kind: 'failed', failure: failureOf(resolved) };
    const source = sourceAt(way, resolved);
    if (request.wantsPlaylist) {
      const opened = await this.options.segmented.openList(source, request.signal);
      if (opened.kind === 'failed') return opened;
      if (opened.kind === 'list') {
        const { categoryId } = way;
        return { kind: 'segments', film: { list: opened.list, categoryId, renew: () => this.renew(way) } };
      }
    }
    const opened = await this.options.segmented.openStream(source, request.signal);
    return opened.kind === 'open' ? { ...opened, way: { ...way, container: 'ts' } } : opened;
  }

  private async renew(way: WatchableWay): Promise<HlsFilmList | null> {
    const resolved = await this.options.rutube.resolve(way, true);
    if (resolved.kind !== 'address') return null;
    const opened = await this.options.segmented.openList(sourceAt(way, resolved), NEVER);
    return opened.kind === 'list' ? opened.list : null;
  }
}

/** Several viewers may wait for it. */
const NEVER = new AbortController().signal;

/** Its addresses come from Rutube, not from the operator: they have no business in his network. */
function sourceAt(
  { id }: WatchableWay,
  { url, proxyUrl }: Extract<ResolvedStream, { kind: 'address' }>,
): StreamSource {
  const source = {
    id,
    kind: 'http',
    locator: url,
    userAgent: null,
    headers: {},
    allowPrivate: false,
  } as const;
  return proxyUrl === null ? source : { ...source, proxyUrl };
}

function failureOf(resolved: Exclude<ResolvedStream, { kind: 'address' }>): StreamFailure {
  switch (resolved.kind) {
    case 'gone':
      return { kind: 'not-found', detail: 'Rutube has it no more' };
    case 'refused':
      return { kind: 'licence', detail: resolved.reason };
    case 'unavailable': {
      const { reason: detail, retryAfterSeconds } = resolved;
      return { kind: 'unavailable', detail, retryAfterSeconds };
    }
    case 'unreadable':
      return { kind: 'bad-media', detail: resolved.reason };
  }
}
