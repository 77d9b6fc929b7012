import ipaddr from 'ipaddr.js';
import { isBlocked, resolveChecked } from '../../platform/http/ssrf-guard.js';
import type { Resolver } from '../../platform/http/ssrf-guard.js';
import type { StreamFailure } from '../stream-failure.js';
import type { StreamSource } from '../stream-source.js';

export interface InputOptions {
  source: Pick<StreamSource, 'locator' | 'userAgent' | 'proxyUrl'>;
  allowPrivate: boolean;
  resolve?: Resolver;
}

export type InputOutcome =
  { ok: true; args: readonly string[]; place: string } | { ok: false; failure: StreamFailure };

interface Scheme {
  /** The name under which ffmpeg knows it. */
  name: string;
  /** All that ffmpeg may use to get at the bytes. */
  whitelist: string;
  options: (source: InputOptions['source'], url: URL) => readonly string[];
  /** Parameters of the address that go along, and what their values must look like. */
  query?: Readonly<Record<string, RegExp>>;
  /** Receives what others send to this machine, instead of calling a host. */
  listens?: boolean;
}

const SILENCE_MICROSECONDS = '15000000';
const NUMBER = /^\d{1,9}$/;
const TEXT = /^[\x21-\x7e]{1,512}$/;
const ADDRESSES = /^[\d.,:a-f]{1,256}$/i;

const rtsp = (transport: string): Scheme => ({
  name: 'rtsp',
  whitelist: 'rtsp,rtp,rtcp,udp,tcp,tls,srtp',
  options: ({ userAgent }) => [
    ...(transport === 'prefer_tcp' ? ['-rtsp_flags', transport] : ['-rtsp_transport', transport]),
    ...['-timeout', SILENCE_MICROSECONDS],
    ...(userAgent === null ? [] : ['-user_agent', oneLine(userAgent)]),
  ],
});
const rtmp = (name: string): Scheme => ({
  name,
  whitelist: 'rtmp,rtmps,rtmpt,rtmpts,rtmpe,rtmpte,ffrtmphttp,ffrtmpcrypt,tcp,tls,http,https',
  options: (_source, url) => [
    '-rtmp_live',
    'live',
    '-rtmp_tcurl',
    tcUrl(name, url),
    '-rw_timeout',
    SILENCE_MICROSECONDS,
  ],
});
const datagrams = (name: string): Scheme => ({
  name,
  whitelist: 'udp,rtp,rtcp',
  options: () => [],
  query: { pkt_size: NUMBER, buffer_size: NUMBER, fifo_size: NUMBER, reuse: NUMBER, sources: ADDRESSES },
  listens: true,
});

/** Schemes of lists. What stands here is all that ffmpeg is ever asked to open by itself. */
const SCHEMES: ReadonlyMap<string, Scheme> = new Map<string, Scheme>([
  ['rtsp', rtsp('prefer_tcp')],
  ['rtspt', rtsp('tcp')],
  ['rtspu', rtsp('udp')],
  ['rtsps', { ...rtsp('tcp'), name: 'rtsps' }],
  ...['rtmp', 'rtmps', 'rtmpe', 'rtmpt', 'rtmpte', 'rtmpts'].map((name): [string, Scheme] => [
    name,
    rtmp(name),
  ]),
  ['udp', datagrams('udp')],
  ['rtp', datagrams('rtp')],
  [
    'srt',
    {
      name: 'srt',
      whitelist: 'srt',
      options: () => ['-connect_timeout', '5000', '-timeout', SILENCE_MICROSECONDS],
      query: { streamid: TEXT, passphrase: TEXT, pbkeylen: NUMBER, latency: NUMBER, mode: /^caller$/ },
    },
  ],
]);

/**
 * The part of a command line that opens a source, made of checked pieces only. ffmpeg resolves names without our
 * guard, so it is given the address that was checked; what a server later redirects it to is beyond us, and only the
 * protocols of the whitelist are open to it then.
 */
export async function ffmpegInput({ source, allowPrivate, resolve }: InputOptions): Promise<InputOutcome> {
  const { locator } = source;
  const scheme = SCHEMES.get(/^([a-z]+):\/\//i.exec(locator)?.[1]?.toLowerCase() ?? '');
  // Options behind a blank are the way of another program to write RTMP addresses.
  const [address = ''] = locator.split(/\s/, 1);
  if (!scheme || !URL.canParse(address)) return refuse('not an address that ffmpeg opens');
  const url = new URL(address);
  if (scheme.listens && !allowPrivate) {
    return refuse('it is received from the local network: allow private addresses for this source');
  }
  // Going round the proxy would show the operator's own address.
  if (source.proxyUrl !== undefined && !scheme.listens) {
    return refuse('streams of this kind cannot go through a proxy');
  }
  const host = await checkedHost(url.hostname, { allowPrivate, listens: scheme.listens ?? false, resolve });
  if (typeof host !== 'string') return { ok: false, failure: host };
  const target = `${scheme.name}://${userInfo(url)}${host}${url.port === '' ? '' : `:${url.port}`}${url.pathname}${query(url, scheme)}`;
  const args = ['-protocol_whitelist', scheme.whitelist, ...scheme.options(source, url), '-i', target];
  return { ok: true, args, place: url.host.replace(/^@/, '') };
}

/** The host as an address, with brackets where it needs them. */
async function checkedHost(
  hostname: string,
  {
    allowPrivate,
    listens,
    resolve,
  }: { allowPrivate: boolean; listens: boolean; resolve: Resolver | undefined },
): Promise<string | StreamFailure> {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  if (listens && ipaddr.isValid(bare)) return bracketed(ipaddr.parse(bare).toString());
  try {
    const [first] = await resolveChecked(bare, allowPrivate, resolve);
    return bracketed(first?.address ?? bare);
  } catch (error) {
    if (isBlocked(error)) return { kind: 'unsupported', detail: 'the source stands at a forbidden address' };
    return { kind: 'unavailable', detail: 'the name of the host cannot be resolved', retryAfterSeconds: 10 };
  }
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

function userInfo({ username, password }: URL): string {
  if (username === '') return '';
  return `${username}${password === '' ? '' : `:${password}`}@`;
}

/** RTSP servers get their own parameters as they are; where ffmpeg itself reads them, only known ones pass. */
function query(url: URL, { query: allowed, listens }: Scheme): string {
  if (!allowed) return url.search;
  const pairs = [...url.searchParams].filter(([name, value]) => allowed[name]?.test(value));
  if (listens) pairs.push(['timeout', SILENCE_MICROSECONDS], ['overrun_nonfatal', '1']);
  if (pairs.length === 0) return '';
  return `?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`;
}

/** RTMP servers with several names tell them apart by this, so it keeps the name that the address had. */
function tcUrl(name: string, url: URL): string {
  const folders = url.pathname.split('/').filter((part) => part !== '');
  const app = folders.slice(0, folders.length > 2 ? 2 : 1).join('/');
  return `${name}://${url.host}/${app}`;
}

function oneLine(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 512);
}

function refuse(detail: string): InputOutcome {
  return { ok: false, failure: { kind: 'unsupported', detail } };
}
