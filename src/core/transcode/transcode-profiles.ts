/** What a stream can be made into. */
export const TRANSCODE_PROFILES = ['aac', '720p', '480p'] as const;
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
}

const SIZES: Readonly<Record<Exclude<TranscodeProfile, 'aac'>, Size>> = {
  '720p': { height: 720, kilobits: 2_800 },
  '480p': { height: 480, kilobits: 1_200 },
};
/** A keyframe at least this often: viewers start at one. */
const KEYFRAME_SECONDS = 2;
const SOUND = ['-c:a', 'aac', '-b:a', '128k', '-ac', '2', '-af', 'aresample=async=1'];
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

/** The command line that makes a transport stream from one, both by pipe. */
export function transcodeArguments(profile: TranscodeProfile, options: TranscodeOptions): string[] {
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
  const video = profile === 'aac' ? ['-c:v', 'copy'] : videoArguments(SIZES[profile], options);
  const hardware = profile === 'aac' ? [] : options.inputOptions;
  return [...look, ...hardware, ...input, ...video, ...SOUND, ...OUTPUT, 'pipe:1'];
}

function videoArguments(
  { height, kilobits }: Size,
  { videoEncoder, videoOptions }: TranscodeOptions,
): string[] {
  const scaling = videoOptions.includes('-vf') ? [] : ['-vf', `scale=-2:'min(${height},ih)'`];
  return [
    ...[...scaling, '-c:v', videoEncoder, ...videoOptions],
    ...['-b:v', `${kilobits}k`, '-maxrate', `${Math.round(kilobits * 1.2)}k`, '-bufsize', `${kilobits * 2}k`],
    ...['-force_key_frames', `expr:gte(t,n_forced*${KEYFRAME_SECONDS})`],
  ];
}
