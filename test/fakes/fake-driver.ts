import type {
  EndReason,
  OpenContext,
  OpenResult,
  OpenStream,
  SourceDriver,
  StreamSink,
} from '../../src/streaming/source-driver.js';
import type { StreamFailure } from '../../src/streaming/stream-failure.js';
import type { StreamSource } from '../../src/streaming/stream-source.js';

/** A stream that a test feeds by hand. */
export class FakeStream implements OpenStream {
  paused = false;
  closes = 0;
  reopens = 0;
  /** What `reopen` answers. */
  reopenable = false;
  /** What `details` tells. */
  stillMs = 0;
  /** Set to hold `close` back. */
  closing: Promise<void> = Promise.resolve();
  private sink: StreamSink | undefined;

  constructor(
    readonly source: StreamSource,
    readonly place: string,
    readonly context: OpenContext,
  ) {}

  details(): { place: string; stillMs: number } {
    return { place: this.place, stillMs: this.stillMs };
  }

  read(sink: StreamSink): void {
    this.sink = sink;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  reopen(): Promise<boolean> {
    this.reopens++;
    return Promise.resolve(this.reopenable);
  }

  close(): Promise<void> {
    this.closes++;
    return this.closing;
  }

  send(bytes: Buffer): void {
    this.sink?.data(bytes);
  }

  end(reason: EndReason = 'eof'): void {
    this.sink?.end({ reason, detail: `fake ${reason}` });
  }
}

/** Opens streams for tests: at once unless told to fail or to wait. */
export class FakeDriver implements SourceDriver {
  readonly kinds = ['http', 'acestream'] as const;
  places = 1;
  readonly opened: FakeStream[] = [];
  readonly asked: { sourceId: number; prefer: string | undefined; avoid: string[]; at: number }[] = [];
  /** By source id; each opening uses one up, the last one stays. */
  readonly failures = new Map<number, StreamFailure[]>();
  /** Set to hold openings back until it resolves. */
  gate: Promise<void> = Promise.resolve();

  constructor(private readonly now: () => number = () => 0) {}

  async open(source: StreamSource, context: OpenContext): Promise<OpenResult> {
    const { prefer, avoid } = context;
    this.asked.push({ sourceId: source.id, prefer, avoid: [...avoid], at: this.now() });
    await this.gate;
    if (context.signal.aborted) return { kind: 'failed', failure: { kind: 'cancelled', detail: 'gone' } };
    const failures = this.failures.get(source.id) ?? [];
    const failure = failures.length > 1 ? failures.shift() : failures[0];
    if (failure) return { kind: 'failed', failure };
    const stream = new FakeStream(source, prefer ?? `place ${this.opened.length + 1}`, context);
    this.opened.push(stream);
    return { kind: 'open', stream };
  }

  fail(sourceId: number, ...kinds: StreamFailure['kind'][]): void {
    this.failures.set(
      sourceId,
      kinds.map((kind) => ({ kind, detail: `fake ${kind}` })),
    );
  }

  /** The stream opened last. */
  get stream(): FakeStream {
    const stream = this.opened.at(-1);
    if (!stream) throw new Error('no stream was opened');
    return stream;
  }
}
