import type { EndReason } from './source-driver.js';
import type { StreamFailure } from './stream-failure.js';

/** What became of a source, for its reputation. Times in ms. */
export type SourceOutcome =
  /** It was opened and showed a picture. */
  | { kind: 'picture'; afterMs: number }
  | { kind: 'failed'; failure: StreamFailure }
  /** It had shown pictures and broke. */
  | { kind: 'broke'; reason: EndReason; detail: string };

declare module '../platform/events/event-bus.js' {
  interface EventMap {
    'source.outcome': { sourceId: number; outcome: SourceOutcome };
  }
}
