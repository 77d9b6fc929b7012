import { Inject, Injectable } from '@nestjs/common';
import { categoryKey } from '../../channels/channel-import.service.js';
import type { CategoryKind } from '../../channels/category.entity.js';
import { GroupCategoriesRepository } from '../../channels/group-categories.repository.js';
import type { Clock } from '../../platform/clock.js';
import { Database } from '../../platform/database/database.js';
import { CLOCK } from '../../platform/tokens.js';
import type {
  FilmList,
  ListedFilm,
  ListedFilmCounts,
  ListFilms,
  PackedFilms,
} from '../../scrapers/listed-film.js';
import type { Offer, OfferOwner, OfferSet } from '../offers/offer.js';
import { OfferedFilms } from '../offers/offered-films.js';

type FilmKind = Extract<CategoryKind, 'vod' | 'series'>;

/** Films and episodes of lists on their way to the films: under categories of their list, of films and of series. */
@Injectable()
export class FilmsOfLists implements ListFilms {
  private readonly categories: GroupCategoriesRepository;

  constructor(
    private readonly offered: OfferedFilms,
    database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.categories = new GroupCategoriesRepository(database);
  }

  async apply(
    list: FilmList,
    films: PackedFilms,
    onProgress: (done: number) => void,
  ): Promise<ListedFilmCounts> {
    const owner = ownerOf(list.id);
    if (films.total === 0 && !(await this.offered.hasAny(owner))) return NOTHING;
    const categoryOf = await this.ensureCategories(list, films);
    const set: OfferSet = {
      *slices() {
        for (const slice of films.slices()) {
          yield slice.map((film) => toOffer(film, list.allowPrivate, categoryOf(film)));
        }
      },
    };
    const {
      added,
      updated,
      retired,
      films: count,
      series,
      episodes,
    } = await this.offered.apply(owner, set, {
      onProgress,
    });
    return { added, updated, retired, films: count, series, episodes };
  }

  preview(listId: number, films: PackedFilms): Promise<{ added: number; retired: number }> {
    const keys = new Set<string>();
    for (const slice of films.slices()) for (const { key } of slice) keys.add(key);
    return this.offered.preview(ownerOf(listId), keys);
  }

  async retire(listId: number): Promise<void> {
    const owner = ownerOf(listId);
    if (await this.offered.hasAny(owner)) await this.offered.retire(owner);
  }

  /** What names no group stands under the name of its list. */
  private async ensureCategories(
    list: FilmList,
    films: PackedFilms,
  ): Promise<(film: ListedFilm) => number | null> {
    const groups: Record<FilmKind, Map<string, string>> = { vod: new Map(), series: new Map() };
    for (const slice of films.slices()) {
      for (const film of slice) {
        const named = groups[kindOf(film)];
        const key = keyOf(list, film);
        if (!named.has(key)) named.set(key, film.group ?? list.name);
      }
    }
    const now = Math.floor(this.clock.now() / 1000);
    const ids: Record<FilmKind, Map<string, number>> = { vod: new Map(), series: new Map() };
    for (const kind of ['vod', 'series'] as const) {
      if (groups[kind].size === 0) continue;
      const names = await this.tellApart(kind, groups[kind], list);
      ids[kind] = await this.categories.ensure(kind, names, now);
    }
    return (film) => ids[kindOf(film)].get(keyOf(list, film)) ?? null;
  }

  /** Two lists may have a group of one name: the later one is named with its list. */
  private async tellApart(
    kind: FilmKind,
    groups: ReadonlyMap<string, string>,
    { name: listName }: FilmList,
  ): Promise<Map<string, string>> {
    const taken = new Set((await this.categories.all(kind)).map(({ name }) => categoryKey(name)));
    return new Map(
      [...groups].map(([key, name]) => [
        key,
        taken.has(categoryKey(name)) && name !== listName ? `${name} (${listName})` : name,
      ]),
    );
  }
}

const NOTHING: ListedFilmCounts = { added: 0, updated: 0, retired: 0, films: 0, series: 0, episodes: 0 };

function ownerOf(listSourceId: number): OfferOwner {
  return { origin: 'list', listSourceId };
}

function kindOf({ episode }: ListedFilm): FilmKind {
  return episode === null ? 'vod' : 'series';
}

/** Every list has groups of its own, so that rights of viewers can tell lists apart. */
function keyOf({ id }: FilmList, { group }: ListedFilm): string {
  return `list ${id}:${group === null ? '' : categoryKey(group)}`;
}

function toOffer(film: ListedFilm, allowPrivate: boolean, categoryId: number | null): Offer {
  const { key, title, originalTitle, year, ageLimit, durationSeconds, isAdult, pictureUrl } = film;
  const { label, locator, container, userAgent, headers, priority, episode } = film;
  return {
    ...{ key, title, originalTitle, year, ageLimit, durationSeconds, isAdult, pictureUrl },
    ...{ label, locator, container, userAgent, headers, priority, episode },
    ...{ allowPrivate, categoryId },
    ...{ description: '', genres: [], rating: null, views: null, tmdbId: null, details: {}, addedAt: null },
  };
}
