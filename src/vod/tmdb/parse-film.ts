import {
  idIn,
  isJson,
  numberIn,
  numbersIn,
  objectIn,
  objectsIn,
  textIn,
  textsIn,
  type Json,
} from '../../core/util/read-json.js';
import type { TmdbCastMember, TmdbCredit, TmdbFilm, TmdbFilmDetails } from './tmdb-types.js';

const MAX = { films: 40, cast: 20, crew: 2000, titles: 60, countries: 10, genres: 12, videos: 60 } as const;
const MAX_TITLE = 300;
const MAX_NAME = 120;
const PATH = /^\/[\w-]{1,100}\.(?:jpe?g|png|webp)$/i;

export interface DetailLanguages {
  /** "de-DE", "en": the preferred one first. */
  languages: readonly string[];
  /** Two letters. */
  region: string;
}

/** A page of films; null = this is no page of films. Entries that cannot be used are left out. */
export function parseFilms(answer: unknown, field = 'results'): TmdbFilm[] | null {
  if (!isJson(answer) || !Array.isArray(answer[field])) return null;
  return objectsIn(answer, field, MAX.films)
    .map(parseFilm)
    .filter((film) => film !== null);
}

function parseFilm(entry: Json): TmdbFilm | null {
  const film = filmOf(entry);
  return film && { ...film, genreIds: numbersIn(entry, 'genre_ids', MAX.genres) };
}

/** All of one film; null = this is none. Understands answers of 2013 too, with `casts`, `trailers` and `releases`. */
export function parseFilmDetails(answer: unknown, options: DetailLanguages): TmdbFilmDetails | null {
  if (!isJson(answer)) return null;
  const film = filmOf(answer);
  if (!film) return null;
  const credits = isJson(answer.credits) ? answer.credits : objectIn(answer, 'casts');
  const minutes = numberIn(answer, 'runtime');
  const spoken = wordsIn(answer, options.languages);
  return {
    ...film,
    title: spoken.title || film.title,
    overview: film.overview || spoken.overview,
    posterPath: film.posterPath || pictureOf(answer, 'posters', options.languages),
    backdropPath: film.backdropPath || pictureOf(answer, 'backdrops', options.languages),
    minutes: minutes === null || minutes === 0 || minutes > 6000 ? null : Math.round(minutes),
    tagline: textIn(answer, 'tagline', MAX_TITLE),
    genres: namesIn(answer, 'genres', MAX.genres),
    countries: countriesOf(answer),
    imdbId: imdbIdOf(answer),
    directors: directorsOf(credits),
    cast: castOf(credits),
    trailer: trailerOf(answer, options.languages),
    certification: certificationOf(answer, options.region),
    otherTitles: otherTitlesOf(answer),
  };
}

function filmOf(entry: Json): Omit<TmdbFilm, 'genreIds'> | null {
  const id = idIn(entry, 'id');
  const originalTitle = textIn(entry, 'original_title', MAX_TITLE);
  const title = textIn(entry, 'title', MAX_TITLE) || originalTitle;
  if (id === null || title === '') return null;
  const releaseDate = /^\d{4}-\d\d-\d\d/.exec(textIn(entry, 'release_date'))?.[0] ?? '';
  const votes = Math.round(numberIn(entry, 'vote_count') ?? 0);
  return {
    id,
    title,
    originalTitle,
    originalLanguage: textIn(entry, 'original_language', 8),
    releaseDate,
    year: yearOf(releaseDate),
    overview: textIn(entry, 'overview'),
    posterPath: pathIn(entry, 'poster_path'),
    backdropPath: pathIn(entry, 'backdrop_path'),
    isAdult: entry.adult === true,
    popularity: numberIn(entry, 'popularity') ?? 0,
    rating: votes === 0 ? null : Math.min(10, numberIn(entry, 'vote_average') ?? 0),
    votes,
  };
}

function yearOf(date: string): number | null {
  const year = Number(date.slice(0, 4));
  return year >= 1870 && year <= 2200 ? year : null;
}

/** A path is put behind the base address of pictures, so it may hold nothing but a file's name. */
export function pathIn(value: Json, field: string): string {
  const path = textIn(value, field, 200);
  return PATH.test(path) ? path : '';
}

/** Title and description in the next languages, for what the preferred one has no words for. */
function wordsIn(answer: Json, languages: readonly string[]): { title: string; overview: string } {
  const all = objectsIn(objectIn(answer, 'translations'), 'translations', 200);
  const found = { title: '', overview: '' };
  for (const language of languages) {
    const [code, country] = language.split('-');
    const same = all.filter((each) => textIn(each, 'iso_639_1') === code);
    const best = same.find((each) => textIn(each, 'iso_3166_1') === country) ?? same[0];
    const data = best ? objectIn(best, 'data') : {};
    found.title ||= textIn(data, 'title', MAX_TITLE);
    found.overview ||= textIn(data, 'overview');
    // In its own language a film's title is its original one, which TMDB does not repeat.
    if (found.title === '' && textIn(answer, 'original_language') === code) break;
  }
  return found;
}

function pictureOf(answer: Json, field: 'posters' | 'backdrops', languages: readonly string[]): string {
  const all = objectsIn(objectIn(answer, 'images'), field, 200);
  const rank = (picture: Json): number => {
    const at = languages.findIndex((language) => language.startsWith(textIn(picture, 'iso_639_1') || '-'));
    return at === -1 ? languages.length : at;
  };
  const sorted = all
    .filter((picture) => pathIn(picture, 'file_path') !== '')
    .sort((a, b) => rank(a) - rank(b));
  return sorted[0] ? pathIn(sorted[0], 'file_path') : '';
}

function namesIn(value: Json, field: string, most: number): string[] {
  return objectsIn(value, field, most)
    .map((each) => textIn(each, 'name', MAX_NAME))
    .filter((name) => name !== '');
}

function countriesOf(answer: Json): string[] {
  const made = objectsIn(answer, 'production_countries', MAX.countries).map((each) =>
    textIn(each, 'iso_3166_1', 2),
  );
  const origin = textsIn(answer, 'origin_country', MAX.countries);
  return [...new Set([...origin, ...made])].filter((code) => /^[A-Z]{2}$/.test(code));
}

function imdbIdOf(answer: Json): string {
  const id = textIn(answer, 'imdb_id', 20) || textIn(objectIn(answer, 'external_ids'), 'imdb_id', 20);
  return /^tt\d{5,12}$/.test(id) ? id : '';
}

function directorsOf(credits: Json): TmdbCredit[] {
  const crew = objectsIn(credits, 'crew', MAX.crew).filter((each) => textIn(each, 'job') === 'Director');
  const named = crew.map(creditOf).filter(({ name }) => name !== '');
  const isFirst = ({ name }: TmdbCredit, at: number): boolean =>
    named.findIndex((each) => each.name === name) === at;
  return named.filter(isFirst).slice(0, 5);
}

function creditOf(entry: Json): TmdbCredit {
  return { id: idIn(entry, 'id'), name: textIn(entry, 'name', MAX_NAME) };
}

function castOf(credits: Json): TmdbCastMember[] {
  return objectsIn(credits, 'cast', 500)
    .map((each) => ({
      order: numberIn(each, 'order') ?? Infinity,
      ...creditOf(each),
      character: textIn(each, 'character', MAX_NAME),
    }))
    .filter(({ name }) => name !== '')
    .sort((a, b) => a.order - b.order)
    .slice(0, MAX.cast)
    .map(({ id, name, character }) => ({ id, name, character }));
}

function trailerOf(answer: Json, languages: readonly string[]): string {
  const videos = objectsIn(objectIn(answer, 'videos'), 'results', MAX.videos)
    .filter((each) => textIn(each, 'site') === 'YouTube' && isVideoId(textIn(each, 'key')))
    .map((each) => {
      const at = languages.findIndex((language) => language.startsWith(textIn(each, 'iso_639_1') || '-'));
      const kind = ['Trailer', 'Teaser'].indexOf(textIn(each, 'type'));
      return { key: textIn(each, 'key'), kind, language: at === -1 ? languages.length : at };
    })
    .filter(({ kind }) => kind !== -1)
    .sort((a, b) => a.kind - b.kind || a.language - b.language);
  if (videos[0]) return videos[0].key;
  const old = objectsIn(objectIn(answer, 'trailers'), 'youtube', MAX.videos);
  return old.map((each) => textIn(each, 'source')).find(isVideoId) ?? '';
}

function isVideoId(key: string): boolean {
  return /^[\w-]{6,20}$/.test(key);
}

function certificationOf(answer: Json, region: string): string {
  const places = objectsIn(objectIn(answer, 'release_dates'), 'results', 300);
  const dates = places.filter((each) => textIn(each, 'iso_3166_1') === region);
  const said = dates.flatMap((each) => objectsIn(each, 'release_dates', 50));
  const found = said.map((each) => textIn(each, 'certification', 20)).find((each) => each !== '');
  if (found !== undefined) return found;
  const old = objectsIn(objectIn(answer, 'releases'), 'countries', 300);
  const here = old.find((each) => textIn(each, 'iso_3166_1') === region);
  return here ? textIn(here, 'certification', 20) : '';
}

function otherTitlesOf(answer: Json): string[] {
  const alternative = objectIn(answer, 'alternative_titles');
  const named = objectsIn(alternative, 'titles', 300).map((each) => textIn(each, 'title', MAX_TITLE));
  const translated = objectsIn(objectIn(answer, 'translations'), 'translations', 200).map((each) =>
    textIn(objectIn(each, 'data'), 'title', MAX_TITLE),
  );
  const known = [textIn(answer, 'title', MAX_TITLE), textIn(answer, 'original_title', MAX_TITLE)];
  const all = [...translated, ...named].filter((title) => title !== '' && !known.includes(title));
  return [...new Set(all)].slice(0, MAX.titles);
}
