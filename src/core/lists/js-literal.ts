// Data that stands in a script (`const links = {…};`, `callback([…])`) → values. Nothing is ever run.

const MAX_LITERALS = 40;
/** An assignment or an argument, not a comparison. */
const OPENING = /(?:(?<![=!<>])=|\()\s*(?=[[{])/g;

/** The object and array literals that are assigned or passed in a script, as far as they are plain data. */
export function* literalsOf(script: string): Generator {
  const opening = new RegExp(OPENING);
  for (let count = 0; count < MAX_LITERALS; count++) {
    if (opening.exec(script) === null) return;
    const start = opening.lastIndex;
    const end = endOfLiteral(script, start);
    if (end === null) return;
    const value = parseLiteral(script.slice(start, end));
    if (value !== undefined) yield value;
    // What did not parse is code; data may stand inside it.
    opening.lastIndex = value === undefined ? start + 1 : end;
  }
}

/** JSON, or the notation of scripts (bare keys, single quotes, trailing commas, comments); undefined where it is neither. */
export function parseLiteral(text: string): unknown {
  const value = parseJson(text);
  if (value !== undefined) return value;
  const json = toJson(text);
  return json === text ? undefined : parseJson(json);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Position behind the bracket that closes the one at `start`, or null. */
function endOfLiteral(text: string, start: number): number | null {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"' || character === "'" || character === '`') at = endOfString(text, at);
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') {
      depth--;
      if (depth === 0) return at + 1;
    }
  }
  return null;
}

/** Position of the closing quote, or of the last character. */
function endOfString(text: string, start: number): number {
  const quote = text.charAt(start);
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') at++;
    else if (character === quote) return at;
    else if (character === '\n' && quote !== '`') return at;
  }
  return text.length - 1;
}

// Bounded: the engine keeps a place to come back to for every step of a greedy loop, and runs out of them.
const PLAIN = /[^"'/A-Za-z_$]{1,4096}/y;
const WORD = /[A-Za-z_$][\w$]{0,4096}/y;
const COLON = /\s{0,32}:/y;

function toJson(text: string): string {
  const parts: string[] = [];
  const lastBlockEnd = text.lastIndexOf('*/');
  for (let at = 0; at < text.length;) {
    const character = text.charAt(at);
    if (character === '"' || character === "'") {
      const end = endOfString(text, at);
      parts.push(JSON.stringify(unescapeText(text.slice(at + 1, end))));
      at = end + 1;
      continue;
    }
    const comment = commentAt(text, at, lastBlockEnd);
    const word = matchAt(WORD, text, at);
    const isKey = word !== null && matchAt(COLON, text, at + word.length) !== null;
    parts.push(comment === null ? (isKey ? JSON.stringify(word) : (word ?? '')) : ' ');
    const plain = comment ?? word ?? matchAt(PLAIN, text, at) ?? character;
    if (comment === null && word === null) parts.push(plain);
    at += plain.length;
  }
  return parts.join('').replace(/,(\s{0,1024}[}\]])/g, '$1');
}

/** The whole comment that begins here, or null. `lastBlockEnd`: behind it no comment can end. */
function commentAt(text: string, at: number, lastBlockEnd: number): string | null {
  if (text.startsWith('//', at)) {
    const end = text.indexOf('\n', at);
    return end === -1 ? text.slice(at) : text.slice(at, end);
  }
  if (!text.startsWith('/*', at) || at + 2 > lastBlockEnd) return null;
  return text.slice(at, text.indexOf('*/', at + 2) + 2);
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['b', ''],
  ['f', ''],
  ['\n', ''],
]);

function unescapeText(text: string): string {
  return text.replace(
    /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([^]))/g,
    (_, wide?: string, narrow?: string, plain?: string) => {
      const code = wide ?? narrow;
      if (code !== undefined) return String.fromCharCode(parseInt(code, 16));
      return ESCAPES.get(plain ?? '') ?? plain ?? '';
    },
  );
}
