import type { Clock } from '../../src/platform/clock.js';
import type { ChangeFeed } from '../../src/platform/database/change-feed.js';
import type { Database } from '../../src/platform/database/database.js';
import { JobQueue } from '../../src/platform/jobs/job-queue.js';
import { JobsRepository } from '../../src/platform/jobs/jobs.repository.js';
import type { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { FilingTurn } from '../../src/vod/filing/filing-turn.js';
import { FoundFilmsRepository } from '../../src/vod/filing/found-films.repository.js';
import { FilmsOfLists } from '../../src/vod/lists/films-of-lists.js';
import { OfferedFilms } from '../../src/vod/offers/offered-films.js';
import { OffersRepository } from '../../src/vod/offers/offers.repository.js';

export interface FilmRoom {
  offered: OfferedFilms;
  lists: FilmsOfLists;
}

/** What takes the films of lists and feeds, with a turn of its own. */
export function filmRoom(database: Database, feed: ChangeFeed, clock: Clock, lifecycle: Lifecycle): FilmRoom {
  const jobs = new JobQueue(new JobsRepository(database), lifecycle, clock, new SilentLogger());
  const found = new FoundFilmsRepository(database);
  const turn = new FilingTurn();
  const offered = new OfferedFilms(new OffersRepository(database), found, turn, jobs, feed, clock);
  return { offered, lists: new FilmsOfLists(offered, database, clock) };
}
