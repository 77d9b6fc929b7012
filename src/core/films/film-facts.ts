/** What TMDB says of a film, as far as viewers are told. Texts may be empty; lists are bounded. */
export interface FilmFacts {
  title: string;
  originalTitle: string;
  year: number | null;
  /** `YYYY-MM-DD`, or "". */
  releaseDate: string;
  overview: string;
  /** 0–10. */
  rating: number | null;
  minutes: number | null;
  genres: string[];
  countries: string[];
  directors: string[];
  cast: string[];
  /** Bare id of a video at YouTube, or "". */
  trailer: string;
  certification: string;
  otherTitles: string[];
}

const MAX_TEXT = 4_000;
const MAX_NAMES = 20;
const DATE = /^\d{4}-\d\d-\d\d$/;

/** Reads what an enrichment stored beside a film; null where that says nothing. Older forms may lack any field. */
export function readFilmFacts(stored: unknown): FilmFacts | null {
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) return null;
  const fields = stored as Record<string, unknown>;
  const releaseDate = textOf(fields.releaseDate);
  return {
    title: textOf(fields.title),
    originalTitle: textOf(fields.originalTitle),
    year: numberOf(fields.year, 1870, 2200),
    releaseDate: DATE.test(releaseDate) ? releaseDate : '',
    overview: textOf(fields.overview),
    rating: numberOf(fields.rating, 0, 10),
    minutes: numberOf(fields.minutes, 1, 3_000),
    genres: namesOf(fields.genres),
    countries: namesOf(fields.countries),
    directors: namesOf(fields.directors),
    cast: namesOf(fields.cast),
    trailer: /^[\w-]{1,32}$/.test(textOf(fields.trailer)) ? textOf(fields.trailer) : '',
    certification: textOf(fields.certification).slice(0, 20),
    otherTitles: namesOf(fields.otherTitles),
  };
}

/** What a person may have set of a film that TMDB tells too. */
export interface EditableFacts {
  readonly title: string;
  readonly originalTitle: string;
  readonly year: number | null;
  readonly description: string;
  readonly genres: readonly string[];
  readonly rating: number | null;
}

/** The facts with what a person set in place of what TMDB says; `edited` names the fields of the film. */
export function withEdits(facts: FilmFacts, film: EditableFacts, edited: readonly string[]): FilmFacts {
  if (edited.length === 0) return facts;
  const { title, originalTitle, year, description, genres, rating } = film;
  const set = new Set(edited);
  return {
    ...facts,
    ...(set.has('title') ? { title } : {}),
    ...(set.has('originalTitle') ? { originalTitle } : {}),
    ...(set.has('year') ? { year } : {}),
    ...(set.has('description') ? { overview: description } : {}),
    ...(set.has('genres') ? { genres: [...genres] } : {}),
    ...(set.has('rating') ? { rating } : {}),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MAX_TEXT) : '';
}

function numberOf(value: unknown, min: number, max: number): number | null {
  return typeof value === 'number' && value >= min && value <= max ? value : null;
}

/** Texts, or objects that have a name. */
function namesOf(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value
    .slice(0, MAX_NAMES)
    .map((entry: unknown) =>
      typeof entry === 'object' && entry !== null && 'name' in entry ? textOf(entry.name) : textOf(entry),
    )
    .filter((name) => name !== '')
    .map((name) => name.slice(0, 200));
}
