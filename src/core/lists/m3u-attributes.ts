// The attribute part of #EXTM3U and #EXTINF as lists really write it: quotes double, single, missing or odd in number.

export interface Directive {
  /** Seconds as written, null where there is none. */
  duration: number | null;
  /** Names in lower case; the first non-empty value of a name wins. */
  attributes: Map<string, string>;
  /** Text after the first comma outside values; without a comma, the words that belong to no attribute. */
  title: string;
}

const LIVE = { duration: -1, end: 2 } as const;
const MAX_KEY = 64;
const COMMA = 0x2c;
const EQUALS = 0x3d;
const DOUBLE = 0x22;
const SINGLE = 0x27;

/** `#EXTINF` content behind the colon. */
export function parseExtInf(text: string, maxAttributes: number): Directive {
  const { duration, end } = readDuration(text);
  const { attributes, title } = new Scan(text, end, true, maxAttributes).run();
  return { duration, attributes, title };
}

function readDuration(text: string): { duration: number | null; end: number } {
  // Nearly every live list says -1.
  if (text.startsWith('-1') && (text[2] === ' ' || text[2] === ',')) return LIVE;
  const match = /^\s*([+-]?\d{1,9}(?:\.\d{1,9})?)(?=[\s,;]|$)/.exec(text);
  return { duration: match === null ? null : Number(match[1]), end: match?.[0].length ?? 0 };
}

/** Attributes of a header line: no title, so commas belong to the values. */
export function parseAttributes(text: string, maxAttributes: number): Map<string, string> {
  return new Scan(text, 0, false, maxAttributes).run().attributes;
}

/** One pass over one line. Every position is looked at a bounded number of times, whatever the text. */
class Scan {
  private readonly attributes = new Map<string, string>();
  private readonly words: string[] = [];
  /** The attribute whose unquoted value may go on with the next word (`group-title=My Group,Name`). */
  private open: string | null = null;
  private tail: string[] = [];
  private lastQuoted: { key: string; value: string } | null = null;
  /** Quote characters that close nothing in the rest of the line: looked for once, not once an attribute. */
  private unclosed = '';

  constructor(
    private readonly text: string,
    private at: number,
    private readonly hasTitle: boolean,
    private readonly maxAttributes: number,
  ) {}

  run(): { attributes: Map<string, string>; title: string } {
    for (;;) {
      this.skipBlanks();
      if (this.at >= this.text.length) {
        return { attributes: this.attributes, title: this.titleWithoutComma() };
      }
      if (this.text.charCodeAt(this.at) === COMMA) {
        this.at++;
        if (!this.hasTitle) continue;
        this.extendOpen();
        return { attributes: this.attributes, title: this.text.slice(this.at) };
      }
      this.readAttribute();
    }
  }

  private readAttribute(): void {
    const keyEnd = this.scanKey(this.at);
    if (keyEnd === this.at || this.text.charCodeAt(keyEnd) !== EQUALS) return this.readWord();
    this.extendOpen();
    const key = this.text.slice(this.at, keyEnd).toLowerCase();
    this.at = keyEnd + 1;
    if (isQuote(this.text.charCodeAt(this.at))) this.readQuoted(key);
    else this.readUnquoted(key);
  }

  private readQuoted(key: string): void {
    const quote = this.text.charAt(this.at);
    const start = this.at + 1;
    const first = this.unclosed.includes(quote) ? -1 : this.text.indexOf(quote, start);
    for (let end = first; end >= 0; end = this.text.indexOf(quote, end + 1)) {
      const keyStart = this.openingBefore(end, start);
      if (keyStart !== null) {
        // The quote opens the next attribute: this value was never closed.
        this.store(key, this.text.slice(start, keyStart));
        this.at = keyStart;
        return;
      }
      if (!this.closesAt(end)) continue;
      const value = this.text.slice(start, end);
      this.store(key, value);
      this.lastQuoted = value.includes(quote) ? { key, value } : null;
      this.at = end + 1;
      return;
    }
    this.unclosed += quote;
    this.at = start;
    this.readUnquoted(key);
  }

  private readUnquoted(key: string): void {
    const start = this.at;
    this.at = this.wordEnd(start);
    this.store(key, this.text.slice(start, this.at).replace(/["']+$/, ''));
    this.open = key;
  }

  private readWord(): void {
    const start = this.at;
    this.at = Math.max(start + 1, this.wordEnd(start));
    const word = this.text.slice(start, this.at);
    if (this.open === null) this.words.push(word);
    else this.tail.push(word);
  }

  /** Words after an unquoted value are its own when something follows that ends it. */
  private extendOpen(): void {
    if (this.open === null) return;
    if (this.tail.length > 0) {
      const value = `${this.attributes.get(this.open) ?? ''} ${this.tail.join(' ')}`.trim();
      if (this.attributes.has(this.open)) this.attributes.set(this.open, value.replace(/["']+$/, ''));
    }
    this.open = null;
    if (this.tail.length > 0) this.tail = [];
  }

  /** No comma anywhere: the words that belong to nothing are the name. */
  private titleWithoutComma(): string {
    if (!this.hasTitle) {
      this.extendOpen();
      return '';
    }
    const words = [...this.words, ...this.tail];
    if (words.length > 0) return words.join(' ');
    // An unclosed quote may have swallowed comma and name: tvg-logo="http://x,Name "HD"
    const comma = this.lastQuoted?.value.indexOf(',') ?? -1;
    if (this.lastQuoted === null || comma < 0) return '';
    this.attributes.set(this.lastQuoted.key, this.lastQuoted.value.slice(0, comma));
    return `${this.lastQuoted.value.slice(comma + 1)}"`;
  }

  private store(key: string, value: string): void {
    const trimmed = value.trim();
    if (this.attributes.size >= this.maxAttributes && !this.attributes.has(key)) return;
    if ((this.attributes.get(key) ?? '') === '') this.attributes.set(key, trimmed);
  }

  /** A quote closes where a blank, a comma, the end or the next attribute follows. */
  private closesAt(quote: number): boolean {
    const next = quote + 1;
    if (next >= this.text.length || isBlank(this.text.charCodeAt(next))) return true;
    if (this.text.charCodeAt(next) === COMMA) return true;
    const keyEnd = this.scanKey(next);
    return (
      keyEnd > next && this.text.charCodeAt(keyEnd) === EQUALS && isQuote(this.text.charCodeAt(keyEnd + 1))
    );
  }

  /** Where the attribute begins that this quote opens (blank, name, `=` before it), or null. */
  private openingBefore(quote: number, valueStart: number): number | null {
    if (this.text.charCodeAt(quote - 1) !== EQUALS) return null;
    let start = quote - 1;
    while (
      start > valueStart &&
      quote - start <= MAX_KEY &&
      isKeyCharacter(this.text.charCodeAt(start - 1))
    ) {
      start--;
    }
    const hasKey = start < quote - 1 && start > valueStart;
    return hasKey && isBlank(this.text.charCodeAt(start - 1)) ? start : null;
  }

  private scanKey(from: number): number {
    let end = from;
    while (end - from < MAX_KEY && isKeyCharacter(this.text.charCodeAt(end))) end++;
    return end;
  }

  private wordEnd(from: number): number {
    let end = from;
    while (end < this.text.length) {
      const code = this.text.charCodeAt(end);
      if (isBlank(code) || (code === COMMA && this.hasTitle)) break;
      end++;
    }
    return end;
  }

  private skipBlanks(): void {
    while (this.at < this.text.length && isBlank(this.text.charCodeAt(this.at))) this.at++;
  }
}

function isQuote(code: number): boolean {
  return code === DOUBLE || code === SINGLE;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0xa0;
}

/** Letters, digits, `-`, `_`, `.` and `:`; false for NaN behind the end. */
function isKeyCharacter(code: number): boolean {
  if ((code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)) return true;
  return (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x5f || code === 0x2e || code === 0x3a;
}
