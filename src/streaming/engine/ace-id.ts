/** The two namespaces of the network. The same 40 digits mean different things in each. */
export type AceNamespace = 'id' | 'infohash';

export interface AceId {
  namespace: AceNamespace;
  /** 40 lower-case hexadecimal digits. */
  hex: string;
}

const CONTENT_ID = /^acestream:\/\/([0-9a-f]{40})$/i;
const INFOHASH = /^acestream:\?infohash=([0-9a-f]{40})$/i;

/** Reads `acestream://<40 hex>` and `acestream:?infohash=<40 hex>`. */
export function parseAceLocator(locator: string): AceId | undefined {
  const id = CONTENT_ID.exec(locator)?.[1];
  if (id !== undefined) return { namespace: 'id', hex: id.toLowerCase() };
  const infohash = INFOHASH.exec(locator)?.[1];
  return infohash === undefined ? undefined : { namespace: 'infohash', hex: infohash.toLowerCase() };
}

/** Lists mix the namespaces up, so the other reading of the same digits deserves one try. */
export function otherNamespace({ namespace, hex }: AceId): AceId {
  return { namespace: namespace === 'id' ? 'infohash' : 'id', hex };
}
