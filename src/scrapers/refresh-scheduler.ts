import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../platform/clock.js';
import { DueRuns } from '../platform/jobs/due-runs.js';
import { Lifecycle } from '../platform/lifecycle.js';
import { CLOCK } from '../platform/tokens.js';
import { ListSourcesRepository } from './list-sources.repository.js';
import { RefreshService } from './refresh.service.js';

/** Refreshes every list when its time has come, one after the other. */
@Injectable()
export class RefreshScheduler {
  private readonly runs: DueRuns;

  constructor(
    sources: ListSourcesRepository,
    refreshes: RefreshService,
    lifecycle: Lifecycle,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.runs = new DueRuns({
      name: 'list schedule',
      due: async (nowSeconds) => {
        const due = await sources.due(nowSeconds);
        return due.filter(({ intervalMinutes }) => intervalMinutes > 0).map(({ id }) => id);
      },
      run: (id) => refreshes.refresh(id),
      lifecycle,
      clock,
    });
  }

  start(): void {
    this.runs.start();
  }

  /** Refreshes what is due now. */
  runDue(): Promise<void> {
    return this.runs.runDue();
  }
}
