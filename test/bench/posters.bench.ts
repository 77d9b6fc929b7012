// Pictures for the image store: how many a second, what they take on disk, and whether the event loop feels it.
// node build/test/bench/posters.bench.js [pictures]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import sharp from 'sharp';
import { encodeImage } from '../../src/platform/images/encode-image.js';
import { ImageFiles } from '../../src/platform/images/image-files.store.js';

const count = Number(process.argv[2] ?? 1000);
const MAX_PIXELS = 50_000_000;

/** A poster of TMDB's "w780" size with enough in it to compress like a photograph. */
async function makePoster(seed: number): Promise<Buffer> {
  const small = Buffer.from(
    Uint8Array.from({ length: 60 * 90 * 3 }, (_, at) => (Math.sin(at * seed) * 127 + 128) | 0),
  );
  return sharp(small, { raw: { width: 60, height: 90, channels: 3 } })
    .resize(780, 1170, { kernel: 'cubic' })
    .jpeg({ quality: 88 })
    .toBuffer();
}

const folder = mkdtempSync(path.join(tmpdir(), 'rooftop-bench-'));
const files = new ImageFiles(folder);
const posters = await Promise.all([1.1, 2.3, 3.7, 5.1, 7.9, 11.3, 13.7, 17.1].map(makePoster));
const bytesIn = posters.reduce((sum, { length }) => sum + length, 0) / posters.length;

async function run(pictures: number, atOnce: number): Promise<number> {
  let next = 0;
  let stored = 0;
  const lane = async (): Promise<void> => {
    while (next < pictures) {
      const at = next++;
      const { files: encoded } = await encodeImage(
        posters[at % posters.length] ?? Buffer.alloc(0),
        MAX_PIXELS,
      );
      stored += await files.write(at.toString(16).padStart(64, '0'), encoded);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return stored;
}

await run(20, 2);
for (const atOnce of [1, 2]) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  delay.enable();
  const stored = await run(count, atOnce);
  delay.disable();
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const row = {
    pictures: count,
    atOnce,
    perSecond: (count / seconds).toFixed(1),
    perCpuSecond: (count / ((user + system) / 1e6)).toFixed(1),
    kilobytesIn: Math.round(bytesIn / 1000),
    kilobytesOnDisk: Math.round(stored / count / 1000),
    loopP99Ms: (delay.percentile(99) / 1e6).toFixed(1),
    loopMaxMs: (delay.max / 1e6).toFixed(1),
    rssMb: Math.round(process.memoryUsage.rss() / 1e6),
  };
  process.stdout.write(`${JSON.stringify(row)}\n`);
}
rmSync(folder, { recursive: true });
