// The common case of a web address, told without the cost of a full URL parser.

/** Host names of letters (no numeric and no international ones), a short port, printable ASCII behind. */
const PLAIN = /^https?:\/\/(?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*(?::\d{1,4})?(?:[/?#][\x21-\x7e]*)?$/i;
/** Of those, the ones a URL parser would give back letter by letter. */
const CANONICAL =
  /^https?:\/\/(?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*(?::(?!80\/|443\/)\d{1,4})?\/[\w\-.~:@!$&()*+,;=%/?]*$/;
const DOT_SEGMENT = /\/\.{1,2}(?:[/?]|$)|%2e/i;

/** Whether a URL parser takes it. */
export function isWebAddress(address: string): boolean {
  if (PLAIN.test(address) && !address.includes('xn--')) return true;
  return URL.canParse(address);
}

/** The form two addresses are compared in: host and scheme in lower case, no default port, no fragment. */
export function canonicalAddress(address: string): string {
  if (CANONICAL.test(address) && !address.includes('xn--') && !DOT_SEGMENT.test(address)) return address;
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  url.hash = '';
  return url.href;
}
