// References in text. Nothing a document declares is ever expanded: only XML's five, numbers, and the names of HTML
// that guides use although XML does not know them.

const REFERENCE = /&(?:#(\d{1,20})|#[xX]([\da-fA-F]{1,20})|([A-Za-z][A-Za-z\d]{1,30}));/g;
/** The longest text `REFERENCE` matches. */
export const MAX_REFERENCE_LENGTH = 33;
const STRAY = /&(?!(?:#\d{1,20}|#[xX][\da-fA-F]{1,20}|[A-Za-z][A-Za-z\d]{1,30});)/;
const TWICE = /&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|quot|apos|amp|lt|gt|nbsp);/;

const XML_NAMES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Latin-1 from U+00A0 on, in the order of the code points. */
const LATIN1_NAMES =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro ' +
  'para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil ' +
  'Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave ' +
  'Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml ' +
  'igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute ' +
  'thorn yuml';
const OTHER_NAMES: readonly (readonly [string, string])[] = [
  ['OElig', 'Œ'],
  ['oelig', 'œ'],
  ['Scaron', 'Š'],
  ['scaron', 'š'],
  ['Yuml', 'Ÿ'],
  ['Zcaron', 'Ž'],
  ['zcaron', 'ž'],
  ['circ', 'ˆ'],
  ['tilde', '˜'],
  ['ensp', '\u2002'],
  ['emsp', '\u2003'],
  ['thinsp', '\u2009'],
  ['ndash', '–'],
  ['mdash', '—'],
  ['lsquo', '‘'],
  ['rsquo', '’'],
  ['sbquo', '‚'],
  ['ldquo', '“'],
  ['rdquo', '”'],
  ['bdquo', '„'],
  ['lsaquo', '‹'],
  ['rsaquo', '›'],
  ['bull', '•'],
  ['hellip', '…'],
  ['prime', '′'],
  ['Prime', '″'],
  ['euro', '€'],
  ['trade', '™'],
  ['star', '☆'],
  ['starf', '★'],
];
const HTML_NAMES = new Map<string, string>([
  ...LATIN1_NAMES.split(' ').map((name, at): [string, string] => [name, String.fromCharCode(0xa0 + at)]),
  ...OTHER_NAMES.map(([name, text]): [string, string] => [name, text]),
]);
/** What numbers 128–159 mean in practice: windows-1252, as browsers read them. 0 where they mean nothing. */
const WINDOWS_1252 = [
  0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
  0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
  0x0153, 0, 0x017e, 0x0178,
];

/** Expands references once, in one pass; what is none of ours stays as written. */
export function decodeReferences(text: string): string {
  // Nearly all there is, and much cheaper than a pattern.
  if (isAmpersandsOnly(text)) return text.replaceAll('&amp;', '&');
  return text.replace(REFERENCE, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return XML_NAMES[name] ?? HTML_NAMES.get(name) ?? whole;
    return character(decimal === undefined ? parseInt(hex ?? '', 16) : parseInt(decimal, 10));
  });
}

/** Whether there is an `&` that begins no reference at all. */
export function hasStrayAmpersand(text: string): boolean {
  return !isAmpersandsOnly(text) && STRAY.test(text);
}

/** Every reference in it is `&amp;`. */
function isAmpersandsOnly(text: string): boolean {
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', at + 5)) {
    if (!text.startsWith('&amp;', at)) return false;
  }
  return true;
}

/** Some grabbers escape what is escaped already (`&amp;#34;`). No title means to show a reference, so it is read again. */
export function decodeTwice(text: string): string {
  return TWICE.test(text) ? decodeReferences(text) : text;
}

function character(code: number): string {
  if (code >= 128 && code < 160) return String.fromCodePoint(WINDOWS_1252[code - 128] || code);
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return '\ufffd';
  return String.fromCodePoint(code);
}
