import { BufferPool } from '../../core/util/buffer-pool.js';
import type { HitCounter } from '../../core/util/hit-counter.js';
import { SeenLately } from '../../core/util/seen-lately.js';
import { ByteCache } from '../byte-cache.js';
import type { Encoding, Representation } from '../catalog-edition.js';
import type { Compressor } from '../compress.js';

/** Bytes to be sent. */
export interface MoviePage extends Representation {
  /** Call it once, when nobody reads the bytes any more: others are written over them. Absent: they stay as they are. */
  giveBack?: () => void;
}

/** One question of the film API, word for word. */
export interface MovieQuestion {
  /** As it was asked for, with its parameters. */
  url: string;
  /** Address of this server as the client knows it, without a slash at its end. */
  base: string;
  encoding: Encoding;
}

/** A page that was just written. */
export interface WrittenPage {
  bytes: Buffer;
  /** Equal for equal bytes, without quotes. */
  etag: string;
}

/** What outlives the pages of one edition. */
export interface PageTools {
  /** Questions that were asked lately: only what is asked again is worth its memory. */
  asked: SeenLately;
  memory: BufferPool;
  compressor: Compressor;
  hits: HitCounter;
  gzipFromBytes: number;
}

/** Beside its bytes: its key, its validator, the objects around it. */
const BYTES_AROUND = 600;
/** Longer questions are answered anew each time. */
const LONGEST_KEPT = 1_024;

/**
 * The pages of one edition. Asked for the first time, a page is lent: its memory goes to the next one as soon as it has
 * been sent. Asked for again, it is kept. While others are being compressed a page goes out as it is; to wait for them
 * takes longer than to send it.
 */
export class MoviePages {
  private readonly kept: ByteCache<Representation>;
  private readonly compressing = new Set<string>();

  constructor(
    private readonly tools: PageTools,
    maxBytes: number,
  ) {
    this.kept = new ByteCache(maxBytes, ({ bytes }) => bytes.length + BYTES_AROUND);
  }

  get size(): number {
    return this.kept.size;
  }

  get bytes(): number {
    return this.kept.bytes;
  }

  ready(question: MovieQuestion): Representation | undefined {
    const page = this.kept.get(keyOf(question));
    if (page) this.tools.hits.count(true);
    return page;
  }

  /** `write` puts the page into the memory that it is handed, or into its own. */
  make(
    question: MovieQuestion,
    write: (memory: (length: number) => Buffer) => WrittenPage,
  ): MoviePage | Promise<MoviePage> {
    const { asked, hits, gzipFromBytes } = this.tools;
    const key = keyOf(question);
    hits.count(false);
    const isAskedAgain = key.length <= LONGEST_KEPT && asked.see(key);
    const page = this.lend(write);
    if (question.encoding === 'identity' || page.bytes.length < gzipFromBytes) {
      return isAskedAgain ? this.keep(key, page) : page;
    }
    if (this.tools.compressor.isBusy || this.compressing.has(key)) return page;
    return this.compressed(key, page, isAskedAgain);
  }

  private lend(write: (memory: (length: number) => Buffer) => WrittenPage): MoviePage {
    const { memory } = this.tools;
    let taken: Buffer | undefined;
    const page = write((length) => (taken = memory.take(length)));
    const lent = taken;
    return { ...page, encoding: 'identity', ...(lent ? { giveBack: () => memory.give(lent) } : {}) };
  }

  private keep(key: string, { giveBack, bytes, ...page }: MoviePage): Representation {
    const kept = { ...page, bytes: Buffer.from(bytes) };
    giveBack?.();
    this.kept.set(key, kept);
    return kept;
  }

  private async compressed(
    key: string,
    { bytes, etag, giveBack }: MoviePage,
    isKept: boolean,
  ): Promise<Representation> {
    this.compressing.add(key);
    try {
      const packed: Representation = {
        bytes: await this.tools.compressor.gzip(bytes),
        encoding: 'gzip',
        etag: `${etag}-gzip`,
      };
      giveBack?.();
      if (isKept) this.kept.set(key, packed);
      return packed;
    } finally {
      this.compressing.delete(key);
    }
  }
}

function keyOf({ url, base, encoding }: MovieQuestion): string {
  return `${encoding} ${base} ${url}`;
}
