import type { HomeHeaders, ListRequest } from './list-request.js';
import { providerAccountOf } from './provider-account.js';
import type { ListedPlace } from './provider-account.js';

/** What the lists lay down for their streams, by list; those that say nothing are left out. */
export interface StreamTerms {
  /** Streams the provider allows at once. */
  limits: ReadonlyMap<number, number>;
  /** The HTTP proxy to ask through, with its credentials. */
  proxies: ReadonlyMap<number, string>;
  /** What they are asked with. */
  requests: ReadonlyMap<number, ListRequest>;
}

/** What a source says for itself. */
type OwnTerms = ListedPlace & { proxyUrl: string | null; userAgent: string | null };

export interface SourceTerms {
  /** Where the source has none of its own. */
  userAgent?: string;
  homeHeaders?: HomeHeaders;
  proxyUrl?: string;
  provider?: { key: string; maxConnections: number };
}

/** On which terms one source is opened. Its own proxy and user agent win over those of its list. */
export function termsOf(row: OwnTerms, terms: StreamTerms): SourceTerms {
  const provider = providerAccountOf(row, terms.limits);
  const proxyUrl = proxyOf(row, terms);
  return {
    ...requestOf(row, terms),
    ...(proxyUrl === undefined ? {} : { proxyUrl }),
    ...(provider ? { provider } : {}),
  };
}

/** An engine asks in its own name. */
function requestOf(
  { kind, listSourceId, userAgent }: OwnTerms,
  { requests }: StreamTerms,
): Pick<SourceTerms, 'userAgent' | 'homeHeaders'> {
  const request = kind === 'acestream' || listSourceId === null ? undefined : requests.get(listSourceId);
  if (!request) return {};
  return {
    ...(userAgent === null && request.userAgent !== null ? { userAgent: request.userAgent } : {}),
    ...(request.home ? { homeHeaders: request.home } : {}),
  };
}

/** Undefined where the source is asked straight. An engine finds its content by itself. */
function proxyOf({ kind, listSourceId, proxyUrl }: OwnTerms, { proxies }: StreamTerms): string | undefined {
  if (kind === 'acestream') return undefined;
  return proxyUrl ?? (listSourceId === null ? undefined : proxies.get(listSourceId));
}
