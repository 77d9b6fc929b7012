/**
 * Whether a text was seen among the last few thousand: a fixed table of digests. It forgets texts that others displace,
 * and takes one text for another once in four thousand million times, so only costs may depend on it.
 */
export class SeenLately {
  private readonly digests: Uint32Array;

  /** `places` is a power of two. */
  constructor(private readonly places = 16_384) {
    this.digests = new Uint32Array(places);
  }

  /** Remembers the text; true when it was remembered already. */
  see(text: string): boolean {
    const digest = digestOf(text);
    const place = (digest ^ (digest >>> 15)) & (this.places - 1);
    if (this.digests[place] === digest) return true;
    this.digests[place] = digest;
    return false;
  }
}

/** FNV-1a over code units, 32 bits; never 0. */
function digestOf(text: string): number {
  let digest = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    digest = Math.imul(digest ^ text.charCodeAt(at), 0x01000193);
  }
  return digest >>> 0 || 1;
}
