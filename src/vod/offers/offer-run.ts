import type { Transaction } from '../../platform/database/database.js';
import { nextTurn } from '../../platform/turns.js';
import { FilmRegister, type FilmClaim, type FilmRef } from '../filing/film-register.js';
import { insertFilms, updateFilms } from '../filing/found-films.repository.js';
import type { VodWay } from '../vod-way.entity.js';
import { keyPrefix, type Offer, type OfferCounts, type OfferOwner, type WayFields } from './offer.js';
import type { KnownEpisode, KnownWay, NewEpisode, OffersRepository } from './offers.repository.js';
import type { SeriesRef, SeriesRegister } from './series-register.js';

/** Offers per transaction: a few milliseconds on SQLite. */
export const OFFERS_PER_WRITE = 25;
const LOOKED_AT_PER_TURN = 2_000;

interface Plan {
  offer: Offer;
  way: KnownWay | undefined;
  target: { film: FilmRef } | { series: SeriesRef };
}

interface Written {
  filmIds: ReadonlyMap<string, number>;
  seriesIds: ReadonlyMap<string, number>;
  episodes: readonly KnownEpisode[];
  /** Ids in the order of the plans. */
  owners: readonly WayOwner[];
  updated: number;
}

type WayOwner = Pick<VodWay, 'filmId' | 'episodeId'> & { seriesId: number | null };

/**
 * One owner's offers on their way in. Decides in memory, then writes: a transaction may run twice. Ended half-way it
 * leaves a valid state, and the next run goes on from there: what is gone retires last.
 */
export class OfferRun {
  private readonly ways = new Map<string, KnownWay>();
  private readonly episodeIds = new Map<string, number>();
  private readonly seriesOf = new Map<number, number>();
  private readonly seen = new Set<string>();
  private readonly filmIds = new Set<number>();
  private readonly seriesIds = new Set<number>();
  private readonly episodesSeen = new Set<number>();
  private readonly newFilmIds: number[] = [];
  private readonly counted = { added: 0, updated: 0, retired: 0, newFilms: 0, leftOut: 0 };

  constructor(
    private readonly repository: OffersRepository,
    private readonly owner: OfferOwner,
    private readonly films: FilmRegister,
    private readonly series: SeriesRegister,
    private readonly nowSeconds: number,
    private readonly maxOffers: number,
  ) {}

  async begin(): Promise<void> {
    for await (const way of this.repository.waysOf(this.owner)) this.ways.set(way.originKey, way);
    for await (const row of this.repository.series()) this.series.know(row);
    for await (const episode of this.repository.episodes()) this.know(episode);
  }

  get counts(): OfferCounts {
    return {
      ...this.counted,
      films: this.filmIds.size,
      series: this.seriesIds.size,
      episodes: this.episodesSeen.size,
    };
  }

  /** Films that nobody knew before. */
  get newFilms(): readonly number[] {
    return this.newFilmIds;
  }

  get isChanged(): boolean {
    const { added, updated, retired } = this.counted;
    return added + updated + retired > 0;
  }

  /** An offer that is not to be looked at: repeated, or beyond the bound. */
  accepts({ key }: Offer): boolean {
    if (this.seen.has(key)) return false;
    if (this.seen.size >= this.maxOffers) {
      this.counted.leftOut++;
      return false;
    }
    this.seen.add(key);
    return true;
  }

  async apply(offers: readonly Offer[]): Promise<void> {
    const plans = offers.map((offer) => this.plan(offer));
    await nextTurn();
    const films = this.films.take();
    const series = this.series.take();
    const written = await this.repository.write(async (manager): Promise<Written> => {
      const filmIds = await insertFilms(manager, films.newFilms);
      await updateFilms(manager, films.changes);
      const seriesIds = await this.repository.addSeries(manager, series.newSeries);
      await this.repository.updateSeries(manager, series.changes);
      const episodes = await this.addEpisodes(manager, plans, seriesIds);
      const owners = plans.map((plan) => this.ownerOf(plan, filmIds, seriesIds, keyed(episodes)));
      const updated = await this.writeWays(manager, plans, owners);
      return { filmIds, seriesIds, episodes, owners, updated };
    });
    this.films.stored(written.filmIds);
    this.series.stored(written.seriesIds);
    for (const episode of written.episodes) this.know(episode);
    this.newFilmIds.push(...written.filmIds.values());
    this.count(plans, written);
    await nextTurn();
  }

  async retireUnseen(): Promise<void> {
    const prefix = keyPrefix(this.owner);
    const gone: number[] = [];
    let looked = 0;
    for (const { id, originKey, retiredAt } of this.ways.values()) {
      if (retiredAt === null && !this.seen.has(originKey.slice(prefix.length))) gone.push(id);
      if (++looked % LOOKED_AT_PER_TURN === 0) await nextTurn();
    }
    await this.repository.retireWays(gone, this.nowSeconds);
    this.counted.retired = gone.length;
  }

  private plan(offer: Offer): Plan {
    const way = this.ways.get(this.originKey(offer));
    const { episode, pictureUrl, categoryId, isAdult, genres } = offer;
    if (episode === null) {
      const filed = this.films.claim(claimOf(offer), way?.filmId ?? null);
      if (!filed) throw new Error('a certain film was taken for a candidate');
      return { offer, way, target: { film: filed.ref } };
    }
    const formerSeries = this.seriesOf.get(way?.episodeId ?? 0) ?? null;
    const claim = { place: episode, categoryId, pictureUrl, isAdult, genres };
    const series = this.series.claim({ ...claim, formerCategoryId: way?.categoryId ?? null }, formerSeries);
    return { offer, way, target: { series } };
  }

  private async addEpisodes(
    manager: Transaction,
    plans: readonly Plan[],
    seriesIds: ReadonlyMap<string, number>,
  ): Promise<KnownEpisode[]> {
    const added = new Map<string, NewEpisode>();
    for (const { offer, way, target } of plans) {
      if (offer.episode === null || !('series' in target)) continue;
      const seriesId = idOf(target.series, seriesIds);
      const place = placeKey({ seriesId, ...offer.episode });
      const id = this.episodeIds.get(place);
      if (id === undefined) {
        added.set(place, added.get(place) ?? newEpisode(offer, seriesId, this.nowSeconds));
      } else if (way?.episodeId === id) {
        await this.repository.updateEpisode(manager, id, toldOfEpisode(offer));
      }
    }
    return this.repository.addEpisodes(manager, [...added.values()]);
  }

  private ownerOf(
    { offer, target }: Plan,
    filmIds: ReadonlyMap<string, number>,
    seriesIds: ReadonlyMap<string, number>,
    fresh: ReadonlyMap<string, number>,
  ): WayOwner {
    if ('film' in target) return { filmId: idOf(target.film, filmIds), episodeId: null, seriesId: null };
    const seriesId = idOf(target.series, seriesIds);
    const { season = 0, number = 0 } = offer.episode ?? {};
    const place = placeKey({ seriesId, season, number });
    const episodeId = this.episodeIds.get(place) ?? fresh.get(place);
    if (episodeId === undefined) throw new Error(`episode ${season}x${number} was not stored`);
    return { filmId: null, episodeId, seriesId };
  }

  /** Returns how many known ones are different now, and were not retired. */
  private async writeWays(
    manager: Transaction,
    plans: readonly Plan[],
    owners: readonly WayOwner[],
  ): Promise<number> {
    const added: WayFields[] = [];
    const known = new Map<number, WayFields>();
    for (const [at, { offer, way }] of plans.entries()) {
      const { filmId = null, episodeId = null } = owners[at] ?? {};
      const wanted = { ...this.wayOf(offer), filmId, episodeId };
      if (way) known.set(way.id, wanted);
      else added.push(wanted);
    }
    await this.repository.addWays(manager, added);
    let updated = 0;
    for (const row of await this.repository.waysById(manager, [...known.keys()])) {
      const changes = changesOf(row, known.get(row.id));
      if (Object.keys(changes).length === 0) continue;
      await this.repository.updateWay(manager, row.id, changes);
      if (row.retiredAt === null) updated++;
    }
    return updated;
  }

  private wayOf(offer: Offer): Omit<WayFields, 'filmId' | 'episodeId'> {
    const { owner } = this;
    const { label, locator, container, userAgent, headers, allowPrivate } = offer;
    const { categoryId, durationSeconds, pictureUrl, details, priority, addedAt } = offer;
    return {
      origin: owner.origin,
      originKey: this.originKey(offer),
      listSourceId: owner.origin === 'list' ? owner.listSourceId : null,
      filmSourceId: owner.origin === 'list' ? null : owner.filmSourceId,
      ...{ label, locator, container, userAgent, headers, allowPrivate },
      ...{ categoryId, durationSeconds, pictureUrl, details, priority },
      isEnabled: true,
      addedAt: addedAt ?? this.nowSeconds,
      retiredAt: null,
    };
  }

  private count(plans: readonly Plan[], { owners, updated, filmIds }: Written): void {
    this.counted.added += plans.filter(({ way }) => way === undefined || way.retiredAt !== null).length;
    this.counted.updated += updated;
    this.counted.newFilms += filmIds.size;
    for (const { filmId, episodeId, seriesId } of owners) {
      if (filmId !== null) this.filmIds.add(filmId);
      if (episodeId !== null) this.episodesSeen.add(episodeId);
      if (seriesId !== null) this.seriesIds.add(seriesId);
    }
  }

  private know(episode: KnownEpisode): void {
    this.episodeIds.set(placeKey(episode), episode.id);
    this.seriesOf.set(episode.id, episode.seriesId);
  }

  private originKey({ key }: Offer): string {
    return `${keyPrefix(this.owner)}${key}`;
  }
}

function claimOf(offer: Offer): FilmClaim {
  const { title, originalTitle, year, durationSeconds, description, genres, rating, ageLimit } = offer;
  const { isAdult, tmdbId, views, pictureUrl } = offer;
  const told = { title, originalTitle, year, durationSeconds, description, genres, rating, ageLimit };
  return {
    ...{ isCertain: true, isAdult, tmdbId, views, proof: 'exact' },
    told: { ...told, guidePicture: pictureUrl },
  };
}

function newEpisode(offer: Offer, seriesId: number, nowSeconds: number): NewEpisode {
  const { season = 0, number = 0 } = offer.episode ?? {};
  const { title, description, durationSeconds, pictureUrl } = offer;
  return {
    ...{ seriesId, season, number, title, description, durationSeconds, pictureUrl },
    ...{ addedAt: nowSeconds, retiredAt: null },
  };
}

/** What the same entry tells anew of its episode; what it leaves out stays. */
function toldOfEpisode({ title, description, durationSeconds, pictureUrl }: Offer): Partial<NewEpisode> {
  return {
    ...(title === '' ? {} : { title }),
    ...(description === '' ? {} : { description }),
    ...(durationSeconds === null ? {} : { durationSeconds }),
    ...(pictureUrl === '' ? {} : { pictureUrl }),
  };
}

function keyed(episodes: readonly KnownEpisode[]): Map<string, number> {
  return new Map(episodes.map((episode) => [placeKey(episode), episode.id]));
}

function placeKey({ seriesId, season, number }: Omit<KnownEpisode, 'id'>): string {
  return `${seriesId}/${season}/${number}`;
}

function idOf(ref: FilmRef | SeriesRef, stored: ReadonlyMap<string, number>): number {
  const id = 'id' in ref ? ref.id : stored.get(ref.identityKey);
  if (id === undefined) throw new Error('a film or series was not stored');
  return id;
}

/** A person's switch and the time it was added stay. */
const KEPT = new Set<string>(['isEnabled', 'addedAt'] satisfies (keyof WayFields)[]);

function changesOf(row: VodWay, wanted: WayFields | undefined): Partial<WayFields> {
  const told = Object.entries(wanted ?? {}).filter(([field]) => !KEPT.has(field));
  const before = new Map<string, unknown>(Object.entries(row));
  return Object.fromEntries(
    told.filter(([field, value]) => JSON.stringify(value) !== JSON.stringify(before.get(field))),
  );
}
