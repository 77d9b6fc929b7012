import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { mkdtemp, open, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { sendRanges, StepMemory, write } from './send-ranges.store.js';

const FILE_BYTES = 2_000_003;

describe('sending ranges of a file', () => {
  const content = Buffer.alloc(FILE_BYTES);
  for (let at = 0; at + 4 <= FILE_BYTES; at += 4) content.writeUInt32LE(at, at);
  let folder: string;
  let handle: FileHandle;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'rooftop-ranges-'));
    await writeFile(path.join(folder, 'file'), content);
    handle = await open(path.join(folder, 'file'));
  });
  afterEach(async () => {
    await handle.close();
    await rm(folder, { recursive: true });
  });

  /** Takes a step only in a later turn, and looks at the bytes then: they must not have changed. */
  function aSlowTaker(failAfter = Infinity): { out: Writable; taken: Buffer[]; memories: Set<unknown> } {
    const taken: Buffer[] = [];
    const memories = new Set<unknown>();
    const out = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        setImmediate(() => {
          if (taken.length >= failAfter) return done(new Error('gone'));
          memories.add(chunk.buffer);
          taken.push(Buffer.from(chunk));
          done();
        });
      },
    });
    out.on('error', () => {});
    return { out, taken, memories };
  }

  it('gives every byte of them in their order, out of the same memory again and again', async () => {
    const ranges = [
      { from: 5, to: 5 },
      { from: 10, to: 900_000 },
      { from: 1_000_000, to: 1_000_001 },
      { from: 1_200_000, to: FILE_BYTES },
    ];
    const memory = new StepMemory();
    const used = new Set<unknown>();
    for (let round = 0; round < 3; round++) {
      const { out, taken, memories } = aSlowTaker();
      await sendRanges(out, handle, ranges, memory);
      const wanted = ranges.map(({ from, to }) => content.subarray(from, to));
      expect(Buffer.concat(taken).equals(Buffer.concat(wanted))).toBe(true);
      for (const each of memories) used.add(each);
    }
    expect(used.size).toBe(2);
  });

  it('sends nothing of nothing', async () => {
    const { out, taken } = aSlowTaker();
    await sendRanges(out, handle, [], new StepMemory());
    expect(taken).toEqual([]);
  });

  it('fails with whoever takes it, and gives its memory back', async () => {
    const memory = new StepMemory();
    const { out, taken } = aSlowTaker(2);
    const whole = [{ from: 0, to: FILE_BYTES }];
    await expect(sendRanges(out, handle, whole, memory)).rejects.toThrow('gone');
    expect(taken).toHaveLength(2);
    const left = aSlowTaker();
    left.out.destroy();
    await expect(sendRanges(left.out, handle, whole, memory)).rejects.toThrow(/destroyed/);
    const next = aSlowTaker();
    await sendRanges(next.out, handle, whole, memory);
    expect(Buffer.concat(next.taken).equals(content)).toBe(true);
  });

  it('fails where the file is shorter than a range', async () => {
    const { out } = aSlowTaker();
    const beyond = sendRanges(out, handle, [{ from: 0, to: FILE_BYTES + 1 }], new StepMemory());
    await expect(beyond).rejects.toThrow('shorter');
  });

  it('ends when the connection breaks just before a step, which Node.js forgets then', async () => {
    let outcome: (sent: Promise<void>) => void = () => undefined;
    const sent = new Promise<void>((resolve) => (outcome = resolve));
    const server = createServer((_request, response) => {
      response.on('error', () => {});
      response.flushHeaders();
      response.socket?.destroy();
      outcome(write(response, content));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    try {
      client.on('error', () => {}).write('GET / HTTP/1.1\r\nhost: rooftop\r\n\r\n');
      await expect(sent).rejects.toThrow('closed');
    } finally {
      client.destroy();
      server.close();
    }
  });
});
