import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { HitCounter } from '../../core/util/hit-counter.js';
import { Semaphore } from '../../core/util/semaphore.js';
import { SingleFlight } from '../../core/util/single-flight.js';
import type { Clock } from '../clock.js';
import { AppConfig } from '../config/app-config.js';
import { AppError, describeError } from '../errors/app-error.js';
import { EventBus } from '../events/event-bus.js';
import { FetchError } from '../http/fetch-error.js';
import { HttpFetcher } from '../http/fetcher.js';
import { Lifecycle } from '../lifecycle.js';
import type { Logger } from '../logging/logger.js';
import { CLOCK, LOGGER } from '../tokens.js';
import { encodeImage, type EncodedFile } from './encode-image.js';
import { ImageFiles, type OpenedFile } from './image-files.store.js';
import type { ImageSource } from './image-source.entity.js';
import { imageTypeOf, mayBeImage } from './image-type.js';
import type { StoredImage } from './image.entity.js';
import { ImagesRepository } from './images.repository.js';

declare module '../events/event-bus.js' {
  interface EventMap {
    /** Pictures that were asked for are in the store now, or turned out to be none. */
    'images.changed': Record<string, never>;
  }
}

/** Refused: it is there and no picture we take. Unavailable: nobody can tell now. */
export type ImageOutcome =
  | { kind: 'stored'; hash: string }
  | { kind: 'refused'; reason: string }
  | { kind: 'unavailable'; reason: string };

export interface ServedImage extends OpenedFile {
  width: number;
  format: EncodedFile['format'];
}

interface Known {
  hash: string | null;
  isRefused: boolean;
  /** Epoch seconds; before that the address is not asked again. */
  retryAt: number;
}

const HOUR = 3600;
const REFUSED_FOR_SECONDS = 7 * 24 * HOUR;
const UNAVAILABLE_FOR_SECONDS = HOUR;
const FETCH_TIMEOUT_MS = 30_000;
const AT_ONCE = 2;
/** Addresses that wait for their turn; further ones are asked for again by the next edition of a catalogue. */
const MAX_PENDING = 50_000;
const MAX_KNOWN = 500_000;
const ANNOUNCE_EVERY_MS = 30_000;
const FLUSH_EVERY_MS = 60 * 60 * 1000;
const MAX_ADDRESS = 2048;
const MAX_PER_FLUSH = 500;

/**
 * Posters, backdrops and logos: fetched once, checked, encoded anew in a few widths, kept by the digest of their bytes.
 * Nothing that is not an image is ever stored.
 */
@Injectable()
export class ImageStore implements OnApplicationBootstrap {
  private readonly files: ImageFiles;
  private readonly known = new Map<string, Known>();
  private readonly pending = new Set<string>();
  private readonly flights = new SingleFlight<string, ImageOutcome>();
  private readonly turns = new Semaphore(AT_ONCE);
  private readonly seen = new Set<string>();
  private readonly asked = new HitCounter();
  private draining = false;
  private loading = false;
  private news = 0;
  private bytes = 0;

  constructor(
    private readonly config: AppConfig,
    private readonly images: ImagesRepository,
    private readonly fetcher: HttpFetcher,
    private readonly events: EventBus,
    private readonly lifecycle: Lifecycle,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.files = new ImageFiles(path.join(config.dataDir, 'posters'));
  }

  onApplicationBootstrap(): void {
    this.lifecycle.background('known images', this.load());
    const announce = this.clock.setRepeating(ANNOUNCE_EVERY_MS, () => this.announce());
    const flush = this.clock.setRepeating(FLUSH_EVERY_MS, () =>
      this.lifecycle.background('images in use', this.flushSeen()),
    );
    this.lifecycle.onShutdown('work', 'images', async () => {
      announce.cancel();
      flush.cancel();
      await this.flushSeen();
    });
  }

  /** Reads what earlier runs stored. Nothing is fetched meanwhile: it may be there. */
  async load(): Promise<void> {
    this.loading = true;
    try {
      this.bytes = await this.images.totalBytes();
      for await (const { url, imageHash, state, retryAt } of this.images.sources()) {
        if (this.known.size >= MAX_KNOWN) break;
        const isRefused = state === 'refused';
        this.known.set(keyOf(url), { hash: imageHash, isRefused, retryAt: retryAt ?? Infinity });
      }
    } finally {
      this.loading = false;
      for (const url of this.pending) if (!this.isWorthFetching(url)) this.pending.delete(url);
      this.beginDrain();
    }
    // Who looked before was told that they are not there.
    if (this.known.size > 0) this.events.emit('images.changed', {});
  }

  /** Digest of the picture at this address, as far as it is in the store. */
  hashOf(url: string): string | null {
    return this.known.get(keyOf(url))?.hash ?? null;
  }

  /** Whether there is something else than a picture we take; nobody should be led there. */
  isRefused(url: string): boolean {
    return this.known.get(keyOf(url))?.isRefused ?? false;
  }

  /** Asks for a picture sometime soon; cheap to call again and again. */
  want(url: string): void {
    if (!isFetchable(url) || this.pending.size >= MAX_PENDING || !this.isWorthFetching(url)) return;
    this.pending.add(url);
    this.beginDrain();
  }

  /** Fetches and stores one picture now. Never rejects for anything the outside world does. */
  fetch(url: string): Promise<ImageOutcome> {
    return this.flights.run(keyOf(url), () => this.turns.use(() => this.fetchNow(url)));
  }

  /** The file that suits best: the narrowest that is wide enough, else the widest. null = there is none. */
  async open(hash: string, width: number, takesWebp: boolean): Promise<ServedImage | null> {
    const image = await this.images.find(hash);
    this.asked.count(image !== null);
    if (!image) return null;
    const widths = [...image.widths].sort((a, b) => a - b);
    const best = widths.find((each) => each >= width) ?? widths.at(-1);
    if (best === undefined) return null;
    this.seen.add(hash);
    const format = takesWebp ? 'webp' : image.fallback;
    const file = await this.files.open(hash, best, format);
    if (!file) await this.forget([image]);
    return file && { ...file, width: best, format };
  }

  /** How often a picture that was asked for was there since the start. */
  get served(): HitCounter['figures'] {
    return this.asked.figures;
  }

  /** Addresses that wait to be fetched. */
  get waiting(): number {
    return this.pending.size;
  }

  private isWorthFetching(url: string): boolean {
    const known = this.known.get(keyOf(url));
    return known === undefined || (known.hash === null && known.retryAt <= this.now());
  }

  private beginDrain(): void {
    if (this.draining || this.loading || this.pending.size === 0) return;
    this.draining = true;
    this.lifecycle.background('images', this.drain());
  }

  private async drain(): Promise<void> {
    try {
      for (;;) {
        const batch = firstOf(this.pending, AT_ONCE);
        if (batch.length === 0 || this.lifecycle.signal.aborted) return;
        await Promise.all(
          batch.map(async (url) => {
            await this.fetch(url);
            this.pending.delete(url);
          }),
        );
      }
    } finally {
      this.draining = false;
      this.announce();
    }
  }

  private async fetchNow(url: string): Promise<ImageOutcome> {
    const outcome = await this.attempt(url);
    // The end of the server says nothing about the picture.
    if (outcome.kind !== 'stored' && this.lifecycle.signal.aborted) return outcome;
    const now = this.now();
    const wait = outcome.kind === 'refused' ? REFUSED_FOR_SECONDS : UNAVAILABLE_FOR_SECONDS;
    const hash = outcome.kind === 'stored' ? outcome.hash : null;
    const source: ImageSource = {
      urlHash: keyOf(url),
      url,
      imageHash: hash,
      state: outcome.kind === 'stored' ? 'ok' : outcome.kind,
      reason: outcome.kind === 'stored' ? '' : outcome.reason,
      checkedAt: now,
      retryAt: hash === null ? now + wait : null,
    };
    await this.images.save(source, outcome.kind === 'stored' ? outcome.image : null);
    const isRefused = outcome.kind === 'refused';
    // Its address was told until now.
    if (isRefused && !this.isRefused(url)) this.news++;
    this.remember(url, { hash, isRefused, retryAt: source.retryAt ?? Infinity });
    if (outcome.kind !== 'stored') {
      this.logger.debug('a picture was not stored', { reason: outcome.reason });
      return outcome;
    }
    this.news++;
    await this.makeRoom();
    return { kind: 'stored', hash: outcome.hash };
  }

  private async attempt(
    url: string,
  ): Promise<
    { kind: 'stored'; hash: string; image: StoredImage } | Exclude<ImageOutcome, { kind: 'stored' }>
  > {
    const refused = (reason: string): { kind: 'refused'; reason: string } => ({ kind: 'refused', reason });
    let original: { bytes: Buffer; hash: string; contentType: string };
    try {
      original = await this.download(url);
    } catch (error) {
      const reason = describeError(error);
      return isFinal(error) ? refused(reason) : { kind: 'unavailable', reason };
    }
    const { bytes, hash, contentType } = original;
    if (!mayBeImage(contentType)) return refused('it is not an image');
    if (imageTypeOf(bytes) === null) return refused('it does not begin like an image');
    const stored = await this.images.find(hash);
    if (stored) return { kind: 'stored', hash, image: stored };
    const encoded = await encodeImage(bytes, this.config.images.maxPixels).catch((error: unknown) =>
      refused(`it cannot be decoded (${describeError(error)})`),
    );
    if ('kind' in encoded) return encoded;
    try {
      const size = await this.files.write(hash, encoded.files);
      this.bytes += size;
      const image: StoredImage = {
        hash,
        width: encoded.width,
        height: encoded.height,
        widths: [...new Set(encoded.files.map(({ width }) => width))],
        fallback: encoded.fallback,
        bytes: size,
        addedAt: this.now(),
        usedAt: this.now(),
      };
      return { kind: 'stored', hash, image };
    } catch (error) {
      return { kind: 'unavailable', reason: `it cannot be written (${describeError(error)})` };
    }
  }

  private async download(url: string): Promise<{ bytes: Buffer; hash: string; contentType: string }> {
    const outcome = await this.fetcher.fetch({
      url,
      headers: { accept: 'image/webp,image/jpeg,image/png,image/*;q=0.8' },
      allowPrivate: this.config.sources.allowPrivate,
      maxBytes: this.config.images.maxBytes,
      timeoutMs: FETCH_TIMEOUT_MS,
      signal: this.lifecycle.signal,
    });
    if (outcome.kind === 'not-modified') {
      throw new AppError('fetch_failed', 'it answered 304', { status: 502 });
    }
    const digest = createHash('sha256');
    const chunks: Uint8Array[] = [];
    for await (const chunk of outcome.body) {
      digest.update(chunk);
      chunks.push(chunk);
    }
    return { bytes: Buffer.concat(chunks), hash: digest.digest('hex'), contentType: outcome.contentType };
  }

  private remember(url: string, known: Known): void {
    const key = keyOf(url);
    if (this.known.size >= MAX_KNOWN && !this.known.has(key)) {
      for (const oldest of this.known.keys()) {
        this.known.delete(oldest);
        break;
      }
    }
    this.known.set(key, known);
  }

  private async makeRoom(): Promise<void> {
    while (this.bytes > this.config.images.maxDiskBytes) {
      const oldest = await this.images.oldest();
      if (oldest.length === 0) return;
      await this.forget(oldest);
    }
  }

  /** Their addresses are asked again when somebody wants them. */
  private async forget(images: readonly StoredImage[]): Promise<void> {
    const hashes = new Set(images.map(({ hash }) => hash));
    await this.images.forget([...hashes]);
    for (const [key, { hash }] of this.known) if (hash !== null && hashes.has(hash)) this.known.delete(key);
    for (const { hash, widths, fallback, bytes } of images) {
      await this.files.remove(hash, widths, fallback);
      this.bytes -= bytes;
    }
  }

  private async flushSeen(): Promise<void> {
    const hashes = [...this.seen];
    this.seen.clear();
    for (let at = 0; at < hashes.length; at += MAX_PER_FLUSH) {
      await this.images.markUsed(hashes.slice(at, at + MAX_PER_FLUSH), this.now());
    }
  }

  private announce(): void {
    if (this.news === 0) return;
    this.news = 0;
    this.events.emit('images.changed', {});
  }

  private now(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}

/** Addresses are long and many: they are known by their digest. */
function keyOf(url: string): string {
  return createHash('sha256').update(url).digest('hex').slice(0, 32);
}

function firstOf<T>(values: Iterable<T>, count: number): T[] {
  const first: T[] = [];
  for (const value of values) {
    if (first.length >= count) break;
    first.push(value);
  }
  return first;
}

function isFetchable(url: string): boolean {
  return url.length <= MAX_ADDRESS && /^https?:\/\//i.test(url) && URL.canParse(url);
}

/** What will not be different in an hour: gone, forbidden, too large, a private address. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof FetchError)) return false;
  if (error.code === 'fetch_blocked' || error.code === 'fetch_too_large') return true;
  return [400, 401, 403, 404, 410, 451].includes(error.upstreamStatus ?? 0);
}
