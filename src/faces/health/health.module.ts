import { Inject, Module } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../platform/clock.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Database } from '../../platform/database/database.js';
import { DiskRoom } from '../../platform/disk-room.js';
import { MetricsRegistry } from '../../platform/metrics.js';
import { OverviewRegistry } from '../../platform/overview/overview-registry.js';
import { ReadinessRegistry } from '../../platform/readiness.js';
import { CLOCK } from '../../platform/tokens.js';
import { Ffmpeg } from '../../streaming/ffmpeg/ffmpeg.js';
import { EngineRegistry } from '../../streaming/engine/engine-registry.js';
import { StreamHub } from '../../streaming/stream-hub.js';
import { StreamingModule } from '../../streaming/streaming.module.js';
import { Door } from '../shared/door.js';
import { SharedFacesModule } from '../shared/shared-faces.module.js';
import { HealthController } from './health.controller.js';
import { measureAnswers } from './http-metrics.js';
import { measureOverview } from './overview-metrics.js';
import { measureStreams } from './stream-metrics.js';

/** Needs the platform from a global module. */
@Module({ imports: [StreamingModule, SharedFacesModule], controllers: [HealthController] })
export class HealthModule implements OnModuleInit {
  constructor(
    private readonly readiness: ReadinessRegistry,
    private readonly metrics: MetricsRegistry,
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly hub: StreamHub,
    private readonly engines: EngineRegistry,
    private readonly ffmpeg: Ffmpeg,
    private readonly http: HttpAdapterHost,
    private readonly door: Door,
    private readonly overview: OverviewRegistry,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.registerChecks();
    this.metrics.collectProcessMetrics();
    this.metrics.gauge(
      { name: 'pending_writes', help: 'Writes that wait for the database.' },
      () => this.database.pendingWrites,
    );
    measureStreams(this.metrics, {
      streams: () => this.hub.stats(),
      engines: () => this.engines.health(),
      ffmpeg: () => this.ffmpeg,
    });
    const totals = measureAnswers(
      this.http.httpAdapter.getInstance<FastifyInstance>(),
      this.door,
      this.metrics,
    );
    this.overview.register({ name: 'http', totals });
    measureOverview(
      this.metrics,
      () => this.overview.now(),
      () => Math.floor(this.clock.now() / 1000),
    );
  }

  private registerChecks(): void {
    const { readiness, config, database, engines, ffmpeg } = this;
    const room = new DiskRoom({ folder: config.dataDir, leastBytes: config.guides.leastFreeBytes });
    readiness.register({
      name: 'database',
      whenBroken: 'failing',
      check: () => database.probe(),
    });
    readiness.register({
      name: 'write queue',
      whenBroken: 'failing',
      check: () =>
        database.write('readiness', async (manager) => {
          await manager.query('SELECT 1');
        }),
    });
    readiness.register({ name: 'disk', whenBroken: 'degraded', check: () => room.check() });
    readiness.register({
      name: 'engine',
      whenBroken: 'degraded',
      check: () => {
        const known = engines.health();
        if (known.length > 0 && !known.some(({ up }) => up)) throw new Error('no AceStream engine answers');
      },
    });
    readiness.register({
      name: 'ffmpeg',
      whenBroken: 'degraded',
      check: () => {
        if (ffmpeg.isMissed) throw new Error('a source needs ffmpeg, which is not installed');
      },
    });
  }
}
