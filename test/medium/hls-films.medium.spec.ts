import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Agent, type Dispatcher } from 'undici';
import { SystemClock } from '../../src/platform/clock.js';
import { createGuardedAgent } from '../../src/platform/http/guarded-agent.js';
import { HlsFilms } from '../../src/streaming/hls/hls-films.js';
import type { StreamSource } from '../../src/streaming/stream-source.js';
import { ScriptedHost } from '../fakes/scripted-host.js';

const { signal } = new AbortController();

describe('films in segments on other servers', () => {
  const guarded = createGuardedAgent({ allowPrivate: false });
  const open = new Agent();
  let host: ScriptedHost;
  let agent: Dispatcher;
  let films: HlsFilms;

  beforeEach(async () => {
    host = await new ScriptedHost().open();
    agent = open;
    films = new HlsFilms({
      clock: new SystemClock(),
      background: () => undefined,
      dispatcher: () => agent,
      converter: { open: () => NO_FFMPEG, convert: () => NO_FFMPEG },
    });
  });
  afterEach(() => host.close());

  function source(locator: string): StreamSource {
    return { id: 1, kind: 'http', locator, userAgent: null, headers: {}, allowPrivate: false };
  }

  const list = (...lines: string[]): string => ['#EXTM3U', ...lines, ''].join('\n');

  it('are not looked for in our own network', async () => {
    const locator = host.at('/a.m3u8', list('#EXTINF:2,', 'a.ts', '#EXT-X-ENDLIST'), 'text/plain');
    const opened = await films.openList(source(locator), signal);
    if (opened.kind !== 'list') throw new Error(opened.kind);
    agent = guarded;
    const piece = opened.list.piece(0);
    const refused = piece && (await opened.list.open(piece, null, signal));
    expect(refused).toMatchObject({ ok: false, isFinal: true, failure: { kind: 'unsupported' } });
    expect(await films.openList(source(locator), signal)).toMatchObject({
      kind: 'failed',
      failure: { kind: 'unsupported' },
    });
    expect(host.requests.map(({ path }) => path)).toEqual(['/a.m3u8']);
  });

  it.each([
    ['a page', '<html></html>', 'bad-media'],
    ['an empty list', list('#EXT-X-ENDLIST'), 'bad-media'],
    [
      'a protected one',
      list(
        '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x",KEYFORMAT="com.apple"',
        '#EXTINF:2,',
        'a.ts',
        '#EXT-X-ENDLIST',
      ),
      'unsupported',
    ],
  ])('are not %s', async (_, text, kind) => {
    const opened = await films.openList(source(host.at('/a.m3u8', text, 'text/plain')), signal);
    expect(opened).toMatchObject({ kind: 'failed', failure: { kind } });
  });

  it('are no broadcasts: those are played as one stream', async () => {
    const text = list('#EXTINF:2,', 'a.ts');
    const opened = await films.openList(source(host.at('/a.m3u8', text, 'text/plain')), signal);
    expect(opened.kind).toBe('stream-only');
  });
});

const NO_FFMPEG = Promise.resolve({
  ok: false,
  failure: { kind: 'unsupported', detail: 'no ffmpeg' },
} as const);
