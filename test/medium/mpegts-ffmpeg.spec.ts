import { expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { RingCursor } from '../../src/core/mpegts/cursor.js';
import { GopRing } from '../../src/core/mpegts/gop-ring.js';
import { OutputStitcher } from '../../src/core/mpegts/stitcher.js';
import { dropPackets } from '../builders/ts-faults.js';
import { TsChannel } from '../builders/ts-builder.js';
import { describeWithService } from '../fakes/services.js';

/** What ffmpeg's demuxer says about continuity, clocks and broken packets; its decoders are not asked. */
function complaints(ts: Buffer): string[] {
  const args = [
    '-v',
    'debug',
    '-fflags',
    '+genpts',
    '-f',
    'mpegts',
    '-i',
    'pipe:0',
    '-map',
    '0',
    '-c',
    'copy',
  ];
  const run = spawnSync('ffmpeg', [...args, '-f', 'null', '-'], { input: ts, maxBuffer: 64 * 1024 * 1024 });
  const lines = run.stderr.toString().split('\n');
  return lines.filter((line) => /continuity|corrupt|non.?monoton|discontinuity|invalid dropping/i.test(line));
}

/** The picture stream decoded to nothing: the errors of demuxer and decoder. */
function decodeErrors(ts: Buffer): string {
  const args = ['-v', 'error', '-f', 'mpegts', '-i', 'pipe:0', '-f', 'null', '-'];
  return spawnSync('ffmpeg', args, { input: ts, maxBuffer: 64 * 1024 * 1024 }).stderr.toString();
}

function drain(cursor: RingCursor): Buffer {
  const parts: Buffer[] = [];
  for (let part = cursor.next(); part; part = cursor.next()) parts.push(part);
  return Buffer.concat(parts);
}

describeWithService('ffmpeg', 'ffmpeg', () => {
  it('complains about lost packets, so that its silence means something', () => {
    const ts = new TsChannel().seconds(4);
    expect(complaints(ts)).toEqual([]);
    expect(complaints(dropPackets(ts, 300, 3)).join('\n')).toMatch(/continuity/i);
  });

  it('sees no continuity error where a reader joins', () => {
    const ring = new GopRing();
    const channel = new TsChannel({ gopFrames: 25, tablesAtKeyframe: false });
    for (let i = 0; i < 200; i++) ring.push(channel.nextFrame(), i * 40);
    const cursor = new RingCursor(ring);
    cursor.join({ behindMs: 5000, nowMs: 8000 });
    const ts = drain(cursor);
    expect(complaints(ts)).toEqual([]);
    expect(decodeErrors(ts)).toBe('');
  });

  it('sees none where a reader jumps, though the pictures leap', () => {
    const ring = new GopRing({ maxBytes: 1_000_000 });
    const channel = new TsChannel({ gopFrames: 25 });
    const cursor = new RingCursor(ring);
    const out: Buffer[] = [];
    for (let i = 0; i < 400; i++) {
      ring.push(channel.nextFrame(), i * 40);
      if (i === 50) cursor.join({ behindMs: 0, nowMs: i * 40 });
      if (i < 120 || i > 300) out.push(drain(cursor));
    }
    expect(cursor.jumps).toBe(1);
    expect(complaints(Buffer.concat(out))).toEqual([]);
    expect(decodeErrors(Buffer.concat(out))).toBe('');
  });

  it('sees one stream where sources follow each other', () => {
    const stitcher = new OutputStitcher();
    const sources = [
      new TsChannel({ channelId: 1, gopFrames: 25 }),
      new TsChannel({ channelId: 2, gopFrames: 25, startPts: 2 ** 33 - 200_000 }),
      new TsChannel({ channelId: 3, gopFrames: 25, startPts: 1, reorderFrames: 2, pmtVersion: 7 }),
    ];
    const out = sources.map((source, i) => {
      if (i > 0) stitcher.switchSource();
      source.frames(i * 7);
      return stitcher.push(source.seconds(4));
    });
    expect(complaints(Buffer.concat(out))).toEqual([]);
    expect(decodeErrors(Buffer.concat(out))).toBe('');
  });

  it.each(['h264', 'mpeg2'] as const)('decodes what the test builder makes (%s)', (codec) => {
    expect(decodeErrors(new TsChannel({ codec, audio: codec === 'h264' ? 'aac' : 'mp2' }).seconds(4))).toBe(
      '',
    );
  });
});
