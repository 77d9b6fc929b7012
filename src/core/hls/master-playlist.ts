/** One way to see the same channel. */
export interface Variant {
  uri: string;
  /** Bit/s of the largest segment, and over all of them. */
  bandwidth: number;
  averageBandwidth: number;
  /** RFC 6381, in any order; none = players find out. */
  codecs: readonly string[];
  /** Pixels, where they are known. */
  resolution?: { width: number; height: number };
}

/** Text of a master playlist (RFC 8216, 4.3.4); players start with the first variant. */
export function masterPlaylist(variants: readonly Variant[]): string {
  const lines = ['#EXTM3U', '#EXT-X-VERSION:3', '#EXT-X-INDEPENDENT-SEGMENTS'];
  for (const { uri, bandwidth, averageBandwidth, codecs, resolution } of variants) {
    const attributes = [
      `BANDWIDTH=${bandwidth}`,
      `AVERAGE-BANDWIDTH=${averageBandwidth}`,
      ...(codecs.length > 0 ? [`CODECS="${codecs.join(',')}"`] : []),
      ...(resolution ? [`RESOLUTION=${resolution.width}x${resolution.height}`] : []),
    ];
    lines.push(`#EXT-X-STREAM-INF:${attributes.join(',')}`, uri);
  }
  return `${lines.join('\n')}\n`;
}
