import sharp from 'sharp';
import { parentPort, workerData } from 'node:worker_threads';
import { planesOf } from '../../core/slate/planes.js';
import {
  CARD_HEIGHT,
  CARD_WIDTH,
  emptyCard,
  slateCard,
  type SlateText,
} from '../../core/slate/slate-card.js';
import { slateTurn } from '../../core/slate/slate-clip.js';
import { encodeStill } from '../../core/slate/still-video.js';
import type { SlateMessage } from './slate-maker.js';

const port = parentPort;
if (!port) throw new Error('slates are drawn in a worker thread only');
port.postMessage(await draw(workerData as SlateText));

async function draw(text: SlateText): Promise<SlateMessage> {
  const rgb = await pixels(slateCard(text));
  // Without fonts, words are drawn as nothing at all.
  if (rgb.equals(await pixels(emptyCard()))) return { kind: 'no-font' };
  const turn = slateTurn(encodeStill(planesOf(rgb, CARD_WIDTH, CARD_HEIGHT)));
  return { kind: 'drawn', turn: new Uint8Array(turn) };
}

function pixels(svg: string): Promise<Buffer> {
  return sharp(Buffer.from(svg)).removeAlpha().toColourspace('srgb').raw().toBuffer();
}
