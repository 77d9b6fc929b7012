import { AnyGuideReader } from '../../core/guide/any-guide.js';
import { JsonGuideReader } from '../../core/guide/json-guide.js';
import { XmltvReader } from '../../core/xmltv/reader.js';
import type { GuideHandler, GuideSummary } from '../../core/xmltv/types.js';
import type { GuideKind } from '../guide-source.entity.js';
import { unpack } from '../unpack.js';

export interface ReadPartOptions {
  kind: GuideKind;
  contentType: string;
  /** Whose programmes these are, where the request says it and the answer need not. */
  channelId: string | null;
  /** That there is nothing in it is no problem. */
  mayBeEmpty: boolean;
  timeZone: string;
  /** Unpacked. */
  maxBytes: number;
  handler: GuideHandler;
}

const READERS = { auto: AnyGuideReader, xmltv: XmltvReader, 'provider-json': JsonGuideReader } as const;

/** Reads one answer of a source: unpacks it, tells what it is, hands its records on. Throws what unpacking throws. */
export async function readPart(
  body: AsyncIterable<Uint8Array>,
  { kind, contentType, channelId, mayBeEmpty, timeZone, maxBytes, handler }: ReadPartOptions,
): Promise<GuideSummary> {
  const charset = /;\s*charset\s*=\s*"?([\w.:-]{1,40})/i.exec(contentType)?.[1];
  const reader = new READERS[kind](handler, {
    defaultZone: timeZone,
    mayBeEmpty,
    ...(charset === undefined ? {} : { charset }),
    ...(channelId === null ? {} : { channelId }),
  });
  for await (const chunk of unpack(body, { maxBytes })) reader.write(chunk);
  return reader.end();
}
