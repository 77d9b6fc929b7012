import ipaddr from 'ipaddr.js';
import { TtlMap } from '../core/util/ttl-map.js';

export interface ThrottleOptions {
  windowMs: number;
  /** Failures allowed within a window. */
  perAddress: number;
  perAddressAndName: number;
  perName: number;
  maxEntries: number;
}

const DEFAULTS: ThrottleOptions = {
  windowMs: 300_000,
  perAddress: 60,
  perAddressAndName: 10,
  perName: 100,
  maxEntries: 20_000,
};

interface Window {
  failures: number;
  endsAt: number;
}

/**
 * Counts wrong passwords by address, by name, and by both. A person who has logged in from an address before is
 * not held up by strangers who guess at the same name elsewhere, so a family is never locked out.
 */
export class LoginThrottle {
  private readonly options: ThrottleOptions;
  private readonly windows: TtlMap<string, Window>;
  private readonly known: TtlMap<string, true>;

  constructor(
    private readonly now: () => number,
    options: Partial<ThrottleOptions> = {},
  ) {
    this.options = { ...DEFAULTS, ...options };
    this.windows = new TtlMap({ maxEntries: this.options.maxEntries, ttlMs: this.options.windowMs, now });
    this.known = new TtlMap({ maxEntries: this.options.maxEntries, ttlMs: 30 * 86_400_000, now });
  }

  /** Whether this person has logged in from this address before. */
  knows(name: string, address: string): boolean {
    return this.known.get(pairKey(name, address)) === true;
  }

  /** Seconds to wait before a password of this pair is looked at again; 0 = go on. */
  waitSeconds(name: string, address: string): number {
    const pair = pairKey(name, address);
    const waits = [this.waitOf(pair, this.options.perAddressAndName)];
    if (!this.knows(name, address)) {
      waits.push(
        this.waitOf(addressKey(address), this.options.perAddress),
        this.waitOf(`n ${name}`, this.options.perName),
      );
    }
    return Math.ceil(Math.max(...waits) / 1000);
  }

  failed(name: string, address: string): void {
    for (const key of [pairKey(name, address), addressKey(address), `n ${name}`]) {
      const window = this.windows.get(key);
      if (window) window.failures++;
      else this.windows.set(key, { failures: 1, endsAt: this.now() + this.options.windowMs });
    }
  }

  succeeded(name: string, address: string): void {
    this.windows.delete(pairKey(name, address));
    this.known.set(pairKey(name, address), true);
  }

  private waitOf(key: string, limit: number): number {
    const window = this.windows.get(key);
    return window && window.failures >= limit ? Math.max(0, window.endsAt - this.now()) : 0;
  }
}

function pairKey(name: string, address: string): string {
  return `p ${placeOf(address)} ${name}`;
}

function addressKey(address: string): string {
  return `a ${placeOf(address)}`;
}

/** One customer of IPv6 has at least a /64, and would otherwise have 2^64 attempts. */
function placeOf(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(':') : parsed.toString();
}
