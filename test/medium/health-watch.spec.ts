import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HealthWatch, observationOf } from '../../src/checks/health-watch.js';
import type { SourceObservation } from '../../src/core/health/source-record.js';
import { EventBus } from '../../src/platform/events/event-bus.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import type { SessionStats } from '../../src/streaming/stream-stats.js';
import { FakeClock } from '../fakes/fake-clock.js';

describe('the watch over sources', () => {
  let clock: FakeClock;
  let events: EventBus;
  let seen: [number, SourceObservation][];
  let streams: SessionStats[];
  let watch: HealthWatch;

  beforeEach(() => {
    clock = new FakeClock();
    events = new EventBus(new SilentLogger());
    seen = [];
    streams = [];
    watch = new HealthWatch({
      hub: { stats: () => streams },
      health: { observe: (id, observation) => void seen.push([id, observation]) },
      events,
      clock,
    });
    watch.start();
  });
  afterEach(() => watch.stop());

  function running(changes: Partial<SessionStats>): SessionStats {
    return {
      id: 1,
      key: 'channel 1',
      title: 'One',
      state: 'live',
      sourceId: 7,
      sourceIds: [7],
      source: { place: 'engine', peers: 9, speedDown: 300 },
      startedAt: clock.now() - 60_000,
      ttfbMs: 500,
      silentMs: 20,
      viewers: 1,
      hlsViewers: 0,
      waiting: 0,
      bytesIn: 1,
      bitrate: 1,
      codec: 'h264',
      ringBytes: 1,
      ringMs: 1,
      continuityErrors: 0,
      breaks: 0,
      recoveries: 0,
      lastProblem: null,
      picture: null,
      readers: [],
      ...changes,
    };
  }

  it('notes what plays, with peers and speed', async () => {
    streams = [running({}), running({ sourceId: 8, source: { place: 'host' } })];
    await clock.advance(20_000);
    expect(seen).toEqual([
      [7, { kind: 'played', seconds: 10, peers: 9, speedKbs: 300 }],
      [8, { kind: 'played', seconds: 10, peers: null, speedKbs: null }],
      [7, { kind: 'played', seconds: 10, peers: 9, speedKbs: 300 }],
      [8, { kind: 'played', seconds: 10, peers: null, speedKbs: null }],
    ]);
  });

  it('counts a young stream from its first picture, and none that starts, is silent or broken', async () => {
    streams = [
      running({ startedAt: clock.now() + 4_000, ttfbMs: 2_000 }),
      running({ ttfbMs: null, state: 'starting' }),
      running({ state: 'recovering' }),
      running({ silentMs: 11_000 }),
    ];
    await clock.advance(10_000);
    expect(seen).toEqual([[7, { kind: 'played', seconds: 4, peers: 9, speedKbs: 300 }]]);
  });

  it('passes outcomes on until it is stopped', () => {
    events.emit('source.outcome', { sourceId: 3, outcome: { kind: 'picture', afterMs: 1_500 } });
    watch.stop();
    events.emit('source.outcome', { sourceId: 3, outcome: { kind: 'picture', afterMs: 1_500 } });
    expect(seen).toEqual([[3, { kind: 'picture', waitSeconds: 1.5 }]]);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each(['not-found', 'bad-media', 'licence', 'unsupported', 'no-peers'] as const)(
    'takes %s for lasting',
    (kind) => {
      const outcome = { kind: 'failed', failure: { kind, detail: 'x' } } as const;
      expect(observationOf(outcome)).toMatchObject({ isLasting: true, failure: kind });
    },
  );

  it('blames a source neither for the engine nor for a viewer who left nor for our own doing', () => {
    const failure = { kind: 'unavailable', detail: 'no engine', blameless: true } as const;
    expect(observationOf({ kind: 'failed', failure })).toBeNull();
    expect(
      observationOf({ kind: 'failed', failure: { kind: 'cancelled', detail: 'nobody waits' } }),
    ).toBeNull();
    const cause = { why: 'unreachable', code: 'ENETUNREACH' } as const;
    expect(
      observationOf({ kind: 'failed', failure: { kind: 'unavailable', detail: 'no line', cause } }),
    ).toBeNull();
    for (const reason of ['superseded', 'moved', 'session-lost', 'engine-down'] as const) {
      expect(observationOf({ kind: 'broke', reason, detail: '' })).toBeNull();
    }
    expect(observationOf({ kind: 'broke', reason: 'stall', detail: 'silence' })).toMatchObject({
      kind: 'cut',
      reason: 'stall',
    });
  });
});
