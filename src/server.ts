import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AddressInfo } from 'node:net';
import { AppModule } from './app.module.js';
import { applyRestore, noteRestore } from './apply-restore.js';
import { welcomeText, type FirstAdministrator } from './banner.js';
import type { ConnectionCounts } from './faces/shared/inbound-bounds.js';
import { AdminModule } from './faces/admin/admin.module.js';
import { describeApi, serveApiDocs } from './faces/admin/api-docs.js';
import { MoviesModule } from './faces/movies/movies.module.js';
import { ErrorFilter } from './faces/shared/error-filter.js';
import { GuideScheduler } from './epg/guide-scheduler.js';
import { GuideLinker } from './epg/linking/guide-linker.js';
import { openHouse, type House } from './house.js';
import { makeHttpAdapter, prepareHttp } from './http-server.js';
import type { AppConfig } from './platform/config/app-config.js';
import { MetricsRegistry } from './platform/metrics.js';
import { relaxHeapGrowth } from './platform/heap-growth.js';
import { IdleThreads } from './platform/idle-threads.js';
import { linuxPolicy } from './platform/thread-policy.js';
import { programVersion } from './platform/version.js';
import { loadConfig } from './platform/config/load-config.js';
import { AppError, describeError } from './platform/errors/app-error.js';
import { NestLogger } from './platform/logging/nest-logger.js';
import { outliveReaders } from './platform/logging/outlive-readers.js';
import { openLog, type OpenLog } from './platform/logging/pino-logger.js';
import { RestartingServer } from './restarting-server.js';
import { FilmSourceScheduler } from './vod/feeds/film-source-scheduler.js';
import { RefreshScheduler } from './scrapers/refresh-scheduler.js';
import { OrphanSessions } from './streaming/engine/orphan-sessions.js';
import { CredentialsService } from './users/credentials.service.js';
import { History } from './platform/overview/history.js';
import { JobQueue } from './platform/jobs/job-queue.js';
import { FilmFinder } from './vod/finding/film-finder.js';
import { FilmEnrichment } from './vod/tmdb/film-enrichment.js';
import { UsersService } from './users/users.service.js';

const SEEN_FLUSH_MS = 60_000;

export interface RunningServer {
  house: House;
  app: NestFastifyApplication;
  port: number;
  first: FirstAdministrator | null;
}

/** Runs until SIGINT or SIGTERM. A start that fails says why in one line and ends the process with 1. */
export async function runServer(): Promise<void> {
  relaxHeapGrowth();
  outliveReaders([process.stdout, process.stderr]);
  let log: OpenLog | undefined;
  try {
    const { config, warnings } = loadConfig();
    const opened = await openServerLog(config);
    log = opened;
    for (const warning of warnings) log.logger.warn(warning);
    const server = new RestartingServer(async (knownPort) => {
      const started = await startServer(config, opened, knownPort);
      const { port, first } = started;
      if (knownPort === undefined || first) process.stdout.write(await welcomeText(config, port, first));
      return started;
    });
    await server.start();
    stopOnSignal(server, opened);
    await server.run();
  } catch (error) {
    process.stderr.write(`rooftop: ${describeError(error)}\n`);
    await log?.close();
    process.exit(1);
  }
}

export async function startServer(
  config: AppConfig,
  log: Pick<OpenLog, 'logger' | 'addSecret'>,
  wantedPort = config.server.port,
): Promise<RunningServer> {
  const restore = await applyRestore(config, log.logger);
  const house = await openHouse(config, log.logger);
  try {
    if (process.platform === 'linux') keepBackgroundIdle(house);
    for (const secret of Object.values(house.secrets)) log.addSecret(secret as string);
    const app = await createApp(house);
    const first = await ensureAdministrator(app, config);
    if (first?.password) log.addSecret(first.password);
    if (restore) await noteRestore(house, app, restore);
    await startWork(house, app);
    const port = await listen(app, config.server.host, wantedPort);
    // Only now is it certain that no other process of this server runs and needs them.
    house.lifecycle.background('sessions left behind', app.get(OrphanSessions).stop());
    log.logger.info('listening', { host: config.server.host, port });
    return { house, app, port, first };
  } catch (error) {
    await house.lifecycle.shutdown();
    throw error;
  }
}

function keepBackgroundIdle({ clock, lifecycle, logger }: House): void {
  new IdleThreads(linuxPolicy, clock, lifecycle, logger).listen();
}

/** The whole application over an open house, ready to listen. */
export async function createApp(house: House): Promise<NestFastifyApplication> {
  const errors = new ErrorFilter(house.logger);
  const { http, server } = house.config;
  const adapter = makeHttpAdapter(http, errors);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forHouse(house), adapter, {
    logger: new NestLogger(house.logger),
    abortOnError: false,
  });
  app.useGlobalFilters(errors);
  measureConnections(app, prepareHttp(app, http, server.trustedProxies));
  serveApiDocs(app, describeApi(app, programVersion(), [AdminModule, MoviesModule]));
  house.lifecycle.onShutdown('work', 'http server', () => app.close());
  return app;
}

function measureConnections(app: NestFastifyApplication, { open, refused }: ConnectionCounts): void {
  const metrics = app.get(MetricsRegistry);
  metrics.gauge({ name: 'http_connections', help: 'Open connections of clients.' }, open);
  metrics.gauge(
    { name: 'http_connections_refused', help: 'Connections over the limit since the start.' },
    refused,
  );
}

async function ensureAdministrator(
  app: NestFastifyApplication,
  config: AppConfig,
): Promise<FirstAdministrator | null> {
  const { username, password } = config.admin;
  const made = await app.get(UsersService).ensureAdministrator(username, password);
  return made && { username: made.username, password: password === null ? made.password : null };
}

async function startWork(house: House, app: NestFastifyApplication): Promise<void> {
  await house.changes.start();
  app.get(RefreshScheduler).start();
  app.get(FilmSourceScheduler).start();
  app.get(GuideScheduler).start();
  app.get(GuideLinker).start();
  app.get(FilmFinder).start();
  app.get(FilmEnrichment).start();
  // After everybody has said which jobs are theirs.
  await app.get(JobQueue).start();
  app.get(History).start();
  const credentials = app.get(CredentialsService);
  const seen = house.clock.setRepeating(SEEN_FLUSH_MS, () =>
    house.lifecycle.background('last seen', credentials.flushSeen()),
  );
  house.lifecycle.onShutdown('work', 'last seen', () => {
    seen.cancel();
    return credentials.flushSeen();
  });
}

async function listen(app: NestFastifyApplication, host: string, port: number): Promise<number> {
  try {
    await app.listen(port, host);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE') {
      throw new AppError(
        'port_unavailable',
        `port ${port} is in use; stop the other program or set ROOFTOP_PORT`,
      );
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL') {
      throw new AppError(
        'port_unavailable',
        `${host}:${port} cannot be used (${describeError(error)}); set ROOFTOP_HOST and ROOFTOP_PORT`,
      );
    }
    throw error;
  }
  return (app.getHttpServer().address() as AddressInfo).port;
}

/** A second signal does not wait for the end. */
function stopOnSignal(server: RestartingServer<RunningServer>, log: OpenLog): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log.logger.info('stopping', { signal });
    server
      .stop()
      .catch((error: unknown) => log.logger.error('shutdown failed', { error: describeError(error) }))
      .then(() => log.close())
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

function openServerLog(config: AppConfig): Promise<OpenLog> {
  const { level, maxFileBytes, maxFiles } = config.log;
  return openLog({ level, dir: config.logDir, maxFileBytes, maxFiles, secrets: config.secrets() });
}
