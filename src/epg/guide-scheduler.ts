import { Inject, Injectable } from '@nestjs/common';
import { withJitter } from '../core/util/backoff.js';
import type { Clock, Timer } from '../platform/clock.js';
import { AppError } from '../platform/errors/app-error.js';
import { Lifecycle } from '../platform/lifecycle.js';
import { CLOCK } from '../platform/tokens.js';
import { GuideCleaner } from './guide-cleaner.js';
import { GuideRefreshService } from './guide-refresh.service.js';
import { GuideSourcesRepository } from './guide-sources.repository.js';
import { GuideSuggestions } from './guide-suggestions.js';

const LOOK_EVERY_MS = 30_000;
const CLEAN_EVERY_MS = 6 * 3_600_000;

/** Reads every guide when its time has come, one after the other; looks with some jitter so that hosts are not met in step. */
@Injectable()
export class GuideScheduler {
  private timer: Timer | undefined;
  private cleaning: Timer | undefined;

  constructor(
    private readonly sources: GuideSourcesRepository,
    private readonly refreshes: GuideRefreshService,
    private readonly suggestions: GuideSuggestions,
    private readonly cleaner: GuideCleaner,
    private readonly lifecycle: Lifecycle,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Begins with what an earlier process left behind. */
  start(): void {
    this.lifecycle.background('guide cleaning', this.cleaner.cleanLeftovers());
    this.cleaning = this.clock.setRepeating(CLEAN_EVERY_MS, () =>
      this.lifecycle.background('guide cleaning', this.cleaner.clean()),
    );
    this.lifecycle.onShutdown('work', 'guide schedule', () => {
      this.timer?.cancel();
      this.cleaning?.cancel();
    });
    this.plan();
  }

  /** Takes over what lists suggest, and reads what is due now. */
  async runDue(): Promise<void> {
    await this.suggestions.takeOver();
    for (const source of await this.sources.due(Math.floor(this.clock.now() / 1000))) {
      if (this.lifecycle.signal.aborted) return;
      if (source.intervalMinutes === 0) continue;
      await this.refreshUnlessBusy(source.id);
    }
  }

  /** The command line may be reading it, or a person has removed it since. */
  private async refreshUnlessBusy(id: number): Promise<void> {
    try {
      await this.refreshes.refresh(id);
    } catch (error) {
      if (!(error instanceof AppError) || !['conflict', 'not_found'].includes(error.code)) throw error;
    }
  }

  private plan(): void {
    if (this.lifecycle.signal.aborted) return;
    this.timer = this.clock.setTimer(withJitter(LOOK_EVERY_MS, 0.3, Math.random), () =>
      this.lifecycle.background(
        'guide schedule',
        this.runDue().finally(() => this.plan()),
      ),
    );
  }
}
