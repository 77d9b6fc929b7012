import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../../platform/clock.js';
import { ChangeFeed } from '../../platform/database/change-feed.js';
import { JobQueue } from '../../platform/jobs/job-queue.js';
import { CLOCK } from '../../platform/tokens.js';
import { nextTurn } from '../../platform/turns.js';
import { FilingTurn } from '../filing/filing-turn.js';
import { FilmRegister } from '../filing/film-register.js';
import { FoundFilmsRepository } from '../filing/found-films.repository.js';
import { ENRICH_FILM } from '../film-jobs.js';
import { OFFERS_PER_WRITE, OfferRun } from './offer-run.js';
import {
  keyPrefix,
  offerSet,
  type Offer,
  type OfferCounts,
  type OfferOwner,
  type OfferSet,
} from './offer.js';
import { OffersRepository } from './offers.repository.js';
import { SeriesRegister } from './series-register.js';

export interface OfferOptions {
  /** Offers of one owner taken at most. */
  maxOffers?: number;
  /** These may not be all: what is not among them stays. */
  keepUnseen?: boolean;
  onProgress?: (done: number) => void;
}

const MAX_OFFERS = 200_000;
/** Films told to a register between two turns of the event loop. */
const KNOWN_PER_TURN = 50;

/**
 * Makes films, series and episodes of what lists and feeds offer, one owner after the other and never beside the search
 * in guides. The same offer is the same row for ever; what its owner offers no more retires. What people decided and
 * edited stays.
 */
@Injectable()
export class OfferedFilms {
  constructor(
    private readonly offers: OffersRepository,
    private readonly films: FoundFilmsRepository,
    private readonly turn: FilingTurn,
    private readonly jobs: JobQueue,
    private readonly changes: ChangeFeed,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Makes these all that the owner offers. Whether a set that has suddenly shrunk is to be believed its owner knows. */
  apply(
    owner: OfferOwner,
    offers: OfferSet | readonly Offer[],
    options: OfferOptions = {},
  ): Promise<OfferCounts> {
    const set = 'slices' in offers ? offers : offerSet(offers);
    return this.turn.use(() => this.applyNow(owner, set, options));
  }

  /** Retires what a removed owner offered. Returns how many ways to watch that were. */
  async retire(owner: OfferOwner): Promise<number> {
    return (await this.apply(owner, [])).retired;
  }

  /** Whether it ever offered anything. */
  hasAny(owner: OfferOwner): Promise<boolean> {
    return this.offers.hasWays(owner);
  }

  /** How many ways to watch `apply` would add and retire, by the keys of the offers. Nothing is written. */
  async preview(owner: OfferOwner, keys: ReadonlySet<string>): Promise<{ added: number; retired: number }> {
    const prefix = keyPrefix(owner);
    let living = 0;
    let retired = 0;
    for await (const { originKey, retiredAt } of this.offers.waysOf(owner)) {
      if (retiredAt !== null) continue;
      if (keys.has(originKey.slice(prefix.length))) living++;
      else retired++;
    }
    return { added: keys.size - living, retired };
  }

  private async applyNow(
    owner: OfferOwner,
    set: OfferSet,
    { maxOffers = MAX_OFFERS, keepUnseen = false, onProgress }: OfferOptions,
  ): Promise<OfferCounts> {
    const now = Math.floor(this.clock.now() / 1000);
    const register = await this.register(now);
    const run = new OfferRun(this.offers, owner, register, new SeriesRegister(now), now, maxOffers);
    await run.begin();
    try {
      let done = 0;
      for await (const batch of batches(set, run)) {
        await run.apply(batch);
        done += batch.length;
        onProgress?.(done);
      }
      if (!keepUnseen) await run.retireUnseen();
    } finally {
      const isSettled = await this.films.settle(now);
      if (run.isChanged || isSettled) await this.films.announce();
      await this.changes.check();
    }
    await this.jobs.add(ENRICH_FILM, run.newFilms);
    return run.counts;
  }

  private async register(now: number): Promise<FilmRegister> {
    const register = new FilmRegister(await this.films.decisions(), now, 0);
    for await (const film of this.films.films()) {
      register.know(film);
      if (register.size % KNOWN_PER_TURN === 0) await nextTurn();
    }
    return register;
  }
}

/**
 * What tells its year comes first: whether an entry without one can only be of one film or series is known when all
 * the others are.
 */
async function* batches(set: OfferSet, run: OfferRun): AsyncGenerator<Offer[]> {
  let batch: Offer[] = [];
  for (const wantsYear of [true, false]) {
    for await (const slice of set.slices()) {
      for (const offer of slice) {
        if (hasYear(offer) !== wantsYear || !run.accepts(offer)) continue;
        batch.push(offer);
        if (batch.length < OFFERS_PER_WRITE) continue;
        yield batch;
        batch = [];
      }
    }
  }
  if (batch.length > 0) yield batch;
}

function hasYear({ year, episode }: Offer): boolean {
  return (episode === null ? year : episode.seriesYear) !== null;
}
