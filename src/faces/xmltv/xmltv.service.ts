import { Injectable } from '@nestjs/common';
import { GuideFiles } from '../../catalog/guide-files.js';
import type { GuideFile, GuideSpan } from '../../catalog/guide-files.js';
import { encodingHeader } from '../shared/answer.js';
import type { Answer } from '../shared/answer.js';
import type { FileAnswer } from '../shared/file-sender.js';
import { isUnmodified } from '../shared/negotiation.js';
import type { PlayerCall } from '../shared/player-call.js';
import { PlayerGate } from '../shared/player-gate.js';
import { answerByMethod, commonHeaders, loadingAnswer, refusal } from '../shared/refusals.js';

const MAX_DAYS = 60;

/** `xmltv.php`. */
@Injectable()
export class XmltvService {
  constructor(
    private readonly gate: PlayerGate,
    private readonly guides: GuideFiles,
  ) {}

  async answer(call: PlayerCall): Promise<Answer | FileAnswer> {
    const byMethod = answerByMethod(call);
    if (byMethod) return byMethod;
    const admission = await this.gate.admit(call);
    if (admission.kind !== 'ok') return refusal(call, admission);
    const isFile = wantsFile(call);
    const encoding = isFile ? 'gzip' : call.encoding;
    const guide = await this.guides.file(admission.account, spanOf(call), encoding);
    if (guide.kind === 'loading') return loadingAnswer(call);
    const type = isFile ? FILE_HEADERS : { ...TEXT_HEADERS, ...encodingHeader(encoding) };
    return fileAnswer(call, guide.file, isFile ? `${guide.file.etag}-file` : guide.file.etag, type);
  }
}

const TEXT_HEADERS = { 'content-type': 'application/xml; charset=utf-8' } as const;
/** A .gz file as such, for players that ask for one: no Content-Encoding, they unpack it themselves. */
const FILE_HEADERS = {
  'content-type': 'application/gzip',
  'content-disposition': 'attachment; filename="epg.xml.gz"',
} as const;

function fileAnswer(
  call: PlayerCall,
  file: GuideFile,
  etag: string,
  type: Readonly<Record<string, string>>,
): Answer | FileAnswer {
  const headers = {
    'cache-control': 'private, no-cache',
    etag: `"${etag}"`,
    ...(file.modifiedAt === null ? {} : { 'last-modified': new Date(file.modifiedAt * 1000).toUTCString() }),
    ...commonHeaders(call),
  };
  if (isUnmodified(call.headers, etag, file.modifiedAt)) return { status: 304, headers, body: null };
  const full = { ...headers, ...type, 'content-length': String(file.bytes) };
  if (call.method === 'HEAD') return { status: 200, headers: full, body: null };
  return { status: 200, headers: full, body: file };
}

/** Days before and after today; what is no number asks for everything there is. */
function spanOf(call: PlayerCall): GuideSpan {
  const daysBack = daysOf(call.parameter('prev_days'));
  const daysAhead = daysOf(call.parameter('next_days') ?? call.parameter('days'));
  return {
    ...(daysBack === undefined ? {} : { daysBack }),
    ...(daysAhead === undefined ? {} : { daysAhead }),
  };
}

function daysOf(asked: string | undefined): number | undefined {
  return asked !== undefined && /^\d{1,4}$/.test(asked) ? Math.min(Number(asked), MAX_DAYS) : undefined;
}

function wantsFile(call: PlayerCall): boolean {
  const asked = call.parameter('gzip') ?? call.parameter('form') ?? '';
  return ['1', 'true', 'gz'].includes(asked.toLowerCase());
}
