import type { SourceKind as ListedKind } from '../core/lists/locator.js';
import type { ProviderAccount } from './provider-limits.js';

/** What lists name; words that are shown instead of a picture; another stream, made into a different one. */
export type SourceKind = ListedKind | 'slate' | 'transcode';

/** One place where the bytes of a channel can be had. */
export interface StreamSource {
  /** The caller's number for it; comes back in statistics and events. */
  id: number;
  kind: SourceKind;
  /** Where the bytes are, in the canonical form of its kind. May hold credentials: never logged as it is. */
  locator: string;
  userAgent: string | null;
  headers: Readonly<Record<string, string>>;
  /** Further ones for one origin alone, below its own. Any may be a credential: never logged, never on a command line. */
  homeHeaders?: { origin: string; headers: Readonly<Record<string, string>> };
  /** Whether the source may stand in a private network. */
  allowPrivate: boolean;
  /** The HTTP proxy it is asked through, where it has one. Holds credentials: never logged as it is. */
  proxyUrl?: string;
  /** Whose connections it uses, where they are counted. */
  provider?: ProviderAccount;
}
