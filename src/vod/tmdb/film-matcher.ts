import { Injectable } from '@nestjs/common';
import type { FilmTraits } from '../../core/films/film-index.js';
import { rankFilm, type FilmCandidate, type RankedFilm, type Ranking } from '../../core/films/rank-film.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { searchesFor } from './film-searches.js';
import type { TmdbFailure, TmdbFilm, TmdbFilmDetails } from './tmdb-types.js';
import { Tmdb, type Asking } from './tmdb.js';

/** Failures that say nothing about the film. */
export type NoAnswer = Exclude<TmdbFailure, { kind: 'not-found' }>;

export type FilmMatch =
  | { kind: 'match'; details: TmdbFilmDetails; score: number; reasons: string[] }
  /** A person decides; `candidates` are TMDB's ids, best first. */
  | { kind: 'ambiguous'; score: number; reasons: string[]; candidates: FilmCandidate[] }
  | { kind: 'none' }
  | NoAnswer;

/** What TMDB offers for a film, for a person to choose from: best first. `kind` is what a run would make of it. */
export type FilmSuggestions = { kind: 'match' | 'ambiguous' | 'none'; ranked: RankedFilm[] } | NoAnswer;

/** Films of one question whose details are asked for before there is a match. */
const MAX_LOOKS = 3;
const MAX_CANDIDATES = 60;
const YEAR_SLACK = 1;

/** Finds which film of TMDB is meant, with as few requests as it takes. */
@Injectable()
export class FilmMatcher {
  constructor(
    private readonly tmdb: Tmdb,
    private readonly config: AppConfig,
  ) {}

  /** `isDoubtful`: nothing but its length speaks for a film. */
  async match(wanted: FilmTraits, isDoubtful: boolean, asking: Asking): Promise<FilmMatch> {
    const ranking = await this.rank(wanted, isDoubtful, asking);
    return 'ranked' in ranking ? this.conclude(ranking, asking) : ranking;
  }

  async suggest(wanted: FilmTraits, isDoubtful: boolean): Promise<FilmSuggestions> {
    const ranking = await this.rank(wanted, isDoubtful, {});
    return 'ranked' in ranking ? { kind: ranking.kind, ranked: ranking.ranked } : ranking;
  }

  private async rank(wanted: FilmTraits, isDoubtful: boolean, asking: Asking): Promise<Ranking | NoAnswer> {
    const candidates = new Map<number, FilmCandidate>();
    const looked = new Set<number>();
    let ranking: Ranking = { kind: 'none', ranked: [], wantsLength: [] };
    for (const search of searchesFor(wanted, this.config.tmdb.languages)) {
      const found = await this.tmdb.searchFilms(search, asking);
      if (found.kind !== 'found') {
        if (found.kind === 'not-found') continue;
        return found;
      }
      if (addTo(candidates, found.value) === 0) continue;
      ranking = rankFilm(wanted, [...candidates.values()], { isDoubtful });
      for (const id of worthALook(wanted, ranking, found.value)) {
        if (ranking.kind === 'match' || looked.size >= MAX_LOOKS) break;
        if (looked.has(id)) continue;
        looked.add(id);
        const details = await this.tmdb.film(id, asking);
        if (details.kind === 'not-found') candidates.delete(id);
        else if (details.kind !== 'found') return details;
        else candidates.set(id, detailedCandidate(details.value));
        ranking = rankFilm(wanted, [...candidates.values()], { isDoubtful });
      }
      if (ranking.kind === 'match') break;
    }
    return ranking;
  }

  private async conclude({ kind, ranked }: Ranking, asking: Asking): Promise<FilmMatch> {
    const [best] = ranked;
    if (kind === 'none' || !best) return { kind: 'none' };
    const { score, reasons } = best;
    if (kind === 'ambiguous') {
      return { kind, score, reasons, candidates: ranked.map(({ candidate }) => candidate) };
    }
    const details = await this.tmdb.film(best.candidate.id, asking);
    if (details.kind === 'found') return { kind, details: details.value, score, reasons };
    return details.kind === 'not-found' ? { kind: 'none' } : details;
  }
}

/** Returns how many are new. */
function addTo(candidates: Map<number, FilmCandidate>, films: readonly TmdbFilm[]): number {
  const before = candidates.size;
  for (const film of films) {
    if (candidates.size >= MAX_CANDIDATES) break;
    const { id, title, originalTitle, year, votes } = film;
    if (!candidates.has(id)) candidates.set(id, { id, title, originalTitle, year, minutes: null, votes });
  }
  return candidates.size - before;
}

function detailedCandidate(details: TmdbFilmDetails): FilmCandidate {
  const { id, title, originalTitle, otherTitles, year, minutes, votes } = details;
  // Asked and not known: nobody needs to ask again.
  return { id, title, originalTitle, otherTitles, year, minutes: minutes ?? 0, votes };
}

/**
 * Whose details would help: those whose length decides, and those TMDB names first of the right year, since it may know
 * them by the very title, in a language we did not ask in.
 */
function worthALook(wanted: FilmTraits, ranking: Ranking, found: readonly TmdbFilm[]): number[] {
  const byLength = wanted.minutes === null ? [] : ranking.wantsLength;
  const inYear = found.filter(
    ({ year }) => wanted.year === null || (year !== null && Math.abs(year - wanted.year) <= YEAR_SLACK),
  );
  const named = ranking.ranked.length > 0 ? [] : inYear.slice(0, 2).map(({ id }) => id);
  return [...new Set([...byLength, ...named])];
}
