import { FilmIndex, identityOf, type FilmTraits, type IndexedFilm } from '../../core/films/film-index.js';
import type { FilmDecision } from '../film-decision.entity.js';
import type { Film } from '../film.entity.js';
import type { FoundShowing } from './film-finding-job.js';
import type { NewFilm } from './found-films.repository.js';

/** What is kept of a stored film while showings are filed. */
interface KnownFilm extends IndexedFilm {
  identityKey: string;
  state: Film['state'];
  missing: Set<keyof Film>;
  changes: Partial<Film>;
}

/** A film by its id, or, where it is new, by the identity it will be stored under. */
export type FilmRef = { id: number } | { identityKey: string };

const MINUTE = 60;
const FILLED_FROM_GUIDE = [
  'originalTitle',
  'year',
  'durationSeconds',
  'description',
  'genres',
  'rating',
  'ageLimit',
  'guidePicture',
] as const;

/** Which film a showing is of: one of those that are stored, or a new one. */
export class FilmRegister {
  private readonly index = new FilmIndex();
  private readonly films = new Map<number, KnownFilm>();
  private readonly identities = new Set<string>();
  private readonly fresh = new Map<string, NewFilm>();
  private nextTemporaryId = -1;

  constructor(
    private readonly decisions: ReadonlyMap<string, FilmDecision>,
    private readonly nowSeconds: number,
    /** New candidates taken in one run: without a film database nobody ever decides about them. */
    private candidatesLeft: number,
  ) {}

  know(film: Film): void {
    const missing = new Set<keyof Film>(
      FILLED_FROM_GUIDE.filter((field) => isEmpty(film[field]) && !film.editedFields.includes(field)),
    );
    this.file({
      id: film.id,
      identityKey: film.identityKey,
      state: film.state,
      title: film.title,
      originalTitle: film.originalTitle,
      year: film.year,
      minutes: film.durationSeconds === null ? null : Math.round(film.durationSeconds / MINUTE),
      missing,
      changes: {},
    });
  }

  /** null = a person said that it is none, or there are too many candidates. */
  fileShowing(showing: FoundShowing, isAdult: boolean): FilmRef | null {
    const traits = traitsOf(showing);
    const found = this.index.find(traits);
    const known = found === null ? undefined : this.films.get(found.id);
    if (known === undefined) return this.add(showing, traits, isAdult);
    if (known.state === 'rejected') return null;
    if (known.state === 'candidate' && showing.isCertain) {
      known.state = 'film';
      known.changes.state = 'film';
      const fresh = this.fresh.get(known.identityKey);
      if (fresh) fresh.state = 'film';
    }
    this.complete(known, showing);
    return refOf(known);
  }

  get newFilms(): NewFilm[] {
    return [...this.fresh.values()];
  }

  /** By id, of films that were stored before. */
  get changes(): Map<number, Partial<Film>> {
    const changed = [...this.films.values()].filter(
      ({ id, changes }) => id > 0 && Object.keys(changes).length > 0,
    );
    return new Map(changed.map(({ id, changes }) => [id, { ...changes, updatedAt: this.nowSeconds }]));
  }

  private add(showing: FoundShowing, traits: FilmTraits, isAdult: boolean): FilmRef | null {
    if (!showing.isCertain && this.candidatesLeft <= 0) return null;
    const identityKey = this.freeIdentity(identityOf(traits));
    const decision = this.decisions.get(identityKey);
    const isRejected = decision?.kind === 'not-a-film';
    const film = newFilm(showing, identityKey, isAdult, this.nowSeconds);
    if (isRejected) film.state = 'rejected';
    if (decision?.kind === 'match') Object.assign(film, { tmdbId: decision.tmdbId, tmdbStatus: 'manual' });
    if (!showing.isCertain) this.candidatesLeft--;
    this.fresh.set(identityKey, film);
    const missing = new Set<keyof Film>(FILLED_FROM_GUIDE.filter((field) => isEmpty(film[field])));
    const id = this.nextTemporaryId--;
    this.file({ ...traits, id, identityKey, state: film.state, missing, changes: {} });
    return isRejected ? null : { identityKey };
  }

  private file(film: KnownFilm): void {
    this.films.set(film.id, film);
    this.identities.add(film.identityKey);
    this.index.add(film);
  }

  /** What one guide leaves out another may tell. */
  private complete(film: KnownFilm, showing: FoundShowing): void {
    if (film.missing.size === 0) return;
    const told = newFilm(showing, film.identityKey, false, this.nowSeconds);
    const fresh = this.fresh.get(film.identityKey);
    for (const field of FILLED_FROM_GUIDE) {
      if (!film.missing.has(field) || isEmpty(told[field])) continue;
      film.missing.delete(field);
      Object.assign(fresh ?? film.changes, { [field]: told[field] });
      if (field === 'year') film.year = told.year;
    }
  }

  /** Two films of one title and no year, told apart by length alone. */
  private freeIdentity(wanted: string): string {
    for (let at = 2, identity = wanted; ; at++) {
      if (!this.identities.has(identity)) return identity;
      identity = `${wanted}~${at}`;
    }
  }
}

function refOf({ id, identityKey }: KnownFilm): FilmRef {
  return id > 0 ? { id } : { identityKey };
}

function traitsOf({ record, start, stop }: FoundShowing): FilmTraits {
  return {
    title: record.title,
    originalTitle: record.originalTitle,
    year: record.year,
    minutes: Math.round((stop - start) / MINUTE),
  };
}

function newFilm(showing: FoundShowing, identityKey: string, isAdult: boolean, nowSeconds: number): NewFilm {
  const { record } = showing;
  return {
    identityKey,
    state: showing.isCertain ? 'film' : 'candidate',
    title: record.title,
    originalTitle: record.originalTitle,
    year: record.year,
    durationSeconds: showing.stop - showing.start,
    description: showing.description,
    genres: record.genres,
    rating: record.rating,
    ageLimit: record.ageLimit,
    isAdult,
    guidePicture: showing.picture,
    posterUrl: '',
    backdropUrl: '',
    tmdbId: record.tmdbId,
    tmdbStatus: 'pending',
    tmdbScore: null,
    tmdbReasons: [],
    tmdbDetails: null,
    tmdbCheckedAt: null,
    views: 0,
    isHidden: false,
    editedFields: [],
    addedAt: nowSeconds,
    updatedAt: nowSeconds,
    retiredAt: null,
  };
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}
