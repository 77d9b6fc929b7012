// Where the bytes of a channel are, in one canonical form, and why an address is refused.
import type { RequestHeaders } from './http-headers.js';
import { addKodiHeaders, NO_HEADERS, noHeaders } from './http-headers.js';
import { inputOfPipe } from './pipe-command.js';
import { canonicalAddress, isWebAddress } from './web-address.js';

export type SourceKind = 'acestream' | 'http' | 'hls' | 'rtsp' | 'rtmp' | 'udp';

/**
 * acestream: `acestream://<40 lower hex>` for a content id (also where the list does not say which of the two it is),
 * `acestream:?infohash=<40 lower hex>` for an infohash. `udp` stands for udp, rtp and srt. Others: the URL as given.
 */
export interface StreamLocator {
  kind: SourceKind;
  locator: string;
}

export type LocatorRefusal =
  | 'empty'
  | 'too-long'
  | 'control-characters'
  | 'not-an-address'
  | 'relative-address'
  | 'invalid-address'
  | 'acestream-without-id'
  | 'dash'
  | 'smooth-streaming'
  | 'sopcast'
  | 'pipe'
  | 'mms'
  | 'file'
  | 'script'
  | 'plugin'
  | 'unknown-scheme';

export type LocatorResult =
  | { ok: true; locator: StreamLocator; userAgent: string | null; headers: Record<string, string> }
  | { ok: false; reason: LocatorRefusal };

/** Longest address taken, in characters; headers behind a pipe are counted apart. */
export const MAX_LOCATOR_LENGTH = 2048;
const MAX_WITH_HEADERS = 8192;

const HEX_ID = '([0-9a-f]{40})(?![0-9a-z])';
const BARE_ID = new RegExp(`^${HEX_ID}(?:[&?#/.\\s].*)?$`, 'i');
const SCHEME_ID = new RegExp(`^/*(?:(infohash|content_id|pid)/)?${HEX_ID}`, 'i');
const QUERY_ID = new RegExp(`[?&](id|content_id|pid|infohash)=${HEX_ID}`, 'i');
const ENGINE_PATH = /^https?:\/\/[^/?#]+\/(?:[^?#]*\/)?ace\/(?:getstream|manifest\.m3u8)(?=[/?#]|$)/i;
/** HTTP proxies in front of an engine: …:8000/pid/<id>/stream.mp4 */
const PROXY_PATH = new RegExp(
  `^https?://[^/?#]+/(?:[^?#]*/)?(pid|content_id|infohash)/${HEX_ID}(?:[/?#.]|$)`,
  'i',
);
const MAGNET_HASH = /[?&]xt=urn:btih:([0-9a-f]{40}|[a-z2-7]{32})(?![0-9a-z])/i;
const HLS = /\.m3u8(?:$|[?#&/;])|[?&](?:type|output|format)=(?:m3u8|hls)(?:$|&)/i;
const DASH = /\.mpd(?:$|[?#&/;])|\(format=mpd/i;
const SMOOTH = /\.isml?\/manifest(?:$|[?#])/i;

const STREAM_SCHEMES: ReadonlyMap<string, SourceKind> = new Map<string, SourceKind>([
  ['rtsp', 'rtsp'],
  ['rtsps', 'rtsp'],
  ['rtspu', 'rtsp'],
  ['rtspt', 'rtsp'],
  ['rtmp', 'rtmp'],
  ['rtmps', 'rtmp'],
  ['rtmpe', 'rtmp'],
  ['rtmpt', 'rtmp'],
  ['rtmpte', 'rtmp'],
  ['rtmpts', 'rtmp'],
  ['udp', 'udp'],
  ['rtp', 'udp'],
  ['srt', 'udp'],
]);

const REFUSED_SCHEMES: ReadonlyMap<string, LocatorRefusal> = new Map<string, LocatorRefusal>([
  ['sop', 'sopcast'],
  ['pipe', 'pipe'],
  ['mms', 'mms'],
  ['mmsh', 'mms'],
  ['mmst', 'mms'],
  ['mmsu', 'mms'],
  ['file', 'file'],
  ['javascript', 'script'],
  ['vbscript', 'script'],
  ['data', 'script'],
  ['blob', 'script'],
  ['plugin', 'plugin'],
]);

/** Reads one address as lists write it, with an optional Kodi header suffix (`url|User-Agent=…&Referer=…`). */
export function parseLocator(text: string): LocatorResult {
  const trimmed = text.trim();
  if (trimmed === '') return refuse('empty');
  if (trimmed.length > MAX_WITH_HEADERS) return refuse('too-long');
  if (hasControlCharacter(trimmed)) return refuse('control-characters');
  const { address, request } = /^pipe:/i.test(trimmed) ? splitCommand(trimmed) : splitPipe(trimmed);
  if (address.length > MAX_LOCATOR_LENGTH) return refuse('too-long');
  const found = readAddress(address);
  if (typeof found === 'string') return refuse(found);
  return { ok: true, locator: found, userAgent: request.userAgent, headers: request.headers };
}

export function contentIdLocator(id: string): StreamLocator {
  return { kind: 'acestream', locator: `acestream://${id.toLowerCase()}` };
}

export function infohashLocator(hash: string): StreamLocator {
  return { kind: 'acestream', locator: `acestream:?infohash=${hash.toLowerCase()}` };
}

/** The 40 hex digits of an AceStream locator, whichever namespace they are of. */
export function aceStreamId(locator: StreamLocator): string | null {
  return locator.kind === 'acestream' ? locator.locator.slice(-40) : null;
}

/**
 * Equal for two locators that lead to the same bytes: host names and schemes without case, default ports and fragments
 * dropped. A content id and an infohash never compare equal, because only an engine can tell.
 */
export function fingerprint(locator: StreamLocator): string {
  if (locator.kind === 'acestream') return locator.locator;
  return canonicalAddress(locator.locator);
}

/** Whether a text holds nothing but an AceStream id (40 hex digits). */
export function isBareAceStreamId(text: string): boolean {
  return /^[0-9a-f]{40}$/i.test(text.trim());
}

function readAddress(address: string): StreamLocator | LocatorRefusal {
  const bare = BARE_ID.exec(address)?.[1];
  if (bare !== undefined) return contentIdLocator(bare);
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(address)?.[1]?.toLowerCase();
  if (scheme === undefined || isHostAndPort(address, scheme)) return classifyText(address);
  if (scheme.length === 1) return 'file';
  if (scheme === 'http' || scheme === 'https') return readWebAddress(address);
  if (scheme === 'acestream') return readAceStream(address.slice('acestream:'.length));
  if (scheme === 'magnet') return readMagnet(address);
  const kind = STREAM_SCHEMES.get(scheme);
  if (kind !== undefined) return hasHost(address) ? { kind, locator: address } : 'invalid-address';
  return (
    REFUSED_SCHEMES.get(scheme) ?? (/^[^:]+:\/\//.test(address) ? 'unknown-scheme' : classifyText(address))
  );
}

function readWebAddress(address: string): StreamLocator | LocatorRefusal {
  const byPath = PROXY_PATH.exec(address);
  if (byPath?.[2] !== undefined) return aceStreamLocator(byPath[1], byPath[2]);
  if (ENGINE_PATH.test(address)) {
    const byQuery = QUERY_ID.exec(address);
    return byQuery?.[2] === undefined ? 'acestream-without-id' : aceStreamLocator(byQuery[1], byQuery[2]);
  }
  const encoded = address.replaceAll(' ', '%20');
  if (!isWebAddress(encoded)) return 'invalid-address';
  if (DASH.test(encoded)) return 'dash';
  if (SMOOTH.test(encoded)) return 'smooth-streaming';
  return { kind: HLS.test(encoded) ? 'hls' : 'http', locator: encoded };
}

function readAceStream(rest: string): StreamLocator | LocatorRefusal {
  const direct = SCHEME_ID.exec(rest);
  if (direct?.[2] !== undefined) return aceStreamLocator(direct[1], direct[2]);
  const byQuery = QUERY_ID.exec(rest);
  if (byQuery?.[2] !== undefined) return aceStreamLocator(byQuery[1], byQuery[2]);
  return 'acestream-without-id';
}

function readMagnet(address: string): StreamLocator | LocatorRefusal {
  const hash = MAGNET_HASH.exec(address)?.[1];
  if (hash === undefined) return 'acestream-without-id';
  return infohashLocator(hash.length === 40 ? hash : base32ToHex(hash));
}

function aceStreamLocator(namespace: string | undefined, id: string): StreamLocator {
  return namespace?.toLowerCase() === 'infohash' ? infohashLocator(id) : contentIdLocator(id);
}

/** Five bits a letter; 32 letters are the 20 bytes of an infohash. */
function base32ToHex(text: string): string {
  let bits = 0n;
  for (const letter of text.toLowerCase()) {
    bits = bits * 32n + BigInt('abcdefghijklmnopqrstuvwxyz234567'.indexOf(letter));
  }
  return bits.toString(16).padStart(40, '0');
}

/** A command without an input we can open ourselves stays what it is, and is refused. */
function splitCommand(text: string): { address: string; request: RequestHeaders } {
  return inputOfPipe(text) ?? { address: text, request: NO_HEADERS };
}

function splitPipe(text: string): { address: string; request: RequestHeaders } {
  const pipe = text.indexOf('|');
  // A pipe that no header follows is a character of the address.
  if (pipe < 0 || !/^[!\w-]+=|^$/.test(text.slice(pipe + 1, pipe + 80))) {
    return { address: text, request: NO_HEADERS };
  }
  const request = noHeaders();
  addKodiHeaders(request, text.slice(pipe + 1));
  return { address: text.slice(0, pipe).trimEnd(), request };
}

function hasHost(address: string): boolean {
  const encoded = address.replaceAll(' ', '%20');
  return URL.canParse(encoded) && new URL(encoded).hostname !== '';
}

/** "example.com:8080/live" reads like a scheme and is a host. */
function isHostAndPort(address: string, scheme: string): boolean {
  return /^\d/.test(address.slice(scheme.length + 1)) && !STREAM_SCHEMES.has(scheme);
}

function classifyText(address: string): LocatorRefusal {
  const looksLikePath = !/\s/.test(address) && /[/\\]|\.[a-z0-9]{2,5}(?:$|[?#:])/i.test(address);
  return looksLikePath ? 'relative-address' : 'not-an-address';
}

function hasControlCharacter(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true;
  }
  return false;
}

function refuse(reason: LocatorRefusal): LocatorResult {
  return { ok: false, reason };
}
