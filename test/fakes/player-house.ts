import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { mkdtempSync, rmSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FilmSource } from '../../src/catalog/films/film-source.js';
import { CatalogService } from '../../src/catalog/catalog.service.js';
import { ChannelsRepository } from '../../src/channels/channels.repository.js';
import type { PresentedProgramme } from '../../src/core/xtream/present-guide.js';
import type { LiveChannel } from '../../src/core/xtream/present-live.js';
import { EditionThread } from '../../src/epg/edition/edition-thread.js';
import { keptEdition } from '../../src/epg/edition/edition-folder.store.js';
import type {
  EditionFiles,
  EditionMaker,
  EditionOrder,
  KeptEdition,
} from '../../src/epg/edition/edition-job.js';
import { writeEdition } from '../../src/epg/edition/write-edition.js';
import { LinkTable, type LinkRow } from '../../src/epg/link-table.js';
import { GuideView } from '../../src/epg/guide-view.js';
import { measureAnswers } from '../../src/faces/health/http-metrics.js';
import { Door } from '../../src/faces/shared/door.js';
import { ErrorFilter } from '../../src/faces/shared/error-filter.js';
import { ACTIVE_CONNECTIONS } from '../../src/faces/shared/ports.js';
import { PlaylistModule } from '../../src/faces/playlist/playlist.module.js';
import { XmltvModule } from '../../src/faces/xmltv/xmltv.module.js';
import { XtreamModule } from '../../src/faces/xtream/xtream.module.js';
import { makeHttpAdapter, prepareHttp } from '../../src/http-server.js';
import { MetricsRegistry } from '../../src/platform/metrics.js';
import { SystemClock } from '../../src/platform/clock.js';
import type { Clock } from '../../src/platform/clock.js';
import { AppConfig } from '../../src/platform/config/app-config.js';
import { EventBus } from '../../src/platform/events/event-bus.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { DEFAULT_SETTINGS } from '../../src/platform/settings/settings-shape.js';
import { OverviewRegistry } from '../../src/platform/overview/overview-registry.js';
import { SettingsService } from '../../src/platform/settings/settings.service.js';
import { CLOCK, LOGGER } from '../../src/platform/tokens.js';
import { ImageStore } from '../../src/platform/images/image-store.js';
import { ShownFilmsRepository } from '../../src/vod/shown-films.repository.js';
import { Tmdb } from '../../src/vod/tmdb/tmdb.js';
import { CredentialsService } from '../../src/users/credentials.service.js';
import type { Verdict } from '../../src/users/credentials.service.js';
import { anAppConfig } from '../builders/app-config.js';
import type { BuiltAccount, BuiltCategory } from '../builders/catalog-builder.js';

/** Records in memory, as the repository would deliver them. Can be told to fail or to wait. */
export class FakeChannels {
  channels: LiveChannel[] = [];
  categories: BuiltCategory[] = [];
  reads = 0;
  failures = 0;
  private gate: Promise<void> = Promise.resolve();

  async listVisible(): Promise<LiveChannel[]> {
    this.reads++;
    await this.gate;
    if (this.failures > 0) {
      this.failures--;
      throw new Error('the database is away');
    }
    return [...this.channels];
  }

  async listCategories(kind: string): Promise<BuiltCategory[]> {
    await this.gate;
    return this.categories.filter((category) => category.kind === kind);
  }

  /** Reads wait until the returned function is called. */
  hold(): () => void {
    let release = (): void => {};
    this.gate = new Promise((resolve) => (release = resolve));
    return () => release();
  }
}

/** Guides in memory, as the guide's view would tell them. */
export class FakeGuides {
  readonly schedules = new Map<number, PresentedProgramme[]>();
  links: LinkRow[] = [];
  reads = 0;

  /** Gives a channel a guide with these programmes. */
  add(channelId: number, programmes: readonly PresentedProgramme[], guideChannelId = channelId): void {
    this.schedules.set(channelId, [...programmes]);
    this.links.push({ channelId, guideChannelId, isManual: false, shiftMinutes: 0 });
  }

  served(): Promise<string> {
    const outline = [...this.schedules].map(([id, all]) => [id, all.length, all[0]?.titles, all[0]?.start]);
    return Promise.resolve(JSON.stringify(outline));
  }

  linkTable(): Promise<LinkTable> {
    return Promise.resolve(new LinkTable(this.links, new Map(), new Map()));
  }

  programmes(channelId: number, from: number, to: number): Promise<PresentedProgramme[]> {
    this.reads++;
    return Promise.resolve(this.within(channelId, from, to));
  }

  within(channelId: number, from: number, to: number): PresentedProgramme[] {
    return (this.schedules.get(channelId) ?? []).filter(({ start, stop }) => start < to && stop > from);
  }
}

/** Writes editions of the guide as the thread does, from guides in memory into a folder of its own. */
export class FakeEditionMaker implements EditionMaker {
  made = 0;
  failures = 0;
  /** Editions are called by numbers. */
  firstName = 1;
  private gate: Promise<void> = Promise.resolve();

  constructor(
    private readonly guides: FakeGuides,
    readonly folder: string,
  ) {}

  async make(order: EditionOrder): Promise<EditionFiles> {
    await this.gate;
    if (this.failures > 0) {
      this.failures--;
      throw new Error('no space left on device');
    }
    this.made++;
    const place = path.join(this.folder, String(this.firstName++));
    return writeEdition(order, place, (id, from, to) => Promise.resolve(this.guides.within(id, from, to)));
  }

  kept(madeOf: string): Promise<KeptEdition | undefined> {
    return keptEdition(this.folder, madeOf);
  }

  /** The next edition waits until the returned function is called. */
  hold(): () => void {
    let release = (): void => {};
    this.gate = new Promise((resolve) => (release = resolve));
    return () => release();
  }
}

/** Knows users by their plain passwords; the third wrong attempt from an address must wait. */
export class FakeCredentials {
  readonly users = new Map<string, { password: string; account: BuiltAccount }>();
  readonly asked: { username: string; password: string; address: string }[] = [];
  readonly seen: number[] = [];
  private readonly wrong = new Map<string, number>();

  add(password: string, account: BuiltAccount): void {
    this.users.set(account.username, { password, account });
  }

  verify(username: string, password: string, address: string): Promise<Verdict> {
    remember(this.asked, { username, password, address });
    const failures = this.wrong.get(address) ?? 0;
    if (failures >= 3) return Promise.resolve({ kind: 'throttled', retryAfterSeconds: 30 });
    const user = this.users.get(username);
    if (user?.password !== password) {
      this.wrong.set(address, failures + 1);
      return Promise.resolve({ kind: 'refused' });
    }
    const { account } = user;
    return Promise.resolve({ kind: account.status === 'Active' ? 'ok' : 'inactive', account });
  }

  noteSeen(userId: number): void {
    remember(this.seen, userId);
  }

  forgive(): void {
    this.wrong.clear();
  }
}

/** The last few only: benchmarks ask hundreds of thousands of times. */
function remember<T>(list: T[], entry: T): void {
  if (list.length >= 100) list.shift();
  list.push(entry);
}

/** A server without films. */
const NO_FILMS: FilmSource = {
  films: nothing,
  merged: nothing,
  airings: nothing,
  ways: nothing,
  series: nothing,
  episodes: nothing,
};

// eslint-disable-next-line @typescript-eslint/require-await
async function* nothing(): AsyncGenerator<never[]> {
  yield [];
}

export interface PlayerHouseOptions {
  channels: FakeChannels;
  credentials: FakeCredentials;
  guides?: FakeGuides;
  films?: FilmSource;
  server?: Partial<AppConfig['server']>;
  clock?: Clock;
  /** Where guide files are written, which stays; else a folder of its own, which goes. */
  editionFolder?: string;
  http?: Partial<AppConfig['http']>;
  activeConnections?: (userId: number) => number;
  /** Routes beside those of the faces. */
  routes?: (fastify: FastifyInstance) => void;
}

export interface PlayerHouse {
  app: NestFastifyApplication;
  url: string;
  port: number;
  events: EventBus;
  catalog: CatalogService;
  editions: FakeEditionMaker;
  close(): Promise<void>;
}

@Module({ imports: [XtreamModule, PlaylistModule, XmltvModule] })
class FacesModule {}

/** The faces of players as they are wired in production, over records and users in memory, on a loopback port. */
export async function openPlayerHouse(options: PlayerHouseOptions): Promise<PlayerHouse> {
  const logger = new SilentLogger();
  const lifecycle = new Lifecycle(logger);
  const events = new EventBus(logger);
  const guides = options.guides ?? new FakeGuides();
  const folder = options.editionFolder ?? mkdtempSync(path.join(tmpdir(), 'rooftop-guide-'));
  const editions = new FakeEditionMaker(guides, folder);
  const root: DynamicModule = {
    module: FacesModule,
    imports: [houseModule(options, { logger, lifecycle, events, guides, editions })],
  };
  const errors = new ErrorFilter(logger);
  const { http } = anAppConfig({ http: options.http ?? {} });
  const app = await NestFactory.create<NestFastifyApplication>(root, makeHttpAdapter(http, errors), {
    logger: false,
    abortOnError: false,
  });
  app.useGlobalFilters(errors);
  prepareHttp(app, http, options.server?.trustedProxies ?? []);
  measureAnswers(app.getHttpAdapter().getInstance(), app.get(Door, { strict: false }), new MetricsRegistry());
  options.routes?.(app.getHttpAdapter().getInstance());
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const close = async (): Promise<void> => {
    await app.close();
    await lifecycle.shutdown();
    if (options.editionFolder === undefined) rmSync(folder, { recursive: true, force: true });
  };
  const catalog = app.get(CatalogService);
  return { app, url: `http://127.0.0.1:${port}`, port, events, catalog, editions, close };
}

@Module({})
class HouseModule {}

function houseModule(
  options: PlayerHouseOptions,
  parts: {
    logger: SilentLogger;
    lifecycle: Lifecycle;
    events: EventBus;
    guides: FakeGuides;
    editions: FakeEditionMaker;
  },
): DynamicModule {
  const server = {
    host: '127.0.0.1',
    port: 0,
    publicUrl: null,
    trustedProxies: [],
    timezone: 'UTC',
    ...options.server,
  };
  const count = options.activeConnections ?? (() => 0);
  const providers = [
    { provide: ChannelsRepository, useValue: options.channels },
    { provide: GuideView, useValue: parts.guides },
    { provide: EditionThread, useValue: parts.editions },
    { provide: ShownFilmsRepository, useValue: options.films ?? NO_FILMS },
    { provide: Tmdb, useValue: { person: () => Promise.resolve({ kind: 'off' }) } },
    {
      provide: ImageStore,
      useValue: { hashOf: () => null, isRefused: () => false, want: () => undefined },
    },
    { provide: CredentialsService, useValue: options.credentials },
    {
      provide: AppConfig,
      useValue: {
        server,
        http: anAppConfig({ http: options.http ?? {} }).http,
        images: { keepLogos: false },
      },
    },
    { provide: SettingsService, useValue: { current: DEFAULT_SETTINGS } },
    { provide: EventBus, useValue: parts.events },
    { provide: Lifecycle, useValue: parts.lifecycle },
    OverviewRegistry,
    { provide: CLOCK, useValue: options.clock ?? new SystemClock() },
    { provide: LOGGER, useValue: parts.logger },
    { provide: ACTIVE_CONNECTIONS, useValue: { count } },
  ];
  return { module: HouseModule, global: true, providers, exports: providers };
}
