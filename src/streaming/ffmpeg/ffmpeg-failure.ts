import type { StreamFailure } from '../stream-failure.js';

/** ffmpeg ended and had not been told to. */
export class FfmpegFailed extends Error {
  constructor(readonly failure: StreamFailure) {
    super(failure.detail);
    this.name = 'FfmpegFailed';
  }
}

const RETRY_AFTER_SECONDS = 10;

/** What ffmpeg prints → what it means. The first that fits counts. */
const MEANINGS: readonly [RegExp, StreamFailure['kind'], string][] = [
  [
    /unknown encoder|error while opening encoder|error reinitializing filters|device (?:creation|setup) failed/i,
    'unsupported',
    'ffmpeg cannot use the encoder, filter or hardware of the settings ffmpeg.*',
  ],
  [
    /not on whitelist|protocol not found|option \S+ not found|unrecognized option/i,
    'unsupported',
    'this ffmpeg cannot open such an address',
  ],
  [/\b40[13]\b|unauthorized|forbidden|authentication/i, 'unavailable', 'the source refuses the credentials'],
  [
    /\b40[4]\b|\b410\b|not found|no such (?:stream|file)|stream ?not ?found/i,
    'not-found',
    'the source does not know the stream',
  ],
  [
    /failed to resolve|name or service not known|temporary failure in name/i,
    'unavailable',
    'the name of the host cannot be resolved',
  ],
  [/connection refused/i, 'unavailable', 'the source refuses the connection'],
  [/timed out|connection setup failure|no route|unreachable/i, 'unavailable', 'the source cannot be reached'],
  [
    /connection reset|broken pipe|end of file|input\/output error/i,
    'unavailable',
    'the source broke the connection',
  ],
  [
    /address already in use|cannot assign|bind failed/i,
    'unavailable',
    'the port of the source is in use on this machine',
  ],
  [
    /not currently supported in container|could not write header|incorrect codec parameters/i,
    'unsupported',
    'its codec does not fit into a transport stream',
  ],
  [
    /invalid data|could not find codec|does not contain any stream|matches no streams/i,
    'bad-media',
    'what came is no picture or sound',
  ],
];

/** Why ffmpeg ended, from what it printed: only our own words, because its own hold addresses. */
export function ffmpegFailure(printed: string): StreamFailure {
  const found = MEANINGS.find(([words]) => words.test(printed));
  const [, kind, detail] = found ?? [undefined, 'unavailable' as const, 'ffmpeg ended'];
  return kind === 'unavailable' ? { kind, detail, retryAfterSeconds: RETRY_AFTER_SECONDS } : { kind, detail };
}

export const FFMPEG_MISSING: StreamFailure = {
  kind: 'unsupported',
  detail: 'this kind of source needs ffmpeg, which is not installed',
  blameless: true,
};

export const FFMPEG_BUSY: StreamFailure = {
  kind: 'unavailable',
  detail: 'as many ffmpeg processes run as are allowed',
  retryAfterSeconds: RETRY_AFTER_SECONDS,
  blameless: true,
};
