import ipaddr from 'ipaddr.js';
import { lookup } from 'node:dns/promises';
import { AppError } from '../errors/app-error.js';
import { errorCode } from '../errors/error-code.js';

export interface ResolvedAddress {
  address: string;
  family: number;
}

/** Host name → all its addresses. */
export type Resolver = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export const resolveBySystem: Resolver = (hostname) => lookup(hostname, { all: true });

/** Ranges an operator may open: the home network and the machine itself. */
const PRIVATE_RANGES = ['private', 'loopback', 'carrierGradeNat', 'uniqueLocal'];
/** NAT64 gateways (RFC 6052) carry the real target in the last four bytes. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');
/** Everything else under IPv6 is no public host, whatever its name in some list. */
const IPV6_PUBLIC = ipaddr.IPv6.parseCIDR('2000::/3');

/** Why this address must not be contacted, or null. Takes what the resolver and the socket layer print. */
export function refusalOf(address: string, allowPrivate: boolean): string | null {
  if (!ipaddr.isValid(address)) return 'not an address';
  // `process` turns IPv4-mapped IPv6 (::ffff:127.0.0.1) into what it means.
  const parsed = ipaddr.process(address);
  const target = isNat64(parsed) ? ipaddr.fromByteArray(parsed.toByteArray().slice(12)) : parsed;
  const range = rangeOf(target);
  if (range === 'unicast' || (allowPrivate && PRIVATE_RANGES.includes(range))) return null;
  return PRIVATE_RANGES.includes(range) ? 'a private address' : `a special address (${range})`;
}

function isNat64(address: ipaddr.IPv4 | ipaddr.IPv6): address is ipaddr.IPv6 {
  return address instanceof ipaddr.IPv6 && address.match(NAT64);
}

function rangeOf(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  const range = address.range();
  if (range !== 'unicast' || address instanceof ipaddr.IPv4) return range;
  return address.match(IPV6_PUBLIC) ? range : 'reserved';
}

/**
 * All addresses of a host, each of them checked: one forbidden address refuses the host, so that a name server that
 * mixes public and private answers gains nothing. Throws `fetch_blocked`, or what the resolver throws.
 */
export async function resolveChecked(
  hostname: string,
  allowPrivate: boolean,
  resolve: Resolver = resolveBySystem,
): Promise<readonly ResolvedAddress[]> {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  const addresses = ipaddr.isValid(bare) ? [literal(bare)] : await resolve(bare);
  for (const { address } of addresses) {
    const refusal = refusalOf(address, allowPrivate);
    if (refusal !== null) throw blocked(hostname, refusal);
  }
  if (addresses.length === 0) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
  return addresses;
}

function literal(address: string): ResolvedAddress {
  const parsed = ipaddr.parse(address);
  // Spellings such as 0x7f.1 are left to nobody else to interpret.
  return { address: parsed.toString(), family: parsed.kind() === 'ipv4' ? 4 : 6 };
}

export function blocked(hostname: string, refusal: string): AppError {
  const hint =
    refusal === 'a private address' ? '; allow private addresses for this source if that is meant' : '';
  return new AppError('fetch_blocked', `${hostname} is ${refusal}${hint}`, { status: 422, level: 'warn' });
}

export function isBlocked(error: unknown): boolean {
  return errorCode(error) === 'fetch_blocked';
}
