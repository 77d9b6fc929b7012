import { XmltvReader } from '../../core/xmltv/reader.js';
import type { GuideHandler, GuideSummary } from '../../core/xmltv/types.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { GuideKind } from '../guide-source.entity.js';
import { gunzipIfPacked } from './gunzip.js';

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
  let bytes = 0;
  for await (const chunk of gunzipIfPacked(body)) {
    bytes += chunk.length;
    if (bytes > options.maxBytes) {
      throw new AppError('fetch_too_large', `the guide is larger than ${options.maxBytes} bytes`);
    }
    reader.write(chunk);
  }
  return reader.end();
}
