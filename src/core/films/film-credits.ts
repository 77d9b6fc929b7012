/** Somebody who made a film or plays in it. */
export interface FilmCredit {
  /** Number of the person at TMDB; null = not known. */
  personId: number | null;
  name: string;
  role: 'director' | 'actor';
  /** Whom an actor plays; may be empty. */
  character: string;
}

const MAX_CREDITS = 20;
const MAX_NAME = 200;
const MAX_PERSON = 2 ** 31 - 1;

/** Reads who made a film out of what an enrichment stored beside it. Older forms have names alone. */
export function readFilmCredits(stored: unknown): FilmCredit[] {
  if (typeof stored !== 'object' || stored === null) return [];
  const { directors, cast } = stored as Record<string, unknown>;
  return [...creditsOf(directors, 'director'), ...creditsOf(cast, 'actor')];
}

/** Each person once. */
export function personsIn(credits: readonly FilmCredit[]): number[] {
  return [...new Set(credits.flatMap(({ personId }) => personId ?? []))];
}

function creditsOf(value: unknown, role: FilmCredit['role']): FilmCredit[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MAX_CREDITS).flatMap((entry: unknown) => {
    const fields: Record<string, unknown> =
      typeof entry === 'object' && entry !== null ? { ...entry } : { name: entry };
    const name = nameOf(fields.name);
    if (name === '') return [];
    const character = role === 'actor' ? nameOf(fields.character) : '';
    return [{ personId: personIdOf(fields.id), name, role, character }];
  });
}

function nameOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MAX_NAME) : '';
}

function personIdOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= MAX_PERSON
    ? value
    : null;
}
