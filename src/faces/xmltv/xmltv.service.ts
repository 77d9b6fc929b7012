import { Injectable } from '@nestjs/common';
import { gzipSync } from 'node:zlib';
import { CatalogService } from '../../catalog/catalog.service.js';
import { cachedAnswer } from '../shared/answer.js';
import type { Answer, ReadyBytes } from '../shared/answer.js';
import type { PlayerCall } from '../shared/player-call.js';
import { PlayerGate } from '../shared/player-gate.js';
import { answerByMethod, commonHeaders, loadingAnswer, refusal } from '../shared/refusals.js';

/** `xmltv.php`. */
@Injectable()
export class XmltvService {
  constructor(
    private readonly gate: PlayerGate,
    private readonly catalog: CatalogService,
  ) {}

  async answer(call: PlayerCall): Promise<Answer> {
    const byMethod = answerByMethod(call);
    if (byMethod) return byMethod;
    const admission = await this.gate.admit(call);
    if (admission.kind !== 'ok') return refusal(call, admission);
    const isFile = wantsFile(call);
    const guide = await this.catalog.guide(admission.account, isFile ? 'gzip' : call.encoding);
    if (guide.kind === 'loading') return loadingAnswer(call);
    const { representation } = guide;
    return isFile ? compressedFile(call, representation) : guideText(call, representation);
  }
}

function guideText(call: PlayerCall, representation: ReadyBytes): Answer {
  return cachedAnswer(call, representation, {
    'content-type': 'application/xml; charset=utf-8',
    ...commonHeaders(call),
  });
}

/** A .gz file as such, for players that ask for one: no Content-Encoding, they unpack it themselves. */
function compressedFile(call: PlayerCall, { bytes, encoding, etag }: ReadyBytes): Answer {
  // The catalogue leaves tiny guides uncompressed.
  const packed = encoding === 'gzip' ? bytes : gzipSync(bytes);
  const file: ReadyBytes = { bytes: packed, encoding: 'identity', etag: `${etag}-file` };
  return cachedAnswer(call, file, {
    'content-type': 'application/gzip',
    'content-disposition': 'attachment; filename="epg.xml.gz"',
    ...commonHeaders(call),
  });
}

function wantsFile(call: PlayerCall): boolean {
  const asked = call.parameter('gzip') ?? call.parameter('form') ?? '';
  return ['1', 'true', 'gz'].includes(asked.toLowerCase());
}
