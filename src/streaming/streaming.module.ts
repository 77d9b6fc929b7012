import { Module } from '@nestjs/common';
import path from 'node:path';
import { ProviderLimits } from './provider-limits.js';
import { RingBudget } from '../core/mpegts/ring-budget.js';
import type { Clock } from '../platform/clock.js';
import { AppConfig } from '../platform/config/app-config.js';
import { EventBus } from '../platform/events/event-bus.js';
import { createGuardedAgent } from '../platform/http/guarded-agent.js';
import { ProxyAgents } from '../platform/http/proxy-agents.js';
import { Lifecycle } from '../platform/lifecycle.js';
import type { Logger } from '../platform/logging/logger.js';
import { CLOCK, LOGGER } from '../platform/tokens.js';
import { createStreaming } from './create-streaming.js';
import type { Streaming } from './create-streaming.js';
import { EngineRegistry } from './engine/engine-registry.js';
import { EngineSessionsStore } from './engine/engine-sessions.store.js';
import { OrphanSessions } from './engine/orphan-sessions.js';
import { SourceProbe } from './source-probe.js';
import { SlateMaker } from './slates/slate-maker.js';
import { FileHosts } from './files/file-hosts.js';
import { HlsFilms } from './hls/hls-films.js';
import { Ffmpeg } from './ffmpeg/ffmpeg.js';
import { StreamHub } from './stream-hub.js';
import { FLUSH_MS } from './streaming-options.js';
import { StreamingOverview } from './streaming-overview.js';
import { TranscodeDriver } from './transcode/transcode.driver.js';
import { TsPipeline } from './ts-pipeline.js';

const STREAMING = Symbol('Streaming');
const CONNECT_TIMEOUT_MS = 3_000;
/** Two connections, one behind the other. */
const PROXY_TIMEOUT_MS = 6_000;

/** Needs the platform from a global module. */
@Module({
  providers: [
    {
      provide: EngineSessionsStore,
      useFactory: ({ dataDir }: AppConfig, logger: Logger) =>
        new EngineSessionsStore(path.join(dataDir, 'engine-sessions.json'), logger),
      inject: [AppConfig, LOGGER],
    },
    {
      provide: STREAMING,
      useFactory: streamingFor,
      inject: [AppConfig, CLOCK, LOGGER, Lifecycle, EngineSessionsStore, EventBus],
    },
    { provide: StreamHub, useFactory: ({ hub }: Streaming) => hub, inject: [STREAMING] },
    { provide: SourceProbe, useFactory: ({ probe }: Streaming) => probe, inject: [STREAMING] },
    { provide: ProviderLimits, useFactory: ({ providers }: Streaming) => providers, inject: [STREAMING] },
    { provide: SlateMaker, useFactory: ({ slates }: Streaming) => slates, inject: [STREAMING] },
    { provide: TranscodeDriver, useFactory: ({ transcodes }: Streaming) => transcodes, inject: [STREAMING] },
    { provide: FileHosts, useFactory: ({ files }: Streaming) => files, inject: [STREAMING] },
    { provide: HlsFilms, useFactory: ({ segmented }: Streaming) => segmented, inject: [STREAMING] },
    { provide: Ffmpeg, useFactory: ({ ffmpeg }: Streaming) => ffmpeg, inject: [STREAMING] },
    { provide: EngineRegistry, useFactory: ({ engines }: Streaming) => engines, inject: [STREAMING] },
    StreamingOverview,
    {
      provide: OrphanSessions,
      useFactory: (
        store: EngineSessionsStore,
        { engines }: EngineRegistry,
        clock: Clock,
        logger: Logger,
        { signal }: Lifecycle,
      ) => new OrphanSessions({ store, clients: engines.map(({ client }) => client), clock, logger, signal }),
      inject: [EngineSessionsStore, EngineRegistry, CLOCK, LOGGER, Lifecycle],
    },
  ],
  exports: [
    StreamHub,
    SlateMaker,
    SourceProbe,
    ProviderLimits,
    EngineRegistry,
    Ffmpeg,
    FileHosts,
    HlsFilms,
    TranscodeDriver,
    OrphanSessions,
  ],
})
export class StreamingModule {}

function streamingFor(
  config: AppConfig,
  clock: Clock,
  logger: Logger,
  lifecycle: Lifecycle,
  sessions: EngineSessionsStore,
  events: EventBus,
): Streaming {
  const agentOptions = { connectTimeoutMs: CONNECT_TIMEOUT_MS, reuseReads: true };
  const guarded = createGuardedAgent({ ...agentOptions, allowPrivate: false });
  const open = createGuardedAgent({ ...agentOptions, allowPrivate: true });
  const proxies = new ProxyAgents({ clock, connectTimeoutMs: PROXY_TIMEOUT_MS });
  const budget = new RingBudget(config.streaming.totalRingBytes);
  const streaming = createStreaming({
    config,
    clock,
    logger,
    sessions,
    onOutcome: (sourceId, outcome) => events.emit('source.outcome', { sourceId, outcome }),
    background: (name, work) => lifecycle.background(name, work),
    dispatcher: (allowPrivate) => (allowPrivate || config.sources.allowPrivate ? open : guarded),
    proxied: (proxyUrl, allowPrivate) =>
      proxies.dispatcher(proxyUrl, allowPrivate || config.sources.allowPrivate),
    newPipeline: () =>
      new TsPipeline({
        ringBytes: config.streaming.ringBytes,
        hlsBytes: config.streaming.hlsBytes,
        budget,
        flushMs: FLUSH_MS,
      }),
  });
  // An end that nobody prepared must leave no ffmpeg behind.
  process.once('exit', () => streaming.ffmpeg.killAll());
  lifecycle.background('look for ffmpeg', streaming.ffmpeg.version());
  lifecycle.background('engine health', streaming.engines.watch(lifecycle.signal));
  lifecycle.onShutdown('streams', 'streams', async () => {
    await streaming.close();
    await Promise.all([guarded.destroy(), open.destroy(), proxies.destroy()]);
  });
  return streaming;
}
