import { PassThrough, Readable } from 'node:stream';
import type { Duplex } from 'node:stream';
import { LiveWindow } from '../../core/hls/live-window.js';
import { readPlaylist } from '../../core/hls/read-playlist.js';
import type { SourceMedia, SourceSegment } from '../../core/hls/read-playlist.js';
import type { Clock } from '../../platform/clock.js';
import { SegmentPace } from './segment-pace.js';
import { HlsBroken } from './hls-transport.js';
import type { HlsTransport, TransportFailure } from './hls-transport.js';
import { KeyRing } from './key-ring.js';

export interface HlsBodyOptions {
  transport: HlsTransport;
  clock: Clock;
  background: (name: string, work: Promise<unknown>) => void;
  /** Where the media playlist was found. */
  url: string;
  playlist: SourceMedia;
  /** Memory for what was fetched ahead, bytes. */
  aheadBytes?: number;
  /** Longest segment that is read, bytes; the rest of it is left out. */
  maxSegmentBytes?: number;
}

/** Stands between pieces that do not continue each other. */
export const SEAM = Buffer.alloc(0);

const DEFAULTS = { aheadBytes: 8 * 1024 * 1024, maxSegmentBytes: 512 * 1024 * 1024 };
const SEGMENT_TRIES = 3;
const RETRY_MS = 500;
const MIN_RELOAD_MS = 500;
const MAX_RELOAD_MS = 10_000;
/** So many segments, or editions of the playlist, missed in a row end the stream. */
const MISSES_UNTIL_BROKEN = 4;

interface Fetched {
  segment: SourceSegment;
  body: Promise<Readable | undefined>;
}

/**
 * The segments of an HLS stream as one flow of buffers, with `SEAM` wherever they do not continue each other. The next
 * segment is fetched while one is given out; the newest one is given out in about the time it lasts. Ends with
 * `HlsBroken` when the server takes the stream away, quietly when the playlist says that it is over.
 */
export class HlsBody extends Readable {
  private readonly options: HlsBodyOptions & typeof DEFAULTS;
  private readonly controller = new AbortController();
  private readonly window = new LiveWindow();
  private readonly keys: KeyRing;
  private readonly pace: SegmentPace;
  /** What the present playlist names is relative to this. */
  private base: string;
  private isEnded = false;
  private ahead: Fetched | undefined;
  private wanted: () => void = () => {};
  private news: () => void = () => {};
  private misses = 0;

  constructor(options: HlsBodyOptions) {
    super({ objectMode: true, highWaterMark: 4 });
    this.options = { ...DEFAULTS, ...options };
    this.keys = new KeyRing(options.transport);
    this.pace = new SegmentPace(options.clock);
    this.base = options.url;
    this.isEnded = options.playlist.isEnded;
    this.window.update(options.playlist);
    options.background(
      'segments of a stream',
      this.run(() => this.giveSegments()),
    );
    if (!this.isEnded) {
      options.background(
        'playlist of a stream',
        this.run(() => this.follow(options.playlist)),
      );
    }
  }

  override _read(): void {
    this.wanted();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.controller.abort(new Error('the stream was closed'));
    this.wanted();
    this.news();
    callback(error);
  }

  /** What goes wrong in either loop ends the body, and nothing else. */
  private async run(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.destroyed) this.destroy(error instanceof Error ? error : new Error('the stream failed'));
    }
  }

  private async follow(first: SourceMedia): Promise<void> {
    const { transport, clock, url } = this.options;
    const { signal } = this.controller;
    let { targetSeconds } = first;
    let changed = true;
    let failures = 0;
    while (!this.isOver() && !this.isEnded) {
      const pause = targetSeconds * (changed ? 1000 : 500);
      await this.sleep(Math.min(MAX_RELOAD_MS, Math.max(MIN_RELOAD_MS, pause)), clock);
      if (this.isOver()) return;
      const outcome = await transport.text(url, signal);
      if (this.isOver()) return;
      const playlist = outcome.ok ? readPlaylist(outcome.text) : undefined;
      if (playlist?.kind === 'media' && outcome.ok) {
        failures = 0;
        changed = this.adopt(playlist, outcome.url);
        ({ targetSeconds } = playlist);
      } else {
        failures++;
        changed = false;
        if (failures >= MISSES_UNTIL_BROKEN || (!outcome.ok && outcome.isFinal)) throw brokenBy(outcome);
      }
    }
  }

  private adopt(playlist: SourceMedia, base: string): boolean {
    this.base = base;
    this.isEnded = playlist.isEnded;
    const changed = this.window.update(playlist);
    if (changed || this.isEnded) this.news();
    return changed;
  }

  private async giveSegments(): Promise<void> {
    while (!this.isOver()) {
      const next = this.window.take();
      if (!next) {
        if (this.isEnded) return void this.push(null);
        await new Promise<void>((resolve) => (this.news = resolve));
        continue;
      }
      const { segment, seam } = next;
      const body = await this.bodyOf(segment);
      this.fetchAhead();
      if (!body) this.missed();
      else if (seam) await this.give(SEAM);
      if (body && !this.isOver()) await this.giveBody(body, segment.seconds);
    }
  }

  /** A call, because it changes while something is awaited. */
  private isOver(): boolean {
    return this.destroyed;
  }

  private missed(): void {
    this.window.markSeam();
    if (++this.misses >= MISSES_UNTIL_BROKEN) throw new HlsBroken('reset', 'no segment can be fetched');
  }

  private async giveBody(body: Readable, seconds: number): Promise<void> {
    const { maxSegmentBytes } = this.options;
    this.pace.begin(seconds);
    let size = 0;
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > maxSegmentBytes) return this.window.markSeam();
        await this.give(chunk);
        if (this.isOver()) return;
        await this.pace.hold(size, this.window.waiting > 0 || this.isEnded, this.controller.signal);
      }
      this.misses = 0;
      this.pace.end(size);
    } catch {
      // Cut off in the middle: what follows does not continue it. A next segment is the better try.
      if (size === 0) this.missed();
      else this.window.markSeam();
    } finally {
      body.destroy();
    }
  }

  private async give(chunk: Buffer): Promise<void> {
    if (this.destroyed || this.push(chunk)) return;
    await new Promise<void>((resolve) => (this.wanted = resolve));
  }

  private bodyOf(segment: SourceSegment): Promise<Readable | undefined> {
    const { ahead } = this;
    this.ahead = undefined;
    if (ahead && isSame(ahead.segment, segment)) return ahead.body;
    if (ahead) this.options.background('segment not needed', drop(ahead.body));
    return this.fetch(segment);
  }

  private fetchAhead(): void {
    const segment = this.window.peek();
    if (segment && !this.ahead && !this.destroyed) this.ahead = { segment, body: this.fetch(segment) };
  }

  /** The clear bytes of a segment, begun; undefined when it cannot be had. */
  private async fetch(segment: SourceSegment): Promise<Readable | undefined> {
    const { transport, clock } = this.options;
    const { signal } = this.controller;
    if (segment.isGap || !URL.canParse(segment.uri, this.base)) return undefined;
    const url = new URL(segment.uri, this.base).href;
    for (let tries = 1; !this.isOver(); tries++) {
      const outcome = await transport.bytes(url, segment.range, signal);
      if (outcome.ok) return this.prepare(outcome.body, segment);
      if (tries >= SEGMENT_TRIES || outcome.isFinal) return undefined;
      await this.sleep(RETRY_MS, clock);
    }
    return undefined;
  }

  /** Reads ahead into bounded memory, deciphered where need be. */
  private async prepare(body: Readable, { key, sequence }: SourceSegment): Promise<Readable | undefined> {
    const { signal } = this.controller;
    body.on('error', () => {});
    const decipher = key && (await this.keys.decipher(key, sequence, this.base, signal));
    if (decipher === undefined || this.destroyed) {
      body.destroy();
      return undefined;
    }
    const ahead = new PassThrough({ highWaterMark: this.options.aheadBytes });
    const stop = (): void => void ahead.destroy();
    signal.addEventListener('abort', stop, { once: true });
    ahead.once('close', () => signal.removeEventListener('abort', stop));
    ahead.on('error', () => {});
    connect(body, ...(decipher ? [decipher] : []), ahead);
    return ahead;
  }

  private async sleep(ms: number, clock: Clock): Promise<void> {
    await clock.sleep(ms, this.controller.signal).catch(() => undefined);
  }
}

/** In two editions of a playlist. */
function isSame(a: SourceSegment, b: SourceSegment): boolean {
  return a.sequence === b.sequence && a.uri === b.uri && a.range?.offset === b.range?.offset;
}

function brokenBy(outcome: { ok: true } | ({ ok: false } & TransportFailure)): HlsBroken {
  if (outcome.ok) return new HlsBroken('garbage', 'the playlist became something else');
  return new HlsBroken(outcome.reason, outcome.failure.detail);
}

/** Like `pipe`, with errors running downwards and the end of interest upwards. */
function connect(from: Readable, ...stages: Duplex[]): void {
  for (const to of stages) {
    const source = from;
    source.on('error', (error) => to.destroy(error));
    to.once('close', () => source.destroy());
    from = source.pipe(to);
  }
}

async function drop(body: Promise<Readable | undefined>): Promise<void> {
  (await body)?.destroy();
}
