import type { Segment } from './segmenter.js';

/** What a playlist says about a segment. */
export type ListedSegment = Pick<
  Segment,
  'sequence' | 'seconds' | 'startsAt' | 'discontinuity' | 'discontinuities'
>;

export interface MediaPlaylist {
  /** Oldest first. */
  segments: readonly ListedSegment[];
  /** Whole seconds; no segment's rounded duration may be over it. */
  targetDuration: number;
  /** URI of a segment, absolute or relative to the playlist's. */
  uriOf: (sequence: number) => string;
  /** The stream is over: players stop asking for more. */
  ended?: boolean;
}

/** Text of a live media playlist (RFC 8216). Every segment starts with a keyframe. */
export function mediaPlaylist({ segments, targetDuration, uriOf, ended = false }: MediaPlaylist): string {
  const first = segments[0];
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:3',
    `#EXT-X-TARGETDURATION:${targetDuration}`,
    `#EXT-X-MEDIA-SEQUENCE:${first?.sequence ?? 0}`,
  ];
  if (first) {
    const gone = first.discontinuities - (first.discontinuity ? 1 : 0);
    if (gone > 0) lines.push(`#EXT-X-DISCONTINUITY-SEQUENCE:${gone}`);
  }
  lines.push('#EXT-X-INDEPENDENT-SEGMENTS');
  for (const segment of segments) lines.push(tagsOf(segment), uriOf(segment.sequence));
  if (ended) lines.push('#EXT-X-ENDLIST');
  return `${lines.join('\n')}\n`;
}

/** A segment stands in the playlists of all viewers, again and again. */
const known = new WeakMap<ListedSegment, string>();

function tagsOf(segment: ListedSegment): string {
  const kept = known.get(segment);
  if (kept !== undefined) return kept;
  const { seconds, startsAt, discontinuity } = segment;
  const tags =
    (discontinuity ? '#EXT-X-DISCONTINUITY\n' : '') +
    `#EXT-X-PROGRAM-DATE-TIME:${new Date(startsAt).toISOString()}\n#EXTINF:${seconds.toFixed(3)},`;
  known.set(segment, tags);
  return tags;
}
