import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ladderDelay } from '../../core/util/backoff.js';
import type { Clock } from '../../platform/clock.js';
import { describeError } from '../../platform/errors/app-error.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import type { Logger } from '../../platform/logging/logger.js';
import { CLOCK, LOGGER } from '../../platform/tokens.js';
import { nextTurn } from '../../platform/turns.js';
import type { CatalogSource } from '../catalog-source.js';
import { Slicer } from '../slicer.js';
import { loadFilms, type FilmCollection } from './film-collection.js';
import { FilmSearch } from './film-search.js';
import { MovieIndex } from './movie-index.js';
import {
  FILM_CHANNELS,
  FILM_EVENTS,
  FILM_OPTIONS,
  FILM_SOURCE,
  type FilmEvents,
  type FilmOptions,
  type FilmSource,
} from './film-source.js';

export interface FilmState {
  collection: FilmCollection;
  search: FilmSearch;
  index: MovieIndex;
  /** Another one for each state. */
  revision: number;
}

/**
 * All films and series in memory, read anew when they change. A change makes a new state beside the one in service;
 * a reading that fails leaves it.
 */
@Injectable()
export class FilmLibrary implements OnModuleInit {
  private state: FilmState | undefined;
  /** Changes announced so far, and how many of them the state in service knows. */
  private announced = 1;
  private served = 0;
  private refreshing = false;
  private readonly waiting = new Set<() => void>();

  constructor(
    @Inject(FILM_SOURCE) private readonly films: FilmSource,
    @Inject(FILM_CHANNELS) private readonly channels: CatalogSource,
    @Inject(FILM_EVENTS) private readonly events: FilmEvents,
    @Inject(FILM_OPTIONS) private readonly options: FilmOptions,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly lifecycle: Lifecycle,
  ) {}

  onModuleInit(): void {
    for (const name of ['films.changed', 'channels.changed'] as const) {
      const stop = this.events.on(name, () => {
        this.announced++;
        this.refresh();
      });
      this.lifecycle.onShutdown('faces', 'films', stop);
    }
    this.refresh();
  }

  /** undefined until the first state is read: an empty list would make players forget theirs. */
  get current(): FilmState | undefined {
    return this.state;
  }

  /** Resolves once every change announced before the call is known. */
  async fresh(): Promise<void> {
    const wanted = this.announced;
    while (this.served < wanted) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  private refresh(): void {
    if (this.refreshing || this.lifecycle.signal.aborted) return;
    this.refreshing = true;
    this.lifecycle.background('films', this.refreshUntilServed());
  }

  /** One run at a time; changes during a run lead to one more after a pause, however many there were. */
  private async refreshUntilServed(): Promise<void> {
    try {
      for (let failures = 0; this.served < this.announced;) {
        const startedAt = this.clock.monotonic();
        failures = (await this.renew()) ? 0 : failures + 1;
        const took = this.clock.monotonic() - startedAt;
        const { retryLadderMs, pauseMs } = this.options;
        const pause = failures > 0 ? ladderDelay(retryLadderMs, failures - 1) : Math.max(pauseMs, took * 2);
        await this.clock.sleep(pause, this.lifecycle.signal);
      }
    } finally {
      this.refreshing = false;
    }
  }

  private async renew(): Promise<boolean> {
    // Whoever else hears of the same change begins in this turn.
    await nextTurn();
    const announced = this.announced;
    try {
      const slicer = new Slicer(this.clock, this.options.sliceMs, nextTurn);
      const now = Math.floor(this.clock.now() / 1000);
      const collection = await loadFilms(
        { films: this.films, channels: this.channels },
        now,
        this.state?.collection,
        this.options,
        slicer,
      );
      const search = await FilmSearch.over(collection.films, this.state?.search, slicer);
      const index = await MovieIndex.over(collection.films, slicer);
      this.state = { collection, search, index, revision: announced };
    } catch (error) {
      // The database closes under a server that ends.
      if (this.lifecycle.signal.aborted) return false;
      this.logger.error('the films could not be read; viewers are told the former ones', {
        error: describeError(error),
      });
      return false;
    }
    this.served = announced;
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
    return true;
  }
}
