/** Writes the streams as they are into a transport stream, tables often enough for viewers who join. */
export const TO_TRANSPORT_STREAM: readonly string[] = [
  ...['-map', '0:v?', '-map', '0:a?', '-sn', '-dn', '-c', 'copy'],
  ...['-max_interleave_delta', '2000000', '-muxdelay', '0', '-muxpreload', '0'],
  ...['-f', 'mpegts', '-pat_period', '0.5', '-flush_packets', '1', 'pipe:1'],
];

/** How much ffmpeg looks at before it begins: its defaults cost five seconds. */
export const QUICK_LOOK: readonly string[] = [
  '-fflags',
  '+genpts',
  '-probesize',
  '2000000',
  '-analyzeduration',
  '2000000',
];
