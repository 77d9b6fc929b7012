import { Injectable } from '@nestjs/common';
import { ImageStore, type ServedImage } from '../../platform/images/image-store.js';
import { textAnswer, type Answer } from '../shared/answer.js';
import { matchesEtag } from '../shared/negotiation.js';

export interface PosterRequest {
  method: string;
  /** `<digest>-<width>`, with or without an extension. */
  name: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

const NAME = /^([0-9a-f]{64})-(\d{1,4})(?:\.(?:webp|jpe?g|png))?$/;
/** `q=0` says that it is not taken. */
const WEBP = /\bimage\/webp\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/;
const MIME = { webp: 'image/webp', jpeg: 'image/jpeg', png: 'image/png' } as const;
/** What a digest names never changes. */
const FOR_EVER = 'public, max-age=31536000, immutable';

/** `/static/posters/<digest>-<width>`: pictures of the image store. */
@Injectable()
export class PostersService {
  constructor(private readonly images: ImageStore) {}

  async answer({ method, name, headers }: PosterRequest): Promise<Answer> {
    if (method !== 'GET' && method !== 'HEAD') {
      return textAnswer(405, 'Method Not Allowed', { allow: 'GET, HEAD' });
    }
    const [, hash, width] = NAME.exec(name) ?? [];
    const image =
      hash === undefined
        ? null
        : await this.images.open(hash, Number(width), takesWebp(name, headers.accept));
    if (hash === undefined || image === null) return textAnswer(404, 'Not Found', OPEN);
    const known = headers['if-none-match'];
    return fileAnswer(hash, image, method, Array.isArray(known) ? known.join(',') : known);
  }
}

/** Pages of other origins may show posters. */
const OPEN = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' } as const;

function fileAnswer(hash: string, image: ServedImage, method: string, known: string | undefined): Answer {
  const etag = `${hash.slice(0, 32)}-${image.width}-${image.format}`;
  const shared = { 'cache-control': FOR_EVER, etag: `"${etag}"`, vary: 'Accept', ...OPEN };
  if (matchesEtag(known, etag)) return { status: 304, headers: shared, body: null };
  const headers = {
    ...shared,
    'content-type': MIME[image.format],
    'content-length': String(image.bytes),
    'x-content-type-options': 'nosniff',
  };
  return { status: 200, headers, body: method === 'HEAD' ? null : image.body() };
}

/** A name that ends in .webp asks for it; else `Accept` has to name it: some televisions take everything and show nothing. */
function takesWebp(name: string, accept: string | string[] | undefined): boolean {
  if (/\.(?:jpe?g|png)$/.test(name)) return false;
  return name.endsWith('.webp') || WEBP.test(Array.isArray(accept) ? accept.join(',') : (accept ?? ''));
}
