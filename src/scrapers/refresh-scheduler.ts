import { Inject, Injectable } from '@nestjs/common';
import { withJitter } from '../core/util/backoff.js';
import type { Clock, Timer } from '../platform/clock.js';
import { Lifecycle } from '../platform/lifecycle.js';
import { CLOCK } from '../platform/tokens.js';
import { ListSourcesRepository } from './list-sources.repository.js';
import { RefreshService } from './refresh.service.js';

const LOOK_EVERY_MS = 30_000;

/** Refreshes every list when its time has come, one after the other; looks with some jitter so that hosts are not met in step. */
@Injectable()
export class RefreshScheduler {
  private timer: Timer | undefined;

  constructor(
    private readonly sources: ListSourcesRepository,
    private readonly refreshes: RefreshService,
    private readonly lifecycle: Lifecycle,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  start(): void {
    this.lifecycle.onShutdown('work', 'list schedule', () => this.timer?.cancel());
    this.plan();
  }

  /** Refreshes what is due now. */
  async runDue(): Promise<void> {
    for (const source of await this.sources.due(Math.floor(this.clock.now() / 1000))) {
      if (this.lifecycle.signal.aborted) return;
      if (source.intervalMinutes === 0) continue;
      await this.refreshes.refresh(source.id);
    }
  }

  private plan(): void {
    if (this.lifecycle.signal.aborted) return;
    this.timer = this.clock.setTimer(withJitter(LOOK_EVERY_MS, 0.3, Math.random), () =>
      this.lifecycle.background(
        'list schedule',
        this.runDue().finally(() => this.plan()),
      ),
    );
  }
}
