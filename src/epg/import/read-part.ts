import { XmltvReader } from '../../core/xmltv/reader.js';
import type { GuideHandler, GuideSummary } from '../../core/xmltv/types.js';
import type { GuideKind } from '../guide-source.entity.js';
import { unpack } from '../unpack.js';

export interface ReadPartOptions {
  kind: GuideKind;
  contentType: string;
  channelId: string | null;
  timeZone: string;
  /** Unpacked. */
  maxBytes: number;
  handler: GuideHandler;
}

/** Reads one answer of a source: unpacks it, tells what it is, hands its records on. */
export async function readPart(
  body: AsyncIterable<Uint8Array>,
  options: ReadPartOptions,
): Promise<GuideSummary> {
  const reader = new XmltvReader(options.handler, { defaultZone: options.timeZone });
  for await (const chunk of unpack(body, { maxBytes: options.maxBytes })) reader.write(chunk);
  return reader.end();
}
