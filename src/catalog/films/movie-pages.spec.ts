import { describe, expect, it } from '@jest/globals';
import { gunzipSync } from 'node:zlib';
import { BufferPool } from '../../core/util/buffer-pool.js';
import { HitCounter } from '../../core/util/hit-counter.js';
import { SeenLately } from '../../core/util/seen-lately.js';
import { Compressor } from '../compress.js';
import {
  MoviePages,
  type MoviePage,
  type MovieQuestion,
  type PageTools,
  type WrittenPage,
} from './movie-pages.js';

const LENGTH = 5_000;
/** What the pool gives for it. */
const TAKEN = 16 * 1024;
const plain = (url: string): MovieQuestion => ({ url, base: 'http://tv.test', encoding: 'identity' });
const packed = (url: string): MovieQuestion => ({ ...plain(url), encoding: 'gzip' });

function someTools(): PageTools {
  return {
    asked: new SeenLately(),
    memory: new BufferPool(1e6),
    compressor: new Compressor(1),
    restUntil: -Infinity,
    now: () => 0,
    hits: new HitCounter(),
    gzipFromBytes: 1_000,
  };
}

/** A page full of one letter. */
const writer =
  (letter: string) =>
  (memory: (length: number) => Buffer): WrittenPage => ({
    bytes: memory(LENGTH).subarray(0, LENGTH).fill(letter),
    etag: letter,
  });

const textOf = ({ bytes, encoding }: MoviePage): string =>
  (encoding === 'gzip' ? gunzipSync(bytes) : bytes).toString();

describe('pages of the film API', () => {
  it('lends the memory of a page that was asked for once, and to one at a time', async () => {
    const tools = someTools();
    const pages = new MoviePages(tools, 1e6);
    const first = await pages.make(plain('/1'), writer('a'));
    const second = await pages.make(plain('/2'), writer('b'));
    expect([textOf(first), textOf(second)]).toEqual(['a'.repeat(LENGTH), 'b'.repeat(LENGTH)]);
    first.giveBack?.();
    const third = await pages.make(plain('/3'), writer('c'));
    expect(third.bytes.buffer).toBe(first.bytes.buffer);
    expect(textOf(second)).toBe('b'.repeat(LENGTH));
    expect([pages.bytes, pages.ready(plain('/1'))]).toEqual([0, undefined]);
  });

  it('keeps what is asked for again, by address and encoding, in memory that nobody else gets', async () => {
    const tools = someTools();
    const pages = new MoviePages(tools, 1e6);
    (await pages.make(plain('/1'), writer('a'))).giveBack?.();
    const again = await pages.make(plain('/1'), writer('a'));
    again.giveBack?.();
    await pages.make(plain('/2'), writer('b'));
    expect(textOf(again)).toBe('a'.repeat(LENGTH));
    expect(pages.ready(plain('/1'))?.bytes).toBe(again.bytes);
    for (const other of [packed('/1'), { ...plain('/1'), base: 'http://other.test' }, plain('/1?')]) {
      expect(pages.ready(other)).toBeUndefined();
    }
    expect(tools.hits.figures).toEqual({ hits: 1, misses: 3 });
  });

  it('knows in the next edition what was asked for in the one before', async () => {
    const tools = someTools();
    await new MoviePages(tools, 1e6).make(plain('/1'), writer('a'));
    const pages = new MoviePages(tools, 1e6);
    const page = await pages.make(plain('/1'), writer('b'));
    expect(pages.ready(plain('/1'))?.bytes).toBe(page.bytes);
  });

  it('gives the memory of a kept page to others when it has left, and nobody is sent it any more', async () => {
    const tools = someTools();
    const pages = new MoviePages(tools, 1.5 * TAKEN);
    (await pages.make(plain('/1'), writer('a'))).giveBack?.();
    const [first, second] = [await pages.make(plain('/1'), writer('a')), pages.ready(plain('/1'))];
    for (let times = 0; times < 2; times++) (await pages.make(plain('/2'), writer('b'))).giveBack?.();
    expect(pages.ready(plain('/1'))).toBeUndefined();
    first.giveBack?.();
    expect([textOf(first), tools.memory.idleBytes]).toEqual(['a'.repeat(LENGTH), 0]);
    second?.giveBack?.();
    expect(tools.memory.idleBytes).toBe(TAKEN);
    const third = await pages.make(plain('/3'), writer('c'));
    expect(third.bytes.buffer).toBe(first.bytes.buffer);
  });

  it('gives all of it away when another edition serves, and keeps nothing after that', async () => {
    const tools = someTools();
    const pages = new MoviePages(tools, 1e6);
    for (const url of ['/1', '/1', '/2', '/2']) (await pages.make(plain(url), writer('a'))).giveBack?.();
    const sent = pages.ready(plain('/2'));
    pages.clear();
    expect([pages.bytes, tools.memory.idleBytes]).toEqual([0, TAKEN]);
    sent?.giveBack?.();
    (await pages.make(plain('/1'), writer('a'))).giveBack?.();
    expect([pages.bytes, tools.memory.idleBytes]).toEqual([0, 2 * TAKEN]);
  });

  it('compresses, and keeps that, while nobody else is at it; else the page goes out as it is', async () => {
    const tools = someTools();
    const pages = new MoviePages(tools, 1e6);
    const [first, second] = await Promise.all([
      pages.make(packed('/1'), writer('a')),
      pages.make(packed('/2'), writer('b')),
    ]);
    expect([first.encoding, first.etag, textOf(first)]).toEqual(['gzip', 'a-gzip', 'a'.repeat(LENGTH)]);
    expect([second.encoding, second.etag, textOf(second)]).toEqual(['identity', 'b', 'b'.repeat(LENGTH)]);
    const [third, sameTime] = await Promise.all([
      pages.make(packed('/1'), writer('a')),
      pages.make(packed('/1'), writer('a')),
    ]);
    expect([third.encoding, sameTime.encoding]).toEqual(['gzip', 'identity']);
    expect(pages.ready(packed('/1'))).toBe(third);
  });

  it('compresses what nobody asked for before for a quarter of the time at most', async () => {
    const tools = someTools();
    let now = 100;
    tools.now = () => now;
    const pages = new MoviePages(tools, 1e6);
    const encoding = async (url: string): Promise<string> =>
      (await pages.make(packed(url), writer('a'))).encoding;
    const first = encoding('/1');
    now = 110;
    expect(await first).toBe('gzip');
    now = 139;
    expect([await encoding('/2'), await encoding('/1')]).toEqual(['identity', 'gzip']);
    now = 140;
    expect(await encoding('/3')).toBe('gzip');
  });

  it('keeps to its bound, and forgets long questions', async () => {
    const pages = new MoviePages(someTools(), 2.5 * TAKEN);
    for (const url of ['/1', '/2', '/3', `/${'4'.repeat(2_000)}`]) {
      for (let times = 0; times < 2; times++) await pages.make(plain(url), writer('a'));
    }
    const isKept = ['/1', '/2', '/3'].map((url) => pages.ready(plain(url)) !== undefined);
    expect([isKept, pages.bytes]).toEqual([[false, true, true], 2 * (TAKEN + 600)]);
  });
});
