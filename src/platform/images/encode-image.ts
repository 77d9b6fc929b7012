import sharp, { type Sharp } from 'sharp';

export interface EncodedFile {
  width: number;
  format: 'webp' | 'jpeg' | 'png';
  bytes: Buffer;
}

export interface EncodedImage {
  /** Of the original, upright. */
  width: number;
  height: number;
  fallback: 'jpeg' | 'png';
  /** Two files a width, narrowest first. */
  files: EncodedFile[];
}

/** Widths pictures are kept in; one that is narrower keeps its own. */
export const IMAGE_WIDTHS: readonly number[] = [154, 342, 780];

const TIMEOUT_SECONDS = 20;
const WEBP = { quality: 80, effort: 3 } as const;
const JPEG = { quality: 82 } as const;
/** A channel logo that is a few pixels wide is a beacon, not a picture. */
const LEAST_PIXELS = 8;

// One thread a picture: the encoder shares the machine with streams.
sharp.concurrency(1);
sharp.cache(false);

/**
 * Decodes a picture and encodes it anew, so that nothing but pixels survives: no metadata, no script, no second file
 * behind the first. Of an animation the first picture. Works in threads of libuv. Throws for what cannot be decoded
 * within the limits.
 */
export async function encodeImage(bytes: Buffer, maxPixels: number): Promise<EncodedImage> {
  const widest = IMAGE_WIDTHS.at(-1) ?? 0;
  const source = sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error', pages: 1 }).timeout({
    seconds: TIMEOUT_SECONDS,
  });
  const { width: stored, height: high, hasAlpha, orientation = 1 } = await source.metadata();
  const [width, height] = orientation >= 5 ? [high, stored] : [stored, high];
  if (Math.min(width, height) < LEAST_PIXELS) throw new Error(`a picture of ${width}×${height} pixels`);
  const pixels = await source
    .rotate()
    .resize({ width: widest, withoutEnlargement: true })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { info } = pixels;
  const fallback = hasAlpha ? 'png' : 'jpeg';
  const files: EncodedFile[] = [];
  for (const target of widthsFor(info.width)) {
    const resized = (): Sharp =>
      sharp(pixels.data, { raw: { width: info.width, height: info.height, channels: info.channels } }).resize(
        {
          width: target,
        },
      );
    files.push({ width: target, format: 'webp', bytes: await resized().webp(WEBP).toBuffer() });
    const other = fallback === 'png' ? resized().png({ palette: true }) : resized().jpeg(JPEG);
    files.push({ width: target, format: fallback, bytes: await other.toBuffer() });
  }
  return { width, height, fallback, files };
}

function widthsFor(width: number): number[] {
  const narrower = IMAGE_WIDTHS.filter((each) => each < width);
  return [...narrower, width];
}
