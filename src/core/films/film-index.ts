import { soundKey, titleKey } from './title-key.js';

/** What makes two showings one film. */
export interface FilmTraits {
  title: string;
  /** "" = not known. */
  originalTitle: string;
  year: number | null;
  /** Of the showing or of the work; null = not known. */
  minutes: number | null;
}

export interface IndexedFilm extends FilmTraits {
  id: number;
  /** Other titles it is known by. */
  otherTitles?: readonly string[];
}

/** Guides date a film by its making, its première at home or abroad. */
const YEAR_SLACK = 1;
/** A slot holds the film and its advertisements, or a version cut for television. */
const SLOT = { longest: 1.6, extraMinutes: 15 } as const;

/**
 * Films by title, for finding the one that a showing or an entry is of. One film may be found under several titles; of
 * remakes the year decides, and where none is told the length.
 */
export class FilmIndex {
  private readonly byTitle = new Map<string, IndexedFilm[]>();
  private readonly bySound = new Map<string, IndexedFilm[]>();

  constructor(films: Iterable<IndexedFilm> = []) {
    for (const film of films) this.add(film);
  }

  add(film: IndexedFilm): void {
    for (const title of titlesOf(film)) {
      file(this.byTitle, titleKey(title), film);
      file(this.bySound, soundKey(title), film);
    }
  }

  /** The film of these traits, or null where it is a new one. */
  find(wanted: FilmTraits): IndexedFilm | null {
    for (const title of titlesOf(wanted)) {
      const found = closest(this.byTitle.get(titleKey(title)) ?? [], wanted, false);
      if (found) return found;
    }
    for (const title of titlesOf(wanted)) {
      const sameSound = this.bySound.get(soundKey(title)) ?? [];
      const found = closest(
        sameSound.filter((film) => isOtherScript(film.title, title)),
        wanted,
        true,
      );
      if (found) return found;
    }
    return null;
  }
}

/** The key a film is stored under when it is first seen; it never changes afterwards. */
export function identityOf({ title, year }: FilmTraits): string {
  return `${titleKey(title)}|${year ?? ''}`;
}

function closest(films: readonly IndexedFilm[], wanted: FilmTraits, needsYear: boolean): IndexedFilm | null {
  let best: IndexedFilm | null = null;
  let bestDistance = Infinity;
  for (const film of films) {
    const distance = distanceOf(film, wanted, needsYear);
    if (distance < bestDistance) {
      best = film;
      bestDistance = distance;
    }
  }
  return best;
}

/** 0 = certainly the same, Infinity = certainly not. */
function distanceOf(film: FilmTraits, wanted: FilmTraits, needsYear: boolean): number {
  const fits = slotsFit(film.minutes, wanted.minutes);
  if (film.year !== null && wanted.year !== null) {
    const years = Math.abs(film.year - wanted.year);
    return years <= YEAR_SLACK ? years + (fits ? 0 : 0.5) : Infinity;
  }
  if (needsYear || !fits) return Infinity;
  const difference =
    film.minutes === null || wanted.minutes === null ? 30 : Math.abs(film.minutes - wanted.minutes);
  return 2 + difference / 100;
}

/** Whether two lengths can be one film's, in minutes. */
export function slotsFit(a: number | null, b: number | null): boolean {
  if (a === null || b === null) return true;
  const [short, long] = a < b ? [a, b] : [b, a];
  return long <= short * SLOT.longest + SLOT.extraMinutes;
}

function isOtherScript(a: string, b: string): boolean {
  return /\p{Script=Cyrillic}/u.test(a) !== /\p{Script=Cyrillic}/u.test(b);
}

function titlesOf(film: FilmTraits & { otherTitles?: readonly string[] }): string[] {
  const titles = [film.title, film.originalTitle, ...(film.otherTitles ?? [])];
  return [...new Set(titles.filter((title) => titleKey(title) !== ''))];
}

function file(map: Map<string, IndexedFilm[]>, key: string, film: IndexedFilm): void {
  const list = map.get(key);
  if (!list) map.set(key, [film]);
  else if (!list.includes(film)) list.push(film);
}
