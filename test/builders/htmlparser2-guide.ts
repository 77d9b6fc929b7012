import { Parser } from 'htmlparser2';
import { GuideAssembler } from '../../src/core/xmltv/assembler.js';
import { FOREIGN, type TagAttributes, UNTIDY } from '../../src/core/xmltv/scanner.js';
import { GuideTimes } from '../../src/core/xmltv/time.js';
import { DEFAULT_GUIDE_LIMITS, type GuideHandler } from '../../src/core/xmltv/types.js';

/** The same records from htmlparser2's events: what our scanner is measured against. */
export class Htmlparser2Guide {
  private readonly parser: Parser;
  private readonly decoder = new TextDecoder();

  constructor(handler: GuideHandler) {
    const assembler = new GuideAssembler(handler, DEFAULT_GUIDE_LIMITS, new GuideTimes(), {
      position: () => 0,
      line: () => 0,
      problem: () => {},
    });
    let attributes: Record<string, string> = {};
    const tag: TagAttributes = { attribute: (name) => attributes[name], usualTime: () => undefined };
    this.parser = new Parser(
      {
        onopentag: (name, found) => {
          attributes = found;
          assembler.open(name, tag);
        },
        ontext: (text) => {
          if (assembler.wantsText) assembler.text(text, FOREIGN | UNTIDY);
        },
        onclosetag: (name) => assembler.close(name),
      },
      { xmlMode: true, decodeEntities: true },
    );
  }

  write(chunk: Uint8Array): void {
    this.parser.write(this.decoder.decode(chunk, { stream: true }));
  }

  end(): void {
    this.parser.end(this.decoder.decode());
  }
}
