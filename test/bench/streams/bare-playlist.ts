import type { ServerResponse } from 'node:http';

/** Answers with the playlist of `count` segments of equal length, numbered from `first`. */
export function sendBarePlaylist(
  response: ServerResponse,
  { first, count, seconds }: { first: number; count: number; seconds: number },
): void {
  const lines = Array.from({ length: count }, (_, at) => `#EXTINF:${seconds}.000,\n${first + at}.ts\n`);
  const head = `#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:${seconds}\n#EXT-X-MEDIA-SEQUENCE:${first}\n`;
  const body = head + lines.join('');
  response.writeHead(200, {
    'content-type': 'application/vnd.apple.mpegurl',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
