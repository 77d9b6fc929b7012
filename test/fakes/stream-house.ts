import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AddressInfo } from 'node:net';
import type { ChannelRecord } from '../../src/channels/channels.repository.js';
import { RingBudget } from '../../src/core/mpegts/ring-budget.js';
import { FilmService } from '../../src/faces/live/film.service.js';
import { FilmSegmentsService } from '../../src/faces/live/film-segments.service.js';
import { HlsService } from '../../src/faces/live/hls.service.js';
import { LiveController } from '../../src/faces/live/live.controller.js';
import { LiveSender } from '../../src/faces/live/live-sender.js';
import { LiveService } from '../../src/faces/live/live.service.js';
import { PlaylistPasses } from '../../src/faces/live/playlist-passes.js';
import { PlayerCalls } from '../../src/faces/shared/player-call.js';
import { PlayerGate } from '../../src/faces/shared/player-gate.js';
import { playerFriendlyFastifyOptions, preparePlayerHttp } from '../../src/faces/shared/player-http.js';
import { SystemClock } from '../../src/platform/clock.js';
import type { Clock } from '../../src/platform/clock.js';
import type { AppConfig } from '../../src/platform/config/app-config.js';
import { createGuardedAgent } from '../../src/platform/http/guarded-agent.js';
import { ProxyAgents } from '../../src/platform/http/proxy-agents.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { ConnectionLimiter } from '../../src/playback/connection-limiter.js';
import { FilmPlayback } from '../../src/playback/film-playback.js';
import { FilmWays } from '../../src/playback/film-ways.js';
import type { WatchableFilms } from '../../src/playback/film-playback.js';
import { PlaybackService } from '../../src/playback/playback.service.js';
import type { PlayableSource } from '../../src/playback/ports.js';
import type { ListRequest } from '../../src/scrapers/list-request.js';
import { createStreaming } from '../../src/streaming/create-streaming.js';
import type { Streaming } from '../../src/streaming/create-streaming.js';
import type { SessionOptions } from '../../src/streaming/live-session.js';
import { FLUSH_MS } from '../../src/streaming/streaming-options.js';
import { TsPipeline } from '../../src/streaming/ts-pipeline.js';
import type { RutubeStreams } from '../../src/vod/rutube/rutube-streams.js';
import type { Watchable, WatchableWay } from '../../src/vod/watchable.repository.js';
import { anAppConfig } from '../builders/app-config.js';
import { aChannel, anAccount } from '../builders/catalog-builder.js';
import type { BuiltAccount } from '../builders/catalog-builder.js';
import { settle } from './fake-clock.js';
import { FakeCredentials } from './player-house.js';
import { RecordingLogger } from './recording-logger.js';
import { StreamPlayer } from './stream-player.js';
import type { PlayerOptions } from './stream-player.js';

export interface StreamHouseOptions {
  engines?: readonly string[];
  acestream?: Partial<AppConfig['acestream']>;
  streaming?: Partial<AppConfig['streaming']>;
  ffmpeg?: Partial<AppConfig['ffmpeg']>;
  session?: Partial<SessionOptions>;
  clock?: Clock;
  startGapMs?: number;
}

/** Channels with their sources, in memory. */
export class FakeStreamChannels {
  private readonly channels = new Map<number, { channel: ChannelRecord; sources: PlayableSource[] }>();
  private lastSourceId = 0;

  /** Returns the channel's id. A source is an AceStream locator or an HTTP address. */
  add(...locators: string[]): number {
    const id = this.channels.size + 1;
    this.channels.set(id, { channel: aChannel({ id, num: id }), sources: [] });
    for (const locator of locators) this.addSource(id, { locator });
    return id;
  }

  addSource(channelId: number, source: Partial<PlayableSource> & { locator: string }): void {
    this.channels.get(channelId)?.sources.push({
      id: ++this.lastSourceId,
      kind: source.locator.startsWith('acestream') ? 'acestream' : 'http',
      userAgent: null,
      headers: {},
      allowPrivate: true,
      ...source,
    });
  }

  hide(id: number): void {
    this.channels.delete(id);
  }

  findVisible(id: number): Promise<ChannelRecord | null> {
    return Promise.resolve(this.channels.get(id)?.channel ?? null);
  }

  sourcesOf(id: number): Promise<PlayableSource[]> {
    return Promise.resolve(this.channels.get(id)?.sources ?? []);
  }
}

/** Films and episodes with their ways, in memory. */
export class FakeFilms implements WatchableFilms {
  private readonly films = new Map<number, Watchable>();
  private lastWayId = 0;

  /** A way is an address, or more of it. */
  add(
    id: number,
    ways: readonly (Partial<WatchableWay> & { locator: string })[],
    airings: Watchable['airings'] = [],
  ): number {
    const whole = ways.map((way) => ({
      id: ++this.lastWayId,
      origin: 'list' as const,
      listSourceId: null,
      categoryId: null,
      container: 'mkv',
      userAgent: null,
      headers: {},
      allowPrivate: true,
      ...way,
    }));
    this.films.set(id, { id, title: `Film ${id}`, ways: whole, airings });
    return id;
  }

  film(id: number, nowSeconds: number): Promise<Watchable | null> {
    const film = this.films.get(id);
    const airings = film?.airings.filter(({ stop }) => stop > nowSeconds) ?? [];
    return Promise.resolve(film ? { ...film, airings } : null);
  }

  episode(id: number): Promise<Watchable | null> {
    return Promise.resolve(this.films.get(id) ?? null);
  }
}

@Module({})
class LiveHouseModule {}

/** Streaming, playback and the live face on a loopback port, over channels and users in memory. */
export class StreamHouse {
  readonly channels = new FakeStreamChannels();
  readonly films = new FakeFilms();
  /** List → connections that its provider allows. */
  readonly providerLimits = new Map<number, number>();
  /** Proxies of the lists, for films. */
  readonly proxyUrls = new Map<number, string>();
  /** What the lists are asked with, for films. */
  readonly listRequests = new Map<number, ListRequest>();
  /** Where films of Rutube are; nowhere, unless a test says so. */
  rutube: Pick<RutubeStreams, 'resolve'> = { resolve: () => Promise.resolve({ kind: 'gone' }) };
  readonly filmPlayback: FilmPlayback;
  readonly credentials = new FakeCredentials();
  readonly logger = new RecordingLogger();
  readonly lifecycle = new Lifecycle(this.logger);
  readonly limiter: ConnectionLimiter;
  readonly playback: PlaybackService;
  readonly passes: PlaylistPasses;
  readonly streaming: Streaming;
  port = 0;
  private readonly calls = new PlayerCalls({ publicUrl: null, trustedProxies: [] });
  private readonly agent = createGuardedAgent({ allowPrivate: true, reuseReads: true });
  private readonly proxies: ProxyAgents;
  private readonly players: StreamPlayer[] = [];
  private app: NestFastifyApplication | undefined;

  constructor(private readonly options: StreamHouseOptions = {}) {
    const clock = options.clock ?? new SystemClock();
    this.proxies = new ProxyAgents({ clock });
    const config = anAppConfig({
      acestream: { engines: [...(options.engines ?? [])], ...options.acestream },
      streaming: options.streaming ?? {},
      ffmpeg: options.ffmpeg ?? {},
    });
    const budget = new RingBudget(config.streaming.totalRingBytes);
    this.streaming = createStreaming({
      config,
      clock,
      logger: this.logger,
      background: (name, work) => this.lifecycle.background(name, work),
      dispatcher: () => this.agent,
      proxied: (proxyUrl) => this.proxies.dispatcher(proxyUrl, true),
      newPipeline: () => new TsPipeline({ ringBytes: config.streaming.ringBytes, budget, flushMs: FLUSH_MS }),
      ...(options.session ? { session: options.session } : {}),
      ...(options.startGapMs === undefined ? {} : { startGapMs: options.startGapMs }),
    });
    this.limiter = new ConnectionLimiter(clock);
    this.playback = new PlaybackService({
      hub: this.streaming.hub,
      transcodes: this.streaming.transcodes,
      limiter: this.limiter,
      channels: this.channels,
      accounts: { current: (id) => Promise.resolve(this.accountOf(id)) },
      clock,
      logger: this.logger,
    });
    this.passes = new PlaylistPasses({ playback: this.playback, clock, verifiedMs: 300_000 });
    this.filmPlayback = new FilmPlayback({
      films: this.films,
      ways: new FilmWays({
        files: this.streaming.files,
        segmented: this.streaming.segmented,
        rutube: { resolve: (way, isAnew) => this.rutube.resolve(way, isAnew) },
        lists: {
          streamTerms: () =>
            Promise.resolve({
              limits: this.providerLimits,
              proxies: this.proxyUrls,
              requests: this.listRequests,
            }),
        },
      }),
      live: this.playback,
      limiter: this.limiter,
      accounts: { current: (id) => Promise.resolve(this.accountOf(id)) },
      clock,
      zone: { timezone: 'Europe/Lisbon' },
    });
    this.addUser();
  }

  /** Name `ines`, password `pass`, unless said otherwise. */
  addUser(changes: Partial<BuiltAccount> = {}): void {
    this.credentials.add('pass', anAccount({ maxConnections: 0, joinBehindSeconds: 0, ...changes }));
    // As the feed of changes tells it.
    this.passes.forget();
  }

  async open(): Promise<void> {
    const root: DynamicModule = {
      module: LiveHouseModule,
      controllers: [LiveController],
      providers: [
        { provide: LiveService, useValue: this.liveService() },
        {
          provide: FilmSegmentsService,
          useValue: new FilmSegmentsService(this.calls, this.filmPlayback),
        },
        { provide: HlsService, useValue: new HlsService(this.calls, this.playback, this.logger) },
      ],
    };
    this.app = await NestFactory.create<NestFastifyApplication>(
      root,
      new FastifyAdapter({ forceCloseConnections: true, ...playerFriendlyFastifyOptions() }),
      { logger: false, abortOnError: false },
    );
    preparePlayerHttp(this.app);
    await this.app.listen(0, '127.0.0.1');
    this.port = (this.app.getHttpServer().address() as AddressInfo).port;
  }

  /** A player at `/live/ines/pass/<id>.ts`, or at the path given. */
  player(target: number | string, options: PlayerOptions = {}): StreamPlayer {
    const path = typeof target === 'number' ? `/live/ines/pass/${target}.ts` : target;
    const player = new StreamPlayer(this.port, path, options);
    this.players.push(player);
    return player;
  }

  /** Resolves when the condition holds; it is looked at whenever a player gets something or loses its stream. */
  async anyPlayer(condition: () => boolean): Promise<void> {
    if (condition()) return;
    await Promise.race(this.players.map((player) => player.until(condition)));
  }

  async close(): Promise<void> {
    for (const player of this.players) player.leave();
    await this.streaming.hub.close();
    await this.app?.close();
    await this.streaming.close();
    await this.lifecycle.shutdown();
    await Promise.all([this.agent.destroy(), this.proxies.destroy()]);
  }

  private liveService(): LiveService {
    const gate = new PlayerGate(this.credentials);
    const clock = this.options.clock ?? new SystemClock();
    const sender = new LiveSender(this.playback, clock);
    const films = new FilmService(gate, this.filmPlayback, sender);
    return new LiveService(this.calls, gate, this.playback, sender, films, this.passes);
  }

  account(id = 1): BuiltAccount {
    const account = this.accountOf(id);
    if (!account) throw new Error(`no account ${id}`);
    return account;
  }

  private accountOf(id: number): BuiltAccount | null {
    return [...this.credentials.users.values()].find(({ account }) => account.id === id)?.account ?? null;
  }
}

export async function openStreamHouse(options: StreamHouseOptions = {}): Promise<StreamHouse> {
  const house = new StreamHouse(options);
  await house.open();
  return house;
}

export function aceId(hex: string): string {
  return `acestream://${hex}`;
}

export function aceInfohash(hex: string): string {
  return `acestream:?infohash=${hex}`;
}

/** Looks after every turn of the event loop until the condition holds. */
export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await settle();
}
