/** Attributes of one tag; bounded, because a line of a foreign playlist may hold anything. */
const MAX_ATTRIBUTES = 64;
const ATTRIBUTE = /([A-Z0-9-]+)=(?:"([^"]*)"|([^",]*))(?:,|$)/gy;

/** `KEY=value,KEY="quoted, value"` (RFC 8216, 4.2). Reading stops at the first thing that is no attribute. */
export function readAttributes(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  ATTRIBUTE.lastIndex = 0;
  for (let match = ATTRIBUTE.exec(text); match && attributes.size < MAX_ATTRIBUTES;) {
    const [, name = '', quoted, bare = ''] = match;
    attributes.set(name, quoted ?? bare.trim());
    match = ATTRIBUTE.lastIndex < text.length ? ATTRIBUTE.exec(text) : null;
  }
  return attributes;
}
