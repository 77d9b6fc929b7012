/** When a fault of the byte stream strikes, counted from the moment the reader came. Neither given = at once. */
export interface Trigger {
  atBytes?: number;
  atMs?: number;
}

/** What can go wrong with the bytes of a channel, whoever serves them. Each strikes one reader at most once. */
export type MediaEvent =
  /** Nothing comes for a while, the connection stays. */
  | ({ kind: 'stall'; ms: number } & Trigger)
  | ({ kind: 'dropFin' } & Trigger)
  | ({ kind: 'dropRst' } & Trigger)
  /** A chunk announces more than follows, then the connection ends. */
  | ({ kind: 'truncatedChunk' } & Trigger)
  /** Random bytes are put in. */
  | ({ kind: 'garbage'; bytes: number } & Trigger)
  /** The next bytes are lost: everything after stands off its packet border. */
  | ({ kind: 'misalign'; bytes: number } & Trigger)
  /** The last bytes come twice. */
  | ({ kind: 'duplicateBytes'; bytes: number } & Trigger)
  /** An error text in the middle of the picture. */
  | ({ kind: 'textInStream'; text?: string } & Trigger)
  | ({ kind: 'ptsJump'; seconds: number } & Trigger)
  /** Moves all clocks so that their 33 bits overflow after `inSeconds`. */
  | ({ kind: 'pcrWrap'; inSeconds: number } & Trigger)
  /** A new PMT version; `movePids` moves the elementary streams too. */
  | ({ kind: 'pmtChange'; movePids?: number } & Trigger)
  /** No keyframe for so many seconds of playing time. */
  | ({ kind: 'noKeyframe'; seconds: number } & Trigger)
  /** So much playing time comes at once. */
  | ({ kind: 'burstBlast'; mediaSeconds: number } & Trigger);

export type MediaCondition =
  /** Share of the packets that never arrive. */
  | { kind: 'missingPackets'; rate: number }
  /** Share of the packets with a wrong continuity counter. */
  | { kind: 'ccErrors'; rate: number }
  /** Supply as a share of real time. */
  | { kind: 'rateBelow'; ratio: number }
  /** The last seconds of the broadcast come again and again; an engine's `live_last` stands still. */
  | { kind: 'loopingContent'; seconds?: number };

export type ConnectionFault =
  /** The port is closed (ECONNREFUSED). Needs `forMs` or `remove()`. */
  | { kind: 'refuse' }
  /** Accepts and never answers. */
  | { kind: 'blackhole' }
  | { kind: 'reset' };

export type ReplyFault =
  | { kind: 'http503'; retryAfterSeconds?: number }
  | { kind: 'badJson' }
  | { kind: 'html200' }
  /** The connection ends without a byte. */
  | { kind: 'emptyReply' }
  /** Another status, with a short text. */
  | { kind: 'status'; code: number }
  | { kind: 'redirect'; location: string }
  | { kind: 'redirectLoop' }
  /** Redirects to another origin, which counts every call: whoever follows is caught. */
  | { kind: 'redirectForeignHost'; location?: string }
  /** Headers (or the start answer's bytes) come late. */
  | { kind: 'slowFirstByte'; ms: number };

/** What can go wrong with a file that is fetched whole. */
export type BodyFault =
  /** The connection ends after so many bytes of what was announced. */
  | { kind: 'truncatedBody'; atBytes: number }
  /** A few bytes at a time. */
  | { kind: 'slowDrip'; bytes: number; everyMs: number }
  /** A small compressed body that unfolds to so many zero bytes. */
  | { kind: 'gzipBomb'; bytes: number }
  /** Announces gzip and sends something else. */
  | { kind: 'brokenGzip' }
  /** The body comes again and again without an end. */
  | { kind: 'endlessBody' };

export type EngineFault =
  | { kind: 'hangAll' }
  /** Everything hangs but get_version. */
  | { kind: 'hangApiOnly' }
  | { kind: 'errorJson'; text: string; extraData?: Readonly<Record<string, string>> }
  | { kind: 'licence'; option?: string }
  | { kind: 'slowStart'; ms: number }
  /** Prebuffering for ever, no peers. */
  | { kind: 'neverStart' }
  | { kind: 'slowPrebuf'; ms: number }
  | { kind: 'warmup'; mode: 'hold' | '500' }
  | { kind: 'absoluteUrlWrongHost'; host?: string }
  /** The broken answer of a second reader, to the first one. */
  | { kind: 'doubleStatus' }
  /** Somebody else asks this engine for the same content. */
  | { kind: 'superseded' }
  | { kind: 'sessionLost' }
  | { kind: 'expireNow' }
  | { kind: 'segmenterFailed' }
  | { kind: 'slowStop'; ms: number }
  | { kind: 'stopFails' }
  | { kind: 'restart'; downMs: number }
  /** The engine crashes when asked for too much. */
  | { kind: 'memoryPressure'; startsPerMinute?: number; parallelSessions?: number; downMs?: number }
  | { kind: 'hlsSequenceReset' }
  | { kind: 'hlsSegment404' }
  | { kind: 'hlsSegmentShort' }
  | { kind: 'hlsListStale' };

export type MediaFault = MediaEvent | MediaCondition;
export type Fault = MediaFault | ConnectionFault | ReplyFault | BodyFault | EngineFault;
export type FaultKind = Fault['kind'];
export type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>;

/** These last until they are removed or their time is over; the others strike once unless told otherwise. */
export const LASTING: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'missingPackets',
  'ccErrors',
  'rateBelow',
  'loopingContent',
  'refuse',
  'blackhole',
  'redirectLoop',
  'hangAll',
  'hangApiOnly',
  'slowStart',
  'neverStart',
  'slowPrebuf',
  'warmup',
  'memoryPressure',
  'hlsListStale',
]);

const MEDIA_EVENT_KINDS: ReadonlySet<FaultKind> = new Set<MediaEvent['kind']>([
  'stall',
  'dropFin',
  'dropRst',
  'truncatedChunk',
  'garbage',
  'misalign',
  'duplicateBytes',
  'textInStream',
  'ptsJump',
  'pcrWrap',
  'pmtChange',
  'noKeyframe',
  'burstBlast',
]);

export function isMediaEvent(fault: Fault): fault is MediaEvent {
  return MEDIA_EVENT_KINDS.has(fault.kind);
}
