import { genreKey, genreName } from '../../core/films/genre-key.js';
import type { PresentedCategory } from '../../core/xtream/present-categories.js';
import { WallClock } from '../../core/xmltv/zones.js';
import type { Allowed } from '../catalog-data.js';
import type { Slicer } from '../slicer.js';
import type { CatalogAiring } from './airing-table.js';
import type { CatalogFilm, CatalogWay } from './catalog-film.js';
import type { FilmCollection } from './film-collection.js';

/** A film as one viewer sees it at one moment. */
export interface ShelvedFilm {
  film: CatalogFilm;
  /** On channels he may see, none of them over. */
  airings: readonly CatalogAiring[];
  ways: readonly CatalogWay[];
  /** The best place first. */
  categoryIds: readonly number[];
}

export interface Shelves {
  films: readonly ShelvedFilm[];
  indexOf: ReadonlyMap<number, number>;
  /** In the order players show them; each has films. */
  categories: readonly PresentedCategory[];
  /** Category → indices into `films`: by time where that is what the category is about. */
  members: ReadonlyMap<number, readonly number[]>;
  /** When a film moves from one category to another, epoch seconds. */
  changesAt: number;
}

/**
 * Categories that no list made have ids of their own, far above those that the database gives and the same for ever:
 * players remember what was chosen by number.
 */
export const SHELF = {
  onNow: 1_900_000_001,
  tonight: 1_900_000_002,
  week: 1_900_000_003,
} as const;
const ORIGINS = {
  list: { id: 1_900_000_012, name: 'Films' },
  rutube: { id: 1_900_000_011, name: 'Rutube' },
  archive: { id: 1_900_000_013, name: 'Recorded' },
} as const;
const GENRES = { first: 1_910_000_000, count: 80_000_000 } as const;

const HOUR = 3600;
const DAY = 24 * HOUR;
const EVENING_HOUR = 18;
const MORNING_HOUR = 6;
const MAX_GENRES = 100;

export interface Moment {
  /** Epoch seconds. */
  now: number;
  clock: WallClock;
}

export async function shelve(
  collection: FilmCollection,
  allowed: Allowed,
  { now, clock }: Moment,
  slicer: Slicer,
): Promise<Shelves> {
  const evening = eveningOf(now, clock);
  const mayView = allowed === null ? null : new Set(allowed);
  const genres = new GenreShelves();
  const members = new Map<number, number[]>();
  const films: ShelvedFilm[] = [];
  const indexOf = new Map<number, number>();
  let changesAt = now < evening.from ? evening.from : evening.to;
  await slicer.each(collection.films, (film, at) => {
    const airings = collection.airings
      .after(at, now, film.title)
      .filter(({ channel }) => mayView?.has(channel.categoryId) ?? true);
    const ways = film.ways.filter(
      ({ categoryId }) => mayView === null || (categoryId !== null && mayView.has(categoryId)),
    );
    if (airings.length + ways.length === 0) return;
    for (const { start, stop } of airings) changesAt = Math.min(changesAt, start > now ? start : stop);
    const categoryIds = placesOf(film, airings, ways, now, evening, genres);
    for (const id of categoryIds) {
      const list = members.get(id);
      if (list) list.push(films.length);
      else members.set(id, [films.length]);
    }
    indexOf.set(film.id, films.length);
    films.push({ film, airings, ways, categoryIds });
  });
  for (const id of Object.values(SHELF)) {
    const startOf = (index: number): number => films[index]?.airings[0]?.start ?? 0;
    members.get(id)?.sort((a, b) => startOf(a) - startOf(b) || a - b);
  }
  return {
    films,
    indexOf,
    categories: named(collection, members, genres),
    members,
    changesAt,
  };
}

/** "21:00", or "Fri 21:00" in the category of the week; "" in categories that are not about times. */
export function timeIn(category: number, { airings }: ShelvedFilm, { now, clock }: Moment): string {
  switch (category) {
    case SHELF.onNow:
      return wallText(airings.find(({ start }) => start <= now)?.start, clock).slice(4);
    case SHELF.tonight: {
      const evening = eveningOf(now, clock);
      return wallText(airings.find(({ start }) => isWithin(start, evening))?.start, clock).slice(4);
    }
    case SHELF.week:
      return wallText(airings.find(({ start }) => start > now)?.start, clock);
    default:
      return '';
  }
}

/** "Fri 21:00 Channel One", a line for each. */
export function showingLines({ airings }: ShelvedFilm, { clock }: Moment, most: number): string[] {
  return airings.slice(0, most).map(({ start, channel }) => `${wallText(start, clock)} ${channel.name}`);
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

function wallText(epoch: number | undefined, clock: WallClock): string {
  if (epoch === undefined) return '';
  const wall = new Date(clock.toWall(epoch) * 1000);
  return `${WEEKDAYS[wall.getUTCDay()] ?? ''} ${wall.toISOString().slice(11, 16)}`;
}

interface Span {
  from: number;
  to: number;
}

/** The evening of this day until the next morning; before that morning, the evening before. */
function eveningOf(now: number, clock: WallClock): Span {
  const wall = clock.toWall(now);
  const midnight = wall - (wall % DAY);
  const day = wall - midnight < MORNING_HOUR * HOUR ? midnight - DAY : midnight;
  return {
    from: clock.toEpoch(day + EVENING_HOUR * HOUR),
    to: clock.toEpoch(day + DAY + MORNING_HOUR * HOUR),
  };
}

function isWithin(moment: number, { from, to }: Span): boolean {
  return moment >= from && moment < to;
}

function placesOf(
  film: CatalogFilm,
  airings: readonly CatalogAiring[],
  ways: readonly CatalogWay[],
  now: number,
  evening: Span,
  genres: GenreShelves,
): number[] {
  const places: number[] = [];
  if (airings.some(({ start }) => start <= now)) places.push(SHELF.onNow);
  if (airings.some(({ start }) => isWithin(start, evening))) places.push(SHELF.tonight);
  // What airs later than in a week has no other place before its day comes near.
  const hasSoon = airings.some(({ start }) => start > now && start < now + 7 * DAY);
  if (hasSoon || (places.length === 0 && ways.length === 0)) places.push(SHELF.week);
  for (const { categoryId, origin } of ways) places.push(categoryId ?? ORIGINS[origin].id);
  for (const genre of film.bestGenres) {
    const id = genres.idOf(genre);
    if (id !== null) places.push(id);
  }
  return [...new Set(places)];
}

class GenreShelves {
  readonly names = new Map<number, string>();
  private readonly ids = new Map<string, number | null>();

  /** null where the text says nothing, or there are too many of them. */
  idOf(genre: string): number | null {
    const known = this.ids.get(genre);
    if (known !== undefined) return known;
    const key = genreKey(genre);
    const id = key === '' ? null : GENRES.first + (hashOf(key) % GENRES.count);
    const isNew = id !== null && !this.names.has(id);
    const kept = isNew && this.names.size >= MAX_GENRES ? null : id;
    if (kept !== null && isNew) this.names.set(kept, genreName(genre));
    this.ids.set(genre, kept);
    return kept;
  }
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

function named(
  { filmCategories }: FilmCollection,
  members: ReadonlyMap<number, readonly number[]>,
  genres: GenreShelves,
): PresentedCategory[] {
  const byName = [...genres.names].sort(([, a], [, b]) => (a < b ? -1 : a > b ? 1 : 0));
  const all: PresentedCategory[] = [
    { id: SHELF.onNow, name: 'On now', parentId: null },
    { id: SHELF.tonight, name: 'Tonight', parentId: null },
    { id: SHELF.week, name: 'This week', parentId: null },
    ...filmCategories,
    ...Object.values(ORIGINS).map((origin) => ({ ...origin, parentId: null })),
    ...byName.map(([id, name]) => ({ id, name, parentId: null })),
  ];
  return all.filter(({ id }) => members.has(id));
}
