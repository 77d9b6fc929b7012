import { Module, type OnModuleInit } from '@nestjs/common';
import { Inject } from '@nestjs/common';
import type { Clock } from '../platform/clock.js';
import { EventBus } from '../platform/events/event-bus.js';
import { Lifecycle } from '../platform/lifecycle.js';
import { CLOCK } from '../platform/tokens.js';
import { SourceHealthService } from '../source-health/source-health.service.js';
import { StreamHub } from '../streaming/stream-hub.js';
import { StreamingModule } from '../streaming/streaming.module.js';
import { HealthWatch } from './health-watch.js';

const WRITE_EVERY_MS = 60_000;
const PRUNE_EVERY_MS = 3_600_000;

/** Watches over the sources. Needs the domain and the platform from a global module. */
@Module({ imports: [StreamingModule] })
export class ChecksModule implements OnModuleInit {
  constructor(
    private readonly hub: StreamHub,
    private readonly health: SourceHealthService,
    private readonly events: EventBus,
    private readonly lifecycle: Lifecycle,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    const { hub, health, events, clock, lifecycle } = this;
    await health.load();
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
}
