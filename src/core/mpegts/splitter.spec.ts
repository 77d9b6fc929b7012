import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TsChannel } from '../../../test/builders/ts-builder.js';
import {
  chop,
  dropBytes,
  garbage,
  insertAt,
  splitAt,
  to204,
  toM2ts,
} from '../../../test/builders/ts-faults.js';
import { readFrames } from '../../../test/builders/ts-reader.js';
import { PACKET_SIZE } from './packet.js';
import { PacketSplitter } from './splitter.js';

const ts = new TsChannel({ bitrate: 400_000 }).seconds(1);

function run(chunks: readonly Uint8Array[], splitter = new PacketSplitter()): Buffer {
  return Buffer.concat(chunks.map((chunk) => Buffer.from(splitter.push(chunk))));
}

describe('PacketSplitter', () => {
  it('passes an aligned chunk on without copying it', () => {
    const splitter = new PacketSplitter();
    const first = splitter.push(ts);
    expect(first.equals(ts)).toBe(true);
    expect(first.buffer).toBe(ts.buffer);
    const second = splitter.push(ts);
    expect(second.byteOffset).toBe(ts.byteOffset);
    expect(splitter.stats).toEqual({ packets: (2 * ts.length) / PACKET_SIZE, resyncs: 0, droppedBytes: 0 });
    expect(splitter.verdict).toBe('locked');
  });

  it('copies only the packet that came in two halves, where the receiver takes pieces', () => {
    const splitter = new PacketSplitter();
    splitter.push(ts.subarray(0, 10 * PACKET_SIZE + 7));
    const second = ts.subarray(10 * PACKET_SIZE + 7, 20 * PACKET_SIZE + 9);
    const [halves, rest, ...none] = splitter.pushInPieces(second);
    expect([halves?.length, rest?.length, none]).toEqual([PACKET_SIZE, 9 * PACKET_SIZE, []]);
    expect(rest?.buffer).toBe(ts.buffer);
    expect(splitter.pushInPieces(ts.subarray(20 * PACKET_SIZE + 9, 20 * PACKET_SIZE + 15))).toEqual([]);
  });

  it('takes any Uint8Array', () => {
    const view = new Uint8Array(ts.length + 3).subarray(3);
    view.set(ts);
    expect(new PacketSplitter().push(view).equals(ts)).toBe(true);
  });

  it('gives nothing before it has seen five packets in a row', () => {
    const splitter = new PacketSplitter();
    expect(splitter.push(ts.subarray(0, 4 * PACKET_SIZE + 3))).toHaveLength(0);
    expect(splitter.verdict).toBe('undecided');
    expect(splitter.push(ts.subarray(4 * PACKET_SIZE + 3, 5 * PACKET_SIZE))).toHaveLength(5 * PACKET_SIZE);
    expect(splitter.verdict).toBe('locked');
  });

  it('skips what stands before the first packet', () => {
    const splitter = new PacketSplitter();
    const noise = garbage(1000, 7, true);
    expect(run([Buffer.concat([noise, ts])], splitter).equals(ts)).toBe(true);
    expect(splitter.stats).toMatchObject({ resyncs: 0, droppedBytes: 1000 });
  });

  it('finds packets again after garbage, and counts it', () => {
    const splitter = new PacketSplitter();
    const broken = insertAt(ts, 50 * PACKET_SIZE, garbage(333, 3));
    expect(run([broken], splitter).equals(ts)).toBe(true);
    expect(splitter.stats).toMatchObject({ resyncs: 1, droppedBytes: 333 });
    expect(splitter.verdict).toBe('locked');
  });

  it('loses two packets where bytes are missing', () => {
    const splitter = new PacketSplitter();
    const out = run([dropBytes(ts, 50 * PACKET_SIZE + 20, 10)], splitter);
    const expected = [ts.subarray(0, 50 * PACKET_SIZE), ts.subarray(52 * PACKET_SIZE)];
    expect(out.subarray(0, 50 * PACKET_SIZE).equals(expected[0] ?? ts)).toBe(true);
    expect(out.subarray(51 * PACKET_SIZE).equals(expected[1] ?? ts)).toBe(true);
    expect(splitter.stats.resyncs).toBe(1);
  });

  it.each([
    ['with time stamps (192 bytes)', toM2ts],
    ['with parity (204 bytes)', to204],
  ])('strips packets %s', (_, wrap) => {
    const splitter = new PacketSplitter();
    const sizes = [1000, 1, 3, 190, 14, 2, 5000];
    expect(
      run(chop(Buffer.concat([wrap(ts), wrap(ts)]), sizes), splitter).equals(Buffer.concat([ts, ts])),
    ).toBe(true);
    expect(splitter.stats.resyncs).toBe(0);
    expect(splitter.stats.packets).toBe((2 * ts.length) / PACKET_SIZE);
  });

  it('does not take text for packets', () => {
    const splitter = new PacketSplitter({ notTsAfterBytes: 5000 });
    const text = Buffer.alloc(4999, 'G');
    expect(run(chop(text, [700]), splitter)).toHaveLength(0);
    expect(splitter.verdict).toBe('undecided');
    expect(run([Buffer.alloc(2000, 'G')], splitter)).toHaveLength(0);
    expect(splitter.verdict).toBe('not-ts');
  });

  it('comes back from "not MPEG-TS" when packets come after all', () => {
    const splitter = new PacketSplitter({ notTsAfterBytes: 100 });
    expect(run([garbage(200)], splitter)).toHaveLength(0);
    expect(splitter.verdict).toBe('not-ts');
    expect(run([ts], splitter).equals(ts)).toBe(true);
    expect(splitter.verdict).toBe('locked');
  });

  it('says 64 KiB of something else are not MPEG-TS', () => {
    const splitter = new PacketSplitter();
    splitter.push(garbage(65_535));
    expect(splitter.verdict).toBe('undecided');
    splitter.push(garbage(1));
    expect(splitter.verdict).toBe('not-ts');
  });

  it('drops the partial packet at a reset, so that a new connection starts clean', () => {
    const splitter = new PacketSplitter();
    splitter.push(ts.subarray(0, 20 * PACKET_SIZE + 77));
    splitter.reset();
    expect(splitter.verdict).toBe('undecided');
    const out = splitter.push(ts.subarray(0, 20 * PACKET_SIZE));
    expect(out.equals(ts.subarray(0, 20 * PACKET_SIZE))).toBe(true);
    expect(splitter.stats).toEqual({ packets: 40, resyncs: 0, droppedBytes: 77 });
  });

  it('gives held-back packets out when the stream ends', () => {
    const splitter = new PacketSplitter();
    const tail = Buffer.concat([
      garbage(50, 9),
      Buffer.from([0x47, 1, 2]),
      ts.subarray(0, 3 * PACKET_SIZE + 10),
    ]);
    expect(splitter.push(Buffer.concat([ts, tail])).equals(ts)).toBe(true);
    expect(splitter.end().equals(ts.subarray(0, 3 * PACKET_SIZE))).toBe(true);
    expect(splitter.stats).toEqual({ packets: ts.length / PACKET_SIZE + 3, resyncs: 1, droppedBytes: 63 });
    expect(splitter.verdict).toBe('locked');
    expect(splitter.end()).toHaveLength(0);
  });

  it('has nothing to give at the end of what never was a stream', () => {
    const splitter = new PacketSplitter();
    splitter.push(ts.subarray(0, 3 * PACKET_SIZE));
    expect(splitter.end()).toHaveLength(0);
    expect(splitter.stats.droppedBytes).toBe(3 * PACKET_SIZE);
  });

  it('gives nothing out of garbage at the end', () => {
    const splitter = new PacketSplitter();
    splitter.push(ts);
    expect(splitter.push(garbage(500, 4, true))).toHaveLength(0);
    expect(splitter.end()).toHaveLength(0);
    expect(splitter.stats).toMatchObject({ droppedBytes: 500, resyncs: 1 });
  });

  it('gives the same packets for any chunking, whatever the bytes', () => {
    const wrappers = [(b: Buffer) => b, toM2ts, to204];
    const piece = fc.oneof(
      fc.record({
        kind: fc.constant('ts' as const),
        packets: fc.integer({ min: 1, max: 30 }),
        wrap: fc.nat(2),
      }),
      fc.record({ kind: fc.constant('noise' as const), bytes: fc.uint8Array({ maxLength: 300 }) }),
      fc.record({ kind: fc.constant('sync' as const), count: fc.nat(40) }),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.array(fc.nat(40_000), { maxLength: 30 }),
        (pieces, cuts) => {
          const bytes = Buffer.concat(
            pieces.map((p) => {
              if (p.kind === 'noise') return Buffer.from(p.bytes);
              if (p.kind === 'sync') return Buffer.alloc(p.count, 0x47);
              return (wrappers[p.wrap] ?? toM2ts)(ts.subarray(0, p.packets * PACKET_SIZE));
            }),
          );
          const offsets = cuts.filter((cut) => cut <= bytes.length);
          const whole = new PacketSplitter({ notTsAfterBytes: 500 });
          const cut = new PacketSplitter({ notTsAfterBytes: 500 });
          const expected = run([bytes], whole);
          expect(run(splitAt(bytes, offsets), cut).equals(expected)).toBe(true);
          const inPieces = new PacketSplitter({ notTsAfterBytes: 500 });
          const given = splitAt(bytes, offsets).map((chunk) => inPieces.pushInPieces(chunk));
          expect(Buffer.concat(given.flat()).equals(expected)).toBe(true);
          expect(inPieces.stats).toEqual(cut.stats);
          expect({ ...cut.stats, verdict: cut.verdict }).toEqual({ ...whole.stats, verdict: whole.verdict });
          expect(cut.end().equals(whole.end())).toBe(true);
          expect(cut.stats).toEqual(whole.stats);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('accounts for every byte and gives nothing but packets', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 500 }), { maxLength: 10 }),
        fc.nat(20),
        (noise, packets) => {
          const parts = noise.flatMap((bytes) => [Buffer.from(bytes), ts.subarray(0, packets * PACKET_SIZE)]);
          const splitter = new PacketSplitter();
          const out = Buffer.concat([run(parts, splitter), splitter.end()]);
          for (let at = 0; at < out.length; at += PACKET_SIZE) expect(out[at]).toBe(0x47);
          expect(splitter.stats.packets * PACKET_SIZE).toBe(out.length);
          if (splitter.stats.resyncs === 0) {
            const total = parts.reduce((sum, part) => sum + part.length, 0);
            expect(out.length + splitter.stats.droppedBytes).toBe(total);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('brings every frame through one byte at a time', () => {
    const channel = new TsChannel({ bitrate: 200_000, audio: 'none', channelId: 9 });
    const out = run(chop(channel.seconds(1), [1]));
    expect(readFrames(out)).toEqual(
      Array.from({ length: 25 }, (_, frame) => ({ channelId: 9, frame, intact: true })),
    );
  });
});
