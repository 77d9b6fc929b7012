import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { FakeClock } from '../../test/fakes/fake-clock.js';
import { ByteCollector } from './byte-collector.js';
import { Slicer } from './slicer.js';

const slicer = (): Slicer => new Slicer(new FakeClock(), 5);

describe('gathering an answer', () => {
  it('gives back what was put in, texts and bytes, across its chunks', async () => {
    const parts = ['é'.repeat(200_000), 'a', '😀'.repeat(50_000), 'b'.repeat(300_000), ''];
    const out = new ByteCollector();
    for (const part of parts) out.addText(part);
    out.addBytes(Buffer.from('xxhello'.repeat(100_000)), 2);
    const wanted = Buffer.concat([
      Buffer.from(parts.join('')),
      Buffer.from('xxhello'.repeat(100_000)).subarray(2),
    ]);
    expect(out.length).toBe(wanted.length);
    const { bytes, etag } = await out.finish(slicer());
    expect(bytes.equals(wanted)).toBe(true);
    expect(etag).toBe(createHash('sha256').update(wanted).digest('base64url').slice(0, 22));
  });

  it('knows its length at every step', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme' })), async (texts) => {
        const out = new ByteCollector();
        let length = 0;
        for (const text of texts) {
          out.addText(text);
          length += Buffer.byteLength(text);
          expect(out.length).toBe(length);
        }
        expect((await out.finish(slicer())).bytes.toString()).toBe(texts.join(''));
      }),
    );
  });

  it('is empty when nothing was put in', async () => {
    expect((await new ByteCollector().finish(slicer())).bytes).toHaveLength(0);
  });
});
