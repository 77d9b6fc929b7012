export interface LineLimits {
  maxBytes: number;
  maxLineBytes: number;
}

const LINE_FEED = 0x0a;

/** Lines of UTF-8 text, without holding more than one of them. Throws a RangeError beyond a limit. */
export async function* boundedLines(
  chunks: AsyncIterable<Buffer>,
  { maxBytes, maxLineBytes }: LineLimits,
): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let length = 0;
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > maxBytes) throw new RangeError(`more than ${maxBytes} bytes of text`);
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      parts.push(chunk.subarray(start, end));
      if (length + end - start > maxLineBytes) throw new RangeError(`a line above ${maxLineBytes} bytes`);
      yield Buffer.concat(parts).toString('utf8');
      parts = [];
      length = 0;
      start = end + 1;
    }
    if (start === chunk.length) continue;
    parts.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > maxLineBytes) throw new RangeError(`a line above ${maxLineBytes} bytes`);
  }
  if (length > 0) yield Buffer.concat(parts).toString('utf8');
}
