import type { HitCounter } from '../core/util/hit-counter.js';
import { SingleFlight } from '../core/util/single-flight.js';
import { slotValues } from '../core/xtream/m3u-out.js';
import type { PlaylistOwner, PlaylistStyle, SlotValues } from '../core/xtream/m3u-out.js';
import type { LiveChannel } from '../core/xtream/present-live.js';
import type { PlaylistTemplate } from '../core/xtream/playlist-template.js';
import type { Clock } from '../platform/clock.js';
import { guideHead, jsonAnswer, liveStreams, panelTail, playlistTemplate } from './answers.js';
import type { GuideHead } from './answers.js';
import { ByteCache } from './byte-cache.js';
import type { Collected } from './byte-collector.js';
import { categoryRows, mayView, visibleChannel } from './catalog-data.js';
import type { Allowed, CatalogData } from './catalog-data.js';
import type { CatalogOptions } from './catalog-source.js';
import type { Compressor } from './compress.js';
import { Slicer } from './slicer.js';

export type Encoding = 'identity' | 'gzip';

/** An answer as it goes out. */
export interface Representation {
  bytes: Buffer;
  encoding: Encoding;
  /** Strong validator without quotes; another one for each encoding. */
  etag: string;
}

/** Which of the shared answers: the same bytes for everybody who may see the same categories. */
export interface Recipe {
  what: 'nothing' | 'categories' | 'streams' | 'panel';
  allowed: Allowed;
  /** Only of `streams`; null = all. */
  category: number | null;
  encoding: Encoding;
}

interface KeptAnswer {
  recipe: Recipe;
  answer: Representation;
}

interface KeptTemplate {
  allowed: Allowed;
  style: PlaylistStyle;
  template: PlaylistTemplate;
}

export interface EditionTools {
  clock: Pick<Clock, 'monotonic'>;
  options: CatalogOptions;
  compressor: Compressor;
  /** Counts what stood ready. */
  hits?: HitCounter;
}

/** Separates the parts of keys; no part can hold it. */
const PART = '\u0000';

/** Everything players are told of one state of the records. Made once for each, on demand, by one builder. */
export class CatalogEdition {
  private readonly answers: ByteCache<KeptAnswer>;
  private readonly templates: ByteCache<KeptTemplate>;
  private readonly playlists: ByteCache<Representation>;
  private readonly building = new SingleFlight<string, Representation>();
  private readonly compiling = new SingleFlight<string, PlaylistTemplate>();

  constructor(
    private readonly data: CatalogData,
    private readonly tools: EditionTools,
    /** Epoch seconds. */
    readonly madeAt = 0,
  ) {
    const { cacheBytes } = tools.options;
    this.answers = new ByteCache(cacheBytes / 2, ({ answer }) => answer.bytes.length);
    this.templates = new ByteCache(cacheBytes / 4, ({ template }) => template.heldBytes);
    this.playlists = new ByteCache(cacheBytes / 4, ({ bytes }) => bytes.length);
  }

  get channelCount(): number {
    return this.data.channels.length;
  }

  /** Bytes kept for answers, without the records. */
  get heldBytes(): number {
    return this.answers.bytes + this.templates.bytes + this.playlists.bytes;
  }

  hasCategory(id: number, allowed: Allowed): boolean {
    return mayView(allowed, id) && this.data.members.has(id);
  }

  channel(id: number, allowed: Allowed): LiveChannel | undefined {
    return visibleChannel(this.data, allowed, id);
  }

  answer(recipe: Recipe): Promise<Representation> {
    const key = recipeKey(recipe);
    const kept = this.answers.get(key);
    this.tools.hits?.count(kept !== undefined);
    return kept ? Promise.resolve(kept.answer) : this.building.run(key, () => this.build(key, recipe));
  }

  playlist(
    allowed: Allowed,
    owner: PlaylistOwner,
    style: PlaylistStyle,
    encoding: Encoding,
  ): Promise<Representation> {
    const key = playlistKey(allowed, owner, style, encoding);
    const kept = this.playlists.get(key);
    this.tools.hits?.count(kept !== undefined);
    if (kept) return Promise.resolve(kept);
    return this.building.run(key, async () => {
      const template = await this.template(allowed, style);
      const made = await this.fill(template, slotValues(owner), encoding);
      this.playlists.set(key, made);
      return made;
    });
  }

  /** The beginning of a guide file; kept by who makes files of it. */
  guideHead(allowed: Allowed, hasProgrammes: (guideId: string) => boolean): Promise<GuideHead> {
    return guideHead(
      this.data,
      allowed,
      hasProgrammes,
      new Slicer(this.tools.clock, this.tools.options.sliceMs),
    );
  }

  /** In the order of `num`. */
  get channels(): readonly LiveChannel[] {
    return this.data.channels;
  }

  /** The playlist when it is ready, without making it. */
  readyPlaylist(
    allowed: Allowed,
    owner: PlaylistOwner,
    style: PlaylistStyle,
    encoding: Encoding,
  ): Representation | undefined {
    return this.playlists.get(playlistKey(allowed, owner, style, encoding));
  }

  /** Makes ready what was in use in the edition before, so that the change of editions is felt by nobody. */
  async takeOver(previous: CatalogEdition): Promise<void> {
    for (const { recipe } of previous.answers.values()) {
      if (recipe.category === null || this.data.members.has(recipe.category)) await this.answer(recipe);
    }
    for (const { allowed, style } of previous.templates.values()) await this.template(allowed, style);
  }

  private async build(key: string, recipe: Recipe): Promise<Representation> {
    const made =
      recipe.encoding === 'gzip'
        ? await this.gzipped(recipe)
        : asIs(await this.write(recipe, new Slicer(this.tools.clock, this.tools.options.sliceMs)));
    this.answers.set(key, { recipe, answer: made });
    return made;
  }

  private write(recipe: Recipe, slicer: Slicer): Promise<Collected> {
    switch (recipe.what) {
      case 'nothing':
        return jsonAnswer([], slicer);
      case 'categories':
        return jsonAnswer(categoryRows(this.data, recipe.allowed), slicer);
      case 'streams':
        return liveStreams(this.data, recipe.allowed, recipe.category, slicer);
      case 'panel':
        return panelTail(this.data, recipe.allowed, slicer);
    }
  }

  private async gzipped(recipe: Recipe): Promise<Representation> {
    const plain = await this.answer({ ...recipe, encoding: 'identity' });
    if (plain.bytes.length < this.tools.options.gzipFromBytes) return plain;
    const bytes = await this.tools.compressor.gzip(plain.bytes);
    return { bytes, encoding: 'gzip', etag: `${plain.etag}-gzip` };
  }

  private template(allowed: Allowed, style: PlaylistStyle): Promise<PlaylistTemplate> {
    const key = [entitlementKey(allowed), styleKey(style)].join(PART);
    const kept = this.templates.get(key);
    if (kept) return Promise.resolve(kept.template);
    return this.compiling.run(key, async () => {
      const slicer = new Slicer(this.tools.clock, this.tools.options.sliceMs);
      const template = await playlistTemplate(this.data, allowed, style, slicer);
      this.templates.set(key, { allowed, style, template });
      return template;
    });
  }

  /** Playlists hold credentials and are stored by nobody, so they need no validator. */
  private async fill(
    template: PlaylistTemplate,
    values: SlotValues,
    encoding: Encoding,
  ): Promise<Representation> {
    const { clock, options, compressor } = this.tools;
    if (encoding === 'gzip' && template.filledBytes(values) >= options.gzipFromBytes) {
      return { bytes: await compressor.gzipPieces(template.filledPieces(values)), encoding, etag: '' };
    }
    const slicer = new Slicer(clock, options.sliceMs);
    const steps = template.fill(values);
    for (;;) {
      const step = steps.next();
      if (step.done) return asIs({ bytes: step.value, etag: '' });
      if (slicer.due) await slicer.breathe();
    }
  }
}

function asIs({ bytes, etag }: Collected): Representation {
  return { bytes, encoding: 'identity', etag };
}

/** The same text for viewers who see the same. */
export function entitlementKey(allowed: Allowed): string {
  return allowed === null ? '*' : [...new Set(allowed)].sort((a, b) => a - b).join(',');
}

function recipeKey({ what, allowed, category, encoding }: Recipe): string {
  return [what, encoding, category ?? '*', entitlementKey(allowed)].join(PART);
}

function styleKey(style: PlaylistStyle): string {
  return `${style.plus ? 'm3u_plus' : 'm3u'}.${style.output}`;
}

function playlistKey(
  allowed: Allowed,
  owner: PlaylistOwner,
  style: PlaylistStyle,
  encoding: Encoding,
): string {
  const { baseUrl, username, password } = owner;
  return ['playlist', encoding, styleKey(style), entitlementKey(allowed), baseUrl, username, password].join(
    PART,
  );
}
