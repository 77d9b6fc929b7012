import type { Fault } from '../fakes/faults/fault.js';
import type { HostFault } from '../fakes/http-ts-host.js';

/** What can happen to the bytes of a stream, whoever sends it. */
const OF_THE_STREAM = [
  { kind: 'stall', ms: 5_000 },
  { kind: 'dropFin' },
  { kind: 'dropRst' },
  { kind: 'truncatedChunk' },
  { kind: 'garbage', bytes: 3_000 },
  { kind: 'misalign', bytes: 50 },
  { kind: 'duplicateBytes', bytes: 500 },
  { kind: 'textInStream' },
  { kind: 'ptsJump', seconds: 300 },
  { kind: 'pcrWrap', inSeconds: 2 },
  { kind: 'pmtChange', movePids: 16 },
  { kind: 'noKeyframe', seconds: 4 },
  { kind: 'burstBlast', mediaSeconds: 5 },
  { kind: 'missingPackets', rate: 0.02 },
  { kind: 'ccErrors', rate: 0.02 },
  { kind: 'rateBelow', ratio: 0.4 },
  { kind: 'loopingContent', seconds: 3 },
  { kind: 'refuse' },
  { kind: 'blackhole' },
  { kind: 'reset' },
  { kind: 'http503' },
  { kind: 'html200' },
  { kind: 'emptyReply' },
  { kind: 'status', code: 403 },
  { kind: 'redirectLoop' },
  { kind: 'slowFirstByte', ms: 1_500 },
] as const satisfies readonly HostFault[];

export const HOST_FAULTS: readonly HostFault[] = OF_THE_STREAM;

export const ENGINE_FAULTS: readonly Fault[] = [
  ...OF_THE_STREAM,
  { kind: 'badJson' },
  { kind: 'redirectForeignHost' },
  { kind: 'hangAll' },
  { kind: 'hangApiOnly' },
  { kind: 'errorJson', text: 'failed to load content' },
  { kind: 'licence' },
  { kind: 'slowStart', ms: 800 },
  { kind: 'neverStart' },
  { kind: 'slowPrebuf', ms: 1_500 },
  { kind: 'warmup', mode: '500' },
  { kind: 'warmup', mode: 'hold' },
  { kind: 'absoluteUrlWrongHost' },
  { kind: 'doubleStatus' },
  { kind: 'superseded' },
  { kind: 'sessionLost' },
  { kind: 'expireNow' },
  { kind: 'segmenterFailed' },
  { kind: 'slowStop', ms: 1_500 },
  { kind: 'stopFails' },
  { kind: 'restart', downMs: 500 },
  { kind: 'memoryPressure', startsPerMinute: 20, downMs: 500 },
];
