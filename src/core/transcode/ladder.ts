import type { Variant } from '../hls/master-playlist.js';
import type { MediaFormat } from '../hls/media-format.js';
import { PEAK, PICTURE_PROFILES, PICTURE_SIZES, SOUND_KILOBITS } from './transcode-profiles.js';
import type { PictureProfile } from './transcode-profiles.js';

/** The stream as it is, or smaller. */
export type RungName = 'source' | PictureProfile;
export type Rung = Omit<Variant, 'uri'> & { name: RungName };

/** Bit/s of the largest segment so far, and over all of them. */
export interface StreamRate {
  peak: number;
  average: number;
}

/** The stream as it is, as far as it is known. */
export interface LadderSource extends StreamRate {
  format: MediaFormat;
}

const AAC_LC = 'mp4a.40.2';
/** Packet headers, tables and filling of a transport stream around what the encoders give out. */
const CONTAINER = 1.1;
/** Over segments of four seconds: a buffer of one second may be filled beforehand. */
const SEGMENT_PEAK = PEAK + 1 / 4;
/** What is to come may be larger than what has been. */
const MARGIN = 1.15;

export function isRungName(text: string): text is RungName {
  return text === 'source' || (PICTURE_PROFILES as readonly string[]).includes(text);
}

/**
 * What players may choose among, the best first: the stream as it is, where web and Apple players can decode it, and
 * every profile with a smaller picture and fewer bits. Where nothing is smaller, the smallest profile stands for what
 * cannot be decoded. Empty where there is no picture.
 *
 * @param hasOwnFilter the operator's own filter decides the size of made pictures: it is not told then.
 */
export function ladderOf(source: LadderSource, hasOwnFilter = false): Rung[] {
  if (!source.format.video) return [];
  const own = ownRung(source);
  const height = source.format.h264?.height ?? Infinity;
  const made = PICTURE_PROFILES.map((profile) => madeRung(profile, source, hasOwnFilter));
  const smaller = made.filter(
    ({ name, averageBandwidth }) =>
      PICTURE_SIZES[name].height < height && (!own || averageBandwidth < own.averageBandwidth),
  );
  if (own) return [own, ...smaller];
  return smaller.length > 0 ? smaller : made.slice(-1);
}

/** The stream as it is, whatever it holds. */
export function plainRung({ peak, average }: StreamRate): Rung {
  return {
    name: 'source',
    bandwidth: Math.ceil(Math.max(peak, average) * MARGIN),
    averageBandwidth: Math.ceil(average),
    codecs: [],
  };
}

function ownRung(source: LadderSource): Rung | undefined {
  const { h264, audio } = source.format;
  if (!h264 || (audio !== undefined && audio !== 'aac')) return undefined;
  return {
    ...plainRung(source),
    codecs: [h264.codecs, ...(audio ? [AAC_LC] : [])],
    resolution: { width: h264.width, height: h264.height },
  };
}

function madeRung(
  name: PictureProfile,
  { format }: LadderSource,
  hasOwnFilter: boolean,
): Rung & { name: PictureProfile } {
  const { height, kilobits, codecs } = PICTURE_SIZES[name];
  const { h264, audio } = format;
  const sound = audio ? SOUND_KILOBITS : 0;
  const resolution = h264 && !hasOwnFilter ? { resolution: scaled(h264, height) } : {};
  return {
    name,
    bandwidth: Math.round((kilobits * SEGMENT_PEAK + sound) * CONTAINER * 1000),
    averageBandwidth: Math.round((kilobits + sound) * CONTAINER * 1000),
    codecs: [codecs, ...(audio ? [AAC_LC] : [])],
    ...resolution,
  };
}

/** As ffmpeg's `scale=-2:min(height,ih)` rounds. */
function scaled(from: { width: number; height: number }, wanted: number): { width: number; height: number } {
  const height = Math.min(wanted, from.height);
  return { width: Math.round((height * from.width) / (from.height * 2)) * 2, height };
}
