import type { SourceKind } from '../core/lists/locator.js';
import type { SessionStats } from '../streaming/stream-stats.js';
import type { StreamSource } from '../streaming/stream-source.js';
import { SOURCE_KINDS } from './ports.js';
import type { PlayableSource } from './ports.js';
import type { ViewingRecord } from './viewing.js';

/** A running stream. */
export interface LiveStreamRecord extends SessionStats {
  /** null = no channel: a slate. */
  channelId: number | null;
  watchedBy: ViewingRecord[];
}

/** Under which key the stream of a channel runs. */
export function keyOf(channelId: number): string {
  return `channel ${channelId}`;
}

/** Every stream with those who watch it. */
export function withViewers(
  streams: readonly SessionStats[],
  viewings: readonly ViewingRecord[],
): LiveStreamRecord[] {
  return streams.map((stats) => ({
    ...stats,
    channelId: channelIdOf(stats.key),
    watchedBy: viewings.filter(({ streamId }) => streamId === stats.id),
  }));
}

/** The sources of a channel that can be played, as the streaming room wants them. */
export function streamSources(sources: readonly PlayableSource[]): StreamSource[] {
  return sources.filter(({ kind }) => SOURCE_KINDS.has(kind)).map(toStreamSource);
}

function toStreamSource({
  id,
  kind,
  locator,
  userAgent,
  headers,
  homeHeaders,
  allowPrivate,
  proxyUrl,
  provider,
}: PlayableSource): StreamSource {
  return {
    ...{ id, kind: kind as SourceKind, locator, userAgent, headers, allowPrivate },
    ...(homeHeaders ? { homeHeaders } : {}),
    ...(proxyUrl === undefined ? {} : { proxyUrl }),
    ...(provider ? { provider } : {}),
  };
}

function channelIdOf(key: string): number | null {
  const id = /^channel (\d+)/.exec(key)?.[1];
  return id === undefined ? null : Number(id);
}
