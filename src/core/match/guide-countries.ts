// Whether two channels can be one as far as their countries tell.

const NEIGHBOURS: readonly ReadonlySet<string>[] = [
  new Set(['DE', 'AT', 'CH']),
  new Set(['UK', 'IE']),
  new Set(['US', 'CA']),
  new Set(['FR', 'BE', 'CH']),
  new Set(['NL', 'BE']),
  new Set(['RU', 'BY', 'UA', 'KZ', 'KG', 'UZ', 'MD', 'AM', 'AZ', 'GE']),
];
const CYRILLIC = new Set([
  'RU',
  'BY',
  'UA',
  'KZ',
  'KG',
  'UZ',
  'TJ',
  'MD',
  'BG',
  'RS',
  'MK',
  'MN',
  'ME',
  'BA',
  'SU',
]);

/** Unknown goes with any; countries that share channels go together. */
export function countriesAgree(a: string | null, b: string | null): boolean {
  if (a === null || b === null || a === b) return true;
  return NEIGHBOURS.some((group) => group.has(a) && group.has(b));
}

export function writesCyrillic(country: string | null): boolean {
  return country === null || CYRILLIC.has(country);
}
