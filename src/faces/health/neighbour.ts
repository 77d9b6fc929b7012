import ipaddr from 'ipaddr.js';

const LOCAL_RANGES = ['loopback', 'private', 'uniqueLocal', 'linkLocal'];
const FORWARDING_HEADERS = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

interface Arrival {
  headers: Readonly<Record<string, unknown>>;
  raw: { socket: { remoteAddress?: string | undefined } };
}

/**
 * Whether a request comes straight from this machine or its local network. What a proxy passes on counts as foreign,
 * since it may come from anywhere.
 */
export function isNeighbour({ headers, raw }: Arrival): boolean {
  if (FORWARDING_HEADERS.some((name) => headers[name] !== undefined)) return false;
  const address = raw.socket.remoteAddress ?? '';
  return ipaddr.isValid(address) && LOCAL_RANGES.includes(ipaddr.process(address).range());
}
