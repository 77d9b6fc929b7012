import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../test/fakes/fake-clock.js';
import { FakeSink } from '../../test/fakes/fake-sink.js';
import { Reader } from './reader.js';
import type { MediaCursor } from './reader.js';

class FakeCursor implements MediaCursor {
  joins: { behindMs: number; nowMs: number }[] = [];
  ready = true;
  chunks: Buffer[] = [];
  jumps = 0;
  lagBytes = 5;
  closed = 0;

  close(): void {
    this.closed++;
  }

  join(options: { behindMs: number; nowMs: number }): 'joined' | 'not-yet' {
    this.joins.push(options);
    return this.ready ? 'joined' : 'not-yet';
  }

  next(): Buffer | undefined {
    return this.chunks.shift();
  }

  lagMs(nowMs: number): number {
    return nowMs - 1;
  }
}

const OPTIONS = { joinBehindMs: 5_000, slowReaderMs: 30_000, maxJumpsPerMinute: 3 };

describe('Reader', () => {
  let clock: FakeClock;
  let cursor: FakeCursor;
  let sink: FakeSink;
  let over: Reader[];
  let reader: Reader;

  beforeEach(() => {
    clock = new FakeClock();
    cursor = new FakeCursor();
    sink = new FakeSink();
    over = [];
    reader = new Reader(cursor, sink, clock, OPTIONS, (ended) => over.push(ended));
  });

  it('joins once, as far behind as it is told', async () => {
    cursor.ready = false;
    reader.pump();
    await clock.advance(10);
    cursor.ready = true;
    reader.pump();
    reader.pump();
    expect(cursor.joins).toEqual([
      { behindMs: 5_000, nowMs: 0 },
      { behindMs: 5_000, nowMs: 10 },
    ]);
  });

  it('writes until the socket refuses, and goes on when it drains', () => {
    cursor.chunks = [Buffer.alloc(1), Buffer.alloc(2), Buffer.alloc(3)];
    sink.blocked = true;
    reader.pump();
    reader.pump();
    expect(sink.data.length).toBe(1);
    expect(reader.bytes).toBe(0);
    sink.blocked = false;
    sink.drain();
    expect(sink.data.length).toBe(6);
    expect(reader.bytes).toBe(6);
  });

  it('is closed when nothing goes through for too long, however much the ring moves', async () => {
    cursor.chunks = [Buffer.alloc(1)];
    sink.blocked = true;
    reader.pump();
    await clock.advance(29_999);
    reader.check();
    expect(reader.isOver).toBe(false);
    await clock.advance(1);
    reader.check();
    expect(sink.ends).toEqual(['too-slow']);
    expect(over).toEqual([reader]);
  });

  it('is closed when only single bytes go through', async () => {
    cursor.chunks = [Buffer.alloc(60_000)];
    sink.blocked = true;
    reader.pump();
    for (let seconds = 0; seconds < 30; seconds++) {
      reader.check();
      expect(reader.isOver).toBe(false);
      sink.pending--;
      await clock.advance(1_000);
    }
    reader.check();
    expect(sink.ends).toEqual(['too-slow']);
    expect(reader.bytes).toBe(30);
  });

  it('is not closed while it merely waits for the source', async () => {
    reader.pump();
    await clock.advance(600_000);
    reader.check();
    expect(reader.isOver).toBe(false);
  });

  it('gives its place in the ring back once', () => {
    reader.end('kicked');
    reader.close();
    expect(cursor.closed).toBe(1);
  });

  it('is closed when it jumps again and again within a minute', async () => {
    cursor.jumps = 3;
    reader.check();
    expect(reader.isOver).toBe(false);
    await clock.advance(60_000);
    reader.check();
    cursor.jumps = 6;
    reader.check();
    expect(reader.isOver).toBe(false);
    cursor.jumps = 7;
    reader.check();
    expect(sink.ends).toEqual(['too-slow']);
  });

  it('ends once, and writes nothing after its end', () => {
    cursor.chunks = [Buffer.alloc(1)];
    reader.end('kicked');
    reader.end('closed');
    reader.close();
    reader.pump();
    reader.check();
    sink.drain();
    expect(sink.ends).toEqual(['kicked']);
    expect(sink.chunks).toEqual([]);
    expect(over).toHaveLength(1);
  });

  it('says nothing to a viewer who left himself', () => {
    reader.close();
    expect(sink.ends).toEqual([]);
    expect(over).toEqual([reader]);
  });

  it('stops when the viewer goes away in the middle of a write', () => {
    cursor.chunks = [Buffer.alloc(1), Buffer.alloc(1)];
    const write = sink.write.bind(sink);
    sink.write = (chunk) => {
      reader.close();
      return write(chunk);
    };
    reader.pump();
    expect(sink.chunks).toHaveLength(1);
    expect(reader.bytes).toBe(1);
  });

  it('tells how it fares', async () => {
    cursor.chunks = [Buffer.alloc(10)];
    reader.pump();
    await clock.advance(100);
    expect(reader.stats()).toEqual({ bytes: 10, lagBytes: 5, lagMs: 99, jumps: 0, joinedAt: 0 });
  });

  describe('that is paced', () => {
    const MBIT = 1_000_000;
    let paced: Reader;

    beforeEach(() => {
      paced = new Reader(cursor, sink, clock, { ...OPTIONS, burstBitsPerSecond: 8 * MBIT }, () => {});
    });

    const sent = (): number => sink.chunks.reduce((sum, { length }) => sum + length, 0);

    it('gives a head start at once and the rest at its rate', async () => {
      cursor.chunks = Array.from({ length: 100 }, () => Buffer.alloc(65_536));
      paced.pump();
      expect(sent()).toBeLessThanOrEqual(4 * 65_536);
      await clock.advance(1_000);
      expect(sent()).toBeGreaterThan(MBIT);
      expect(sent()).toBeLessThan(MBIT + 4 * 65_536);
      paced.pump();
      expect(sent()).toBeLessThan(MBIT + 4 * 65_536);
      await clock.advance(6_000);
      expect(sent()).toBe(100 * 65_536);
    });

    it('holds nobody back for good', async () => {
      cursor.chunks = Array.from({ length: 2_000 }, () => Buffer.alloc(65_536));
      paced.pump();
      await clock.advance(15_000);
      expect(cursor.chunks).toEqual([]);
      expect(clock.pendingTimers).toBe(0);
    });

    it('forgets its pause with its viewer', () => {
      cursor.chunks = Array.from({ length: 100 }, () => Buffer.alloc(65_536));
      paced.pump();
      expect(clock.pendingTimers).toBe(1);
      paced.close();
      expect(clock.pendingTimers).toBe(0);
    });
  });
});
