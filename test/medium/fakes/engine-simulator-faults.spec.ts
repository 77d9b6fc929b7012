import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EngineSimulator } from '../../fakes/engine-simulator/engine-simulator.js';
import { FakeClock, settle } from '../../fakes/fake-clock.js';
import type { Fault } from '../../fakes/faults/fault.js';
import { inspectTs } from '../../fakes/media/inspect-ts.js';
import type { TsReport } from '../../fakes/media/inspect-ts.js';
import type { StreamReader } from '../../fakes/stream-reader.js';
import { Bench, getJson, start, stop, tryStart, UNKNOWN_SESSION } from './engine-caller.js';
import type { Envelope } from './engine-caller.js';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.close());

/** Bytes of the burst that every reader gets at once: 6 s at 1 Mbit/s. */
const BURST = 740_000;

async function play(sim: EngineSimulator, name = 'one'): Promise<StreamReader> {
  return bench.read((await start(sim, name)).playback_url);
}

/** Waits until nothing more comes as long as the clock stands still. */
async function quiet(stream: StreamReader): Promise<void> {
  for (let last = -1; last !== stream.received;) {
    last = stream.received;
    for (let turn = 0; turn < 20; turn++) await settle();
  }
}

describe('faults of connections and replies', () => {
  it.each([
    ['reset', { kind: 'reset' }, /ECONNRESET/],
    ['an empty reply', { kind: 'emptyReply' }, /hang up/],
    ['half a JSON', { kind: 'badJson' }, /JSON/],
    ['a web page', { kind: 'html200' }, /JSON/],
  ] as const)('%s, once', async (_name, fault: Fault, error) => {
    const sim = await bench.sim();
    sim.control.inject(fault);
    await expect(tryStart(sim, 'one')).rejects.toThrow(error);
    expect((await tryStart(sim, 'one')).error).toBeNull();
  });

  it('a busy engine says when to come again', async () => {
    const sim = await bench.sim();
    sim.control.inject({ kind: 'http503', retryAfterSeconds: 7 }, { times: 2 });
    for (let i = 0; i < 2; i++) {
      const reply = await fetch(`${sim.url}/search`);
      expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '7']);
    }
    expect((await fetch(`${sim.url}/search`)).status).toBe(200);
  });

  it('refuses connections for a while and then takes them again at the same port', async () => {
    const clock = new FakeClock();
    const sim = await bench.sim({ clock });
    sim.control.inject({ kind: 'refuse' }, { forMs: 5000 });
    await expect(fetch(`${sim.url}/search`)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await clock.advance(5000);
    await sim.until(({ isListening }) => isListening);
    expect((await fetch(`${sim.url}/search`)).status).toBe(200);
  });

  it('hangs whole or except for get_version', async () => {
    const sim = await bench.sim();
    const hung = (path: string): Promise<string> =>
      fetch(`${sim.url}${path}`, { signal: AbortSignal.timeout(100) }).then(
        () => 'answered',
        () => 'hung',
      );
    const version = '/webui/api/service?method=get_version';
    const fault = sim.control.inject({ kind: 'hangApiOnly' });
    expect(await Promise.all([hung(version), hung('/server/api?method=get_status')])).toEqual([
      'answered',
      'hung',
    ]);
    fault.remove();
    sim.control.inject({ kind: 'hangAll' });
    expect(await hung(version)).toBe('hung');
    sim.control.heal();
    expect(await hung(version)).toBe('answered');
  });

  it('strikes only the route, the content and the time it was given', async () => {
    const clock = new FakeClock();
    const sim = await bench.sim({ clock });
    sim.control.inject({ kind: 'errorJson', text: 'no' }, { content: 'two' });
    sim.control.inject({ kind: 'status', code: 500 }, { route: 'search', afterMs: 10, forMs: 10 });
    expect((await tryStart(sim, 'one')).error).toBeNull();
    expect(await tryStart(sim, 'two')).toEqual({ response: null, error: 'no' });
    const statuses: number[] = [];
    for (let i = 0; i < 3; i++) {
      statuses.push((await fetch(`${sim.url}/search`)).status);
      await clock.advance(10);
    }
    expect(statuses).toEqual([200, 500, 200]);
  });

  it('asks for a licence', async () => {
    const sim = await bench.sim();
    sim.control.inject({ kind: 'licence' });
    expect(await tryStart(sim, 'one')).toEqual({
      response: null,
      error: 'missing option',
      extra_data: { reason: 'missing_option', option: 'proxyServer' },
    });
    expect(sim.metrics.failedStarts.get('missing option')).toBe(1);
  });

  it('sends a player round in circles or to a foreign host, and notices who went', async () => {
    const sim = await bench.sim();
    const { playback_url: url } = await start(sim, 'one');
    const loop = sim.control.inject({ kind: 'redirectLoop' });
    expect((await bench.read(url)).status).toBe(302);
    expect(sim.metrics.requestsOf('playback')).toBe(4);
    loop.remove();
    sim.control.inject({ kind: 'redirectForeignHost' });
    expect((await bench.read(url)).status).toBe(404);
    expect(() => sim.assertInvariants({ allow: { leaked: 1 } })).toThrow('calls to a foreign host: 1');
    sim.control.inject({ kind: 'absoluteUrlWrongHost' });
    const wrong = new URL((await start(sim, 'two')).playback_url);
    expect(wrong.host).not.toBe(new URL(sim.url).host);
  });
});

describe('faults of starts and stops', () => {
  it('never gets going: no peers, no speed, a held playback URL', async () => {
    const clock = new FakeClock();
    const sim = await bench.sim({ clock, warmup: '500' });
    sim.control.inject({ kind: 'neverStart' }, { content: 'one' });
    const session = await start(sim, 'one');
    await clock.advance(30_000);
    expect(await getJson(session.stat_url)).toMatchObject({
      response: { status: 'prebuf', peers: 0, speed_down: 0, downloaded: 0 },
    });
    expect((await fetch(session.playback_url)).status).toBe(500);
    sim.control.heal();
    expect((await play(sim)).status).toBe(200);
  });

  it('starts, prebuffers and stops slowly', async () => {
    const clock = new FakeClock();
    const sim = await bench.sim({ clock });
    sim.control.inject({ kind: 'slowStart', ms: 700 });
    sim.control.inject({ kind: 'slowPrebuf', ms: 2000 });
    sim.control.inject({ kind: 'warmup', mode: '500' });
    const started = start(sim, 'one');
    await sim.until(({ metrics }) => metrics.startsInFlight === 1);
    await clock.advance(700);
    const session = await started;
    expect((await fetch(session.playback_url)).status).toBe(500);
    await clock.advance(2000);
    expect((await bench.read(session.playback_url)).status).toBe(200);
    sim.control.inject({ kind: 'slowStop', ms: 4000 });
    const stopped = stop(session);
    await sim.until(({ metrics }) => metrics.stopsReceived === 1);
    expect(sim.metrics.stopsDone).toBe(0);
    await clock.advance(4000);
    expect(await stopped).toEqual({ response: 'ok', error: null });
    sim.assertInvariants({ expectedStarts: 1 });
  });

  it('a stop that fails is not the fault of who asked', async () => {
    const sim = await bench.sim();
    sim.control.inject({ kind: 'stopFails' });
    const session = await start(sim, 'one');
    expect(await stop(session)).toEqual({ response: null, error: 'internal error' });
    expect(sim.control.openSessions()).toHaveLength(1);
    sim.assertInvariants();
    expect(await stop(session)).toEqual({ response: 'ok', error: null });
    expect(sim.control.openSessions()).toEqual([]);
    sim.assertInvariants();
  });

  it('loses or expires sessions, and forgets all in a restart', async () => {
    const clock = new FakeClock();
    const sim = await bench.sim({ clock });
    for (const kind of ['sessionLost', 'expireNow', 'superseded'] as const) {
      const session = await start(sim, 'one');
      const stream = await bench.read(session.playback_url);
      sim.control.inject({ kind }, { content: 'one', afterMs: 50 });
      await clock.advance(50);
      await stream.ended;
      expect(await getJson(session.stat_url)).toEqual(UNKNOWN_SESSION);
    }
    const stream = await play(sim);
    const back = sim.control.restart(2000);
    expect(await stream.ended).toBe('broken');
    await expect(fetch(`${sim.url}/search`)).rejects.toThrow('fetch failed');
    await clock.advance(2000);
    await back;
    expect(sim.control.openSessions()).toHaveLength(0);
    expect((await play(sim)).status).toBe(200);
    sim.assertInvariants({ allow: { leaked: 1 } });
  });

  it('crashes under too many sessions or starts', async () => {
    const sim = await bench.sim();
    sim.control.inject({ kind: 'memoryPressure', parallelSessions: 1, downMs: 0 });
    await start(sim, 'one');
    await expect(tryStart(sim, 'two')).rejects.toThrow(/ECONNRESET|hang up/);
    await sim.until(({ isListening }) => isListening);
    expect(sim.metrics.crashes).toBe(1);
    sim.control.heal();
    sim.control.inject({ kind: 'memoryPressure', startsPerMinute: 1, downMs: 0 });
    await stop(await start(sim, 'one'));
    await expect(tryStart(sim, 'one')).rejects.toThrow(/ECONNRESET|hang up/);
  });
});

describe('faults of HLS', () => {
  it('resets the sequence, loses, shortens and freezes', async () => {
    const clock = new FakeClock();
    const sim = await bench.sim({ clock, contents: [{ name: 'one', bitrateKbps: 200 }] });
    const { playback_url: url } = await start(sim, 'one', { hls: true });
    const list = async (): Promise<{ first: number; segments: string[] }> => {
      const text = await (await fetch(url)).text();
      return {
        first: Number(/SEQUENCE:(\d+)/.exec(text)?.[1]),
        segments: text.match(/^http.*\.ts$/gm) ?? [],
      };
    };
    const { segments } = await list();
    const whole = (await (await fetch(segments[0] ?? '')).arrayBuffer()).byteLength;
    sim.control.inject({ kind: 'hlsSegment404' });
    expect((await fetch(segments[0] ?? '')).status).toBe(404);
    sim.control.inject({ kind: 'hlsSegmentShort' });
    const short = (await (await fetch(segments[0] ?? '')).arrayBuffer()).byteLength;
    expect(short).toBe(Math.floor(whole / 2));
    const frozen = sim.control.inject({ kind: 'hlsListStale' });
    await clock.advance(20_000);
    expect((await list()).segments).toEqual(segments);
    frozen.remove();
    const moved = await list();
    expect(moved.segments.length).toBeGreaterThan(segments.length);
    await clock.advance(50_000);
    expect((await list()).segments.at(-1)).toMatch(/\/1[0-9]\.ts$/);
    sim.control.inject({ kind: 'hlsSequenceReset' });
    const reset = await list();
    expect([reset.first, reset.segments[0]?.endsWith('/0.ts')]).toEqual([0, true]);
  });
});

describe('ends of a stream', () => {
  it.each([
    ['dropFin', 'close', 'end'],
    ['dropFin', 'chunked', 'end'],
    ['dropRst', 'close', 'broken'],
    ['dropRst', 'chunked', 'broken'],
    ['truncatedChunk', 'chunked', 'broken'],
  ] as const)('%s in a body framed %s is seen as "%s"', async (kind, framing, seen) => {
    const sim = await bench.sim({ framing });
    sim.control.inject({ kind, atBytes: 188 * 400 + 50 });
    const stream = await play(sim);
    expect(await stream.ended).toBe(seen);
    if (kind === 'dropFin') expect(stream.received).toBe(188 * 400 + 50);
    expect(await getJson<Envelope<object>>((await start(sim, 'two')).stat_url)).toMatchObject({
      error: null,
    });
  });

  it('a session survives its reader: the same URL plays on', async () => {
    const sim = await bench.sim();
    sim.control.inject({ kind: 'dropFin', atBytes: 188 * 100 });
    const session = await start(sim, 'one');
    const first = await bench.read(session.playback_url);
    await first.ended;
    const second = await bench.read(session.playback_url);
    await second.atLeast(188 * 10);
    await stop(session);
    sim.assertInvariants({ expectedStarts: 1 });
  });

  it('strikes as many readers as it was told, each once', async () => {
    const sim = await bench.sim();
    sim.control.inject({ kind: 'dropFin', atBytes: 188 }, { times: 2 });
    const session = await start(sim, 'one');
    for (const received of [188, 188, 188 * 2]) {
      const stream = await bench.read(session.playback_url);
      if (received === 188) await stream.ended;
      else await stream.atLeast(received);
      expect(stream.received).toBeGreaterThanOrEqual(received);
    }
  });

  it('stalls with the connection open, says so, and goes on', async () => {
    const clock = new FakeClock();
    const sim = await bench.sim({ clock });
    sim.control.inject({ kind: 'stall', ms: 20_000, atBytes: 188 * 100 });
    const session = await start(sim, 'one');
    const stream = await bench.read(session.playback_url);
    await stream.atLeast(188 * 100);
    await clock.advance(19_900);
    expect(stream.received).toBe(188 * 100);
    expect(await getJson(session.stat_url)).toMatchObject({ response: { status: 'buf', speed_down: 0 } });
    await clock.advance(100);
    await stream.atLeast(188 * 200);
  });
});

describe('pace', () => {
  /** After `seconds`, the reader has `mediaSeconds` of playing time, and no more comes. */
  async function expectMedia(fault: Fault | undefined, seconds: number, mediaSeconds: number): Promise<void> {
    const clock = new FakeClock();
    const sim = await bench.sim({ clock, tickMs: 100, burstSeconds: 2 });
    if (fault) sim.control.inject(fault);
    const stream = await play(sim);
    await clock.advance(seconds * 1000);
    await stream.atLeast((mediaSeconds - 0.3) * 125_000);
    await quiet(stream);
    expect(stream.received / 125_000).toBeLessThan(mediaSeconds + 0.3);
  }

  it('gives the burst and then real time', () => expectMedia(undefined, 10, 12));

  it('supplies less than real time', () => expectMedia({ kind: 'rateBelow', ratio: 0.5 }, 10, 7));

  it('or a blast', () => expectMedia({ kind: 'burstBlast', mediaSeconds: 8 }, 10, 20));

  it('a dead source keeps its status while peers and bytes are gone', async () => {
    const clock = new FakeClock();
    const sim = await bench.sim({ clock, contents: [{ name: 'one', deadAfterMs: 5000, burstSeconds: 1 }] });
    const session = await start(sim, 'one');
    const stream = await bench.read(session.playback_url);
    await clock.advance(6000);
    await quiet(stream);
    const { received } = stream;
    await clock.advance(10_000);
    expect(sim.metrics.mediaBytes).toBe(received);
    expect(await getJson(session.stat_url)).toMatchObject({
      response: { status: 'dl', peers: 0, speed_down: 0 },
    });
  });
});

describe('faults of the picture', () => {
  async function broken(fault: Fault, bytes = BURST): Promise<{ report: TsReport; data: Buffer }> {
    const sim = await bench.sim();
    sim.control.inject(fault);
    const data = (await (await play(sim)).atLeast(bytes)).subarray(0, bytes);
    return { report: inspectTs(data), data };
  }

  it('a sound one has none', async () => {
    const sim = await bench.sim();
    const report = inspectTs((await (await play(sim)).atLeast(BURST)).subarray(0, BURST));
    expect(report).toMatchObject({ strayBytes: 0, continuityErrors: 0, discontinuities: 0, keyframes: 3 });
    expect(report.pmtVersions).toEqual([0]);
  });

  it('garbage', async () => {
    const { report, data } = await broken({ kind: 'garbage', bytes: 1000, atBytes: 188 * 50 });
    expect(data.subarray(188 * 50 + 1000).readUInt8(0)).toBe(0x47);
    expect(report.strayBytes).toBeGreaterThan(800);
    expect(report.strayBytes).toBeLessThan(1400);
  });

  it('lost bytes that move the packet borders', async () => {
    const { data } = await broken({ kind: 'misalign', bytes: 60, atBytes: 188 * 50 });
    const missing = (188 - 60) % 188;
    expect(data[188 * 50 + missing]).toBe(0x47);
    expect(data[188 * 51 + missing]).toBe(0x47);
  });

  it('bytes that come twice', async () => {
    const { data } = await broken({ kind: 'duplicateBytes', bytes: 500, atBytes: 188 * 50 });
    const at = 188 * 50;
    expect(data.subarray(at, at + 500).equals(data.subarray(at - 500, at))).toBe(true);
  });

  it('an error text', async () => {
    const { data } = await broken({ kind: 'textInStream', text: 'start timeout', atBytes: 188 * 50 });
    expect(data.indexOf('start timeout')).toBe(188 * 50);
  });

  it('packets that never arrive, counters that are wrong', async () => {
    const { report: missing } = await broken({ kind: 'missingPackets', rate: 0.02 }, 600_000);
    expect(missing.strayBytes).toBe(0);
    expect(missing.continuityErrors).toBeGreaterThan(20);
    const { report: wrong } = await broken({ kind: 'ccErrors', rate: 0.02 }, 600_000);
    expect(wrong.packets).toBe(Math.floor(600_000 / 188));
    expect(wrong.continuityErrors).toBeGreaterThan(40);
  });

  it('a jump of all clocks', async () => {
    const { report } = await broken({ kind: 'ptsJump', seconds: 100, atBytes: 300_000 });
    const steps = report.videoStamps.slice(1).map((stamp, i) => stamp - (report.videoStamps[i] ?? 0));
    expect(steps.filter((step) => step !== 3600)).toEqual([100 * 90_000 + 3600]);
    expect(Math.max(...report.pcrs) - Math.min(...report.pcrs)).toBeGreaterThan(100 * 90_000);
    expect(report.continuityErrors).toBe(0);
  });

  it('clocks that overflow', async () => {
    const { report } = await broken({ kind: 'pcrWrap', inSeconds: 2 });
    const falls = report.pcrs.filter((pcr, i) => i > 0 && pcr < (report.pcrs[i - 1] ?? 0));
    expect(falls).toHaveLength(1);
    expect(report.pcrs.findIndex((pcr) => pcr < 90_000)).toBe(50);
    expect(report.continuityErrors).toBe(0);
  });

  it('a new PMT with other pids', async () => {
    const { report } = await broken({ kind: 'pmtChange', movePids: 0x20, atBytes: 300_000 });
    expect(report.pmtVersions).toEqual([0, 1]);
    expect(report.videoPids).toEqual([0x100, 0x120]);
    expect(report.strayBytes).toBe(0);
  });

  it('no keyframe for a while', async () => {
    const { report } = await broken({ kind: 'noKeyframe', seconds: 3, atBytes: 10_000 });
    expect(report.keyframes).toBe(2);
    expect(report.continuityErrors).toBe(0);
  });

  it('the same seconds again and again, with a live position that stands still', async () => {
    const clock = new FakeClock();
    const sim = await bench.sim({ clock, tickMs: 100 });
    const session = await start(sim, 'one');
    const stream = await bench.read(session.playback_url);
    await stream.atLeast(BURST);
    sim.control.inject({ kind: 'loopingContent', seconds: 2 });
    const position = async (): Promise<string | undefined> => {
      const stat = await getJson<Envelope<{ livepos: { live_last: string } }>>(session.stat_url);
      return stat.response?.livepos.live_last;
    };
    const before = await position();
    await clock.advance(6000);
    await quiet(stream);
    expect(await position()).toBe(before);
    const { pcrs } = inspectTs(stream.bytes);
    expect(pcrs.filter((pcr, i) => i > 0 && pcr < (pcrs[i - 1] ?? 0)).length).toBeGreaterThanOrEqual(2);
    sim.control.heal();
    await clock.advance(10_000);
    expect(Number(await position())).toBe(Number(before) + 16);
  });
});
