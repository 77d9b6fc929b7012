import type { Fault, FaultKind } from './fault.js';

/** Every kind with the numbers it needs; faults from outside the process are checked against this. */
export const FAULT_FIELDS: Record<FaultKind, readonly string[]> = {
  stall: ['ms'],
  dropFin: [],
  dropRst: [],
  truncatedChunk: [],
  garbage: ['bytes'],
  misalign: ['bytes'],
  duplicateBytes: ['bytes'],
  textInStream: [],
  ptsJump: ['seconds'],
  pcrWrap: ['inSeconds'],
  pmtChange: [],
  noKeyframe: ['seconds'],
  burstBlast: ['mediaSeconds'],
  missingPackets: ['rate'],
  ccErrors: ['rate'],
  rateBelow: ['ratio'],
  loopingContent: [],
  refuse: [],
  blackhole: [],
  reset: [],
  http503: [],
  badJson: [],
  html200: [],
  emptyReply: [],
  status: ['code'],
  redirect: [],
  redirectLoop: [],
  truncatedBody: ['atBytes'],
  slowDrip: ['bytes', 'everyMs'],
  gzipBomb: ['bytes'],
  brokenGzip: [],
  endlessBody: [],
  redirectForeignHost: [],
  slowFirstByte: ['ms'],
  hangAll: [],
  hangApiOnly: [],
  errorJson: [],
  licence: [],
  slowStart: ['ms'],
  neverStart: [],
  slowPrebuf: ['ms'],
  warmup: [],
  absoluteUrlWrongHost: [],
  doubleStatus: [],
  superseded: [],
  sessionLost: [],
  expireNow: [],
  segmenterFailed: [],
  slowStop: ['ms'],
  stopFails: [],
  restart: ['downMs'],
  memoryPressure: [],
  hlsSequenceReset: [],
  hlsSegment404: [],
  hlsSegmentShort: [],
  hlsListStale: [],
};

export function isFault(value: unknown): value is Fault {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  const { kind } = value;
  if (typeof kind !== 'string' || !Object.hasOwn(FAULT_FIELDS, kind)) return false;
  const record = value as unknown as Record<string, unknown>;
  return FAULT_FIELDS[kind as FaultKind].every((field) => typeof record[field] === 'number');
}
