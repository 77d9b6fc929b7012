import type { DoctorFinding } from '../../core/doctor/words.js';
import { finding } from '../../core/doctor/words.js';
import type { ProbeReport } from '../../streaming/source-probe.js';
import { isCertificateError } from '../../streaming/stream-failure.js';
import type { StreamFailure } from '../../streaming/stream-failure.js';
import type { SessionStats } from '../../streaming/stream-stats.js';
import type { SurveyReport } from '../../streaming/stream-survey.js';

/** So long a first picture may take before people call it slow, ms. */
const SLOW_PICTURE_MS = 10_000;
/** What is looked at for less says nothing about the supply, ms. */
const MIN_LOOK_MS = 3_000;
/** Share of real time that players get along with. */
const ENOUGH = 0.9;
/** Gaps a player hides. */
const FEW_ERRORS = 3;

const NAMES: Readonly<Record<string, string>> = {
  h264: 'H.264',
  h265: 'H.265',
  h266: 'H.266',
  mpeg1: 'MPEG-1',
  mpeg2: 'MPEG-2',
  mpeg4: 'MPEG-4',
  av1: 'AV1',
  vc1: 'VC-1',
  aac: 'AAC',
  'aac-latm': 'AAC (LATM)',
  'mpeg-audio': 'MPEG audio',
  ac3: 'AC-3',
  eac3: 'E-AC-3',
  dts: 'DTS',
};
/** What every browser and television plays. */
const COMMON = new Set(['h264', 'aac']);

/** What a probe saw, hop by hop, to the first one that failed. */
export function probeFindings(report: ProbeReport, patienceMs: number): DoctorFinding[] {
  const { failure, survey, details, firstByteMs } = report;
  if (failure?.kind === 'cancelled') return [finding('start-interrupted', { detail: failure.detail })];
  if (!survey || !details || firstByteMs === null) {
    return failure ? failedStart(failure, patienceMs) : [finding('start-failed', { detail: 'no answer' })];
  }
  const start = finding('start-ok', { place: details.place, seconds: seconds(firstByteMs) });
  return [start, ...surveyFindings(survey, report)];
}

/** What the running stream of a viewer says about its source. */
export function liveFindings(stream: SessionStats): DoctorFinding[] {
  const { source, viewers, bitrate, codec, continuityErrors } = stream;
  const findings = [finding('source-live', { viewers, place: source?.place ?? 'its host' })];
  if (codec !== null) findings.push(codecFinding([codec]));
  if (bitrate > 0) findings.push(finding('rate-ok', { megabits: megabits(bitrate) }));
  if (continuityErrors > FEW_ERRORS) findings.push(finding('rate-damaged', { errors: continuityErrors }));
  return findings;
}

function failedStart(failure: StreamFailure, patienceMs: number): DoctorFinding[] {
  const { cause, kind, detail } = failure;
  switch (cause?.why) {
    case 'http-status':
      return [statusFinding(cause.status)];
    case 'unreachable':
      return [unreachable(cause.code)];
    case 'forbidden-address':
      return [finding('name-forbidden', { host: 'The host' })];
    case 'redirects':
      return [finding('start-astray')];
    case 'web-page':
      return [finding('bytes-page')];
    case 'text':
      return [finding('bytes-text')];
    case 'nothing-sent':
      return [finding('bytes-none')];
    case 'no-engine':
      return [finding('engine-none')];
    case 'engine-down':
      return [finding('engine-down', { engines: 'all' })];
    case 'engine-network':
      return [finding('engine-offline')];
    case 'provider-limit':
      return [finding('limit-full')];
    case 'proxy-unreachable':
    case 'proxy-login':
    case 'proxy-refused':
      return [finding(cause.why)];
    case 'no-place':
      return [finding('engine-full')];
    case undefined:
      break;
  }
  switch (kind) {
    case 'not-found':
      return [finding('content-unknown')];
    case 'no-peers':
      return [finding('content-no-peers')];
    case 'licence':
      return [finding('content-licence')];
    case 'timeout':
      return [finding('start-timeout', { seconds: Math.round(patienceMs / 1000) })];
    case 'bad-media':
      return [finding('bytes-foreign')];
    case 'unsupported':
      return [finding('source-odd', { detail })];
    case 'unavailable':
    case 'cancelled':
      return [finding('start-failed', { detail })];
  }
}

/** 456 and 458 are what Xtream and Stalker portals answer to blocked accounts and to one connection too many. */
function statusFinding(status: number): DoctorFinding {
  if (status === 401 || status === 407) return finding('start-unauthorized', { status });
  if (status === 404 || status === 410) return finding('start-gone', { status });
  if (status === 429 || status === 458 || status === 509) return finding('start-busy', { status });
  if (status === 456) return finding('start-blocked', { status });
  if (status === 403 || status === 451) return finding('start-forbidden', { status });
  return finding(status >= 500 ? 'start-broken' : 'start-odd', { status });
}

function unreachable(code: string): DoctorFinding {
  if (code === 'ECONNREFUSED') return finding('start-refused');
  return finding(isCertificateError(code) ? 'start-certificate' : 'start-unreachable', { code });
}

function surveyFindings(survey: SurveyReport, { end }: ProbeReport): DoctorFinding[] {
  if (survey.bytes === 0) return [finding('bytes-none')];
  if (survey.isNoStream) return [finding('bytes-foreign')];
  const findings = [finding('bytes-ok', { kilobytes: Math.round(survey.bytes / 1000) })];
  if (end) findings.push(finding('bytes-cut', { detail: end.detail }));
  if (survey.tablesMs === null) return [...findings, finding('tables-none')];
  findings.push(finding('tables-ok'));
  if (survey.isScrambled) {
    return [...findings, finding('picture-scrambled', { percent: Math.round(survey.scrambledShare * 100) })];
  }
  if (survey.keyframeMs === null) return [...findings, finding('picture-none')];
  findings.push(
    finding(survey.keyframeMs > SLOW_PICTURE_MS ? 'picture-slow' : 'picture-ok', {
      seconds: seconds(survey.keyframeMs),
    }),
  );
  findings.push(codecsOf(survey), rateOf(survey));
  if (survey.continuityErrors > FEW_ERRORS) {
    findings.push(finding('rate-damaged', { errors: survey.continuityErrors }));
  }
  return findings;
}

function codecsOf({ streams, hasVideo }: SurveyReport): DoctorFinding {
  const shown = streams.filter(({ kind }) => kind === 'video' || kind === 'audio').map(({ codec }) => codec);
  if (!hasVideo) return finding('codecs-radio', { codecs: listed(shown) });
  if (!streams.some(({ kind }) => kind === 'audio')) {
    return finding('codecs-silent', { codecs: listed(shown) });
  }
  return codecFinding(shown);
}

function codecFinding(codecs: readonly string[]): DoctorFinding {
  const rare = codecs.filter((codec) => !COMMON.has(codec));
  const facts = { codecs: listed(codecs), rare: listed(rare) };
  return finding(rare.length > 0 ? 'codecs-rare' : 'codecs-ok', facts);
}

function rateOf({ lookedMs, mediaMs, bitrate, bytes }: SurveyReport): DoctorFinding {
  if (lookedMs < MIN_LOOK_MS || mediaMs === 0) return finding('rate-unknown');
  const needed = bitrate ?? (bytes * 8000) / mediaMs;
  const share = mediaMs / lookedMs;
  if (share >= ENOUGH) return finding('rate-ok', { megabits: megabits(needed) });
  return finding('rate-low', { percent: Math.round(share * 100), megabits: megabits(needed) });
}

function listed(codecs: readonly string[]): string {
  return [...new Set(codecs)].map((codec) => NAMES[codec] ?? codec).join(', ') || 'unknown';
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

function megabits(bitsPerSecond: number): string {
  return (bitsPerSecond / 1_000_000).toFixed(1);
}
