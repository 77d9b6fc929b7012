import { AUDIO_FORMATS, sequenceBytes } from './ts-audio.js';
import type { AudioCodec } from './ts-audio.js';
import {
  Counters,
  nullPacket,
  patSection,
  payloadRoom,
  pesHeader,
  pmtSection,
  sectionPackets,
  TS_PACKET,
  tsPacket,
} from './ts-packets.js';
import type { PatEntry, PmtEntry } from './ts-packets.js';
import { filling, picture, withFilling } from './ts-pictures.js';
import type { H264Keyframe, VideoCodec } from './ts-pictures.js';

const VIDEO_TYPES: Record<VideoCodec, number> = { h264: 0x1b, h265: 0x24, mpeg2: 0x02 };
const PCR_EVERY_TICKS = 3600;

export interface TsChannelOptions {
  /** 'none' makes an audio-only channel. */
  codec: VideoCodec | 'none';
  audio: AudioCodec | 'none';
  fps: number;
  gopFrames: number;
  /** Of the whole transport stream, bit/s. */
  bitrate: number;
  /** Stands in every frame's filling (0..16383), so that a test knows whose bytes it got. */
  channelId: number;
  programNumber: number;
  /** Programmes that stand in the PAT besides ours. */
  otherPrograms: readonly PatEntry[];
  pmtPid: number;
  videoPid: number;
  audioPid: number;
  /** Streams that stand in the PMT besides ours. */
  otherStreams: readonly PmtEntry[];
  pmtVersion: number;
  /** 90 kHz; the first picture's PTS. Give a value just below 2^33 to see the clock wrap. */
  startPts: number;
  /** PTS − DTS in frames; 0 = no DTS in the PES. */
  reorderFrames: number;
  /** The random access indicator: on the keyframes, on every frame (as the AceStream engine does), or never. */
  keyframeFlag: 'keyframes' | 'always' | 'never';
  h264Keyframe: H264Keyframe;
  tablesEveryMs: number;
  tablesAtKeyframe: boolean;
  /** Share of each frame's packets that are null packets, 0..1. */
  nullShare: number;
  scrambled: boolean;
}

const DEFAULTS: TsChannelOptions = {
  codec: 'h264',
  audio: 'aac',
  fps: 25,
  gopFrames: 50,
  bitrate: 2_000_000,
  channelId: 1,
  programNumber: 1,
  otherPrograms: [],
  pmtPid: 0x1000,
  videoPid: 0x100,
  audioPid: 0x101,
  otherStreams: [],
  pmtVersion: 0,
  startPts: 900_000,
  reorderFrames: 0,
  keyframeFlag: 'keyframes',
  h264Keyframe: 'idr',
  tablesEveryMs: 400,
  tablesAtKeyframe: true,
  nullShare: 0,
  scrambled: false,
};

/**
 * An endless, deterministic channel at a constant bit rate: equal options give equal bytes. PCR at least every 40 ms,
 * tables at least every `tablesEveryMs`. The options may be changed between frames with `change`.
 */
export class TsChannel {
  readonly options: TsChannelOptions;
  /** Number of the next frame. */
  frame = 0;
  private readonly counters = new Counters();
  private packetDebt = 0;
  private ticks = 0;
  private audioTicks = 0;
  private audioFrame = 0;
  private ptsOffset = 0;
  private tablesAt = Number.NEGATIVE_INFINITY;
  private gopStart = 0;
  private discontinuous = new Set<number>();

  constructor(options: Partial<TsChannelOptions> = {}) {
    this.options = { ...DEFAULTS, ...options };
  }

  /** All packets of the next frame's time: tables when due, picture, audio, null packets. */
  nextFrame(): Buffer {
    const slots = this.takeSlots();
    const keyframe = this.isKeyframe();
    if (keyframe) this.gopStart = this.frame;
    const tables = this.tablesAreDue(keyframe) ? this.tables() : Buffer.alloc(0);
    const audio = this.options.codec === 'none' ? this.audioOnly(slots) : this.dueAudio();
    const nulls = Math.floor(slots * this.options.nullShare);
    const used = (tables.length + audio.length) / TS_PACKET + nulls;
    const video = this.options.codec === 'none' ? [] : this.video(Math.max(1, slots - used), keyframe);
    this.frame++;
    this.ticks += this.frameTicks;
    const parts = [tables, ...video, audio];
    const size = parts.reduce((sum, part) => sum + part.length, 0) / TS_PACKET;
    this.packetDebt -= size;
    const padding = this.options.codec === 'none' ? Math.max(0, slots - size) : nulls;
    this.packetDebt -= padding;
    for (let i = 0; i < padding; i++) parts.push(nullPacket());
    return Buffer.concat(parts);
  }

  frames(count: number): Buffer {
    return Buffer.concat(Array.from({ length: count }, () => this.nextFrame()));
  }

  seconds(seconds: number): Buffer {
    return this.frames(Math.round(seconds * this.framesPerSecond));
  }

  /** One GOP from where the channel stands: call it at a GOP border to get exactly one. */
  gop(): Buffer {
    return this.frames(this.options.gopFrames);
  }

  /** PAT and PMT packets as they would go out now. */
  tables(): Buffer {
    const { programNumber, pmtPid, pmtVersion, otherPrograms } = this.options;
    this.tablesAt = this.ticks;
    const pat = patSection([...otherPrograms, { programNumber, pmtPid }]);
    const pmt = pmtSection({
      programNumber,
      pcrPid: this.pcrPid,
      version: pmtVersion,
      streams: this.streams(),
    });
    return Buffer.concat([sectionPackets(0, pat, this.counters), sectionPackets(pmtPid, pmt, this.counters)]);
  }

  /** From the next frame on: other codec, pids, audio ...; the PMT gets its next version and the frame is a keyframe. */
  change(options: Partial<TsChannelOptions>): this {
    Object.assign(this.options, { pmtVersion: (this.options.pmtVersion + 1) & 31 }, options);
    this.gopStart = this.frame;
    this.tablesAt = Number.NEGATIVE_INFINITY;
    return this;
  }

  /** All clocks jump by `ticks` of 90 kHz; `flagged` says so with the discontinuity indicator, as it should be. */
  jump(ticks: number, flagged = false): this {
    this.ptsOffset += ticks;
    if (flagged) this.discontinuous = new Set([this.pcrPid]);
    return this;
  }

  get pcrPid(): number {
    return this.options.codec === 'none' ? this.options.audioPid : this.options.videoPid;
  }

  /** PTS of the next frame, 90 kHz, not wrapped. */
  get pts(): number {
    return this.options.startPts + this.ptsOffset + Math.round(this.ticks);
  }

  private get frameTicks(): number {
    const { codec, audio, fps } = this.options;
    if (codec === 'none' && audio !== 'none') return AUDIO_FORMATS[audio].frameTicks;
    return 90_000 / fps;
  }

  private get framesPerSecond(): number {
    return 90_000 / this.frameTicks;
  }

  private streams(): PmtEntry[] {
    const { codec, audio, videoPid, audioPid, otherStreams } = this.options;
    const streams: PmtEntry[] = [];
    if (codec !== 'none') streams.push({ streamType: VIDEO_TYPES[codec], pid: videoPid });
    if (audio !== 'none') {
      const { streamType, descriptors } = AUDIO_FORMATS[audio];
      streams.push({ streamType, pid: audioPid, descriptors });
    }
    return [...streams, ...otherStreams];
  }

  private takeSlots(): number {
    this.packetDebt += this.options.bitrate / 8 / TS_PACKET / this.framesPerSecond;
    return Math.max(1, Math.floor(this.packetDebt));
  }

  private isKeyframe(): boolean {
    return this.frame === this.gopStart || (this.frame - this.gopStart) % this.options.gopFrames === 0;
  }

  private tablesAreDue(keyframe: boolean): boolean {
    if (keyframe && this.options.tablesAtKeyframe && this.options.codec !== 'none') return true;
    return this.ticks + this.frameTicks - this.tablesAt > this.options.tablesEveryMs * 90;
  }

  private video(packets: number, keyframe: boolean): Buffer[] {
    const { codec, channelId, reorderFrames, keyframeFlag, h264Keyframe, videoPid } = this.options;
    if (codec === 'none') return [];
    const pts = this.pts + reorderFrames * this.frameTicks;
    const header = pesHeader(0xe0, reorderFrames > 0 ? { pts, dts: this.pts } : { pts });
    const number = h264Keyframe === 'idr' || codec !== 'h264' ? this.frame - this.gopStart : this.frame;
    const unit = picture(codec, { keyframe, number, h264Keyframe });
    const randomAccess = keyframeFlag === 'always' || (keyframeFlag === 'keyframes' && keyframe);
    const clocks = this.pcrPlan(packets);
    const room = clocks.reduce<number>((sum, pcr) => sum + payloadRoom(pcr === undefined ? {} : { pcr }), 0);
    const fill = filling(codec, room - header.length - unit.length, (size) =>
      frameFilling(channelId, this.frame, size),
    );
    const data = Buffer.concat([header, fill ? withFilling(codec, unit, fill) : unit]);
    return this.packetise(videoPid, data, clocks, randomAccess);
  }

  /** PCR values by packet of this frame: in the first, then as often as 40 ms ask for. */
  private pcrPlan(packets: number): (number | undefined)[] {
    const clocks = Math.max(1, Math.ceil(this.frameTicks / PCR_EVERY_TICKS));
    const plan = new Array<number | undefined>(packets).fill(undefined);
    for (let i = 0; i < clocks; i++) {
      const at = Math.floor((i * packets) / clocks);
      plan[at] = this.pcrAt(at / packets);
    }
    return plan;
  }

  /** The PCR runs 200 ms before the PTS of the frame. */
  private pcrAt(share: number): number {
    const ticks = this.options.startPts + this.ptsOffset + this.ticks + share * this.frameTicks - 18_000;
    const wrap = 2 ** 33 * 300;
    return ((Math.round(ticks * 300) % wrap) + wrap) % wrap;
  }

  private packetise(
    pid: number,
    data: Buffer,
    clocks: readonly (number | undefined)[],
    randomAccess: boolean,
  ): Buffer[] {
    const packets: Buffer[] = [];
    for (let at = 0; at < data.length;) {
      const pcr = clocks[packets.length];
      const fields = {
        ...(pcr === undefined ? {} : { pcr }),
        randomAccess: randomAccess && at === 0,
        discontinuity: at === 0 && this.discontinuous.delete(pid),
      };
      const payload = data.subarray(at, at + payloadRoom(fields));
      const scrambling = this.options.scrambled ? 2 : 0;
      const counter = this.counters.take(pid);
      packets.push(tsPacket({ pid, counter, payload, payloadUnitStart: at === 0, scrambling, ...fields }));
      at += payload.length;
    }
    return packets;
  }

  private audioOnly(slots: number): Buffer {
    const { audio } = this.options;
    if (audio === 'none') throw new Error('a channel needs video or audio');
    this.audioTicks = this.ticks;
    return this.nextAudio(audio, this.pcrPlan(slots).slice(0, 1));
  }

  private dueAudio(): Buffer {
    const { audio } = this.options;
    if (audio === 'none') return Buffer.alloc(0);
    const parts: Buffer[] = [];
    while (this.audioTicks < this.ticks + this.frameTicks) parts.push(this.nextAudio(audio, []));
    return Buffer.concat(parts);
  }

  private nextAudio(audio: AudioCodec, clocks: readonly (number | undefined)[]): Buffer {
    const { startPts, audioPid, keyframeFlag } = this.options;
    const format = AUDIO_FORMATS[audio];
    const frame = format.frame(this.audioFrame++);
    const pts = startPts + this.ptsOffset + this.audioTicks;
    this.audioTicks += format.frameTicks;
    const data = Buffer.concat([pesHeader(format.streamId, { pts }, frame.length), frame]);
    return Buffer.concat(this.packetise(audioPid, data, clocks, keyframeFlag === 'always'));
  }
}

const RECORD = 16;

/**
 * Filling of a frame: 16-byte records 'RTOP', channel (2 bytes), frame (5), place (3), 0xee, 0xef: no zero byte, so no start
 * code can arise, and every byte is known.
 */
export function frameFilling(channelId: number, frame: number, size: number): Buffer {
  const channel = sequenceBytes(channelId).slice(3);
  const bytes = Buffer.alloc(
    size,
    Buffer.from([0x52, 0x54, 0x4f, 0x50, ...channel, ...sequenceBytes(frame), 0x80, 0x80, 0x80, 0xee, 0xef]),
  );
  for (let at = RECORD; at < size; at += RECORD) {
    const place = at / RECORD;
    if (at + 11 < size) bytes[at + 11] = 0x80 | ((place >> 14) & 127);
    if (at + 12 < size) bytes[at + 12] = 0x80 | ((place >> 7) & 127);
    if (at + 13 < size) bytes[at + 13] = 0x80 | (place & 127);
  }
  return bytes;
}
