import { readAttributes } from './attribute-list.js';

/** What stands behind an address of a playlist. */
export type ReferenceKind = 'playlist' | 'segment' | 'fragment' | 'init' | 'key';

export interface RewriteOptions {
  /** The address to write instead; null leaves the line or attribute out. */
  addressOf: (uri: string, kind: ReferenceKind) => string | null;
  /** Of a master playlist only this variant, with its sound, is kept. */
  onlyVariant?: string;
}

const URI_ATTRIBUTE = /URI="([^"]*)"/;
/** Tags of a master that only matter to players with a choice. */
const CHOICES = /^#EXT-X-(I-FRAME-STREAM-INF|SESSION-DATA|SESSION-KEY|CONTENT-STEERING)\b/;
/** Early pieces of segments to come: who takes whole segments needs none of it. */
const EARLY = /^#EXT-X-(PART|PART-INF|PRELOAD-HINT|RENDITION-REPORT|SERVER-CONTROL|SKIP)\b/;

/** A playlist in which every address is another one, and nothing else has changed for those who play it. */
export function rewritePlaylist(text: string, options: RewriteOptions): string {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const audioGroup = options.onlyVariant === undefined ? null : audioGroupOf(lines, options.onlyVariant);
  const out: string[] = [];
  let fragments = false;
  for (let at = 0; at < lines.length; at++) {
    const line = (lines[at] ?? '').trim();
    if (line === '' || CHOICES.test(line) || EARLY.test(line)) continue;
    if (line.startsWith('#EXT-X-STREAM-INF')) {
      const uri = (lines[at + 1] ?? '').trim();
      at++;
      const isWanted = options.onlyVariant === undefined || uri === options.onlyVariant;
      const address = isWanted ? options.addressOf(uri, 'playlist') : null;
      if (address !== null) out.push(line, address);
    } else if (line.startsWith('#EXT-X-MEDIA:')) {
      if (isSoundOf(line, audioGroup)) out.push(withAddress(line, 'playlist', options));
    } else if (line.startsWith('#EXT-X-MAP')) {
      fragments = true;
      out.push(withAddress(line, 'init', options));
    } else if (line.startsWith('#EXT-X-KEY')) out.push(withAddress(line, 'key', options));
    else if (line.startsWith('#')) out.push(line);
    else out.push(options.addressOf(line, fragments ? 'fragment' : 'segment') ?? '');
  }
  return `${out.filter((line) => line !== '').join('\n')}\n`;
}

function withAddress(line: string, kind: ReferenceKind, { addressOf }: RewriteOptions): string {
  const uri = URI_ATTRIBUTE.exec(line)?.[1];
  if (uri === undefined) return line;
  const address = addressOf(uri, kind);
  return address === null ? '' : line.replace(URI_ATTRIBUTE, () => `URI="${address}"`);
}

function isSoundOf(line: string, audioGroup: string | null): boolean {
  const attributes = readAttributes(line.slice(line.indexOf(':') + 1));
  return attributes.get('TYPE') === 'AUDIO' && (audioGroup ?? '') === attributes.get('GROUP-ID');
}

function audioGroupOf(lines: readonly string[], variant: string): string | null {
  const at = lines.findIndex((line) => line.trim() === variant);
  const tag = at > 0 ? (lines[at - 1] ?? '') : '';
  return readAttributes(tag.slice(tag.indexOf(':') + 1)).get('AUDIO') ?? null;
}
