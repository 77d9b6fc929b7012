import { createWriteStream, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { buildGuide, type GuideShape } from '../builders/guide-builder.js';

/** Writes an XMLTV guide as large as asked; returns its size. */
export async function writeGuideFile(file: string, shape: GuideShape): Promise<number> {
  await pipeline(buildGuide(shape), createWriteStream(file, { highWaterMark: 1024 * 1024 }));
  return statSync(file).size;
}
