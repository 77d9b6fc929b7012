import { createDecipheriv } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { SegmentKey } from '../../core/hls/read-playlist.js';
import type { HlsTransport } from './hls-transport.js';
import { readSmall } from './hls-transport.js';

const KEY_BYTES = 16;
const MAX_KEYS = 16;
/** A server that answers a key with a page of text is noticed soon. */
const MAX_ANSWER_BYTES = 1_024;

/** The keys of one stream, each fetched once. */
export class KeyRing {
  private readonly keys = new Map<string, Buffer>();

  constructor(private readonly transport: HlsTransport) {}

  /** Turns the bytes of a segment into clear ones; undefined when its key cannot be had. */
  async decipher(
    key: SegmentKey,
    sequence: number,
    base: string,
    signal: AbortSignal,
  ): Promise<Duplex | undefined> {
    const secret = await this.fetch(key.uri, base, signal);
    return secret && createDecipheriv('aes-128-cbc', secret, key.iv ?? ivOf(sequence));
  }

  private async fetch(uri: string, base: string, signal: AbortSignal): Promise<Buffer | undefined> {
    if (!URL.canParse(uri, base)) return undefined;
    const url = new URL(uri, base).href;
    const known = this.keys.get(url);
    if (known) return known;
    const outcome = await this.transport.bytes(url, null, signal);
    const answer = outcome.ok ? await readSmall(outcome.body, MAX_ANSWER_BYTES) : undefined;
    if (answer?.length !== KEY_BYTES) return undefined;
    const [oldest] = this.keys.keys();
    if (oldest !== undefined && this.keys.size >= MAX_KEYS) this.keys.delete(oldest);
    this.keys.set(url, answer);
    return answer;
  }
}

/** Without an IV of its own a segment is enciphered under its number (RFC 8216, 5.2). */
function ivOf(sequence: number): Buffer {
  const iv = Buffer.alloc(KEY_BYTES);
  iv.writeBigUInt64BE(BigInt(sequence), 8);
  return iv;
}
