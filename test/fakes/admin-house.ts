import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import supertest from 'supertest';
import { openHouse, type House } from '../../src/house.js';
import type { AppConfigValues } from '../../src/platform/config/app-config.js';
import type { Clock } from '../../src/platform/clock.js';
import type { Logger } from '../../src/platform/logging/logger.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { createApp } from '../../src/server.js';
import { UsersService } from '../../src/users/users.service.js';
import { anAppConfig } from '../builders/app-config.js';
import type { TestStore } from '../contract/dialects.js';

export const OWNER = { username: 'owner', password: 'sesame-open' } as const;

export interface AdminHouseOptions {
  clock?: Clock;
  tmdb?: Partial<AppConfigValues['tmdb']>;
  rutube?: Partial<AppConfigValues['rutube']>;
  sources?: Partial<AppConfigValues['sources']>;
  movies?: Partial<AppConfigValues['movies']>;
  logger?: Logger;
  http?: Partial<AppConfigValues['http']>;
  /** Hears of every request that the router gets. */
  onRequest?: (url: string) => void;
  onRoute?: (route: { method: string; path: string }) => void;
}

/** The whole server as it is wired in production, over a store of a suite, with one administrator. */
export class AdminHouse {
  private constructor(
    readonly house: House,
    readonly app: NestFastifyApplication,
    readonly url: string,
    /** Of the administrator. */
    readonly token: string,
  ) {}

  static async open(store: TestStore, options: AdminHouseOptions = {}): Promise<AdminHouse> {
    const config = anAppConfig({
      dataDir: store.dataDir,
      database: { url: store.url },
      tmdb: options.tmdb ?? {},
      rutube: options.rutube ?? {},
      sources: options.sources ?? {},
      movies: options.movies ?? {},
      http: options.http ?? {},
    });
    const opened = await openHouse(config, options.logger ?? new SilentLogger());
    const house = { ...opened, ...(options.clock ? { clock: options.clock } : {}) };
    const app = await createApp(house);
    const { onRoute, onRequest } = options;
    if (onRoute) listenToRoutes(app, onRoute);
    if (onRequest) listenToRequests(app, onRequest);
    await app.listen(0, '127.0.0.1');
    await house.changes.check();
    if (!(await app.get(UsersService).page({ ...ALL, search: OWNER.username })).total) {
      await app.get(UsersService).add(OWNER.username, { password: OWNER.password, isAdmin: true });
    }
    const url = await app.getUrl();
    const answer = await supertest(url).post('/api/admin/auth/login').send(OWNER);
    const { accessToken } = answer.body as { accessToken: string };
    return new AdminHouse(house, app, url, accessToken);
  }

  get<T>(type: abstract new (...args: never[]) => T): T {
    return this.app.get<T>(type);
  }

  /** A request of the administrator, or with another token; null = without any. */
  ask(method: Method, path: string, token: string | null = this.token): supertest.Test {
    const test = supertest(this.url)[method](path);
    return token === null ? test : test.set('Authorization', `Bearer ${token}`);
  }

  close(): Promise<void> {
    return this.house.lifecycle.shutdown();
  }
}

function listenToRoutes(app: NestFastifyApplication, onRoute: AdminHouseOptions['onRoute']): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRoute', ({ method, url }) => {
      for (const name of [method].flat()) onRoute?.({ method: name, path: url });
    });
}

function listenToRequests(app: NestFastifyApplication, onRequest: (url: string) => void): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', ({ url }, _reply, done) => {
      onRequest(url);
      done();
    });
}

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

const ALL = { sort: 'username', descending: false, page: 1, perPage: 1 } as const;
