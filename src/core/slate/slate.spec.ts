import { describe, expect, it } from '@jest/globals';
import { plainPackets, strictContinuity } from '../../../test/builders/ts-reader.js';
import { GopRing } from '../mpegts/gop-ring.js';
import { clockDifference, PTS_WRAP } from '../mpegts/timestamps.js';
import { planesOf } from './planes.js';
import { emptyCard, slateCard } from './slate-card.js';
import { SlateLoop, slateTurn, TURN_SECONDS } from './slate-clip.js';
import { encodeStill, type Planes } from './still-video.js';

/** A flat card with a patch of noise in the middle. */
function card(width = 64, height = 48): Planes {
  const rgb = new Uint8Array(width * height * 3).fill(40);
  for (let y = 16; y < 32; y++) for (let x = 20; x < 30; x++) rgb[(y * width + x) * 3] = (x * y * 37) % 256;
  return planesOf(rgb, width, height);
}

describe('a still picture as H.264', () => {
  it('costs almost nothing where it is flat', () => {
    const flat = planesOf(new Uint8Array(1280 * 720 * 3).fill(40), 1280, 720);
    const video = encodeStill(flat);
    expect(video.keyframe.length).toBeLessThan(5_000);
    expect(video.repeat(1).length).toBeLessThan(32);
  });

  it('refuses what it cannot encode', () => {
    expect(() => encodeStill(card(60, 48))).toThrow(RangeError);
    expect(() => encodeStill({ ...card(), cb: new Uint8Array(3) })).toThrow(RangeError);
  });

  it('has BT.709 colours', () => {
    const { luma, cb, cr } = planesOf(new Uint8Array([255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0]), 2, 2);
    expect([luma[0], cb[0], cr[0]]).toEqual([63, 102, 240]);
  });
});

describe('a slate as a transport stream', () => {
  const loop = new SlateLoop(slateTurn(encodeStill(card())));
  const turns = [loop.next(), loop.next(), loop.next()];
  const whole = Buffer.concat(turns);

  it('goes on without a seam', () => {
    expect(strictContinuity(whole)).toEqual([]);
    expect(TURN_SECONDS).toBe(1.92);
    const ring = new GopRing();
    ring.push(whole, 0);
    ring.flush(1_000);
    expect(ring.analyser.codec).toBe('h264');
    const times: number[] = [];
    for (let seq = 0; ring.chunk(seq); seq++) {
      const chunk = ring.chunk(seq);
      if (chunk && 'time' in chunk && chunk.time !== undefined) times.push(chunk.time);
      expect(chunk?.discontinuity).toBe(false);
    }
    expect(
      times.slice(1).map((time, at) => clockDifference(time, times[at] ?? 0, PTS_WRAP) / 90_000),
    ).toEqual([1.92, 1.92]);
  });

  it('begins every turn with its tables and repeats them', () => {
    for (const turn of turns) {
      const pids = plainPackets(turn).map(({ pid }) => pid);
      expect(pids.slice(0, 3)).toEqual([0, 0x1000, 0x100]);
      expect(pids.filter((pid) => pid === 0)).toHaveLength(4);
    }
  });

  it('keeps its clocks within 33 bits for years', () => {
    const old = new SlateLoop(slateTurn(encodeStill(card())));
    Object.assign(old, { turns: 50_000 });
    const ring = new GopRing();
    ring.push(Buffer.concat([old.next(), old.next()]), 0);
    expect(strictContinuity(Buffer.concat([old.next()]))).toEqual([]);
    expect(ring.newestKeyframe?.time).toBeLessThan(PTS_WRAP);
  });
});

describe('a card', () => {
  it('shows foreign text as text, cut to what fits', () => {
    const svg = slateCard({
      title: `<script>&"'\u0000 ${'x'.repeat(100)}`,
      lines: ['a\nb', 'two', 'three', 'four'],
    });
    expect(svg).not.toContain('<script>');
    expect(svg).toContain('&#60;script&#62;&#38;&#34;&#39; xx');
    expect(svg).toContain('x…</text>');
    expect(svg).toContain('>a b</text>');
    expect(svg).not.toContain('four');
    expect(emptyCard()).toContain('></text>');
  });
});
