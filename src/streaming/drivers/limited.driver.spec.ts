import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../test/fakes/fake-clock.js';
import { FakeDriver } from '../../../test/fakes/fake-driver.js';
import { aStreamSource } from '../../../test/builders/stream-source-builder.js';
import { ProviderLimits } from '../provider-limits.js';
import type { OpenContext, OpenResult, OpenStream } from '../source-driver.js';
import type { StreamSource } from '../stream-source.js';
import { LimitedDriver } from './limited.driver.js';

const ACCOUNT = { key: 'list 7', maxConnections: 2 };

describe('a driver within what providers allow', () => {
  let clock: FakeClock;
  let inner: FakeDriver;
  let limits: ProviderLimits;
  let driver: LimitedDriver;

  beforeEach(() => {
    clock = new FakeClock();
    inner = new FakeDriver();
    limits = new ProviderLimits();
    driver = new LimitedDriver({ driver: inner, limits, clock });
  });

  const source = (changes: Partial<StreamSource> = {}): StreamSource =>
    aStreamSource({ kind: 'http', provider: ACCOUNT, ...changes });

  function open(changes: Partial<OpenContext> = {}, from = source()): Promise<OpenResult> {
    return driver.open(from, {
      signal: new AbortController().signal,
      firstByteMs: 1_000,
      avoid: new Set(),
      makeRoom: () => Promise.resolve(false),
      ...changes,
    });
  }

  async function opened(changes: Partial<OpenContext> = {}): Promise<OpenStream> {
    const result = await open(changes);
    if (result.kind === 'failed') throw new Error(result.failure.detail);
    return result.stream;
  }

  /** What becomes of an opening once nobody has patience any more. */
  async function refused(changes: Partial<OpenContext> = {}): Promise<OpenResult> {
    const result = open(changes);
    await clock.advance(2_000);
    return result;
  }

  it('opens as many as allowed and says clearly why it opens no more', async () => {
    await opened();
    await opened();
    expect(await refused()).toEqual({
      kind: 'failed',
      failure: expect.objectContaining({
        kind: 'unavailable',
        cause: { why: 'provider-limit' },
        blameless: true,
      }),
    });
    expect(inner.opened).toHaveLength(2);
  });

  it('counts every account on its own, and nothing where nobody counts', async () => {
    await opened();
    await opened();
    const other = source({ provider: { key: 'list 8', maxConnections: 1 } });
    expect((await open({}, other)).kind).toBe('open');
    const free = aStreamSource({ kind: 'http' });
    for (let n = 0; n < 5; n++) expect((await open({}, free)).kind).toBe('open');
  });

  it('frees a place when the connection is really closed, and once', async () => {
    const first = await opened();
    await opened();
    let closed = (): void => {};
    const stream = inner.opened[0];
    if (stream) stream.closing = new Promise((resolve) => (closed = resolve));
    const closing = Promise.all([first.close(), first.close()]);
    expect(limits.inUse('list 7')).toBe(2);
    const waiting = open();
    await clock.advance(500);
    closed();
    await closing;
    expect(stream?.closes).toBe(1);
    await clock.advance(100);
    expect((await waiting).kind).toBe('open');
    expect(limits.inUse('list 7')).toBe(2);
  });

  it('frees the place of what could not be opened', async () => {
    inner.fail(source().id, 'timeout');
    for (let n = 0; n < 5; n++) expect((await open()).kind).toBe('failed');
    expect(limits.inUse('list 7')).toBe(0);
  });

  it('asks for room at the account before it gives up', async () => {
    const idle = await opened();
    await opened();
    const asked: unknown[] = [];
    const stream = await opened({
      makeRoom: async (kind, provider) => {
        asked.push([kind, provider]);
        await idle.close();
        return true;
      },
    });
    expect(asked).toEqual([['http', 'list 7']]);
    await stream.close();
  });

  it('leaves the last place to viewers when it is polite', async () => {
    await opened({ polite: true });
    expect(await open({ polite: true })).toMatchObject({ kind: 'failed' });
    expect((await open()).kind).toBe('open');
  });

  it('stops waiting when nobody waits any more', async () => {
    await opened();
    await opened();
    const gone = new AbortController();
    const waiting = open({ signal: gone.signal });
    await clock.advance(200);
    gone.abort(new Error('left'));
    expect(await waiting).toMatchObject({ failure: { kind: 'cancelled' } });
    expect(clock.pendingTimers).toBe(0);
  });
});
