import type { Clock } from '../platform/clock.js';
import type { Logger } from '../platform/logging/logger.js';
import { PacedLog } from '../platform/logging/paced-log.js';
import { CANCELLED, LiveSession } from './live-session.js';
import type { JoinOutcome, SessionOptions } from './live-session.js';
import type { MediaPipeline } from './media-pipeline.js';
import type { PictureWatch, WatchedStream } from './picture/picture-watch.js';
import { SeenCodecs } from './seen-codecs.js';
import type { SourceDriver } from './source-driver.js';
import type { SourceOutcome } from './source-outcome.js';
import type { StreamFailure } from './stream-failure.js';
import type { SourceKind, StreamSource } from './stream-source.js';
import type { SessionStats } from './stream-stats.js';

export interface HubOptions {
  drivers: readonly SourceDriver[];
  clock: Clock;
  logger: Logger;
  background: (name: string, work: Promise<unknown>) => void;
  session: SessionOptions;
  /** Viewers of all streams together. */
  maxReaders: number;
  newPipeline: () => MediaPipeline;
  /** A viewer opens something: ends checks that nobody watches; false when there were none. */
  makeWay?: (needsPlace: boolean) => Promise<boolean>;
  /** Watches the picture of a stream whose channel wants it. */
  watchPicture?: (stream: WatchedStream) => PictureWatch;
  /** Shared with the checks. */
  seenCodecs?: SeenCodecs;
  /** Told what became of every source. */
  onOutcome?: (sourceId: number, outcome: SourceOutcome) => void;
}

export interface StreamRequest {
  /** Streams with the same key are one. */
  key: string;
  /** What people call it; the key where there is none. */
  title?: string;
  /** In the order in which they are to be tried. */
  sources: readonly StreamSource[];
  /** A dead picture is treated like a cut. Decided by the first who comes. */
  watchPicture?: boolean;
  /** Aborts when the viewer leaves before there is a picture. */
  signal: AbortSignal;
}

const CLOSE_PATIENCE_MS = 5_000;

/** All streams by key. Find or create is one synchronous step, so that a stream is never started twice. */
export class StreamHub {
  /** What there is to say about a stream, by its key: at most a line a second. */
  readonly log: PacedLog;
  private readonly sessions = new Map<string, LiveSession>();
  private readonly ending = new Set<Promise<void>>();
  private readonly drivers = new Map<SourceKind, SourceDriver>();
  private readonly seenCodecs: SeenCodecs;
  private lastId = 0;
  private closed = false;

  constructor(private readonly options: HubOptions) {
    this.log = new PacedLog(options.clock, options.logger);
    this.seenCodecs = options.seenCodecs ?? new SeenCodecs();
    for (const driver of options.drivers) for (const kind of driver.kinds) this.drivers.set(kind, driver);
  }

  /** Attaches a viewer to a stream, starting it when nobody else has. Never rejects. */
  open(request: StreamRequest): Promise<JoinOutcome> {
    if (request.signal.aborted) return Promise.resolve(CANCELLED);
    const refusal = this.refusal(request);
    if (refusal) return Promise.resolve({ kind: 'failed', failure: refusal });
    const session = this.sessions.get(request.key) ?? this.create(request);
    return session.join(request.signal);
  }

  stats(): SessionStats[] {
    return [...this.sessions.values()].map((session) => session.stats());
  }

  find(key: string): LiveSession | undefined {
    return this.sessions.get(key);
  }

  findById(id: number): LiveSession | undefined {
    return [...this.sessions.values()].find((session) => session.id === id);
  }

  get viewers(): number {
    let sum = 0;
    for (const session of this.sessions.values()) sum += session.viewers;
    return sum;
  }

  /** Ends every stream and stops everything upstream; waits for it, though not for a hanging engine. */
  async close(): Promise<void> {
    this.closed = true;
    for (const session of [...this.sessions.values()]) this.track(session.close('closed'));
    const patience = new AbortController();
    await Promise.race([
      Promise.all(this.ending),
      this.options.clock.sleep(CLOSE_PATIENCE_MS, patience.signal).catch(() => undefined),
    ]);
    patience.abort();
    this.log.flush();
  }

  private refusal({ sources }: StreamRequest): StreamFailure | undefined {
    if (this.closed) return { kind: 'unavailable', detail: 'the server is ending', blameless: true };
    if (sources.length === 0) return { kind: 'not-found', detail: 'the channel has no source' };
    if (this.viewers < this.options.maxReaders) return undefined;
    return { kind: 'unavailable', detail: 'too many viewers', retryAfterSeconds: 30, blameless: true };
  }

  private create({ key, title = key, sources, watchPicture: isWatched }: StreamRequest): LiveSession {
    const { clock, logger, background, session: options, newPipeline, watchPicture } = this.options;
    const session: LiveSession = new LiveSession({
      id: ++this.lastId,
      key,
      title,
      sources,
      clock,
      logger,
      log: this.log,
      background,
      options,
      pipeline: newPipeline(),
      seenCodecs: this.seenCodecs,
      driverFor: (kind) => this.drivers.get(kind),
      makeRoom: (kind, provider) => this.makeRoom(session, kind, provider),
      ...(isWatched && watchPicture ? { watchPicture } : {}),
      // A slate is nobody's source.
      outcome: (source, outcome) => {
        if (source.kind !== 'slate') this.options.onOutcome?.(source.id, outcome);
      },
      onClosed: (closed) => {
        if (this.sessions.get(key) === closed) this.sessions.delete(key);
        this.track(closed.close('closed'));
      },
    });
    this.sessions.set(key, session);
    // A provider that counts connections must not refuse a viewer for a check's sake.
    if (this.options.makeWay) background('checks make way', this.options.makeWay(false));
    return session;
  }

  /** Ends the stream of this kind that nobody has watched for longest. One that nobody waits for ends no other. */
  private async makeRoom(asking: LiveSession, kind: SourceKind, provider?: string): Promise<boolean> {
    if (asking.idleSince !== undefined) return false;
    if (await this.options.makeWay?.(true)) return true;
    return this.closeIdle((source) => holds(source, kind, provider));
  }

  /** Gives up a stream that nobody watches and that holds a connection of this provider; false when there is none. */
  makeRoomAt(provider: string): Promise<boolean> {
    return this.closeIdle((source) => source?.provider?.key === provider);
  }

  private async closeIdle(isMeant: (source: StreamSource | undefined) => boolean): Promise<boolean> {
    const idle = [...this.sessions.values()]
      .filter(({ idleSince, source }) => idleSince !== undefined && isMeant(source))
      .sort((a, b) => (a.idleSince ?? 0) - (b.idleSince ?? 0))[0];
    if (!idle) return false;
    await idle.close('closed');
    return true;
  }

  private track(end: Promise<void>): void {
    const tracked: Promise<void> = end.finally(() => this.ending.delete(tracked));
    this.ending.add(tracked);
    this.options.background('end of a stream', tracked);
  }
}

/** A provider counts the connections of all kinds. */
function holds(source: StreamSource | undefined, kind: SourceKind, provider: string | undefined): boolean {
  return provider === undefined ? source?.kind === kind : source?.provider?.key === provider;
}
