import { XmltvReader } from '../xmltv/reader.js';
import type { GuideHandler, GuideReader, GuideSummary } from '../xmltv/types.js';
import { JsonGuideReader, type JsonGuideOptions } from './json-guide.js';

const OPENS_JSON = new Set([0x7b, 0x5b]);
/** White space, and the bytes of a byte order mark. */
const SKIPPED = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

/** A guide in whichever form it comes: JSON when its first character opens an object or a list, else XMLTV. */
export class AnyGuideReader implements GuideReader {
  private reader: GuideReader | null = null;

  constructor(
    private readonly handler: GuideHandler,
    private readonly options: JsonGuideOptions = {},
  ) {}

  write(chunk: Uint8Array): void {
    const first = chunk.find((byte) => !SKIPPED.has(byte));
    if (first !== undefined) this.reader ??= this.choose(OPENS_JSON.has(first));
    this.reader?.write(chunk);
  }

  end(): GuideSummary {
    return (this.reader ?? this.choose(false)).end();
  }

  private choose(isJson: boolean): GuideReader {
    const { handler, options } = this;
    return isJson ? new JsonGuideReader(handler, options) : new XmltvReader(handler, options);
  }
}
