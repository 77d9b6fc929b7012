import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Tokenizer } from 'htmlparser2';
import { cuts, hostileMarkup, inPieces } from '../../../test/builders/hostile-markup.js';
import type { MarkupSink, TagAttributes } from './scanner.js';
import { MarkupScanner } from './scanner.js';

const NAMES = ['start', 'channel', 'id', 'lang', 'b', 'd', 'f', 'h', 'i', 'x', 'src', '"b"', '=b', 'a'];
const LIMITS = { blockBytes: 1, maxTagBytes: 1_000_000 };

/** Tags with the attributes anybody asks for, and the text between them. */
class Recording implements MarkupSink {
  readonly wantsText = true;
  readonly tokens: string[] = [];
  private pending = '';

  open(name: string, tag: TagAttributes): void {
    this.add(`<${name}${NAMES.map((key) => `|${tag.attribute(key) ?? '–'}`).join('')}`);
  }

  close(name: string): void {
    this.add(`/${name}`);
  }

  text(piece: string): void {
    this.pending += piece;
  }

  stray(): void {}

  tooLong(): void {
    this.add('too long');
  }

  private add(token: string): void {
    this.flush();
    this.tokens.push(token);
  }

  private flush(): void {
    if (this.pending !== '') this.tokens.push(`"${this.pending}`);
    this.pending = '';
  }

  end(): string[] {
    this.flush();
    return this.tokens;
  }
}

function scan(bytes: Uint8Array, lengths = [1_000_000], limits = LIMITS, raw = true): string[] {
  const sink = new Recording();
  const scanner = new MarkupScanner(sink, { ...limits, ...(raw ? { decode: (text) => text } : {}) });
  for (const piece of inPieces(bytes, lengths)) scanner.write(piece);
  scanner.end();
  return sink.end();
}

/** The same tokens by htmlparser2, references left as they are. */
function scanWithHtmlparser2(text: string): string[] {
  const sink = new Recording();
  let attributes = new Map<string, string>();
  let name = '';
  let key = '';
  let value = '';
  const open = (): void =>
    sink.open(name, { attribute: (wanted) => attributes.get(wanted), usualTime: () => undefined });
  const slice = (start: number, end: number): string => text.slice(start, end);
  const tokenizer = new Tokenizer(
    { xmlMode: true, decodeEntities: false },
    {
      onopentagname: (start, end) => {
        name = slice(start, end);
        attributes = new Map();
      },
      onattribname: (start, end) => {
        key = slice(start, end);
        value = '';
      },
      onattribdata: (start, end) => (value += slice(start, end)),
      onattribend: () => attributes.has(key) || attributes.set(key, value),
      onopentagend: open,
      onselfclosingtag: () => {
        open();
        sink.close(name);
      },
      onclosetag: (start, end) => sink.close(slice(start, end)),
      // At the very end it gives text from -1 after a half closing tag.
      ontext: (start, end) => (start < 0 ? undefined : sink.text(slice(start, end))),
      oncdata: (start, end, offset) => sink.text(slice(start, end - offset)),
      onattribentity: () => {},
      oncomment: () => {},
      ondeclaration: () => {},
      onend: () => {},
      onprocessinginstruction: () => {},
      ontextentity: () => {},
    },
  );
  tokenizer.write(text);
  tokenizer.end();
  return sink.end();
}

/** What half a tag at the very end is read as says nothing about a guide. */
function withoutTail(tokens: string[]): string[] {
  return tokens.at(-1)?.startsWith('"') ? tokens.slice(0, -1) : tokens;
}

describe('the markup scanner', () => {
  it('reads what htmlparser2 reads, whatever comes and however it is cut', () => {
    fc.assert(
      fc.property(hostileMarkup(), cuts(), (text, lengths) => {
        const bytes = Buffer.from(text);
        const expected = withoutTail(scanWithHtmlparser2(bytes.toString()));
        expect(withoutTail(scan(bytes, lengths))).toEqual(expected);
      }),
      { numRuns: 5000 },
    );
  });

  it('reads bytes that are not UTF-8 as TextDecoder does', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 6 }),
            hostileMarkup().map((text) => Buffer.from(text)),
          ),
          { maxLength: 12 },
        ),
        cuts(),
        (parts, lengths) => {
          const bytes = Buffer.concat([Buffer.from('x'), ...parts]);
          const expected = withoutTail(
            scanWithHtmlparser2(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)),
          );
          expect(withoutTail(scan(bytes, lengths))).toEqual(expected);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('expands references the same however they are cut', () => {
    fc.assert(
      fc.property(hostileMarkup(), cuts(), (text, lengths) => {
        const bytes = Buffer.from(text);
        expect(scan(bytes, lengths, LIMITS, false)).toEqual(scan(bytes, [1_000_000], LIMITS, false));
      }),
    );
  });

  it('drops a tag that is longer than allowed, and as many bytes as one may have', () => {
    const limits = { blockBytes: 8, maxTagBytes: 32 };
    const fits = `<a b="${'x'.repeat(25)}">`;
    expect(fits).toHaveLength(33);
    expect(scan(Buffer.from(`${fits.replace('xx', 'x')}y</a>`), [3], limits)).toEqual([
      expect.stringMatching(/^<a/),
      '"y',
      '/a',
    ]);
    expect(scan(Buffer.from(`${fits}y</a>`), [3], limits)).toEqual(['too long', '">y', '/a']);
  });

  it('tells the line and the byte of what it reports', () => {
    const places: string[] = [];
    const scanner: MarkupScanner = new MarkupScanner(
      {
        wantsText: true,
        open: (name) => places.push(`${name} ${scanner.line} ${scanner.position}`),
        close: () => {},
        text: () => {},
        stray: () => places.push(`stray ${scanner.line} ${scanner.position}`),
        tooLong: () => {},
      },
      { blockBytes: 4, maxTagBytes: 100 },
    );
    for (const piece of inPieces(
      Buffer.from('<a\n>\n<!--\n-->\n<b>\n<![CDATA[\n\n]]>x\n & y</b\n>\n<c/>'),
      [5],
    )) {
      scanner.write(piece);
    }
    scanner.end();
    expect(places).toEqual(['a 1 0', 'b 5 14', 'stray 9 35', 'c 11 44']);
  });
});
