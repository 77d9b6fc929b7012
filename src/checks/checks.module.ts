import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { ChannelsRepository } from '../channels/channels.repository.js';
import { isQuarantined } from '../core/health/source-record.js';
import type { Clock } from '../platform/clock.js';
import { AppConfig } from '../platform/config/app-config.js';
import { EventBus } from '../platform/events/event-bus.js';
import { Lifecycle } from '../platform/lifecycle.js';
import type { Logger } from '../platform/logging/logger.js';
import { MetricsRegistry } from '../platform/metrics.js';
import { CLOCK, LOGGER } from '../platform/tokens.js';
import { ListSourcesRepository } from '../scrapers/list-sources.repository.js';
import { SourceHealthService } from '../source-health/source-health.service.js';
import { SourceProbe } from '../streaming/source-probe.js';
import { StreamHub } from '../streaming/stream-hub.js';
import { StreamingModule } from '../streaming/streaming.module.js';
import { CheckableSources } from './checkable-sources.js';
import { HealthWatch } from './health-watch.js';
import { Prober } from './prober.js';

const WRITE_EVERY_MS = 60_000;
const PRUNE_EVERY_MS = 3_600_000;

/** Watches over the sources. Needs the domain and the platform from a global module. */
@Module({ imports: [StreamingModule] })
export class ChecksModule implements OnModuleInit {
  constructor(
    private readonly hub: StreamHub,
    private readonly probe: SourceProbe,
    private readonly health: SourceHealthService,
    private readonly channels: ChannelsRepository,
    private readonly lists: ListSourcesRepository,
    private readonly config: AppConfig,
    private readonly events: EventBus,
    private readonly metrics: MetricsRegistry,
    private readonly lifecycle: Lifecycle,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.health.load();
    this.remember();
    if (this.config.checks.enabled) this.lifecycle.background('checks of sources', this.check());
    this.measure();
  }

  private remember(): void {
    const { hub, health, events, clock, lifecycle } = this;
    const watch = new HealthWatch({ hub, health, events, clock });
    watch.start();
    const timers = [
      clock.setRepeating(WRITE_EVERY_MS, () => lifecycle.background('source health', health.flush())),
      clock.setRepeating(PRUNE_EVERY_MS, () => lifecycle.background('old source health', health.prune())),
    ];
    lifecycle.onShutdown('work', 'source health', () => {
      watch.stop();
      for (const timer of timers) timer.cancel();
      return health.flush();
    });
  }

  private check(): Promise<void> {
    const { hub, probe, health, channels, lists, clock, logger, metrics } = this;
    const checked = metrics.counter({
      name: 'source_checks_total',
      help: 'Checks of sources that nobody watched.',
      labelNames: ['result'],
    });
    const sources = new CheckableSources({ channels, lists, health, clock });
    const prober = new Prober({
      ...{ hub, probe, health, sources, clock, logger },
      pauseMs: this.config.checks.pauseSeconds * 1000,
      onChecked: (result) => checked.inc({ result }),
    });
    return prober.run(this.lifecycle.signal);
  }

  private measure(): void {
    this.metrics.gauge(
      { name: 'sources_remembered', help: 'Sources that were tried, by state.', labelNames: ['state'] },
      () => {
        const nowSeconds = this.clock.now() / 1000;
        let resting = 0;
        for (const [, record] of this.health.all()) if (isQuarantined(record, nowSeconds)) resting++;
        return [
          { labels: { state: 'quarantined' }, value: resting },
          { labels: { state: 'usable' }, value: this.health.size - resting },
        ];
      },
    );
  }
}
