import { ByteStrings } from './byte-strings.js';
import { decodeReferences, hasStrayAmpersand, MAX_REFERENCE_LENGTH } from './entities.js';
import { type GuideTimes, USUAL_TIME_LENGTH } from './time.js';

/** The attributes of the tag that is being opened; valid only inside `open`. */
export interface TagAttributes {
  /** "" for an attribute without a value; undefined when there is none. The first of a name counts. */
  attribute(name: string): string | undefined;
  /** The attribute as epoch seconds where it is a time in the usual form; undefined where it is anything else. */
  usualTime(name: string, times: GuideTimes): number | undefined;
}

export interface MarkupSink {
  /** Text that nobody wants is stepped over without being decoded. */
  readonly wantsText: boolean;
  open(name: string, tag: TagAttributes): void;
  close(name: string): void;
  /** A piece of text, references expanded; `care` is a sum of `FOREIGN` and `UNTIDY`, 0 for printable ASCII. */
  text(piece: string, care: number): void;
  /** A `<` or `&` at this place that begins nothing; it stays text. */
  stray(): void;
  /** The tag at this place is longer than allowed; it and as many bytes as a tag may have are dropped. */
  tooLong(): void;
}

/** Not ASCII: there may be replacement characters. */
export const FOREIGN = 1;
/** There may be line breaks, control characters, what was a reference, or odd spaces. */
export const UNTIDY = 2;

export interface ScannerOptions {
  blockBytes: number;
  maxTagBytes: number;
  decode?: (text: string) => string;
}

const enum Mode {
  Text,
  Comment,
  Cdata,
  Instruction,
  /** Whatever it is, it lasts to the next `>`. */
  ToGreater,
}

const LT = 0x3c;
const GT = 0x3e;
const SLASH = 0x2f;
const BANG = 0x21;
const QUESTION = 0x3f;
const DASH = 0x2d;
const EQUALS = 0x3d;
const DOUBLE = 0x22;
const SINGLE = 0x27;
const AMPERSAND = 0x26;
const NEWLINE = 0x0a;
const CDATA = Buffer.from('<![CDATA[');

/** What a byte of text asks for, besides being copied. */
const HIGH = FOREIGN;
const DOUBTFUL = UNTIDY;
const REFERENCE = 4;
const CONTROL = 8;
const END = 16;
/** First bytes of the characters that need tidying: U+0080–U+00BF, U+2000–U+2FFF, U+F000–U+FFFF. */
const OF_DOUBTFUL = new Set([0xc2, 0xe2, 0xef]);
const CLASS = new Uint8Array(256).map((_, byte) => {
  if (byte === LT) return END;
  if (byte === AMPERSAND) return REFERENCE;
  if (byte >= 0x80) return OF_DOUBTFUL.has(byte) ? HIGH | DOUBTFUL : HIGH;
  return byte < 0x20 || byte === 0x7f ? CONTROL | DOUBTFUL : 0;
});
/** Bytes that end a name: white space, `/` and `>`. */
const ENDS_NAME = new Uint8Array(256);
const SPACE = new Uint8Array(256);
for (const byte of [0x20, 0x0a, 0x09, 0x0c, 0x0d]) SPACE[byte] = ENDS_NAME[byte] = 1;
ENDS_NAME[SLASH] = ENDS_NAME[GT] = 1;

const MAX_ATTRIBUTES = 32;
/** Where an attribute's name begins, the length of the name, its value from and to, what is in the value. */
const SPAN = 5;
/** More bytes are needed to decide. */
const MORE = -1;

/**
 * UTF-8 markup in any chunking → tags and text, with the tolerance of htmlparser2 in its XML mode: whatever comes is
 * read as something, and nothing is ever refused. No nesting is checked here, no declaration obeyed. Holds one block and
 * one tag; how the bytes are cut never changes what comes out, except where one text is split into pieces.
 */
export class MarkupScanner implements TagAttributes {
  /** Line of the markup being reported, from 1. */
  line = 1;
  private readonly strings = new ByteStrings();
  private readonly block: Buffer;
  private readonly decode: (text: string) => string;
  private used = 0;
  /** Bytes of the block that have been looked at before, and need more after them. */
  private seen = 0;
  private scanned = 0;
  private at = 0;
  private mode = Mode.Text;
  private isLast = false;
  private tagEnd = 0;
  /** Name of the last opening tag, which is most often that of the next closing one; "" where its bytes are not its letters. */
  private opened = '';
  private tagSeen = 0;
  private attributes = 0;
  private readonly spans = new Int32Array(MAX_ATTRIBUTES * SPAN);

  constructor(
    private readonly sink: MarkupSink,
    private readonly options: ScannerOptions,
  ) {
    this.block = Buffer.allocUnsafe(options.blockBytes + options.maxTagBytes + 64);
    this.decode = options.decode ?? decodeReferences;
  }

  /** Bytes before the markup being reported. */
  get position(): number {
    return this.scanned + this.at;
  }

  /** The text at this place, for a person who looks for it. */
  sample(length: number): string {
    return this.block.toString('utf8', this.at, Math.min(this.used, this.at + length));
  }

  write(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length;) {
      const take = Math.min(chunk.length - from, this.block.length - this.used);
      this.block.set(chunk.subarray(from, from + take), this.used);
      this.used += take;
      from += take;
      if (this.used - this.seen >= this.options.blockBytes || this.used === this.block.length) this.scan();
    }
  }

  /** Returns whether the bytes end between two things, not in the middle of a tag, comment or CDATA section. */
  end(): boolean {
    this.isLast = true;
    this.scan();
    return this.mode === Mode.Text && this.at === this.used;
  }

  attribute(name: string): string | undefined {
    const { spans } = this;
    const index = this.spanOf(name);
    if (index === -1) return undefined;
    return this.string(spans[index + 2] as number, spans[index + 3] as number, spans[index + 4] as number);
  }

  /** Straight from the bytes: of two million times hardly one is said twice, so strings of them are work for nothing. */
  usualTime(name: string, times: GuideTimes): number | undefined {
    const index = this.spanOf(name);
    if (index === -1) return undefined;
    const start = this.spans[index + 2] as number;
    if ((this.spans[index + 3] as number) - start !== USUAL_TIME_LENGTH) return undefined;
    return times.parseBytes(this.block, start) ?? undefined;
  }

  private spanOf(name: string): number {
    const { spans } = this;
    const { length } = name;
    const end = this.attributes * SPAN;
    for (let index = 0; index < end; index += SPAN) {
      if (spans[index + 1] === length && this.isAt(spans[index] as number, name)) return index;
    }
    return -1;
  }

  private isAt(start: number, name: string): boolean {
    for (let at = 0; at < name.length; at++) if (this.block[start + at] !== name.charCodeAt(at)) return false;
    return true;
  }

  private scan(): void {
    this.at = 0;
    while (this.at < this.used) {
      const next = this.step(this.at);
      if (next === MORE) break;
      this.at = next;
    }
    if (this.isLast) return;
    this.block.copyWithin(0, this.at, this.used);
    this.scanned += this.at;
    this.used -= this.at;
    this.seen = this.used;
    this.at = 0;
  }

  private step(at: number): number {
    switch (this.mode) {
      case Mode.Text:
        return this.block[at] === LT ? this.markup(at) : this.readText(at, at);
      case Mode.Comment:
        return this.readComment(at);
      case Mode.Cdata:
        return this.readCdata(at);
      case Mode.Instruction:
        return this.skipTo('?>', at);
      case Mode.ToGreater:
        return this.skipTo('>', at);
    }
  }

  /** Text from `start`, whose bytes before `from` are known to be text. */
  private readText(start: number, from: number): number {
    const { block, used } = this;
    let seen = 0;
    let end = from;
    let line = from === start ? this.line : this.line + this.newlines(start, from);
    for (; end < used; end++) {
      const byte = block[end] as number;
      const kind = CLASS[byte] as number;
      if (kind === END) break;
      seen |= kind;
      if (byte === NEWLINE) line++;
    }
    if (end === used && !this.isLast) {
      end = this.wholeText(start, end);
      if (end <= start) return MORE;
      line = this.line + this.newlines(start, end);
    }
    if (this.sink.wantsText) this.tellText(start, end, seen);
    this.line = line;
    return end;
  }

  private tellText(start: number, end: number, seen: number): void {
    const { sink } = this;
    const raw = this.strings.read(this.block, start, end, (seen & HIGH) === 0);
    if (this.block[start] === LT) sink.stray();
    if ((seen & REFERENCE) === 0) return sink.text(raw, seen & (FOREIGN | UNTIDY));
    if (hasStrayAmpersand(raw)) sink.stray();
    sink.text(this.decode(raw), FOREIGN | UNTIDY);
  }

  /** The end of the text that can be read without the bytes to come: no character and no reference is cut. */
  private wholeText(start: number, end: number): number {
    const { block } = this;
    let whole = wholeCharacters(block, start, end);
    if (whole <= start) return whole;
    const tail = Math.max(start, whole - MAX_REFERENCE_LENGTH);
    const reference = block.lastIndexOf(AMPERSAND, whole - 1);
    if (reference < tail) return whole;
    const semicolon = block.indexOf(';', reference);
    if (semicolon === -1 || semicolon >= whole) whole = reference;
    return whole;
  }

  private markup(lt: number): number {
    const next = this.block[lt + 1] as number;
    if (lt + 1 === this.used) return this.isLast ? this.readText(lt, lt + 1) : MORE;
    if (next === SLASH) return this.closingTag(lt);
    if (next === BANG) return this.declaration(lt);
    if (next === QUESTION) return this.enter(Mode.Instruction, lt + 2);
    if (ENDS_NAME[next] === 1) return this.readText(lt, lt + 1);
    return this.openingTag(lt);
  }

  private declaration(lt: number): number {
    const { block } = this;
    if (!this.isLast && this.used - lt < CDATA.length) return MORE;
    if (block[lt + 2] === DASH && block[lt + 3] === DASH) return this.enter(Mode.Comment, lt + 4);
    if (
      this.used - lt >= CDATA.length &&
      block.compare(CDATA, 0, CDATA.length, lt, lt + CDATA.length) === 0
    ) {
      return this.enter(Mode.Cdata, lt + CDATA.length);
    }
    return this.enter(Mode.ToGreater, lt + (block[lt + 2] === DASH ? 4 : 3));
  }

  private enter(mode: Mode, at: number): number {
    this.mode = mode;
    return Math.min(at, this.used);
  }

  private closingTag(lt: number): number {
    const { block } = this;
    const limit = Math.min(this.used, lt + this.options.maxTagBytes);
    let start = lt + 2;
    while (start < limit && SPACE[block[start] as number] === 1) start++;
    if (start === limit) return this.unfinished(lt, limit);
    if (block[start] === GT) return this.readText(lt, start + 1);
    if (block[start] === SLASH) return this.enter(Mode.ToGreater, start + 1);
    let end = start;
    let seen = 0;
    for (; end < limit && ENDS_NAME[block[end] as number] === 0; end++) {
      seen |= CLASS[block[end] as number] as number;
    }
    if (end === limit) return this.unfinished(lt, limit);
    const { opened } = this;
    const isOpened = end - start === opened.length && this.isAt(start, opened);
    this.sink.close(isOpened ? opened : this.string(start, end, seen));
    if (start > lt + 2) this.line += this.newlines(lt, start);
    if (block[end] === GT) return end + 1;
    return this.enter(Mode.ToGreater, end);
  }

  private openingTag(lt: number): number {
    const { block } = this;
    const limit = Math.min(this.used, lt + this.options.maxTagBytes);
    let end = lt + 1;
    let seen = 0;
    for (; end < limit && ENDS_NAME[block[end] as number] === 0; end++) {
      seen |= CLASS[block[end] as number] as number;
    }
    this.attributes = 0;
    this.tagSeen = 0;
    const isAlone =
      block[end] === GT && end < limit ? this.endTag(end, false) : this.readAttributes(end, limit);
    if (isAlone === undefined) return this.unfinished(lt, limit);
    const after = this.tagEnd;
    const name = this.string(lt + 1, end, seen);
    this.opened = seen === 0 ? name : '';
    this.sink.open(name, this);
    if (isAlone) this.sink.close(name);
    this.attributes = 0;
    if ((this.tagSeen & CONTROL) !== 0) this.line += this.newlines(lt, after);
    return after;
  }

  private endTag(at: number, isAlone: boolean): boolean {
    this.tagEnd = at + 1;
    return isAlone;
  }

  /** Returns whether the tag closes itself; undefined when it does not end before `limit`. Sets `tagEnd`. */
  private readAttributes(from: number, limit: number): boolean | undefined {
    const { block } = this;
    let at = from;
    let isAlone = false;
    while (at < limit) {
      const byte = block[at] as number;
      if (byte === GT) return this.endTag(at, isAlone);
      if (byte === SLASH) isAlone = true;
      else if (SPACE[byte] === 0) {
        isAlone = false;
        at = this.readAttribute(at, limit);
        continue;
      } else this.tagSeen |= CLASS[byte] as number;
      at++;
    }
    return undefined;
  }

  private readAttribute(start: number, limit: number): number {
    const { block } = this;
    let nameEnd = start + 1;
    while (nameEnd < limit && block[nameEnd] !== EQUALS && ENDS_NAME[block[nameEnd] as number] === 0) {
      nameEnd++;
    }
    let at = this.skipSpace(nameEnd, limit);
    if (at < limit && block[at] !== EQUALS) {
      this.keep(start, nameEnd, nameEnd, nameEnd, 0);
      return at;
    }
    at = this.skipSpace(at + 1, limit);
    const quote = block[at];
    let seen = 0;
    if (quote === DOUBLE || quote === SINGLE) {
      const from = ++at;
      for (; at < limit && block[at] !== quote; at++) seen |= CLASS[block[at] as number] as number;
      this.keep(start, nameEnd, from, at, seen);
      return at + 1;
    }
    const from = at;
    for (; at < limit && block[at] !== GT && SPACE[block[at] as number] === 0; at++) {
      seen |= CLASS[block[at] as number] as number;
    }
    this.keep(start, nameEnd, from, at, seen);
    return at;
  }

  private skipSpace(from: number, limit: number): number {
    let at = from;
    for (; at < limit && SPACE[this.block[at] as number] === 1; at++) {
      this.tagSeen |= CLASS[this.block[at] as number] as number;
    }
    return at;
  }

  private keep(nameStart: number, nameEnd: number, start: number, end: number, seen: number): void {
    this.tagSeen |= seen;
    if (this.attributes === MAX_ATTRIBUTES) return;
    const index = this.attributes++ * SPAN;
    this.spans[index] = nameStart;
    this.spans[index + 1] = nameEnd - nameStart;
    this.spans[index + 2] = start;
    this.spans[index + 3] = end;
    this.spans[index + 4] = seen;
  }

  /** A tag without an end: it may come, it is too far away, or the bytes are over. */
  private unfinished(lt: number, limit: number): number {
    if (limit === lt + this.options.maxTagBytes) {
      this.sink.tooLong();
      this.line += this.newlines(lt, limit);
      return limit;
    }
    return MORE;
  }

  private readComment(start: number): number {
    const { block, used } = this;
    for (let at = start; ; at++) {
      at = block.indexOf('--', at);
      if (at === -1 || at >= used - 2) return this.skipped(start, used - 3);
      const end = block[at + 2] === BANG ? at + 3 : at + 2;
      if (end < used && block[end] === GT) return this.finished(start, end + 1);
    }
  }

  private readCdata(start: number): number {
    const { block, used, sink } = this;
    const found = block.indexOf(']]>', start);
    const isWhole = found !== -1 && found <= used - 3;
    let end = found;
    if (!isWhole) end = this.isLast ? used : wholeCharacters(block, start, used - 2);
    if (end < start || (end === start && !isWhole)) return MORE;
    if (sink.wantsText && end > start) sink.text(block.toString('utf8', start, end), FOREIGN | UNTIDY);
    if (isWhole) return this.finished(start, end + 3);
    this.line += this.newlines(start, end);
    return end;
  }

  private skipTo(end: string, start: number): number {
    const found = this.block.indexOf(end, start);
    if (found === -1 || found > this.used - end.length) {
      return this.skipped(start, this.used - end.length + 1);
    }
    return this.finished(start, found + end.length);
  }

  private finished(start: number, end: number): number {
    this.mode = Mode.Text;
    this.line += this.newlines(start, end);
    return end;
  }

  private skipped(start: number, end: number): number {
    if (end <= start) return MORE;
    this.line += this.newlines(start, end);
    return end;
  }

  private newlines(start: number, end: number): number {
    let lines = 0;
    for (let at = start; at < end; at++) if (this.block[at] === NEWLINE) lines++;
    return lines;
  }

  private string(start: number, end: number, seen: number): string {
    const raw = this.strings.read(this.block, start, end, (seen & HIGH) === 0);
    return (seen & REFERENCE) === 0 ? raw : this.decode(raw);
  }
}

/** The end of the last whole UTF-8 character before `end`; `end` itself where the bytes are no beginning of one. */
function wholeCharacters(block: Buffer, start: number, end: number): number {
  for (let back = 1; back <= 3 && end - back >= start; back++) {
    const byte = block[end - back] as number;
    if (byte < 0x80) return end;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? end - back : end;
  }
  return end;
}
