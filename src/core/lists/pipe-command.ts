import { addHeader, noHeaders, type RequestHeaders } from './http-headers.js';

export interface CommandInput {
  address: string;
  request: RequestHeaders;
}

/**
 * What `pipe://ffmpeg … -i ADDRESS …` reads, as Tvheadend's lists write it. The command itself is never run: only its
 * one input and the headers it would send are taken. null = no such command, or one of several inputs.
 */
export function inputOfPipe(text: string): CommandInput | null {
  const words = splitWords(text.replace(/^pipe:\/\//i, ''));
  if (!/(?:^|\/)ffmpeg$/.test(words[0] ?? '')) return null;
  const address = valueOf(words, '-i');
  if (address === undefined || words.filter((word) => word === '-i').length !== 1) return null;
  const request = noHeaders();
  const agent = valueOf(words, '-user_agent') ?? valueOf(words, '-user-agent');
  if (agent !== undefined) addHeader(request, 'User-Agent', agent);
  for (const line of (valueOf(words, '-headers') ?? '').split(/\r\n|\n|\\r\\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) addHeader(request, line.slice(0, colon), line.slice(colon + 1));
  }
  return { address, request };
}

function valueOf(words: readonly string[], option: string): string | undefined {
  const at = words.indexOf(option);
  return at < 0 ? undefined : words[at + 1];
}

/** As a shell would: quotes hold words together, a backslash takes the next character as it is. */
function splitWords(command: string): string[] {
  return [...command.matchAll(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+/g)].map(([word]) =>
    word.replace(
      /"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g,
      (_, double?: string, single?: string, escaped?: string) =>
        double?.replace(/\\(["\\])/g, '$1') ?? single ?? escaped ?? '',
    ),
  );
}
