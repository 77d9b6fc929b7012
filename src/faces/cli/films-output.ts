import { cleanText } from '../../core/lists/text.js';
import type { FilmDetail } from '../../vod/managing/films.service.js';
import type { FilmPlaces } from '../../vod/managing/film-queries.repository.js';
import type { Film } from '../../vod/film.entity.js';
import { readFacts } from '../../vod/tmdb/film-facts.js';
import type { FilmSuggestions } from '../../vod/tmdb/film-matcher.js';
import { readFilmCredits } from '../../core/films/film-credits.js';
import { TMDB_ATTRIBUTION } from '../../core/films/tmdb-attribution.js';
import type { EnrichReport, FetchReport, FilterReport } from './film-steps.js';
import { printTable, type Terminal } from './output.js';

const TOLD_TITLES = 20;
const TOLD_AIRINGS = 10;

/** A film as the command line tells it: addresses of sources are never told. */
export function describeFilm(film: Film) {
  const { id, state, title, originalTitle, year, durationSeconds, genres, rating, ageLimit } = film;
  const { tmdbStatus, tmdbId, tmdbScore, tmdbReasons, isAdult, isHidden, editedFields, views } = film;
  return {
    ...{ id, state, title, originalTitle, year, durationSeconds, genres, rating, ageLimit, isAdult },
    ...{ isHidden, editedFields, views, description: film.description },
    tmdb: {
      ...{ status: tmdbStatus, id: tmdbId, score: tmdbScore, reasons: tmdbReasons },
      checkedAt: isoTime(film.tmdbCheckedAt),
      facts: factsOf(film),
    },
    addedAt: isoTime(film.addedAt),
    updatedAt: isoTime(film.updatedAt),
    retiredAt: isoTime(film.retiredAt),
  };
}

export function describePlaces({ airings, ways }: FilmPlaces) {
  return {
    airings: airings.map(({ channelId, channelName, start, stop, title }) => ({
      ...{ channelId, channel: channelName, title },
      start: isoTime(start),
      stop: isoTime(stop),
    })),
    ways: ways.map(({ id, origin, label, container, isEnabled, retiredAt }) => ({
      ...{ id, origin, label, container, isEnabled },
      retiredAt: isoTime(retiredAt),
    })),
  };
}

export function describeSuggestions(suggestions: FilmSuggestions) {
  if (!('ranked' in suggestions)) return suggestions;
  const candidates = suggestions.ranked.map(({ candidate, score, reasons }) => ({
    ...{ tmdbId: candidate.id, title: candidate.title, originalTitle: candidate.originalTitle },
    ...{ year: candidate.year, minutes: candidate.minutes || null, votes: candidate.votes, score, reasons },
  }));
  return { kind: suggestions.kind, candidates };
}

/** A title of five hundred characters would push the last column off every screen. */
const SHOWN_TITLE = 60;

function shortened(title: string): string {
  return title.length > SHOWN_TITLE ? `${cleanText(title, SHOWN_TITLE - 1)}…` : title;
}

export function printFilms(terminal: Terminal, films: readonly Film[], total: number): void {
  const head = ['id', 'state', 'tmdb', 'score', 'year', 'title', 'at TMDB'];
  const rows = films.map((film) => [
    String(film.id),
    film.retiredAt === null ? (film.isHidden ? 'hidden' : film.state) : 'retired',
    film.tmdbStatus,
    film.tmdbScore === null ? '' : film.tmdbScore.toFixed(2),
    String(film.year ?? ''),
    shortened(film.title),
    film.tmdbId === null ? '' : `${film.tmdbId} ${readFacts(film.tmdbDetails)?.title ?? ''}`,
  ]);
  printTable(terminal, head, rows);
  terminal.out(`${films.length} of ${total} films\n`);
}

export function printFilm(terminal: Terminal, detail: FilmDetail, suggestions: FilmSuggestions): void {
  const { film, decision, airings, ways } = detail;
  const facts = readFacts(film.tmdbDetails);
  const decided = decision === null ? '' : `, decided by you: ${decision.kind}`;
  const line = (name: string, text: string): void => terminal.out(`  ${name.padEnd(10)}${text}\n`);
  terminal.out(`${film.id}  ${film.title}${film.year === null ? '' : ` (${film.year})`}\n`);
  line(
    'state',
    `${film.state}${film.isHidden ? ', hidden' : ''}${film.retiredAt === null ? '' : ', retired'}${decided}`,
  );
  const score = film.tmdbScore === null ? '' : `, score ${film.tmdbScore.toFixed(2)}`;
  line(
    'tmdb',
    `${film.tmdbStatus}${score}${film.tmdbReasons.length > 0 ? ` (${film.tmdbReasons.join(', ')})` : ''}`,
  );
  if (facts) line('', `${facts.id} ${facts.title} (${facts.year ?? '?'})`);
  if (film.editedFields.length > 0) line('edited', film.editedFields.join(', '));
  for (const { start, channelName, title } of airings.slice(0, TOLD_AIRINGS)) {
    line('airing', `${isoTime(start)} ${channelName}: ${title}`);
  }
  for (const { origin, label, retiredAt } of ways) {
    line('way', `${origin} ${label}${retiredAt === null ? '' : ' (gone)'}`);
  }
  printSuggestions(terminal, film.id, suggestions);
}

export function printFetchReport(terminal: Terminal, { read, links, dryRun }: FetchReport): void {
  const verb = dryRun ? 'would read' : 'read';
  terminal.out(`fetch: ${verb} ${read.length} lists, guides and feeds\n`);
  for (const { what, id, name, status, entries, programmes, reason } of read) {
    const brought = entries === null ? '' : `, ${entries} ${what === 'guide' ? 'channels' : 'entries'}`;
    const shown = programmes === null ? '' : `, ${programmes} programmes`;
    terminal.out(
      `  ${what} ${id} "${name}": ${status}${reason === null ? '' : ` (${reason})`}${brought}${shown}\n`,
    );
  }
  if (links) terminal.out(`  ${links.linked} of ${links.channels} channels have a guide\n`);
}

export function printFilterReport(terminal: Terminal, report: FilterReport): void {
  const { programmes, showings, newFilms, changedFilms, airings, newTitles, dryRun } = report;
  const would = dryRun ? ' (a dry run: nothing was written)' : '';
  terminal.out(
    `filter: ${showings} of ${programmes} programmes may be films, ${airings} airings; ` +
      `${newFilms} films are new, ${changedFilms} are told more about${would}\n`,
  );
  for (const title of newTitles.slice(0, TOLD_TITLES)) terminal.out(`  + ${title}\n`);
  if (newFilms > TOLD_TITLES) terminal.out(`  … and ${newFilms - TOLD_TITLES} more\n`);
}

export function printEnrichReport(terminal: Terminal, { due, outcomes, jobs, dryRun }: EnrichReport): void {
  if (due === null) {
    terminal.out('enrich: no key of TMDB is set, so films carry what guides and lists say\n');
    return;
  }
  const asked = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  if (dryRun) terminal.out(`enrich: TMDB would be asked about ${due} films (a dry run: nobody was asked)\n`);
  else terminal.out(`enrich: ${asked.length === 0 ? 'nothing to ask' : asked.join(', ')}\n`);
  if (jobs.later > 0) {
    terminal.out(`  ${jobs.later} wait until ${isoTime(jobs.nextDue) ?? '?'}: ${jobs.reason}\n`);
  }
  if (jobs.failed > 0) terminal.out(`  ${jobs.failed} failed: ${jobs.reason}\n`);
  if (!dryRun) terminal.out(`  ${TMDB_ATTRIBUTION}\n`);
}

function printSuggestions(terminal: Terminal, id: number, suggestions: FilmSuggestions): void {
  switch (suggestions.kind) {
    case 'off':
      return;
    case 'bad-key':
      return terminal.out('  TMDB refuses the key\n');
    case 'unavailable':
      return terminal.out(`  TMDB cannot be asked: ${suggestions.reason}\n`);
    default:
  }
  if (suggestions.ranked.length === 0) return terminal.out('  TMDB offers nothing by these titles\n');
  terminal.out(`  TMDB offers (choose one: rooftop films match ${id} TMDB-ID):\n`);
  for (const { candidate, score, reasons } of suggestions.ranked) {
    const { id: tmdbId, title, originalTitle, year } = candidate;
    const original = originalTitle === title ? '' : ` / ${originalTitle}`;
    terminal.out(
      `    ${tmdbId}  ${score.toFixed(2)}  ${title}${original} (${year ?? '?'}): ${reasons.join(', ')}\n`,
    );
  }
  terminal.out(`  ${TMDB_ATTRIBUTION}\n`);
}

function factsOf(film: Film) {
  const facts = readFacts(film.tmdbDetails);
  if (!facts) return null;
  const { title, originalTitle, year, overview, rating, votes, minutes, genres, imdbId } = facts;
  const directors = readFilmCredits(facts)
    .filter(({ role }) => role === 'director')
    .map(({ name }) => name);
  return { title, originalTitle, year, overview, rating, votes, minutes, genres, imdbId, directors };
}

function isoTime(seconds: number | null): string | null {
  return seconds === null ? null : new Date(seconds * 1000).toISOString();
}
