import type { GuideProgramme } from '../xmltv/types.js';
import { isKindWord, isProgrammeTitle, readCategories, type CategoryWords } from './film-words.js';
import { readTitle, type MarkedTitle } from './title-marks.js';
import type { FilmKind, FilmReason, FilmRecord, FilmVerdict } from './types.js';

/** What detection reads of a programme; `stop` in epoch seconds. */
export type DetectableProgramme = Omit<GuideProgramme, 'channelId' | 'stop'> & { stop: number };

export type Detection = FilmVerdict & { record: FilmRecord };

const MINUTE = 60;
/** Shorter than this is a short, whatever its mark says. */
const LEAST_MINUTES = 40;
/** Longer than this is a night of films, or all parts of one at once. */
const MOST_MINUTES = 300;
/** A film without any mark, with its advertisements. */
const CANDIDATE_MINUTES = { from: 70, to: 210 } as const;
const FIRST_YEAR = 1895;

/** "Cine/Drama | 1958 | ⑫ | ★8.0/10", the first line of Spanish descriptions. */
const CINE_LINE = /^cine\/(?!programa)/iu;
const PROGRAMME_LINE =
  /^(?:cine\/programa|entretenimiento\/|informaci[oó]n\/|deportes?\/|m[uú]sica\/|documental(?:es)?\/)/iu;
const SERIES_LINE =
  /^(?:series\/|'?s\d+\/e\d+|saison \d+|season \d+|temporada \d+|staffel \d+|\d{1,4}-я серия|(?:[^.]{0,40}\. )?\d{1,4}-я серия)/iu;
const PACKED_LINE = /^[\p{L}/ -]{3,60}\|\s*(\d{4})\s*\|/u;
/** "СССР, 1934, комедия", "Страна: Россия. 1999". */
const COUNTRY_YEAR =
  /^\p{Lu}[\p{L} .-]{2,30}(?:[,/–-] ?\p{L}[\p{L} .-]{2,30}){0,4}, ((?:19|20)\d\d)(?:[-–]\d{4})?, \p{Ll}/u;
const STAR_IN_TEXT = /★\s?(\d{1,2}(?:[.,]\d)?)\s?\/\s?10/u;
const CIRCLED_AGE = /[|\s]([\u2460-\u2473])(?=\s|\||$)/u;

/** Judges one programme by what its guide says, and reads what it says of the film. */
export function detectFilm(programme: DetectableProgramme): Detection {
  const title = readTitle(programme.titles[0]?.text ?? '');
  const description = (programme.descriptions?.[0]?.text ?? '').trim();
  const categories = (programme.categories ?? []).map(({ text }) => text);
  const facts: Facts = {
    programme,
    title,
    description,
    minutes: Math.round((programme.stop - programme.start) / MINUTE),
    year: yearOf(programme, title, description),
    said: readCategories(categories),
    ids: readIds(programme),
  };
  return { ...judge(facts), record: recordOf(facts, categories) };
}

interface Facts {
  programme: DetectableProgramme;
  title: MarkedTitle;
  description: string;
  minutes: number;
  year: number | null;
  said: CategoryWords;
  ids: ProgrammeIds;
}

function judge(facts: Facts): FilmVerdict {
  const marks = marksOf(facts);
  const isMarked = marks.some((mark) => mark !== 'genre-and-year' && mark !== 'country-and-year');
  const vetoes = vetoesOf(facts, isMarked);
  if (vetoes.length > 0) return verdict('no', 0.05, vetoes);
  if (facts.minutes < LEAST_MINUTES) return verdict('no', 0.1, ['too-short']);
  if (marks.length > 0) {
    if (facts.minutes > MOST_MINUTES) return verdict('candidate', 0.4, [...marks, 'too-long']);
    if (hasEpisodeTitle(facts) && !marks.includes('film-id') && !marks.includes('title-mark')) {
      return verdict('candidate', 0.5, [...marks, 'has-episode-title']);
    }
    return verdict('film', scoreOf(marks), marks);
  }
  const { from, to } = CANDIDATE_MINUTES;
  if (facts.minutes < from) return verdict('no', 0.1, ['too-short']);
  if (facts.minutes > to) return verdict('no', 0.1, ['too-long']);
  if (isProgrammeTitle(facts.title.title)) return verdict('no', 0.05, ['other-programme']);
  if (hasEpisodeTitle(facts)) return verdict('no', 0.2, ['has-episode-title']);
  return verdict('candidate', 0.35, ['length']);
}

function verdict(kind: FilmKind, score: number, reasons: FilmReason[]): FilmVerdict {
  return { kind, score, reasons };
}

function marksOf({ title, description, minutes, year, said, ids, programme }: Facts): FilmReason[] {
  const marks: FilmReason[] = [];
  if (title.mark === 'film' || (title.mark === 'animation' && minutes >= 60)) marks.push('title-mark');
  if (ids.isFilm) marks.push('film-id');
  if (said.film) marks.push('category');
  if (CINE_LINE.test(description)) marks.push('description-mark');
  const isFilmLength = minutes >= CANDIDATE_MINUTES.from && minutes <= CANDIDATE_MINUTES.to;
  const isFiction = said.fiction || (programme.credits ?? []).some(({ role }) => role === 'director');
  const isMade = year !== null && programme.date !== undefined && !ids.hasAny;
  if (isMade && isFiction && isFilmLength) marks.push('genre-and-year');
  if (COUNTRY_YEAR.test(description) && isFilmLength) marks.push('country-and-year');
  return marks;
}

/** What no film has. A documentary or a children's programme that is marked as a film is one all the same. */
function vetoesOf({ title, description, said, ids, programme }: Facts, isMarked: boolean): FilmReason[] {
  const vetoes: FilmReason[] = [];
  if (title.part === 'episode' || ids.isEpisode || SERIES_LINE.test(description)) vetoes.push('episode');
  if (title.part === 'part') vetoes.push('part');
  if (title.mark === 'series' || (said.series && !said.film)) vetoes.push('series');
  if (title.mark === 'documentary' || (said.documentary && !isMarked && !isFilmByYear(said, programme))) {
    vetoes.push('documentary');
  }
  if (said.sport && !isMarked) vetoes.push('sport');
  if (PROGRAMME_LINE.test(description)) vetoes.push('other-programme');
  if (said.other && !isMarked && !said.fiction) vetoes.push('other-programme');
  if (programme.isLive && !isMarked) vetoes.push('other-programme');
  return vetoes;
}

/** Radio Times and others file old films under "Factual". */
function isFilmByYear(said: CategoryWords, { date }: DetectableProgramme): boolean {
  return said.fiction && date !== undefined;
}

function hasEpisodeTitle({ programme, title }: Facts): boolean {
  const sub = programme.subTitles?.[0]?.text ?? '';
  if (sub === '') return false;
  return wordsOf(sub) !== wordsOf(title.title);
}

/** The same words in any order: guides repeat "The Hangover" as "Hangover, The". */
function wordsOf(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).sort().join(' ');
}

const WEIGHTS: Partial<Record<FilmReason, number>> = {
  'film-id': 0.97,
  'title-mark': 0.95,
  'description-mark': 0.93,
  category: 0.88,
  'country-and-year': 0.8,
  'genre-and-year': 0.75,
};

/** Independent marks add up. */
function scoreOf(marks: readonly FilmReason[]): number {
  const doubt = marks.reduce((product, mark) => product * (1 - (WEIGHTS[mark] ?? 0.5)), 1);
  return Math.round((1 - doubt) * 1000) / 1000;
}

interface ProgrammeIds {
  isFilm: boolean;
  isEpisode: boolean;
  hasAny: boolean;
  tmdbId: number | null;
}

function readIds({ episodes = [] }: DetectableProgramme): ProgrammeIds {
  const ids: ProgrammeIds = { isFilm: false, isEpisode: false, hasAny: false, tmdbId: null };
  for (const { system = '', value } of episodes) {
    const kind = systemSays(system.toLowerCase(), value.trim());
    if (kind === 'film') ids.isFilm = true;
    if (kind === 'episode') ids.isEpisode = true;
    if (kind !== null) ids.hasAny = true;
    const tmdb = /^movie\/(\d{1,9})$/i.exec(value.trim())?.[1];
    if (/themoviedb/i.test(system) && tmdb !== undefined) ids.tmdbId = Number(tmdb);
  }
  // A guide that numbers a film's repeats still knows that it is a film.
  if (ids.isFilm) ids.isEpisode = false;
  return ids;
}

function systemSays(system: string, value: string): 'film' | 'episode' | null {
  if (system === 'dd_progid') {
    if (/^MV/i.test(value)) return 'film';
    return /^(?:EP|SP)/i.test(value) ? 'episode' : null;
  }
  if (system.includes('themoviedb') || system.includes('thetvdb') || system.includes('imdb')) {
    if (/^movie\//i.test(value)) return 'film';
    return /^(?:tv|series|episode)\//i.test(value) ? 'episode' : null;
  }
  // "0.4." and ".5." name an episode; "..0/2" only a part of the same showing.
  if (system === 'xmltv_ns') return /^\s*(?:\d+[^.]*\.|[^.]*\.\s*\d)/.test(value) ? 'episode' : null;
  if (system === 'dd_seriesid') return 'episode';
  if (system === 'onscreen' || system === 'sxxexx' || system === '') {
    return /\d/.test(value) ? 'episode' : null;
  }
  return null;
}

function recordOf({ programme, title, description, year, ids }: Facts, categories: string[]): FilmRecord {
  return {
    title: title.title,
    originalTitle: title.originalTitle,
    year,
    ageLimit: ageOf(programme, title, description),
    rating: ratingOf(programme, description),
    genres: categories.filter((category) => !isKindWord(category)),
    tmdbId: ids.tmdbId,
  };
}

function yearOf(
  { date, start }: DetectableProgramme,
  title: MarkedTitle,
  description: string,
): number | null {
  const last = new Date(start * 1000).getUTCFullYear() + 1;
  // 19700101 is what Pluto writes for "not known".
  const said = date === undefined || /^1970(?:0101)?$/.test(date) ? undefined : date.slice(0, 4);
  const packed = PACKED_LINE.exec(description)?.[1] ?? COUNTRY_YEAR.exec(description)?.[1];
  for (const candidate of [title.year, said, packed]) {
    const year = Number(candidate ?? NaN);
    if (Number.isInteger(year) && year >= FIRST_YEAR && year <= last) return year;
  }
  return null;
}

function ageOf(
  { ratings = [] }: DetectableProgramme,
  title: MarkedTitle,
  description: string,
): number | null {
  if (title.ageLimit !== null) return title.ageLimit;
  for (const { value } of ratings) {
    const years = /^\s*(?:pg-?|fsk ?|-)?(\d{1,2})\s?\+?\s*$/i.exec(value)?.[1];
    if (years !== undefined && Number(years) <= 21) return Number(years);
  }
  const circled = CIRCLED_AGE.exec(description.split('\n', 1)[0] ?? '')?.[1];
  return circled === undefined ? null : (circled.codePointAt(0) ?? 0) - 0x2460 + 1;
}

function ratingOf({ starRatings = [] }: DetectableProgramme, description: string): number | null {
  for (const { value } of starRatings) {
    const [, points, of] = /^\s*(\d+(?:[.,]\d+)?)\s*\/\s*(\d+)\s*$/.exec(value) ?? [];
    if (points === undefined || of === undefined || Number(of) === 0) continue;
    const rating = (10 * Number(points.replace(',', '.'))) / Number(of);
    if (rating >= 0 && rating <= 10) return Math.round(rating * 10) / 10;
  }
  const stars = STAR_IN_TEXT.exec(description)?.[1];
  const rating = stars === undefined ? NaN : Number(stars.replace(',', '.'));
  return rating >= 0 && rating <= 10 ? rating : null;
}
