import { providerAccountOf } from './provider-account.js';
import type { ListedPlace } from './provider-account.js';

/** What the lists lay down for their streams, by list; those that say nothing are left out. */
export interface StreamTerms {
  /** Streams the provider allows at once. */
  limits: ReadonlyMap<number, number>;
  /** The HTTP proxy to ask through, with its credentials. */
  proxies: ReadonlyMap<number, string>;
}

export interface SourceTerms {
  proxyUrl?: string;
  provider?: { key: string; maxConnections: number };
}

/** On which terms one source is opened. Its own proxy wins over that of its list. */
export function termsOf(row: ListedPlace & { proxyUrl: string | null }, terms: StreamTerms): SourceTerms {
  const provider = providerAccountOf(row, terms.limits);
  const proxyUrl = proxyOf(row, terms);
  return {
    ...(proxyUrl === undefined ? {} : { proxyUrl }),
    ...(provider ? { provider } : {}),
  };
}

/** Undefined where the source is asked straight. An engine finds its content by itself. */
function proxyOf(
  { kind, listSourceId, proxyUrl }: ListedPlace & { proxyUrl: string | null },
  { proxies }: StreamTerms,
): string | undefined {
  if (kind === 'acestream') return undefined;
  return proxyUrl ?? (listSourceId === null ? undefined : proxies.get(listSourceId));
}
