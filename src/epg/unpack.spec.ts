import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { gzipSync } from 'node:zlib';
import { inPieces } from '../../test/builders/hostile-markup.js';
import { packingOf, unpack, UnpackError, type UnpackLimits } from './unpack.js';

const GUIDE = Buffer.from(`<tv>${'<programme channel="é"/>\n'.repeat(5000)}</tv>`);
/** "hello\n", by xz with its usual check. */
const HELLO_XZ = Buffer.from(
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAFaGVsbG8KAAAApWCX8ZT2/eAAAR4GwS+kHR+2830BAAAAAARZWg==',
  'base64',
);

async function unpacked(
  packed: Uint8Array,
  limits: Partial<UnpackLimits> = {},
  lengths: readonly number[] = [1000],
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of unpack(source(packed, lengths), limits)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* source(bytes: Uint8Array, lengths: readonly number[] = [1000]): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield* inPieces(bytes, lengths);
}

async function failure(packed: Uint8Array, limits: Partial<UnpackLimits> = {}): Promise<string> {
  return unpacked(packed, limits).then(
    () => 'none',
    (error: unknown) => (error instanceof UnpackError ? error.failure : String(error)),
  );
}

describe('unpacking a guide', () => {
  it.each([
    ['plain', GUIDE],
    ['gzip', gzipSync(GUIDE)],
    ['gzip of two members', Buffer.concat([gzipSync(GUIDE.subarray(0, 999)), gzipSync(GUIDE.subarray(999))])],
    ['gzip in gzip', gzipSync(gzipSync(GUIDE))],
    [
      'zip',
      zipSync({ 'readme.txt': Buffer.from('no'), 'epg/guide.XML': GUIDE, 'other.xml': Buffer.from('x') }),
    ],
    ['zip without compression', zipSync({ 'guide.xml': [GUIDE, { level: 0 }] })],
    ['gzip in zip', zipSync({ 'guide.xml.gz': gzipSync(GUIDE) })],
  ])('%s, in any chunking', async (_, packed) => {
    for (const lengths of [[1_000_000], [7919], [1, 2, 3, 500]]) {
      expect((await unpacked(packed, {}, lengths)).equals(GUIDE)).toBe(true);
    }
  });

  it('xz, one stream or several', async () => {
    expect((await unpacked(HELLO_XZ, {}, [5])).toString()).toBe('hello\n');
    expect((await unpacked(Buffer.concat([HELLO_XZ, HELLO_XZ]))).toString()).toBe('hello\nhello\n');
  });

  it('leaves short and empty sources as they are', async () => {
    expect(await unpacked(Buffer.of())).toHaveLength(0);
    expect((await unpacked(Buffer.from('<'))).toString()).toBe('<');
  });

  it('tells the end in the middle from damage', async () => {
    const gzip = gzipSync(GUIDE);
    const zip = zipSync({ 'guide.xml': GUIDE });
    const damaged = Buffer.from(gzip);
    damaged[gzip.length - 6] = (damaged[gzip.length - 6] ?? 0) ^ 255;
    expect(await failure(gzip.subarray(0, -20))).toBe('truncated');
    expect(await failure(zip.subarray(0, 300))).toBe('truncated');
    expect(await failure(HELLO_XZ.subarray(0, 40))).toBe('truncated');
    expect(await failure(damaged)).toBe('damaged');
    const xz = Buffer.from(HELLO_XZ);
    xz[35] = 0xff;
    expect(await failure(xz)).toBe('damaged');
  });

  it('says what it cannot read', async () => {
    expect(await failure(Buffer.from('BZh91AY&SY'))).toBe('unsupported');
    expect(await failure(Buffer.from('7z\u00bc\u00af\u0027\u001c', 'latin1'))).toBe('unsupported');
    expect(await failure(zipSync({ 'readme.txt': Buffer.from('no') }))).toBe('no-entry');
    expect(packingOf(Buffer.from('{}'))).toBe('plain');
  });

  it('stops a bomb and a flood', async () => {
    const bomb = gzipSync(Buffer.alloc(3_000_000));
    expect(await failure(bomb, { maxRatio: 100, ratioFromBytes: 500_000 })).toBe('bomb');
    expect(await failure(bomb, { maxRatio: 100, ratioFromBytes: 5_000_000 })).toBe('none');
    expect(
      await failure(zipSync({ 'a.xml': new Uint8Array(3_000_000) }), {
        maxRatio: 100,
        ratioFromBytes: 500_000,
      }),
    ).toBe('bomb');
    expect(await failure(gzipSync(bomb), { maxRatio: 500, ratioFromBytes: 500_000 })).toBe('bomb');
    expect(await failure(GUIDE, { maxBytes: GUIDE.length })).toBe('none');
    expect(await failure(GUIDE, { maxBytes: GUIDE.length - 1 })).toBe('too-large');
  });

  it('unpacks no deeper than allowed', async () => {
    const inner = gzipSync(GUIDE);
    expect((await unpacked(gzipSync(gzipSync(inner)))).equals(inner)).toBe(true);
  });

  it.each(['plain', 'gzip', 'xz', 'zip'])('passes on why the source of %s failed', async (packing) => {
    const packed =
      { plain: GUIDE, gzip: gzipSync(GUIDE), xz: HELLO_XZ, zip: zipSync({ 'a.xml': GUIDE }) }[packing] ??
      GUIDE;
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield* source(packed.subarray(0, 50));
      throw new Error('connection lost');
    };
    const read = async (): Promise<void> => {
      for await (const chunk of unpack(broken())) {
        expect(chunk.length).toBeGreaterThan(0);
      }
    };
    await expect(read()).rejects.toThrow('connection lost');
  });

  it.each(['plain', 'gzip', 'xz', 'zip'])('closes the source of %s when nobody reads on', async (packing) => {
    let isClosed = false;
    const packed =
      { plain: GUIDE, gzip: gzipSync(GUIDE), xz: HELLO_XZ, zip: zipSync({ 'a.xml': GUIDE }) }[packing] ??
      GUIDE;
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      try {
        yield* source(packed);
        for (;;) yield* source(packed);
      } finally {
        isClosed = true;
      }
    };
    for await (const chunk of unpack(endless())) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(isClosed).toBe(true);
  });

  it('survives any bytes', async () => {
    const magic = fc.constantFrom(
      [0x1f, 0x8b, 8, 0],
      [0x50, 0x4b, 3, 4, 20, 0, 0, 0, 8, 0],
      [...HELLO_XZ.subarray(0, 24)],
      [],
    );
    await fc.assert(
      fc.asyncProperty(magic, fc.uint8Array({ maxLength: 200 }), async (start, rest) => {
        expect(await failure(Buffer.from([...start, ...rest]))).toMatch(/^[a-z-]+$/);
      }),
    );
  });
});
