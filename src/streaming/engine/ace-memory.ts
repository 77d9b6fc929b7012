import { TtlMap } from '../../core/util/ttl-map.js';
import type { AceId, AceNamespace } from './ace-id.js';
import type { AceFormat } from './engine-replies.js';

/** What an engine taught us about an id of a list. */
export interface KnownContent {
  /** The reading under which it starts. */
  namespace: AceNamespace;
  infohash: string;
}

const MAX_CONTENTS = 20_000;
const FORGET_AFTER_MS = 7 * 24 * 3_600_000;
/** Losing a session this often … */
const CONTEST_LOSSES = 2;
/** … within this time means that somebody else uses the engine for the same content. */
const CONTEST_WINDOW_MS = 60_000;

/** Remembers ids that were resolved, and contents that another client of an engine fights us for. */
export class AceMemory {
  private readonly contents: TtlMap<string, KnownContent>;
  private readonly losses: TtlMap<string, number[]>;
  private readonly onlyHls: TtlMap<string, true>;

  constructor(private readonly now: () => number) {
    this.contents = new TtlMap({ maxEntries: MAX_CONTENTS, ttlMs: FORGET_AFTER_MS, now });
    this.onlyHls = new TtlMap({ maxEntries: 1_000, ttlMs: FORGET_AFTER_MS, now });
    this.losses = new TtlMap({ maxEntries: 1_000, ttlMs: CONTEST_WINDOW_MS, now });
  }

  recall(asked: AceId): KnownContent | undefined {
    return this.contents.get(`${asked.namespace}:${asked.hex}`);
  }

  learn(asked: AceId, content: KnownContent): void {
    this.contents.set(`${asked.namespace}:${asked.hex}`, content);
  }

  /** The form in which a content is to be started, as far as earlier starts tell. */
  formatOf(asked: AceId): AceFormat {
    const known = this.recall(asked);
    return this.onlyHls.get(known?.infohash ?? asked.hex) ? 'hls' : 'ts';
  }

  /** As a transport stream it gave nothing. */
  preferHls(infohash: string): void {
    this.onlyHls.set(infohash, true);
  }

  /** A session was taken away without our doing. */
  noteLoss(place: string, infohash: string): void {
    const key = `${place} ${infohash}`;
    const recent = (this.losses.get(key) ?? []).filter((at) => this.now() - at < CONTEST_WINDOW_MS);
    this.losses.set(key, [...recent, this.now()].slice(-CONTEST_LOSSES));
  }

  /** The engine was down in between: what it lost, nobody took. */
  forgive(place: string): void {
    for (const key of this.losses.keys()) if (key.startsWith(`${place} `)) this.losses.delete(key);
  }

  /** True while fighting on would only take the content to and fro. */
  isContested(place: string, infohash: string): boolean {
    const recent = (this.losses.get(`${place} ${infohash}`) ?? []).filter(
      (at) => this.now() - at < CONTEST_WINDOW_MS,
    );
    return recent.length >= CONTEST_LOSSES;
  }
}
