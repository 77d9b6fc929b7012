import { FilmsByKey } from './films-by-key.js';
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

/** How much has to agree beside the title where only one of two has a year. */
type Proof = 'slot' | 'exact' | 'years';

/** Guides date a film by its making, its première at home or abroad. */
const YEAR_SLACK = 1;
/** A slot holds the film and its advertisements, or a version cut for television. */
const SLOT = { longest: 1.6, extraMinutes: 15 } as const;
/** Two files of one film, or its file and what a film database says. */
const EXACT_MINUTES = 2;

/**
 * Films by title, for finding the one that a showing or an entry is of. One film may be found under several titles; of
 * remakes the year decides, and where none is told the length.
 */
export class FilmIndex {
  private readonly byTitle = new FilmsByKey<IndexedFilm>();
  private readonly bySound = new FilmsByKey<IndexedFilm>(0.42);

  constructor(films: Iterable<IndexedFilm> = []) {
    for (const film of films) this.add(film);
  }

  add(film: IndexedFilm): void {
    const titles = titlesOf(film);
    for (const key of new Set(titles.map(({ key }) => key))) this.byTitle.add(key, film);
    for (const sound of new Set(titles.map(({ title }) => soundKey(title)))) {
      if (sound !== '') this.bySound.add(sound, film);
    }
  }

  /** The film of these traits, or null where it is a new one. */
  find(wanted: FilmTraits): IndexedFilm | null {
    return this.search(wanted, 'slot');
  }

  /**
   * The film of an entry that has no slot in a guide. Where only one of the two has a year, the title proves nothing:
   * either may be a remake. Then the original title or the length to the minute must agree too, and with one film alone.
   */
  findSure(wanted: FilmTraits): IndexedFilm | null {
    return this.search(wanted, 'exact');
  }

  private search(wanted: FilmTraits, proof: Proof): IndexedFilm | null {
    const titles = titlesOf(wanted);
    for (const { key } of titles) {
      const found = closest(this.byTitle.of(key), wanted, proof);
      if (found) return found;
    }
    for (const { title } of titles) {
      const sameSound = this.bySound.of(soundKey(title));
      const found = closest(
        sameSound.filter((film) => isOtherScript(film.title, title)),
        wanted,
        'years',
      );
      if (found) return found;
    }
    return null;
  }
}

/** The key a film is stored under when it is first seen; it never changes afterwards. */
export function identityOf({ title, year }: FilmTraits): string {
  return `${keyOf(title)}|${year ?? ''}`;
}

function closest(films: readonly IndexedFilm[], wanted: FilmTraits, proof: Proof): IndexedFilm | null {
  let best: IndexedFilm | null = null;
  let bestDistance = Infinity;
  let fitting = 0;
  for (const film of films) {
    const distance = distanceOf(film, wanted, proof);
    if (distance === Infinity) continue;
    fitting++;
    if (distance >= bestDistance) continue;
    best = film;
    bestDistance = distance;
  }
  const isOneOfSeveral = proof === 'exact' && fitting > 1;
  return best && isOneOfSeveral && isOneSided(best, wanted) ? null : best;
}

/** 0 = certainly the same, Infinity = certainly not. */
function distanceOf(film: FilmTraits, wanted: FilmTraits, proof: Proof): number {
  const fits = slotsFit(film.minutes, wanted.minutes);
  if (film.year !== null && wanted.year !== null) {
    const years = Math.abs(film.year - wanted.year);
    return years <= YEAR_SLACK ? years + (fits ? 0 : 0.5) : Infinity;
  }
  if (proof === 'years' || !fits) return Infinity;
  if (isOneSided(film, wanted) && !isProved(film, wanted, proof)) return Infinity;
  const difference =
    film.minutes === null || wanted.minutes === null ? 30 : Math.abs(film.minutes - wanted.minutes);
  return 2 + difference / 100;
}

function isOneSided(film: FilmTraits, wanted: FilmTraits): boolean {
  return (film.year === null) !== (wanted.year === null);
}

function isProved(film: FilmTraits, wanted: FilmTraits, proof: Proof): boolean {
  const original = titleKey(wanted.originalTitle);
  if (original !== '' && original === titleKey(film.originalTitle)) return true;
  if (film.minutes === null || wanted.minutes === null) return false;
  return proof === 'slot' || Math.abs(film.minutes - wanted.minutes) <= EXACT_MINUTES;
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

/** Its titles and their keys, without those of which nothing is left. */
function titlesOf(film: FilmTraits & { otherTitles?: readonly string[] }): { title: string; key: string }[] {
  const titles = new Set([film.title, film.originalTitle, ...(film.otherTitles ?? [])]);
  return [...titles].map((title) => ({ title, key: keyOf(title) })).filter(({ key }) => key !== '');
}

/** Of a title without a letter or a digit its signs: it is the same film the next time, too. */
function keyOf(title: string): string {
  return titleKey(title) || title.normalize('NFKC').replace(/\s+/g, '');
}
