import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { PostersService } from '../../src/faces/posters/posters.service.js';
import type { Answer } from '../../src/faces/shared/answer.js';
import type { Database } from '../../src/platform/database/database.js';
import { EventBus } from '../../src/platform/events/event-bus.js';
import { HttpFetcher } from '../../src/platform/http/fetcher.js';
import { ImageSource } from '../../src/platform/images/image-source.entity.js';
import { ImageStore } from '../../src/platform/images/image-store.js';
import { imageTypeOf, mayBeImage } from '../../src/platform/images/image-type.js';
import { StoredImage } from '../../src/platform/images/image.entity.js';
import { ImagesRepository } from '../../src/platform/images/images.repository.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { anAppConfig } from '../builders/app-config.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { FakeClock } from '../fakes/fake-clock.js';
import { createListHost, type ListHost } from '../fakes/list-host.js';

function picture(width: number, height: number, alpha = false): Sharp {
  const background = alpha ? { r: 200, g: 30, b: 30, alpha: 0.4 } : { r: 20, g: 90, b: 160 };
  return sharp({ create: { width, height, channels: alpha ? 4 : 3, background } });
}

async function bodyOf({ body }: Answer): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  if (body === null || typeof body === 'string' || Buffer.isBuffer(body)) return Buffer.from(body ?? '');
  for await (const chunk of body) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

describe('the type of an image', () => {
  it('is read from its first bytes, and nothing that is a document is one', () => {
    expect(imageTypeOf(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'))).toBeNull();
    expect(imageTypeOf(Buffer.from('<!doctype html>'))).toBeNull();
    expect(imageTypeOf(Buffer.alloc(0))).toBeNull();
    expect(imageTypeOf(Buffer.from('ffd8ffe0', 'hex'))).toBe('jpeg');
    expect(mayBeImage('text/html; charset=utf-8')).toBe(false);
    expect(mayBeImage('image/jpeg')).toBe(true);
    expect(mayBeImage('')).toBe(true);
  });
});

describeOnEveryDialect('the image store', (store) => {
  let database: Database;
  let host: ListHost;
  let clock: FakeClock;
  let lifecycle: Lifecycle;
  let images: ImageStore;
  let posters: PostersService;
  let announced: number;
  let events: EventBus;

  beforeAll(async () => {
    database = await store.open();
  });
  afterAll(() => database.close());

  beforeEach(async () => {
    for (const table of ['images', 'image_sources']) {
      await database.write('empty', (manager) => manager.query(`DELETE FROM ${table}`));
    }
    host = await createListHost();
    start();
  });
  afterEach(async () => {
    await lifecycle.shutdown();
    await host.close();
  });

  function start(limits: { maxDiskBytes?: number; maxBytes?: number; maxPixels?: number } = {}): void {
    const logger = new SilentLogger();
    clock = new FakeClock();
    lifecycle = new Lifecycle(logger);
    const config = anAppConfig({
      dataDir: store.dataDir,
      sources: { allowPrivate: true },
      images: { maxDiskBytes: 50_000_000, maxBytes: 2_000_000, maxPixels: 4_000_000, ...limits },
    });
    events = new EventBus(logger);
    announced = 0;
    events.on('images.changed', () => announced++);
    images = new ImageStore(
      config,
      new ImagesRepository(database),
      new HttpFetcher(clock),
      events,
      lifecycle,
      clock,
      logger,
    );
    posters = new PostersService(images);
  }

  const put = (at: string, body: Buffer | string, contentType = 'image/jpeg'): string =>
    host.put(at, { body, contentType });
  const get = (name: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
    posters.answer({ method, name, headers });

  async function filesStored(): Promise<string[]> {
    const all = await readdir(path.join(store.dataDir, 'posters'), { recursive: true }).catch(() => []);
    return all.filter((name) => name.includes('-'));
  }

  it('keeps a poster in a few widths, as WebP and JPEG, and serves what the player takes', async () => {
    const url = put('/p.jpg', await picture(1000, 1500).jpeg().toBuffer());
    const outcome = await images.fetch(url);
    if (outcome.kind !== 'stored') throw new Error(outcome.reason);
    expect(images.hashOf(url)).toBe(outcome.hash);

    const jpeg = await get(`${outcome.hash}-342`, { accept: 'image/*' });
    expect(jpeg.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'cache-control': expect.stringContaining('immutable') as unknown as string,
      vary: 'Accept',
    });
    expect(await sharp(await bodyOf(jpeg)).metadata()).toMatchObject({
      format: 'jpeg',
      width: 342,
      height: 513,
    });
    const webp = await get(`${outcome.hash}-500`, { accept: 'image/avif,image/webp,*/*' });
    expect(await sharp(await bodyOf(webp)).metadata()).toMatchObject({ format: 'webp', width: 780 });
    const without = await get(`${outcome.hash}-500`, { accept: 'image/webp;q=0, image/*' });
    expect(without.headers['content-type']).toBe('image/jpeg');
    expect((await get(`${outcome.hash}-9999.webp`)).headers['content-type']).toBe('image/webp');

    const head = await get(`${outcome.hash}-342`, {}, 'HEAD');
    expect(head).toMatchObject({ status: 200, body: null });
    const etag = jpeg.headers.etag ?? '';
    expect(await get(`${outcome.hash}-342`, { 'if-none-match': etag })).toMatchObject({ status: 304 });
    expect(await get(`${outcome.hash}-342`, {}, 'POST')).toMatchObject({ status: 405 });
  });

  it('keeps what is transparent in a logo, and never makes a small one larger', async () => {
    const outcome = await images.fetch(
      put('/l.png', await picture(120, 60, true).png().toBuffer(), 'image/png'),
    );
    const hash = outcome.kind === 'stored' ? outcome.hash : '';
    const png = await sharp(await bodyOf(await get(`${hash}-342`, {}))).metadata();
    expect(png).toMatchObject({ format: 'png', width: 120, hasAlpha: true });
  });

  it('strips what is not pixels, and turns the picture upright', async () => {
    const original = await picture(300, 200).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const outcome = await images.fetch(put('/r.jpg', original));
    const hash = outcome.kind === 'stored' ? outcome.hash : '';
    const served = await sharp(await bodyOf(await get(`${hash}-154`))).metadata();
    expect(served).toMatchObject({ width: 154, height: 231 });
    expect(served.exif).toBeUndefined();
  });

  it('keeps one copy of one picture, whatever its address', async () => {
    const bytes = await picture(200, 300).jpeg().toBuffer();
    const first = await images.fetch(put('/a.jpg', bytes));
    const second = await images.fetch(put('/b.jpg', bytes));
    expect(second).toEqual(first);
    expect(await database.read.count(StoredImage)).toBe(1);
  });

  it('takes the first picture of an animation', async () => {
    const frames = await sharp(
      [await picture(64, 64).png().toBuffer(), await picture(64, 64).png().toBuffer()],
      {
        join: { animated: true },
      },
    )
      .gif()
      .toBuffer();
    expect(await images.fetch(put('/a.gif', frames, 'image/gif'))).toMatchObject({ kind: 'stored' });
  });

  it.each<[string, () => Promise<string> | string]>([
    ['a page', () => put('/x', '<!doctype html><title>404</title>', 'text/html')],
    ['a page that calls itself an image', () => put('/x', '<!doctype html><title>404</title>')],
    ['a drawing with a script', () => put('/x.svg', '<svg><script>alert(1)</script></svg>', 'image/svg+xml')],
    ['nothing', () => put('/x', Buffer.alloc(0))],
    ['half a picture', async () => put('/x', (await picture(400, 400).png().toBuffer()).subarray(0, 300))],
    ['more pixels than allowed', async () => put('/x', await picture(3000, 3000).png().toBuffer())],
    ['more bytes than allowed', () => put('/x', Buffer.alloc(2_500_000, 0xff))],
    ['a dot that counts viewers', async () => put('/x', await picture(1, 1).gif().toBuffer())],
    ['nobody there', () => `${host.url}/nothing.jpg`],
  ])('refuses %s, stores nothing, and does not ask again at once', async (_, make) => {
    const before = await filesStored();
    const url = await make();
    const outcome = await images.fetch(url);

    expect(outcome).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/\S/) as unknown as string,
    });
    expect(await filesStored()).toEqual(before);
    expect(images.hashOf(url)).toBeNull();
    expect(images.isRefused(url)).toBe(true);
    images.want(url);
    expect(images.waiting).toBe(0);
  });

  it('says when what it was asked for is no picture, and knows it after a restart', async () => {
    const url = put('/x', '<!doctype html>');
    const told = new Promise<void>((resolve) => events.on('images.changed', () => resolve()));
    images.want(url);
    await told;
    expect(images.isRefused(url)).toBe(true);
    await lifecycle.shutdown();

    start();
    expect(images.isRefused(url)).toBe(false);
    await images.load();
    expect(images.isRefused(url)).toBe(true);
  });

  it('tells an outage from a refusal, and asks again later', async () => {
    const url = put('/late.jpg', await picture(200, 300).jpeg().toBuffer());
    host.remove('/late.jpg');
    host.put('/late.jpg', { body: 'busy', status: 503 });
    expect(await images.fetch(url)).toMatchObject({ kind: 'unavailable' });
    expect(images.isRefused(url)).toBe(false);
    images.want(url);
    expect(images.waiting).toBe(0);

    put('/late.jpg', await picture(200, 300).jpeg().toBuffer());
    await clock.advance(3_700_000);
    images.want(url);
    expect(images.waiting).toBe(1);
    expect(await images.fetch(url)).toMatchObject({ kind: 'stored' });
  });

  it('knows after a restart what it has, and tells once that there is something new', async () => {
    const url = put('/p.jpg', await picture(200, 300).jpeg().toBuffer());
    const told = new Promise<void>((resolve) => events.on('images.changed', () => resolve()));
    images.want(url);
    await told;
    await lifecycle.shutdown();
    expect(announced).toBe(1);

    start();
    expect(images.hashOf(url)).toBeNull();
    await images.load();
    expect(images.hashOf(url)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('fetches nothing again that is asked for while it reads what it has, and says when it knows', async () => {
    const url = put('/p.jpg', await picture(200, 300).jpeg().toBuffer());
    await images.fetch(url);
    await lifecycle.shutdown();

    start();
    const asked = host.requests.all.length;
    const loaded = images.load();
    images.want(url);
    await loaded;
    expect([images.waiting, announced]).toEqual([0, 1]);
    await lifecycle.shutdown();
    expect(host.requests.all).toHaveLength(asked);
  });

  it('stays within its disk: what nobody looked at for longest goes', async () => {
    const noisy = async (seed: number): Promise<Buffer> =>
      sharp(Buffer.from(Uint8Array.from({ length: 64 * 64 * 3 }, (_, at) => (at * seed * 7919) % 251)), {
        raw: { width: 64, height: 64, channels: 3 },
      })
        .png()
        .toBuffer();
    start({ maxDiskBytes: 12_000 });
    const urls = await Promise.all(
      [1, 2, 3, 5, 7, 11].map(async (seed) => put(`/${seed}.png`, await noisy(seed))),
    );
    for (const url of urls) {
      await images.fetch(url);
      await clock.advance(1000);
    }
    const total = (await database.read.sum(StoredImage, 'bytes')) ?? 0;
    expect(total).toBeLessThanOrEqual(12_000);
    expect(await database.read.count(ImageSource)).toBe(await database.read.count(StoredImage));
  });

  it('forgets nothing of an address when the server ends in the middle of it', async () => {
    const url = put('/slow.jpg', await picture(200, 300).jpeg().toBuffer());
    host.inject({ kind: 'slowDrip', bytes: 1, everyMs: 1000 });
    const fetched = images.fetch(url);
    await host.requests.until(() => host.requests.of('/slow.jpg').length > 0);
    await lifecycle.shutdown();
    expect(await fetched).toMatchObject({ kind: 'unavailable' });
    expect(await database.read.count(ImageSource)).toBe(0);
  });

  it('fetches anew what was deleted by hand', async () => {
    const url = put('/p.jpg', await picture(200, 300).jpeg().toBuffer());
    const outcome = await images.fetch(url);
    const hash = outcome.kind === 'stored' ? outcome.hash : '';
    await rm(path.join(store.dataDir, 'posters'), { recursive: true });

    expect(await get(`${hash}-342`)).toMatchObject({ status: 404 });
    expect(await images.fetch(url)).toEqual(outcome);
    expect(await get(`${hash}-342`)).toMatchObject({ status: 200 });
  });

  it('answers 404 for names that are none', async () => {
    for (const name of [
      '..',
      '%2e%2e%2fsecrets',
      'a-1',
      `${'0'.repeat(64)}-342`,
      `${'0'.repeat(64)}-342.svg`,
    ]) {
      expect(await get(name)).toMatchObject({ status: 404 });
    }
  });
});
