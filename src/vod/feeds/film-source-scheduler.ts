import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../../platform/clock.js';
import { DueRuns } from '../../platform/jobs/due-runs.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { CLOCK } from '../../platform/tokens.js';
import { FilmSourceRefresh } from './film-source-refresh.js';
import { FilmSourcesRepository } from './film-sources.repository.js';

/** Reads every source of films when its time has come, one after the other. */
@Injectable()
export class FilmSourceScheduler {
  private readonly runs: DueRuns;

  constructor(
    sources: FilmSourcesRepository,
    refreshes: FilmSourceRefresh,
    lifecycle: Lifecycle,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.runs = new DueRuns({
      name: 'film source schedule',
      due: (nowSeconds) => sources.due(nowSeconds),
      run: (id) => refreshes.refresh(id),
      lifecycle,
      clock,
    });
  }

  start(): void {
    this.runs.start();
  }

  /** Reads what is due now. */
  runDue(): Promise<void> {
    return this.runs.runDue();
  }
}
