import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ChannelDoctor, type ChannelDoctorOptions } from '../../src/checks/doctor/channel-doctor.js';
import type { SourceHealthView } from '../../src/checks/channel-health.js';
import type { Channel } from '../../src/channels/channel.entity.js';
import { StreamSource } from '../../src/channels/stream-source.entity.js';
import { reportText, type DoctorReport } from '../../src/core/doctor/report.js';
import { SystemClock } from '../../src/platform/clock.js';
import { AppError } from '../../src/platform/errors/app-error.js';
import { createSim, type EngineSimulator } from '../fakes/engine-simulator/engine-simulator.js';
import { contentIdOf } from '../fakes/engine-simulator/catalogue.js';
import { createHttpTsHost, type HostFault, type HttpTsHost } from '../fakes/http-ts-host.js';
import type { MediaSource, MediaUnit } from '../fakes/media/media-source.js';
import { SyntheticSource } from '../fakes/media/synthetic-source.js';
import { aceId, openStreamHouse, type StreamHouse } from '../fakes/stream-house.js';

/** A channel whose units are changed on their way. */
class Changed implements MediaSource {
  suppressKeyframes = false;
  private readonly inner = new SyntheticSource({ bitrate: 1_000_000 });

  constructor(private readonly change: (unit: MediaUnit, index: number) => Buffer) {}

  private index = 0;

  next(): MediaUnit {
    const unit = this.inner.next();
    this.inner.suppressKeyframes = true;
    return { ...unit, data: this.change(unit, this.index++) };
  }
}

function withoutTables(data: Buffer): Buffer {
  const packets: Buffer[] = [];
  for (let at = 0; at < data.length; at += 188) {
    const pid = data.readUInt16BE(at + 1) & 0x1fff;
    if (pid !== 0 && pid !== 0x1000) packets.push(data.subarray(at, at + 188));
  }
  return Buffer.concat(packets);
}

describe('the channel doctor', () => {
  let sim: EngineSimulator;
  let host: HttpTsHost;
  let house: StreamHouse;
  let sources: SourceHealthView[];
  let observed: string[];
  let maxConnections: number | null;

  beforeEach(async () => {
    [sources, observed, maxConnections] = [[], [], null];
    sim = await createSim({ contents: [{ name: 'news' }, { name: 'sport' }] });
    host = await createHttpTsHost({
      channels: [
        { name: 'good' },
        { name: 'slow', supplyRatio: 0.4, burstSeconds: 0.2 },
        { name: 'scrambled', media: () => new SyntheticSource({ bitrate: 1_000_000, scrambled: true }) },
        {
          name: 'rare',
          media: () => new SyntheticSource({ bitrate: 1_000_000, codec: 'h265', audio: 'ac3' }),
        },
        { name: 'radio', media: () => new SyntheticSource({ bitrate: 200_000, codec: 'none' }) },
        { name: 'no tables', media: () => new Changed(({ data }) => withoutTables(data)) },
        {
          name: 'no picture',
          media: () => new Changed(({ data }, index) => (index === 0 ? Buffer.alloc(0) : data)),
        },
      ],
    });
    house = await openStreamHouse({ engines: [sim.url], acestream: { maxStreamsPerEngine: 2 } });
  });

  afterEach(async () => {
    await house.close();
    sim.control.heal();
    sim.assertInvariants();
    await Promise.all([sim.close(), host.close()]);
  });

  function doctor(changes: Partial<ChannelDoctorOptions> = {}): ChannelDoctor {
    return new ChannelDoctor({
      health: { of: (id) => Promise.resolve({ channelId: id, name: 'News', sources }) },
      records: { observe: (id, { kind }) => void observed.push(`${id} ${kind}`) },
      channels: {
        get: (id) => Promise.resolve({ id, num: 7, name: 'News', retiredAt: null } as Channel),
        findVisible: (id) => house.channels.findVisible(id),
      },
      lists: {
        streamTerms: () =>
          Promise.resolve({
            limits: new Map(maxConnections === null ? [] : [[1, maxConnections]]),
            proxies: new Map(),
            requests: new Map(),
          }),
      },
      probe: house.streaming.probe,
      engines: house.streaming.engines,
      providers: house.streaming.providers,
      streams: () => house.streaming.hub.stats(),
      clock: new SystemClock(),
      allowPrivate: true,
      patience: { firstByteMs: 2000, pictureMs: 1500, lookMs: 100 },
      ...changes,
    });
  }

  /** Also a channel of the house that viewers can open. */
  function aSource(locator: string, changes: Partial<SourceHealthView> = {}): SourceHealthView {
    const kind = locator.startsWith('acestream') ? 'acestream' : (/^\w+/.exec(locator)?.[0] ?? '');
    const row = Object.assign(new StreamSource(), {
      id: sources.length + 1,
      kind: kind === 'https' ? 'http' : kind,
      locator,
      userAgent: null,
      headers: {},
      allowPrivate: false,
      listSourceId: 1,
      fingerprint: locator,
    });
    const view = {
      source: row,
      state: 'untried',
      turn: sources.length + 1,
      isPlaced: false,
      record: null,
      live: null,
      hours: [],
      score: 0.5,
      successRate: null,
      firstPictureSeconds: null,
      cutsPerHour: null,
      ...changes,
    } satisfies SourceHealthView;
    sources.push(view);
    return view;
  }

  async function examine(changes: Partial<ChannelDoctorOptions> = {}): Promise<DoctorReport> {
    const id = house.channels.add(...sources.map(({ source }) => source.locator));
    return doctor(changes).examine(id, new AbortController().signal);
  }

  const codes = (report: DoctorReport, index = 0): string[] =>
    report.examined[index]?.findings.map(({ code }) => code) ?? [];

  it('finds nothing wrong with a channel that plays', async () => {
    aSource(aceId(contentIdOf('news')));
    aSource(host.urlOf('good'));
    const report = await examine({ patience: { firstByteMs: 3000, pictureMs: 3000, lookMs: 3200 } });
    expect(report).toMatchObject({ diagnosis: 'works', summary: 'The channel works: all 2 sources play.' });
    expect(codes(report)).toEqual([
      'engine-ok',
      'start-ok',
      'bytes-ok',
      'tables-ok',
      'picture-ok',
      'codecs-ok',
      'rate-ok',
    ]);
    expect(codes(report, 1)).toEqual([
      'name-ok',
      'start-ok',
      'bytes-ok',
      'tables-ok',
      'picture-ok',
      'codecs-ok',
      'rate-ok',
    ]);
    expect(observed).toEqual(['1 picture', '2 picture']);
    expect(sim.control.openSessions()).toEqual([]);
  });

  it.each<[string, HostFault, string]>([
    ['a wrong login', { kind: 'status', code: 401 }, 'start-unauthorized'],
    ['a refusal', { kind: 'status', code: 403 }, 'start-forbidden'],
    ['an unknown stream', { kind: 'status', code: 404 }, 'start-gone'],
    ['too many requests', { kind: 'status', code: 429 }, 'start-busy'],
    ['a blocked account', { kind: 'status', code: 456 }, 'start-blocked'],
    ['a fault of the provider', { kind: 'http503' }, 'start-broken'],
    ['a web page', { kind: 'html200' }, 'bytes-page'],
    ['an empty answer', { kind: 'emptyReply' }, 'start-unreachable'],
    ['a circle of redirects', { kind: 'redirectLoop' }, 'start-astray'],
    ['silence', { kind: 'blackhole' }, 'start-timeout'],
    ['no stream at all', { kind: 'garbage', bytes: 400_000, atBytes: 0 }, 'bytes-foreign'],
  ])('tells %s', async (_name, fault, code) => {
    host.inject(fault, { content: 'good', times: 9 });
    aSource(host.urlOf('good'));
    const report = await examine();
    expect(report.diagnosis).toBe('broken');
    expect(codes(report)).toContain(code);
    expect(report.examined[0]?.failedAt).toBe(code.split('-')[0]);
  });

  it.each([
    ['scrambled', 'picture-scrambled'],
    ['no tables', 'tables-none'],
    ['no picture', 'picture-none'],
  ])('tells a stream that is %s', async (name, code) => {
    aSource(host.urlOf(name));
    const report = await examine();
    expect(codes(report).at(-1)).toBe(code);
    expect(report.diagnosis).toBe('broken');
  });

  it.each([
    ['rare', 'codecs-rare'],
    ['radio', 'codecs-radio'],
  ])('notes what is unusual about %s', async (name, code) => {
    aSource(host.urlOf(name));
    const report = await examine();
    expect(codes(report)).toContain(code);
    expect(report.diagnosis).toBe('works');
  });

  it('tells a stream that comes too slowly', async () => {
    aSource(host.urlOf('slow'));
    const report = await examine({ patience: { firstByteMs: 2000, pictureMs: 3000, lookMs: 4000 } });
    expect(codes(report).at(-1)).toBe('rate-low');
    expect(report.examined[0]?.findings.at(-1)?.says).toMatch(/[2-6]\d % of what the picture needs/);
  });

  it('tells a host that refuses, one that nobody knows, a silent name server and a forbidden address', async () => {
    host.inject({ kind: 'refuse' });
    aSource(host.urlOf('good'));
    aSource('http://nowhere.invalid/x.ts');
    aSource('http://silent.invalid/x.ts');
    const resolve = (name: string) =>
      Promise.reject(
        Object.assign(new Error(name), { code: name.startsWith('silent') ? 'EAI_AGAIN' : 'ENOTFOUND' }),
      );
    const report = await examine({ resolve });
    expect(codes(report)).toEqual(['name-ok', 'start-refused']);
    expect(codes(report, 1)).toEqual(['name-unknown']);
    expect(codes(report, 2)).toEqual(['name-silent']);
    expect(observed).toEqual(['1 failure']);
    const guarded = await examine({ resolve, allowPrivate: false });
    expect(codes(guarded)).toEqual(['name-forbidden']);
  });

  it('tells an engine that is down, and holds that against no source', async () => {
    const refusing = sim.control.inject({ kind: 'refuse' });
    aSource(aceId(contentIdOf('news')));
    const report = await examine();
    expect(codes(report)).toEqual(['engine-down']);
    expect(observed).toEqual([]);
    refusing.remove();
  });

  it('tells a content that nobody shares, one that nobody knows, and one that costs', async () => {
    sim.control.inject({ kind: 'neverStart' }, { content: contentIdOf('news') });
    sim.control.inject({ kind: 'licence' }, { content: contentIdOf('sport'), times: 9 });
    for (const name of ['news', 'films', 'sport']) aSource(aceId(contentIdOf(name)));
    const report = await examine();
    expect(codes(report)).toEqual(['engine-ok', 'content-no-peers']);
    expect(codes(report, 1)).toEqual(['engine-ok', 'content-unknown']);
    expect(codes(report, 2)).toEqual(['engine-ok', 'content-licence']);
    expect(report.summary).toBe(
      'The channel does not work: none of its 3 sources plays. They end at: start.',
    );
  });

  it('tells that every place is taken', async () => {
    for (const name of ['news', 'sport']) {
      await house.player(house.channels.add(aceId(contentIdOf(name)))).received(10_000);
    }
    aSource(aceId(contentIdOf('films')));
    expect(codes(await examine())).toEqual(['engine-ok', 'engine-full']);
  });

  it('reports what plays from the viewer’s own stream', async () => {
    aSource(aceId(contentIdOf('news')));
    const id = house.channels.add(aceId(contentIdOf('news')));
    const player = house.player(id);
    await player.received(50_000);
    const report = await doctor().examine(id, new AbortController().signal);
    expect(codes(report)[0]).toBe('source-live');
    expect(report.diagnosis).toBe('works');
    await player.more(50_000);
    sim.assertInvariants({ expectedStarts: 1, allow: { leaked: 1 } });
  });

  it('opens nothing where that might end what somebody watches', async () => {
    await house.player(house.channels.add(host.urlOf('rare'))).received(10_000);
    aSource(host.urlOf('good'));
    expect(codes(await examine())).toEqual(['name-ok', 'limit-spared']);
    expect(host.maxOpenStreams).toBe(1);
  });

  it('opens nothing of an account that is in full use, whoever else uses the host', async () => {
    maxConnections = 1;
    aSource(host.urlOf('good'));
    const watched = house.channels.add();
    const provider = { key: 'list 2', maxConnections: 1 };
    house.channels.addSource(watched, { locator: host.urlOf('rare'), provider });
    await house.player(watched).received(10_000);
    expect(codes(await examine())).toContain('limit-ok');
    const ours = house.channels.add();
    const account = { key: 'list 1', maxConnections: 1 };
    house.channels.addSource(ours, { locator: host.urlOf('rare'), provider: account });
    await house.player(ours).received(10_000);
    expect(codes(await examine())).toEqual(['name-ok', 'limit-reached']);
  });

  it('says what was not looked at, and why', async () => {
    aSource(host.urlOf('good'), { turn: null, state: 'off' });
    aSource('gopher://tv.invalid/5');
    aSource(host.urlOf('good'));
    const report = await examine({ patience: { totalMs: 0 } });
    expect(codes(report)).toEqual(['source-later']);
    const whole = await examine();
    expect(codes(whole)).toEqual(['source-off']);
    expect(codes(whole, 1)).toContain('source-odd');
    expect(whole.diagnosis).toBe('partly');
  });

  it('says so when the channel has nothing, is hidden, or is not there', async () => {
    const empty = await doctor().examine(99, new AbortController().signal);
    expect(empty).toMatchObject({ diagnosis: 'broken', general: [{ code: 'channel-empty' }] });
    aSource(host.urlOf('good'));
    const hidden = await doctor().examine(99, new AbortController().signal);
    expect(hidden.general).toMatchObject([{ code: 'channel-hidden', verdict: 'note' }]);
    const missing = new AppError('not_found', 'there is no channel 5', { status: 404 });
    const channels = { get: () => Promise.reject(missing), findVisible: () => Promise.resolve(null) };
    await expect(doctor({ channels }).examine(5, new AbortController().signal)).rejects.toBe(missing);
  });

  it('shares one walk among those who ask at the same time', async () => {
    aSource(host.urlOf('good'));
    const id = house.channels.add(host.urlOf('good'));
    const one = doctor();
    const { signal } = new AbortController();
    const [a, b] = await Promise.all([one.examine(id, signal), one.examine(id, signal)]);
    expect(a).toBe(b);
    expect(host.maxOpenStreams).toBe(1);
  });

  it('holds no credentials', async () => {
    const url = new URL(host.urlOf('good'));
    url.username = 'anna';
    url.password = 'geheim';
    url.searchParams.set('t0ken', 'wort');
    aSource(`${url.origin.replace('//', '//anna:geheim@')}/live/anna/geheim/5.ts?t0ken=wort`);
    aSource(url.href);
    const text = reportText(await examine());
    expect(text).toContain('Source 1: http 127.0.0.1');
    for (const secret of ['anna', 'geheim', 'wort', '/live']) expect(text).not.toContain(secret);
  });
});
