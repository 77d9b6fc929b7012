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
  /** What nobody asked for before is compressed from then on. */
  restUntil: number;
  /** Milliseconds; never steps back. */
  now: () => number;
  hits: HitCounter;
  gzipFromBytes: number;
}

/** A page that is kept, and its memory where that goes back to the pool. */
interface KeptPage {
  page: Representation;
  memory: Buffer | undefined;
  /** Who sends it at this moment. */
  users: number;
  isGone: boolean;
}

/** Beside its bytes: its key, its validator, the objects around it. */
const BYTES_AROUND = 600;
/** After a page is compressed, pages that nobody asked for before go out as they are for so many times as long. */
const RESTS = 3;
/** Longer questions are answered anew each time. */
const LONGEST_KEPT = 1_024;

/**
 * The pages of one edition. Asked for the first time, a page is lent: its memory goes to the next one as soon as it has
 * been sent. Asked for again, it keeps that memory until another page takes its place: copies made for keeping were as
 * much garbage, hundreds of megabytes of it where many pages are asked for again. While others are being compressed a
 * page goes out as it is; to wait for them takes longer than to send it, and where many pages are asked for once, most of
 * them go out so: all cores together could not compress them all.
 */
export class MoviePages {
  private readonly kept: ByteCache<KeptPage>;
  private readonly compressing = new Set<string>();
  private isOver = false;

  constructor(
    private readonly tools: PageTools,
    maxBytes: number,
  ) {
    this.kept = new ByteCache<KeptPage>(
      maxBytes,
      ({ page, memory }) => (memory ?? page.bytes).length + BYTES_AROUND,
      (kept) => {
        kept.isGone = true;
        if (kept.users === 0) this.free(kept);
      },
    );
  }

  /** Keeps nothing any more: another edition serves. */
  clear(): void {
    this.isOver = true;
    this.kept.clear();
  }

  get size(): number {
    return this.kept.size;
  }

  get bytes(): number {
    return this.kept.bytes;
  }

  ready(question: MovieQuestion): MoviePage | undefined {
    const kept = this.kept.get(keyOf(question));
    if (!kept) return undefined;
    this.tools.hits.count(true);
    return this.use(kept);
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
    const { page, memory } = this.lend(write);
    if (question.encoding === 'identity' || page.bytes.length < gzipFromBytes) {
      return isAskedAgain && !this.isOver ? this.keep(key, page, memory) : page;
    }
    if (this.tools.compressor.isBusy || this.compressing.has(key)) return page;
    if (!isAskedAgain && this.tools.now() < this.tools.restUntil) return page;
    return this.compressed(key, page, isAskedAgain);
  }

  private lend(write: (memory: (length: number) => Buffer) => WrittenPage): {
    page: MoviePage;
    memory: Buffer | undefined;
  } {
    const { memory } = this.tools;
    let taken: Buffer | undefined;
    const page = write((length) => (taken = memory.take(length)));
    const lent = taken;
    const giveBack = lent ? { giveBack: () => memory.give(lent) } : {};
    return { page: { ...page, encoding: 'identity', ...giveBack }, memory: lent };
  }

  private keep(key: string, { bytes, encoding, etag }: MoviePage, memory: Buffer | undefined): MoviePage {
    const kept = { page: { bytes, encoding, etag }, memory, users: 0, isGone: false };
    const page = this.use(kept);
    this.kept.set(key, kept);
    return page;
  }

  private use(kept: KeptPage): MoviePage {
    if (!kept.memory) return kept.page;
    kept.users++;
    const giveBack = (): void => {
      kept.users--;
      if (kept.isGone && kept.users === 0) this.free(kept);
    };
    return { ...kept.page, giveBack };
  }

  private free({ memory }: KeptPage): void {
    if (memory) this.tools.memory.give(memory);
  }

  private async compressed(
    key: string,
    { bytes, etag, giveBack }: MoviePage,
    isKept: boolean,
  ): Promise<Representation> {
    this.compressing.add(key);
    const { compressor, now } = this.tools;
    const startedAt = now();
    try {
      const packed: Representation = {
        bytes: await compressor.gzipSoon(bytes),
        encoding: 'gzip',
        etag: `${etag}-gzip`,
      };
      giveBack?.();
      if (isKept && !this.isOver) {
        this.kept.set(key, { page: packed, memory: undefined, users: 0, isGone: false });
      }
      return packed;
    } finally {
      this.tools.restUntil = now() + (now() - startedAt) * RESTS;
      this.compressing.delete(key);
    }
  }
}

function keyOf({ url, base, encoding }: MovieQuestion): string {
  return `${encoding} ${base} ${url}`;
}
