/** Smaller pictures, the largest first. */
export const PICTURE_PROFILES = ['720p', '480p'] as const;
export type PictureProfile = (typeof PICTURE_PROFILES)[number];
/** What a stream can be made into as a whole. */
export type StreamProfile = 'aac' | PictureProfile;
/** What an account can ask for: `ladder` lets players of HLS choose among the stream as it is and smaller pictures. */
export const TRANSCODE_PROFILES = ['aac', ...PICTURE_PROFILES, 'ladder'] as const;
export type TranscodeProfile = (typeof TRANSCODE_PROFILES)[number];

export interface TranscodeOptions {
  /** The encoder of pictures, as ffmpeg calls it. */
  videoEncoder: string;
  /** Options before the input: what hardware decoders need. */
  inputOptions: readonly string[];
  /** Options of the encoder. */
  videoOptions: readonly string[];
}

interface Size {
  height: number;
  kilobits: number;
  /** RFC 6381. What the encoder may need at most, at 60 pictures a second. */
  codecs: string;
}

export const PICTURE_SIZES: Readonly<Record<PictureProfile, Size>> = {
  '720p': { height: 720, kilobits: 2_800, codecs: 'avc1.640020' },
  '480p': { height: 480, kilobits: 1_200, codecs: 'avc1.64001f' },
};
export const SOUND_KILOBITS = 128;
/** The most that the encoder may give out for a while, in parts of the rate. */
export const PEAK = 1.2;
/** A keyframe at least this often: viewers start at one. */
const KEYFRAME_SECONDS = 2;
/** Longer than the picture groups of any source: the encoder adds no keyframes of its own to those of the source. */
const RUNG_GOP = 1_500;
const SOUND = ['-c:a', 'aac', '-b:a', `${SOUND_KILOBITS}k`, '-ac', '2', '-af', 'aresample=async=1'];
const OUTPUT = [
  '-sn',
  '-dn',
  '-muxdelay',
  '0',
  '-muxpreload',
  '0',
  '-f',
  'mpegts',
  '-pat_period',
  '0.5',
  '-flush_packets',
  '1',
];

export function isTranscodeProfile(text: string): text is TranscodeProfile {
  return (TRANSCODE_PROFILES as readonly string[]).includes(text);
}

/**
 * The command line that makes a transport stream from one, both by pipe. A rung of a ladder has the clocks and the
 * keyframes of its source, so that players can change between them.
 */
export function transcodeArguments(
  profile: StreamProfile,
  options: TranscodeOptions & { isRung?: boolean },
): string[] {
  const input = [
    '-protocol_whitelist',
    'pipe',
    '-f',
    'mpegts',
    '-i',
    'pipe:0',
    '-map',
    '0:v:0?',
    '-map',
    '0:a?',
  ];
  const look = ['-fflags', '+genpts', '-probesize', '2000000', '-analyzeduration', '2000000'];
  const video = profile === 'aac' ? ['-c:v', 'copy'] : videoArguments(PICTURE_SIZES[profile], options);
  const hardware = profile === 'aac' ? [] : options.inputOptions;
  const clocks = options.isRung ? ['-copyts'] : [];
  return [...look, ...clocks, ...hardware, ...input, ...video, ...SOUND, ...OUTPUT, 'pipe:1'];
}

function videoArguments(
  { height, kilobits }: Size,
  { videoEncoder, videoOptions, isRung = false }: TranscodeOptions & { isRung?: boolean },
): string[] {
  const scaling = videoOptions.includes('-vf') ? [] : ['-vf', `scale=-2:'min(${height},ih)'`];
  // Few players decode what x264 makes of a source with ten bits a colour.
  const colours =
    videoEncoder === 'libx264' && !videoOptions.includes('-pix_fmt') ? ['-pix_fmt', 'yuv420p'] : [];
  const buffer = isRung ? kilobits : kilobits * 2;
  const keyframes = isRung
    ? // Without B pictures the time stamps are the source's to the tick.
      ['-force_key_frames', 'source', '-g', String(RUNG_GOP), '-sc_threshold', '0', '-bf', '0']
    : ['-force_key_frames', `expr:gte(t,n_forced*${KEYFRAME_SECONDS})`];
  return [
    ...[...scaling, '-c:v', videoEncoder, ...colours, ...videoOptions],
    ...['-b:v', `${kilobits}k`, '-maxrate', `${Math.round(kilobits * PEAK)}k`, '-bufsize', `${buffer}k`],
    ...keyframes,
  ];
}
