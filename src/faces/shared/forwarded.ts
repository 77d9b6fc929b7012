import ipaddr from 'ipaddr.js';
import type { IncomingHttpHeaders } from 'node:http';
import type { PublicBase } from '../../core/xtream/present-user.js';

/** What the socket knows of a request. */
export interface Arrival {
  headers: IncomingHttpHeaders;
  remoteAddress: string;
  localAddress: string;
  localPort: number;
  encrypted: boolean;
}

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

// A host name, an IPv4 address or an IPv6 address in brackets, with or without port. Anything else in a Host
// header would end up inside playlists and guides.
const HOST = /^((?!-)[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::(\d{1,5}))?$/;
const PLAIN_IPV4 = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;
const DEFAULT_PORT = { http: 80, https: 443 } as const;

/** Which neighbours may speak for a client: only their X-Forwarded-* headers are believed. */
export class TrustedProxies {
  private readonly ranges: readonly Range[];

  /** Addresses and networks (`10.0.0.0/8`); what is neither is ignored, the configuration has checked it. */
  constructor(entries: readonly string[]) {
    this.ranges = entries.map(parseRange).filter((range) => range !== null);
  }

  has(address: string): boolean {
    if (this.ranges.length === 0 || !ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return this.ranges.some(
      ([network, bits]) => parsed.kind() === network.kind() && parsed.match(network, bits),
    );
  }
}

/** Address of the client: the nearest hop that is not one of our proxies. IPv4 in its short form. */
export function clientAddress(arrival: Arrival, proxies: TrustedProxies): string {
  let address = plainAddress(arrival.remoteAddress);
  const hops = listOf(arrival.headers['x-forwarded-for']);
  while (proxies.has(address)) {
    const hop = withoutPort(hops.pop() ?? '');
    if (!ipaddr.isValid(hop)) break;
    address = plainAddress(hop);
  }
  return address;
}

/**
 * Where the player reached us. The configured public URL wins; then what a trusted proxy says; then the Host
 * header; then, for a header that is absent or no host name, the address of the socket.
 */
export function publicBase(arrival: Arrival, proxies: TrustedProxies, publicUrl: string | null): PublicBase {
  if (publicUrl !== null) return baseOf(publicUrl);
  const { headers } = arrival;
  const isProxied = proxies.has(plainAddress(arrival.remoteAddress));
  const told = isProxied ? listOf(headers['x-forwarded-proto']).at(-1)?.toLowerCase() : undefined;
  const protocol = told === 'http' || told === 'https' ? told : arrival.encrypted ? 'https' : 'http';
  const forwarded = isProxied ? parseHost(listOf(headers['x-forwarded-host']).at(-1)) : null;
  const host = forwarded ?? parseHost(headers.host) ?? socketHost(arrival);
  const toldPort = isProxied ? parsePort(listOf(headers['x-forwarded-port']).at(-1)) : null;
  return makeBase(protocol, host.name, host.port ?? toldPort ?? DEFAULT_PORT[protocol], '');
}

function baseOf(publicUrl: string): PublicBase {
  const { protocol, hostname, port, pathname } = new URL(publicUrl);
  const scheme = protocol === 'https:' ? 'https' : 'http';
  return makeBase(
    scheme,
    hostname,
    port === '' ? DEFAULT_PORT[scheme] : Number(port),
    pathname.replace(/\/+$/, ''),
  );
}

function makeBase(protocol: 'http' | 'https', hostname: string, port: number, path: string): PublicBase {
  const suffix = port === DEFAULT_PORT[protocol] ? '' : `:${port}`;
  return { protocol, hostname, port, url: `${protocol}://${hostname}${suffix}${path}` };
}

function parseHost(header: string | undefined): { name: string; port: number | null } | null {
  const match = HOST.exec(header ?? '');
  if (!match) return null;
  const port = match[2] === undefined ? null : parsePort(match[2]);
  if (match[2] !== undefined && port === null) return null;
  return { name: match[1] ?? '', port };
}

function socketHost({ localAddress, localPort }: Arrival): { name: string; port: number } {
  const address = plainAddress(localAddress);
  return { name: address.includes(':') ? `[${address}]` : address, port: localPort };
}

function parsePort(text: string | undefined): number | null {
  const port = text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : null;
}

/** Members of a comma list, also when the header came several times. */
function listOf(header: string | string[] | undefined): string[] {
  if (header === undefined) return [];
  const joined = typeof header === 'string' ? header : header.join(',');
  return joined
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Some proxies add the port of the client: `203.0.113.7:4711`, `[2001:db8::1]:4711`. */
function withoutPort(hop: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? hop;
}

/** IPv4 in its short form, also where a socket of both families names it `::ffff:192.0.2.1`. */
function plainAddress(address: string): string {
  const short = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  if (PLAIN_IPV4.test(short)) return short;
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : address;
}

function parseRange(entry: string): Range | null {
  const text = entry.trim();
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  if (!ipaddr.isValid(text)) return null;
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}
