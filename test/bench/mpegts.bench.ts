/**
 * Throughput of the multiplexer's heart on one core, in MB/s. Run: node build/test/bench/mpegts.bench.js
 * Each line is the best of five rounds over the same bytes: the machine's noise only ever slows a round down.
 */
import { RingCursor } from '../../src/core/mpegts/cursor.js';
import { GopRing } from '../../src/core/mpegts/gop-ring.js';
import { PacketSplitter } from '../../src/core/mpegts/splitter.js';
import { StreamAnalyser } from '../../src/core/mpegts/stream-analyser.js';
import { OutputStitcher } from '../../src/core/mpegts/stitcher.js';
import { TsChannel } from '../builders/ts-builder.js';
import { chop } from '../builders/ts-faults.js';

const ROUNDS = 5;
const READERS = 2000;

const ts = new TsChannel({ bitrate: 8_000_000, gopFrames: 50 }).seconds(30);
const aligned = chop(ts, [65_424]);
const ragged = chop(ts, [65_536]);

function report(name: string, bytes: number, run: () => void): void {
  let best = Infinity;
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  const rate = Math.round(bytes / 1000 / best);
  process.stdout.write(`${name.padEnd(58)} ${String(rate).padStart(7)} MB/s\n`);
}

report('splitter, aligned chunks of 64 KB', ts.length, () => {
  const splitter = new PacketSplitter();
  for (const chunk of aligned) splitter.push(chunk);
});
report('splitter, chunks cut anywhere', ts.length, () => {
  const splitter = new PacketSplitter();
  for (const chunk of ragged) splitter.push(chunk);
});
report('analyser, 8 Mbit/s H.264 + AAC', ts.length, () => {
  const analyser = new StreamAnalyser();
  for (const chunk of aligned) analyser.push(chunk);
});
report('stitcher before any switch', ts.length, () => {
  const stitcher = new OutputStitcher();
  for (const chunk of aligned) stitcher.push(chunk);
});
report('stitcher after a switch (every packet rewritten)', ts.length, () => {
  const stitcher = new OutputStitcher();
  stitcher.push(ts.subarray(0, 65_424 * 10));
  stitcher.switchSource();
  for (const chunk of aligned) stitcher.push(chunk);
});
report('ring: analyse, cut, store', ts.length, () => {
  const ring = new GopRing();
  aligned.forEach((chunk, i) => ring.push(chunk, i * 65));
});
report('splitter + stitcher + ring', ts.length, () => {
  const splitter = new PacketSplitter();
  const stitcher = new OutputStitcher();
  const ring = new GopRing();
  ragged.forEach((chunk, i) => ring.push(stitcher.push(splitter.push(chunk)), i * 65));
});
report(`${READERS} cursors on one ring (bytes handed out)`, ts.length * READERS, () => {
  const ring = new GopRing();
  ring.push(aligned[0] ?? ts, 0);
  ring.flush(1000);
  const cursors = Array.from({ length: READERS }, () => new RingCursor(ring));
  for (const cursor of cursors) cursor.join({ behindMs: 0, nowMs: 1000 });
  aligned.slice(1).forEach((chunk, i) => {
    ring.push(chunk, 1000 + i * 65);
    for (const cursor of cursors) while (cursor.next());
  });
});
