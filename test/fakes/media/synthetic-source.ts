import { TsChannel } from '../../builders/ts-builder.js';
import type { TsChannelOptions } from '../../builders/ts-builder.js';
import type { MediaSource, MediaUnit } from './media-source.js';

const NEVER = Number.MAX_SAFE_INTEGER;

/** A generated channel: equal options give equal bytes, and every byte carries its place. */
export class SyntheticSource implements MediaSource {
  readonly channel: TsChannel;
  private readonly gopFrames: number;

  constructor(options: Partial<TsChannelOptions> = {}) {
    this.channel = new TsChannel(options);
    this.gopFrames = this.channel.options.gopFrames;
  }

  get suppressKeyframes(): boolean {
    return this.channel.options.gopFrames === NEVER;
  }

  set suppressKeyframes(suppress: boolean) {
    this.channel.options.gopFrames = suppress ? NEVER : this.gopFrames;
  }

  next(): MediaUnit {
    const { codec } = this.channel.options;
    const before = this.channel.pts;
    const isKeyframe = this.channel.frame % this.channel.options.gopFrames === 0;
    const data = this.channel.nextFrame();
    const startsWithPat = data[0] === 0x47 && (data.readUInt16BE(1) & 0x1fff) === 0;
    return {
      data,
      seconds: (this.channel.pts - before) / 90_000,
      keyframe: codec === 'none' ? startsWithPat : isKeyframe && startsWithPat,
    };
  }
}

/** Channel shapes a test can ask for by name. */
export const MEDIA_PROFILES = {
  'h264-aac': { codec: 'h264', audio: 'aac' },
  'h265-ac3': { codec: 'h265', audio: 'ac3' },
  'mpeg2-mp2': { codec: 'mpeg2', audio: 'mp2' },
  'audio-only': { codec: 'none', audio: 'aac' },
  /** The random access flag on every frame, as the engine sends it. */
  'flag-on-every-frame': { codec: 'h264', audio: 'aac', keyframeFlag: 'always' },
  'long-gop': { codec: 'h264', audio: 'aac', gopFrames: 250 },
  'two-programs': {
    codec: 'h264',
    audio: 'aac',
    otherPrograms: [{ programNumber: 2, pmtPid: 0x1010 }],
  },
} as const satisfies Record<string, Partial<TsChannelOptions>>;

export type MediaProfile = keyof typeof MEDIA_PROFILES;
