import { Inject, Injectable } from '@nestjs/common';
import { readFilmCredits, type FilmCredit } from '../../core/films/film-credits.js';
import { presentPerson, type FilmOfPerson, type Person } from '../../core/films/present-person.js';
import { Semaphore } from '../../core/util/semaphore.js';
import { SingleFlight } from '../../core/util/single-flight.js';
import type { Clock } from '../../platform/clock.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { CLOCK } from '../../platform/tokens.js';
import { storedFacts, toldFilm, type CatalogFilm } from './catalog-film.js';
import { pictureAddress, posterAddress, POSTER_WIDTH } from './film-pictures.js';
import {
  FILM_OPTIONS,
  FILM_PERSONS,
  FILM_PICTURES,
  type FilmOptions,
  type FilmPersons as Source,
  type FilmPictures,
  type ToldPerson,
} from './film-source.js';

/** `isWhole`: nothing better is to be expected soon. */
export interface PersonAnswer {
  person: Person;
  isWhole: boolean;
}

type Known = { facts: ToldPerson | null; isWhole: boolean };

/** Told of one person; each has to be read. */
const MOST_FILMS = 100;
const NOT_YET: Known = { facts: null, isWhole: false };

/**
 * Persons of our films. Only those are asked about at TMDB, a few at a time, and nobody waits long for it: what the
 * credits say is told meanwhile, and the rest next time.
 */
@Injectable()
export class FilmPersons {
  private readonly flights = new SingleFlight<number, Known>();
  private readonly turns: Semaphore;

  constructor(
    @Inject(FILM_PERSONS) private readonly source: Source,
    @Inject(FILM_PICTURES) private readonly pictures: FilmPictures,
    @Inject(FILM_OPTIONS) private readonly options: FilmOptions,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly lifecycle: Lifecycle,
  ) {
    this.turns = new Semaphore(options.personsAtOnce);
  }

  /** The person with these films, all of which name them. `base` without a slash at its end. */
  async tell(id: number, films: readonly CatalogFilm[], base: string): Promise<PersonAnswer> {
    const { facts, isWhole } = await this.inTime(id);
    const picture = (url: string): string => pictureAddress(this.pictures, url, base, POSTER_WIDTH);
    const newest = [...films].sort((a, b) => (b.bestYear ?? 0) - (a.bestYear ?? 0)).slice(0, MOST_FILMS);
    const told = newest.map((film): FilmOfPerson => {
      const { id: filmId, title, year, facts: known } = toldFilm(film);
      return {
        ...{ id: filmId, title: known?.title || title, year: known?.year ?? year },
        poster: posterAddress(this.pictures, film, base),
        credits: creditsOf(film).filter(({ personId }) => personId === id),
      };
    });
    return { person: presentPerson(id, facts, picture(facts?.pictureUrl ?? ''), told), isWhole };
  }

  private async inTime(id: number): Promise<Known> {
    if (!this.flights.has(id) && this.flights.size >= this.options.personsWaiting) return NOT_YET;
    const flight = this.flights.run(id, () => this.begin(id));
    let timer: { cancel(): void } | undefined;
    const late = new Promise<Known>((resolve) => {
      timer = this.clock.setTimer(this.options.personWaitMs, () => resolve(NOT_YET));
    });
    try {
      return await Promise.race([flight, late]);
    } finally {
      timer?.cancel();
    }
  }

  /** Goes on when nobody waits any more: the answer is kept for those who ask later. */
  private begin(id: number): Promise<Known> {
    const asked = this.turns.use(() => this.ask(id));
    this.lifecycle.background('a person of a film', asked);
    return asked;
  }

  private async ask(id: number): Promise<Known> {
    const told = await this.source.person(id);
    switch (told.kind) {
      case 'found':
        return { facts: told.value, isWhole: true };
      case 'off':
      case 'not-found':
        return { facts: null, isWhole: true };
      case 'bad-key':
      case 'unavailable':
        return NOT_YET;
    }
  }
}

/** Who made a film, as TMDB told it. */
export function creditsOf({ factsText }: Pick<CatalogFilm, 'factsText'>): FilmCredit[] {
  return readFilmCredits(storedFacts(factsText));
}
