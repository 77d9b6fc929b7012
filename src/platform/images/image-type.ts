export type ImageType = 'jpeg' | 'png' | 'gif' | 'webp' | 'avif';

/**
 * What the first bytes say, or null for everything that is not one of the raster images players show. SVG is none: it
 * is a document that may hold scripts.
 */
export function imageTypeOf(bytes: Uint8Array): ImageType | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 16)).toString('latin1');
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('GIF87a') || head.startsWith('GIF89a')) return 'gif';
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'webp';
  if (head.slice(4, 8) === 'ftyp' && /^avi[fs]$/.test(head.slice(8, 12))) return 'avif';
  return null;
}

/** Whether an answer that calls itself this can hold an image at all. Some hosts say nothing, or "binary". */
export function mayBeImage(contentType: string): boolean {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return (
    type === '' ||
    type === 'application/octet-stream' ||
    type === 'binary/octet-stream' ||
    /^image\//.test(type)
  );
}
