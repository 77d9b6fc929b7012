import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RutubeOutcome } from '../../src/vod/rutube/rutube-client.js';
import { RutubeClient } from '../../src/vod/rutube/rutube-client.js';
import { RutubeReader, type RutubeReading } from '../../src/vod/rutube/rutube-reader.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { MetricsRegistry } from '../../src/platform/metrics.js';
import { anAppConfig } from '../builders/app-config.js';
import { EagerClock } from '../fakes/eager-clock.js';
import { createRutubeHost, videoId, type FakeVideo, type RutubeHost } from '../fakes/rutube-host.js';

const LIST = '/api/tags/video/1/';
const HOUR = 3600;

function films(count: number, first = 1): FakeVideo[] {
  return Array.from({ length: count }, (_, at) => ({
    number: first + at,
    title: `Фильм номер ${first + at} (2001)`,
    duration: 2 * HOUR,
  }));
}

describe('Rutube', () => {
  let host: RutubeHost;
  let lifecycle: Lifecycle;
  let clock: EagerClock;
  let client: RutubeClient;

  beforeEach(async () => {
    host = await createRutubeHost({ perPage: 3 });
    lifecycle = new Lifecycle(new SilentLogger());
    begin();
  });
  afterEach(async () => {
    await lifecycle.shutdown();
    await client.onModuleDestroy();
    await host.close();
  });

  function begin(timerSpeed = 1): void {
    clock = new EagerClock(timerSpeed);
    const config = anAppConfig({ rutube: { baseUrl: host.url } });
    client = new RutubeClient(config, lifecycle, clock, new MetricsRegistry());
  }

  function read(path = LIST, maxPages = 10): Promise<RutubeReading> {
    const judge = { thisYear: 2026 };
    const reader = new RutubeReader({ client, baseUrl: host.url, judge, maxPages, signal: lifecycle.signal });
    return reader.read(path);
  }

  describe('a source', () => {
    it('is read to its last page, each video judged', async () => {
      const trailer = { number: 90, title: 'Весна (1947) трейлер', duration: 100 };
      host.lists.set(LIST, [...films(7), trailer]);
      const reading = await read();
      expect(reading).toMatchObject({ pages: 3, entries: 8, isComplete: true, failure: null, problems: [] });
      expect(reading.films.map(({ video }) => video.id)).toEqual(
        films(7).map(({ number }) => videoId(number)),
      );
      expect(reading.skipped).toEqual({ trailer: 1 });
    });

    it('may be a feed of lists and cards', async () => {
      host.feeds.set('/api/feeds/movies/', [
        LIST,
        '/api/feeds/cardgroup/5',
        'https://elsewhere.example/x',
        LIST,
      ]);
      host.lists.set(LIST, films(2));
      host.cardGroups.set('/api/feeds/cardgroup/5', [
        {
          id: 7,
          name: 'Ёлки 5 (2016)',
          videos: [
            { number: 50, title: 'Ёлки 5. Трейлер', duration: 120 },
            { number: 51, title: 'Ёлки 5', duration: 5400, type: 'movie' },
          ],
        },
        { id: 8, name: 'Дом у реки', type: 'serial', videos: [] },
      ]);
      const reading = await read('/api/feeds/movies/');
      expect(reading.films.map(({ judgement }) => judgement.record.title)).toEqual([
        'Фильм номер 1',
        'Фильм номер 2',
        'Ёлки 5',
      ]);
      expect(reading.films[2]?.judgement.record.year).toBe(2016);
      expect(reading.skipped).toEqual({ series: 1 });
      expect(reading.problems).toEqual(['1 parts of the feed are no lists of videos']);
    });

    it('may be one video', async () => {
      host.lists.set(LIST, films(1));
      expect((await read(`/api/video/${videoId(1)}/`)).films).toHaveLength(1);
    });

    it('is left at the bound of pages, and not called complete', async () => {
      host.lists.set(LIST, films(30));
      const reading = await read(LIST, 2);
      expect(reading).toMatchObject({ pages: 2, isComplete: false });
      expect(reading.films).toHaveLength(6);
      expect(reading.problems).toEqual(['only the first 2 pages were read']);
    });
  });

  describe('pages that do not end', () => {
    it.each([
      ['itself', 1, 'lead back'],
      ['first', 4, 'again and again'],
      ['same-entries', 2, 'again and again'],
      ['endless', 4, 'again and again'],
      ['foreign', 1, 'another host'],
    ] as const)('%s', async (fault, pages, problem) => {
      host.lists.set(LIST, films(7));
      host.nextFault = fault;
      const reading = await read(LIST, 50);
      expect(reading).toMatchObject({ pages, isComplete: false, failure: null });
      expect(reading.problems).toEqual([expect.stringContaining(problem)]);
    });
  });

  describe('answers that are none', () => {
    beforeEach(() => void host.lists.set(LIST, films(7)));

    it.each([
      [{ kind: 'http503', retryAfterSeconds: 7 }, 'unavailable', 3],
      [{ kind: 'status', code: 500 }, 'unavailable', 3],
      [{ kind: 'reset' }, 'unavailable', 3],
      [{ kind: 'status', code: 403 }, 'unavailable', 3],
      [{ kind: 'html200' }, 'unreadable', 1],
      [{ kind: 'badJson' }, 'unreadable', 1],
      [{ kind: 'status', code: 404 }, 'unreadable', 1],
    ] as const)('%o', async (fault, kind, requests) => {
      host.inject(fault, { times: 9 });
      const outcome: RutubeOutcome<unknown> = await client.page(LIST);
      expect(outcome.kind).toBe(kind);
      expect(host.asked(LIST)).toBe(requests);
    });

    it('are told from lists that are not there, and from those we must not see', async () => {
      expect(await client.page('/api/tags/video/2/')).toEqual({ kind: 'not-found' });
      host.fixed.set('/api/tags/video/3/', { status: 401, body: { detail: 'log in' } });
      expect(await client.page('/api/tags/video/3/')).toMatchObject({ kind: 'refused' });
      host.fixed.set('/api/tags/video/4/', { status: 200, body: { hello: 'world' } });
      expect(await client.page('/api/tags/video/4/')).toMatchObject({ kind: 'unreadable' });
    });

    it('pass', async () => {
      host.inject({ kind: 'status', code: 502 }, { times: 2 });
      expect((await client.page(LIST)).kind).toBe('found');
    });

    it('may never come', async () => {
      await client.onModuleDestroy();
      begin(100);
      host.inject({ kind: 'blackhole' });
      expect(await client.page(LIST)).toMatchObject({ kind: 'unavailable' });
      expect(host.asked(LIST)).toBe(3);
    });

    it('in the middle of a list leave what was read, and end the run', async () => {
      const reading = read();
      await host.requests.until(() => host.asked(LIST) === 1);
      host.inject({ kind: 'status', code: 500 }, { times: 9 });
      const { pages, isComplete, failure, problems } = await reading;
      expect({ pages, isComplete, failure }).toEqual({ pages: 1, isComplete: false, failure: null });
      expect(problems).toEqual([expect.stringContaining('it answered 500')]);
    });
  });

  it('waits as long as Rutube asks for, and not longer than anybody would', async () => {
    host.lists.set(LIST, films(1));
    const limited = { status: 429, body: {} };
    host.fixed.set(LIST, limited);
    const outcome = await client.page(LIST);
    expect(outcome).toMatchObject({ kind: 'unavailable', reason: 'Rutube is asked too often' });
    expect(Math.max(...clock.slept)).toBeGreaterThanOrEqual(5_000);
    expect(host.asked(LIST)).toBe(3);
  });

  it('tells how a video is played, or why it is not', async () => {
    expect(await client.play(videoId(1))).toMatchObject({ kind: 'found', value: { kind: 'hls' } });
    host.gone.add(videoId(2));
    expect(await client.play(videoId(2))).toEqual({ kind: 'not-found' });
    host.refused.set(videoId(3), 'only in Russia');
    expect(await client.play(videoId(3))).toEqual({ kind: 'refused', reason: 'Rutube says: only in Russia' });
  });

  it('is asked at a steady rate', async () => {
    host.lists.set(LIST, films(30));
    await read(LIST, 10);
    // Ten requests at two a second, four of which may go at once.
    expect(clock.slept.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(2_000);
  });
});
