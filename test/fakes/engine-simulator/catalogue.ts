import { createHash } from 'node:crypto';
import type { MediaSource } from '../media/media-source.js';
import { MEDIA_PROFILES, SyntheticSource } from '../media/synthetic-source.js';
import type { MediaProfile } from '../media/synthetic-source.js';
import { TsFileSource } from '../media/ts-file-source.js';
import type { PaceOptions } from '../media/pace.js';

/** What a test says about one content; everything but the name has a default. */
export interface ContentSpec extends Partial<PaceOptions> {
  name: string;
  /** 40 hex; default: the SHA-1 of the name. */
  contentId?: string;
  /** 40 hex; default: another SHA-1 of the name. Never equal to the content id, as in the real network. */
  infohash?: string;
  isLive?: boolean;
  encrypted?: boolean;
  bitrateKbps?: number;
  peers?: number;
  /** Answer time of the start call, ms. Default: the engine's option. */
  startDelayMs?: number;
  /** From start to first byte, ms. Default: the engine's option. */
  prebufMs?: number;
  /** The source dries up this long after a session began: peers and speed fall to 0, the status stays `dl`. */
  deadAfterMs?: number;
  /** Length of a recording (`isLive: false`). */
  vodSeconds?: number;
  /** Shape of the generated picture. Default: H.264 with AAC, 2 s GOP. */
  profile?: MediaProfile;
  /** A transport stream file, played in a loop instead of a generated picture. */
  file?: string;
  /** Makes the endless picture; called once for TS and once for HLS. Goes before `file` and `profile`. */
  media?: (content: Content) => MediaSource;
  searchable?: boolean;
}

export interface Content extends PaceOptions {
  readonly name: string;
  readonly contentId: string;
  readonly infohash: string;
  readonly isLive: boolean;
  readonly encrypted: boolean;
  readonly bitrateKbps: number;
  readonly peers: number;
  readonly startDelayMs: number;
  readonly prebufMs: number;
  readonly deadAfterMs: number | null;
  readonly vodSeconds: number;
  readonly media: (content: Content) => MediaSource;
  readonly searchable: boolean;
}

export type ContentDefaults = Omit<Content, 'name' | 'contentId' | 'infohash' | 'media'>;

export function defineContent(spec: ContentSpec, defaults: ContentDefaults): Content {
  const { profile, file, media, ...given } = spec;
  return {
    ...defaults,
    ...withoutUndefined(given),
    media: media ?? (file === undefined ? generatedMedia(profile) : () => new TsFileSource(file)),
    name: spec.name,
    contentId: (spec.contentId ?? contentIdOf(spec.name)).toLowerCase(),
    infohash: (spec.infohash ?? infohashOf(spec.name)).toLowerCase(),
  };
}

/** The content id that a content of this name gets when the test gives none. */
export function contentIdOf(name: string): string {
  return createHash('sha1').update(`content id of ${name}`).digest('hex');
}

export function infohashOf(name: string): string {
  return createHash('sha1').update(`infohash of ${name}`).digest('hex');
}

/** The channel number (0..16383) that every byte of a generated content carries. */
export function channelNumberOf(infohash: string): number {
  return Number.parseInt(infohash.slice(0, 4), 16) & 0x3fff;
}

/** Everything the engine's network knows. Content ids and infohashes are two namespaces. */
export class Catalogue {
  private readonly byId = new Map<string, Content>();
  private readonly byHash = new Map<string, Content>();

  constructor(
    specs: readonly ContentSpec[],
    private readonly defaults: ContentDefaults,
  ) {
    for (const spec of specs) this.add(spec);
  }

  add(spec: ContentSpec): Content {
    const content = defineContent(spec, this.defaults);
    this.byId.set(content.contentId, content);
    this.byHash.set(content.infohash, content);
    return content;
  }

  remove(key: string): void {
    const content = this.find(key);
    if (!content) return;
    this.byId.delete(content.contentId);
    this.byHash.delete(content.infohash);
  }

  byContentId(id: string): Content | undefined {
    return this.byId.get(id.toLowerCase());
  }

  byInfohash(hash: string): Content | undefined {
    return this.byHash.get(hash.toLowerCase());
  }

  /** By content id, infohash or name: for tests, not for the wire. */
  find(key: string): Content | undefined {
    return this.byContentId(key) ?? this.byInfohash(key) ?? this.all().find(({ name }) => name === key);
  }

  all(): Content[] {
    return [...this.byHash.values()];
  }
}

function withoutUndefined(spec: object): Partial<ContentDefaults> {
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined));
}

function generatedMedia(profile: MediaProfile = 'h264-aac'): (content: Content) => MediaSource {
  return ({ bitrateKbps, infohash }) =>
    new SyntheticSource({
      ...MEDIA_PROFILES[profile],
      bitrate: bitrateKbps * 1000,
      channelId: channelNumberOf(infohash),
    });
}
