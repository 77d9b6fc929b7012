import type { SourceKind } from '../core/lists/locator.js';

export type { SourceKind };

/** One place where the bytes of a channel can be had. */
export interface StreamSource {
  /** The caller's number for it; comes back in statistics and events. */
  id: number;
  kind: SourceKind;
  /** Where the bytes are, in the canonical form of its kind. May hold credentials: never logged as it is. */
  locator: string;
  userAgent: string | null;
  headers: Readonly<Record<string, string>>;
  /** Whether the source may stand in a private network. */
  allowPrivate: boolean;
}
