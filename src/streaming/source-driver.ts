import type { StreamFailure } from './stream-failure.js';
import type { SourceKind, StreamSource } from './stream-source.js';

/** Why bytes stopped coming although nobody asked them to. */
export type EndReason =
  /** The upstream closed politely. For a live stream that says nothing about its end. */
  | 'eof'
  | 'reset'
  /** Silence for too long. */
  | 'stall'
  /** Another client took the content over on its engine. */
  | 'superseded'
  /** Another channel of ours now reads the same content; opening again finds it there. */
  | 'moved'
  /** The engine forgot the session. */
  | 'session-lost'
  | 'engine-down'
  /** What came is no transport stream. */
  | 'garbage'
  /** Bytes came, and never a picture that a viewer could start at. */
  | 'no-keyframe'
  /** Fewer bytes than the picture needs, for long. */
  | 'starved'
  /** The same stretch comes again and again, or the live position of the broadcast stands still. */
  | 'looping'
  /** Black, frozen, silent, or a card that says that there is nothing. */
  | 'dead-picture';

export interface StreamEnd {
  reason: EndReason;
  /** For log and admin; no addresses, no secrets. */
  detail: string;
}

/** Takes what an open stream gives. Its calls never come after `close()` of the stream. */
export interface StreamSink {
  /** The bytes are there for this call only: what is to stay is copied. Several sinks may be given the same: never write into them. */
  data(chunk: Buffer): void;
  /** What follows does not continue what came before: other clocks, other tables, or something is missing. */
  seam(): void;
  /** At most once between `read()` and a successful `reopen()`. */
  end(end: StreamEnd): void;
}

export interface StreamDetails {
  /** Where it is read: an engine or a host, without credentials. */
  place: string;
  infohash?: string;
  /** Peers and kilobytes per second as the engine last told. */
  peers?: number;
  speedDown?: number;
  /** For how long the broadcast has not moved on although bytes come, ms. */
  stillMs?: number;
}

/** Bytes of one source, opened and ready. */
export interface OpenStream {
  details(): StreamDetails;
  /** Starts the flow into `sink`. Called once. */
  read(sink: StreamSink): void;
  pause(): void;
  resume(): void;
  /** Asks the same upstream session for its bytes again after an end; false when it is gone. What follows does not continue what came before. */
  reopen(signal: AbortSignal): Promise<boolean>;
  /** Exactly one stop goes upstream, however often this is called. Resolves when the place is free again; never rejects. */
  close(): Promise<void>;
}

export interface OpenContext {
  /** Aborted when nobody waits for the stream any more. */
  signal: AbortSignal;
  /** From the start reply to the first byte, ms. */
  firstByteMs: number;
  /** Places (see `StreamDetails.place`) not to use, because the stream just broke there. */
  avoid: ReadonlySet<string>;
  /** Place to use if it can be had. */
  prefer?: string;
  /** Nobody watches: the last place stays free for those who do. */
  polite?: boolean;
  /** Gives up a stream of this kind (and of this provider account) that nobody watches; false when there is none. */
  makeRoom: (kind: SourceKind, provider?: string) => Promise<boolean>;
}

export type OpenResult = { kind: 'open'; stream: OpenStream } | { kind: 'failed'; failure: StreamFailure };

/** Knows how to get at the bytes of some kinds of sources. */
export interface SourceDriver {
  readonly kinds: readonly SourceKind[];
  /** How many places may serve one source: after a break on one, another is worth a try. */
  readonly places: number;
  /** Never rejects for anything the outside world does. */
  open(source: StreamSource, context: OpenContext): Promise<OpenResult>;
}
