import { FilmIndex, identityOf, type FilmTraits, type IndexedFilm } from '../../core/films/film-index.js';
import { titleKey } from '../../core/films/title-key.js';
import { IdTable } from '../../core/util/id-table.js';
import { TextTable } from '../../core/util/text-table.js';
import type { FilmDecision } from '../film-decision.entity.js';
import type { Film } from '../film.entity.js';
import type { KnownFilmRow, NewFilm } from './known-film.js';
import { isEmpty, TOLD_FIELDS, type ToldOfFilm } from './told-fields.js';

/** One that says it is a film, or may be one. */
export interface FilmClaim {
  /** More than its length speaks for a film. */
  isCertain: boolean;
  told: ToldOfFilm;
  isAdult: boolean;
  /** It knows the film's number at TMDB. */
  tmdbId: number | null;
  /** null = not counted. */
  views: number | null;
  /** `slot`: it has a length that guides give. `exact`: see `FilmIndex.findSure`. */
  proof: 'slot' | 'exact';
}

/** A film by its id, or, where it is new, by the identity it will be stored under. */
export type FilmRef = { id: number } | { identityKey: string };

export interface FiledFilm {
  ref: FilmRef;
  /** Somebody said that it is none: nobody sees it. */
  isRejected: boolean;
}

/** What is kept of a film while others are filed. */
interface KnownFilm extends IndexedFilm {
  identityKey: string;
  state: Film['state'];
  isAdult: boolean;
  views: number;
  /** Where TMDB or a person is sure. */
  tmdbId: number | null;
  /** Bits by the order of `TOLD_FIELDS`: what it has nothing of. */
  missing: number;
}

const MINUTE = 60;

/** Which film a claim is of: one of those that are stored, or a new one. */
export class FilmRegister {
  private readonly index = new FilmIndex();
  private readonly films = new IdTable<KnownFilm>();
  private readonly byTmdb = new Map<number, KnownFilm>();
  private readonly identities = new TextTable(0.36);
  private fresh = new Map<string, { film: NewFilm; known: KnownFilm }>();
  private changed = new Map<number, Partial<Film>>();
  private nextTemporaryId = -1;

  constructor(
    private readonly decisions: ReadonlyMap<string, Pick<FilmDecision, 'kind' | 'tmdbId'>>,
    private readonly nowSeconds: number,
    /** New candidates taken in one run: without a film database nobody ever decides about them. */
    private candidatesLeft: number,
  ) {}

  /** In the order of their ids: of two that TMDB knows as one film the first stands for both. */
  know(row: KnownFilmRow): void {
    const { id, identityKey, state, isAdult, views, told } = row;
    const known: KnownFilm = {
      id,
      identityKey,
      state,
      isAdult,
      views,
      tmdbId: row.tmdbId,
      title: told.title ?? row.title,
      originalTitle: told.originalTitle ?? row.originalTitle,
      year: (told.year === undefined ? row.year : told.year) ?? row.tmdbYear,
      minutes: row.durationSeconds === null ? row.tmdbMinutes : Math.round(row.durationSeconds / MINUTE),
      missing: bitsOf((field) => row.empty.includes(field) && !row.editedFields.includes(field)),
    };
    const otherTitles = formerTitles(row);
    if (otherTitles) known.otherTitles = otherTitles;
    if (row.tmdbId !== null) {
      const first = this.byTmdb.get(row.tmdbId);
      if (!first || first.state === 'rejected') this.byTmdb.set(row.tmdbId, known);
    }
    this.file(known);
  }

  get size(): number {
    return this.films.size;
  }

  /** `formerId`: the film the same entry was of before. null = there are too many candidates. */
  claim(claim: FilmClaim, formerId: number | null = null): FiledFilm | null {
    const traits = traitsOf(claim.told);
    const known = this.find(traits, claim, formerId);
    if (known === null) return this.add(claim, traits);
    const isRejected = known.state === 'rejected';
    if (!isRejected) this.complete(known, claim);
    return { ref: refOf(known), isRejected };
  }

  /** What is to be stored since the last call: the new films, and changes by id of those stored before. */
  take(): { newFilms: NewFilm[]; changes: Map<number, Partial<Film>> } {
    const newFilms = [...this.fresh.values()].map(({ film }) => film);
    const changes = this.changed;
    this.changed = new Map();
    return { newFilms, changes };
  }

  /** Ids of the films that were new, by identity. */
  stored(ids: ReadonlyMap<string, number>): void {
    for (const [identityKey, { known }] of this.fresh) {
      const id = ids.get(identityKey);
      if (id === undefined) continue;
      this.films.delete(known.id);
      known.id = id;
      this.films.set(id, known);
    }
    this.fresh = new Map();
  }

  private find(traits: FilmTraits, { proof, tmdbId }: FilmClaim, formerId: number | null): KnownFilm | null {
    const byNumber = tmdbId === null ? undefined : this.byTmdb.get(tmdbId);
    if (byNumber) return byNumber;
    const former = formerId === null ? undefined : this.films.get(formerId);
    const known = former && isSameWork(former, traits) ? former : this.named(traits, proof);
    if (!known) return null;
    return this.byTmdb.get(known.tmdbId ?? 0) ?? known;
  }

  private named(traits: FilmTraits, proof: FilmClaim['proof']): KnownFilm | undefined {
    const found = proof === 'slot' ? this.index.find(traits) : this.index.findSure(traits);
    return found === null ? undefined : this.films.get(found.id);
  }

  private add(claim: FilmClaim, traits: FilmTraits): FiledFilm | null {
    if (!claim.isCertain && this.candidatesLeft <= 0) return null;
    const identityKey = this.freeIdentity(identityOf(traits));
    const decision = this.decisions.get(identityKey);
    const isRejected = decision?.kind === 'not-a-film';
    const film = newFilm(claim, identityKey, this.nowSeconds);
    if (isRejected) film.state = 'rejected';
    if (decision?.kind === 'match') Object.assign(film, { tmdbId: decision.tmdbId, tmdbStatus: 'manual' });
    if (!claim.isCertain) this.candidatesLeft--;
    const known: KnownFilm = {
      ...traits,
      ...{ id: this.nextTemporaryId--, identityKey, state: film.state },
      ...{ isAdult: film.isAdult, views: film.views, tmdbId: null },
      missing: bitsOf((field) => isEmpty(film[field])),
    };
    this.fresh.set(identityKey, { film, known });
    this.file(known);
    return { ref: { identityKey }, isRejected };
  }

  private file(film: KnownFilm): void {
    this.films.set(film.id, film);
    this.identities.add(film.identityKey);
    this.index.add(film);
  }

  /** What one origin leaves out another may tell. */
  private complete(film: KnownFilm, { told, isCertain, isAdult, views }: FilmClaim): void {
    if (isCertain && film.state === 'candidate') {
      film.state = 'film';
      this.change(film, { state: 'film' });
    }
    if (isAdult && !film.isAdult) {
      film.isAdult = true;
      this.change(film, { isAdult: true });
    }
    if (views !== null && views > film.views) {
      film.views = views;
      this.change(film, { views });
    }
    if (film.missing === 0) return;
    for (const [bit, field] of TOLD_FIELDS.entries()) {
      if ((film.missing & (1 << bit)) === 0 || isEmpty(told[field])) continue;
      film.missing &= ~(1 << bit);
      this.change(film, { [field]: told[field] });
      if (field === 'year') film.year = told.year;
    }
  }

  private change(film: KnownFilm, fields: Partial<Film>): void {
    const fresh = this.fresh.get(film.identityKey)?.film;
    if (fresh) Object.assign(fresh, fields);
    else {
      const before = this.changed.get(film.id) ?? { updatedAt: this.nowSeconds };
      this.changed.set(film.id, { ...before, ...fields });
    }
  }

  /** Two films of one title and no year, told apart by length alone. */
  private freeIdentity(wanted: string): string {
    for (let at = 2, identity = wanted; ; at++) {
      if (this.identities.find(identity) === undefined) return identity;
      identity = `${wanted}~${at}`;
    }
  }
}

/** One entry, seen again: its title is proof enough, unless it tells of another year. */
function isSameWork(film: KnownFilm, { title, year }: FilmTraits): boolean {
  const isSameYear = film.year === null || year === null || Math.abs(film.year - year) <= 1;
  return isSameYear && (film.title === title || film.identityKey.startsWith(`${titleKey(title)}|`));
}

function refOf({ id, identityKey }: KnownFilm): FilmRef {
  return id > 0 ? { id } : { identityKey };
}

/** A title that a person wrote anew is not what guides and lists call the film, but some may. */
function formerTitles({ identityKey, title, editedFields }: KnownFilmRow): string[] | undefined {
  const former = identityKey.slice(0, identityKey.lastIndexOf('|'));
  return editedFields.includes('title') && former !== titleKey(title) ? [title, former] : undefined;
}

function traitsOf({ title, originalTitle, year, durationSeconds }: ToldOfFilm): FilmTraits {
  const minutes = durationSeconds === null ? null : Math.round(durationSeconds / MINUTE);
  return { title, originalTitle, year, minutes };
}

function newFilm(claim: FilmClaim, identityKey: string, now: number): NewFilm {
  const { told, isCertain, isAdult, tmdbId, views } = claim;
  return {
    ...told,
    ...{ identityKey, isAdult, tmdbId, state: isCertain ? 'film' : 'candidate' },
    posterUrl: '',
    backdropUrl: '',
    tmdbStatus: 'pending',
    tmdbScore: null,
    tmdbReasons: [],
    tmdbDetails: null,
    tmdbCheckedAt: null,
    views: views ?? 0,
    isHidden: false,
    editedFields: [],
    addedAt: now,
    updatedAt: now,
    retiredAt: null,
  };
}

function bitsOf(isSet: (field: (typeof TOLD_FIELDS)[number]) => boolean): number {
  return TOLD_FIELDS.reduce((bits, field, at) => (isSet(field) ? bits | (1 << at) : bits), 0);
}
