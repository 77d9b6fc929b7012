import { Inject, Injectable } from '@nestjs/common';
import { HitCounter } from '../../core/util/hit-counter.js';
import { SingleFlight } from '../../core/util/single-flight.js';
import { WallClock } from '../../core/xmltv/zones.js';
import { presentCategory } from '../../core/xtream/present-categories.js';
import { UNKNOWN_FILM, UNKNOWN_SERIES } from '../../core/xtream/present-empty.js';
import { presentFilm, presentFilmInfo, type FilmPlace } from '../../core/xtream/present-film.js';
import { presentSeries, presentSeriesInfo, type PlayableSeries } from '../../core/xtream/present-series.js';
import type { Clock } from '../../platform/clock.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { CLOCK } from '../../platform/tokens.js';
import { ByteCache } from '../byte-cache.js';
import { ByteCollector, type Collected } from '../byte-collector.js';
import type { Allowed } from '../catalog-data.js';
import type { Representation } from '../catalog-edition.js';
import { wantedCategory, type CatalogAnswer, type Entitled } from '../catalog.service.js';
import { Compressor } from '../compress.js';
import { Slicer } from '../slicer.js';
import { toldFilm } from './catalog-film.js';
import type { CatalogSeries } from './film-collection.js';
import { extensionOf } from './film-extension.js';
import { FilmLibrary, type FilmState } from './film-library.js';
import { BACKDROP_WIDTH, pictureAddress, posterAddress, POSTER_WIDTH } from './film-pictures.js';
import { shelve, showingLines, timeIn, type Moment, type ShelvedFilm, type Shelves } from './film-shelves.js';
import {
  FILM_OPTIONS,
  FILM_PICTURES,
  FILM_ZONE,
  type FilmOptions,
  type FilmPictures,
  type FilmZone,
} from './film-source.js';
import type { Asker } from './movie-answers.js';

/** The lists of films and series of `player_api.php`. */
export type FilmListName = 'vod_categories' | 'vod_streams' | 'series_categories' | 'series';

/** What viewers of one set of categories are told at one moment. */
interface Edition {
  serial: number;
  state: FilmState;
  moment: Moment;
  shelves: Shelves;
  series: readonly CatalogSeries[];
  /** Epoch seconds. */
  until: number;
}

/** Sets of categories whose films are kept in order. */
const MAX_EDITIONS = 16;
/** An edition that is over answers so long while the next one is made. Seconds. */
const STALE_SECONDS = 300;
const SHOWINGS_TOLD = 8;
/** Of series that belong to no group. */
const OTHER_SERIES = {
  id: 1_900_000_021,
  name: 'Series',
  parentId: null,
} as const;

/**
 * Films and series as players see them: ready bytes, made once for all who may see the same, and made again when the
 * films change or the clock moves one from "Tonight" to "On now".
 */
@Injectable()
export class FilmAnswers {
  private readonly editions = new Map<string, Edition>();
  private readonly making = new SingleFlight<string, Edition>();
  private readonly building = new SingleFlight<string, Representation>();
  private readonly answers: ByteCache<Representation>;
  private readonly compressor = new Compressor();
  private readonly hits = new HitCounter();
  private zone: WallClock | undefined;
  private serial = 0;

  constructor(
    private readonly library: FilmLibrary,
    @Inject(FILM_PICTURES) private readonly pictures: FilmPictures,
    @Inject(FILM_ZONE) private readonly settings: FilmZone,
    @Inject(FILM_OPTIONS) private readonly options: FilmOptions,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly lifecycle: Lifecycle,
  ) {
    this.answers = new ByteCache(options.cacheBytes, ({ bytes }) => bytes.length);
  }

  /** How often a list stood ready, since the start; how many are kept now, and their bytes. */
  get readyAnswers(): HitCounter['figures'] & { entries: number; bytes: number } {
    return { ...this.hits.figures, entries: this.answers.size, bytes: this.answers.bytes };
  }

  /** One of the lists. `category` is what the player sent; see `CatalogService.list`. */
  async list(
    viewer: Entitled,
    name: FilmListName,
    category: string | undefined,
    asker: Asker,
  ): Promise<CatalogAnswer> {
    const edition = await this.edition(viewer.allowedCategoryIds);
    if (!edition) return { kind: 'loading' };
    const representation = await this.ready(edition, name, wantedCategory(category), asker);
    return { kind: 'ready', representation };
  }

  /** `get_vod_info`; undefined while loading. */
  async film(viewer: Entitled, id: number, base: string): Promise<unknown> {
    const edition = await this.edition(viewer.allowedCategoryIds);
    if (!edition) return undefined;
    const { shelves, state } = edition;
    const standing = state.collection.merged.standingFor(id);
    const shelved = shelves.films[shelves.indexOf.get(standing) ?? -1];
    if (!shelved) return UNKNOWN_FILM;
    const place = this.place(edition, shelved, null, 1, base);
    return presentFilmInfo(
      toldFilm(shelved.film),
      place,
      showingLines(shelved, edition.moment, SHOWINGS_TOLD),
    );
  }

  /** `get_series_info`; undefined while loading. */
  async series(viewer: Entitled, id: number, base: string): Promise<unknown> {
    const edition = await this.edition(viewer.allowedCategoryIds);
    if (!edition) return undefined;
    const series = edition.series.find((one) => one.id === id);
    if (!series) return UNKNOWN_SERIES;
    const episodes = series.episodes.map((episode) => ({
      ...{
        id: episode.id,
        season: episode.season,
        number: episode.number,
        title: episode.title,
      },
      ...{ description: episode.description, addedAt: episode.addedAt },
      durationSeconds: episode.durationSeconds ?? episode.ways[0]?.durationSeconds ?? null,
      picture: pictureAddress(this.pictures, episode.pictureUrl, base, POSTER_WIDTH),
      extension: extensionOf(episode.ways),
    }));
    return presentSeriesInfo(this.playable(series, base), episodes);
  }

  private ready(
    edition: Edition,
    name: FilmListName,
    category: number | null,
    { base, encoding }: Asker,
  ): Promise<Representation> {
    // Unknown categories share one answer: guessing numbers must not fill the cache.
    const isKnown = category === null || hasCategory(edition, name, category);
    const key = `${edition.serial} ${encoding} ${name} ${isKnown ? (category ?? '*') : '-'} ${base}`;
    const kept = this.answers.get(key);
    this.hits.count(kept !== undefined);
    if (kept) return Promise.resolve(kept);
    return this.building.run(key, async () => {
      const plain = isKnown
        ? await this.write(edition, name, category, base)
        : await jsonOf([], this.slicer());
      const made = encoding === 'gzip' ? await this.gzipped(plain) : asIs(plain);
      this.answers.set(key, made);
      return made;
    });
  }

  private async gzipped(plain: Collected): Promise<Representation> {
    if (plain.bytes.length < this.options.gzipFromBytes) return asIs(plain);
    const bytes = await this.compressor.gzip(plain.bytes);
    return { bytes, encoding: 'gzip', etag: `${plain.etag}-gzip` };
  }

  private write(
    edition: Edition,
    name: FilmListName,
    category: number | null,
    base: string,
  ): Promise<Collected> {
    switch (name) {
      case 'vod_categories':
        return jsonOf(edition.shelves.categories.map(presentCategory), this.slicer());
      case 'vod_streams':
        return this.films(edition, category, base);
      case 'series_categories':
        return jsonOf(seriesCategories(edition).map(presentCategory), this.slicer());
      case 'series': {
        const wanted = edition.series.filter((one) => category === null || categoryOf(one) === category);
        return this.rows(wanted, (one, index) => presentSeries(this.playable(one, base), index + 1));
      }
    }
  }

  private films(edition: Edition, category: number | null, base: string): Promise<Collected> {
    const { films, members } = edition.shelves;
    const listed =
      category === null ? films : (members.get(category) ?? []).flatMap((index) => films[index] ?? []);
    return this.rows(listed, (shelved, index) =>
      presentFilm(toldFilm(shelved.film), this.place(edition, shelved, category, index + 1, base)),
    );
  }

  private async rows<T>(
    items: readonly T[],
    present: (item: T, index: number) => unknown,
  ): Promise<Collected> {
    const slicer = this.slicer();
    const out = new ByteCollector();
    out.addText('[');
    await slicer.each(items, (item, index) => {
      out.addText(`${index > 0 ? ',' : ''}${JSON.stringify(present(item, index))}`);
    });
    out.addText(']');
    return out.finish(slicer);
  }

  private place(
    { moment }: Edition,
    shelved: ShelvedFilm,
    category: number | null,
    num: number,
    base: string,
  ): FilmPlace {
    const { film, categoryIds, ways } = shelved;
    const shown = category ?? categoryIds[0] ?? 0;
    return {
      num,
      when: timeIn(shown, shelved, moment),
      categoryId: shown,
      categoryIds,
      poster: posterAddress(this.pictures, film, base),
      backdrop: pictureAddress(this.pictures, film.backdropUrl, base, BACKDROP_WIDTH),
      extension: extensionOf(ways),
    };
  }

  private playable(series: CatalogSeries, base: string): PlayableSeries {
    const { id, title, year, description, genres, rating, updatedAt, coverUrl } = series;
    return {
      ...{ id, title, year, description, genres, rating, updatedAt },
      cover: pictureAddress(this.pictures, coverUrl, base, POSTER_WIDTH),
      categoryId: categoryOf(series),
    };
  }

  /** What these viewers see now. One that is just over answers while the next one is made. */
  private async edition(allowed: Allowed): Promise<Edition | undefined> {
    const state = this.library.current;
    if (!state) return undefined;
    const now = Math.floor(this.clock.now() / 1000);
    const zone = this.zoneClock();
    const key = allowed === null ? '*' : [...new Set(allowed)].sort((a, b) => a - b).join(',');
    const kept = this.editions.get(key);
    if (kept && kept.state === state && kept.moment.clock === zone) {
      if (kept.until > now) return kept;
      if (kept.until > now - STALE_SECONDS) {
        this.lifecycle.background(
          'films of the moment',
          this.renew(key, state, allowed, { now, clock: zone }),
        );
        return kept;
      }
    }
    return this.renew(key, state, allowed, { now, clock: zone });
  }

  private renew(key: string, state: FilmState, allowed: Allowed, moment: Moment): Promise<Edition> {
    return this.making.run(`${key} ${state.revision}`, async () => {
      const shelves = await shelve(state.collection, allowed, moment, this.slicer());
      const edition = {
        ...{ serial: ++this.serial, state, moment, shelves },
        series: state.collection.series.filter(({ categoryId }) => maySee(allowed, categoryId)),
        until: Math.max(moment.now + this.options.momentSeconds, shelves.changesAt),
      };
      this.editions.delete(key);
      this.editions.set(key, edition);
      const eldest = this.editions.keys().next();
      if (this.editions.size > MAX_EDITIONS && !eldest.done) this.editions.delete(eldest.value);
      return edition;
    });
  }

  private zoneClock(): WallClock {
    const { timezone } = this.settings;
    if (this.zone?.zone !== timezone) this.zone = new WallClock(timezone);
    return this.zone;
  }

  private slicer(): Slicer {
    return new Slicer(this.clock, this.options.sliceMs);
  }
}

async function jsonOf(value: unknown, slicer: Slicer): Promise<Collected> {
  const out = new ByteCollector();
  out.addText(JSON.stringify(value));
  return out.finish(slicer);
}

function asIs({ bytes, etag }: Collected): Representation {
  return { bytes, encoding: 'identity', etag };
}

function maySee(allowed: Allowed, categoryId: number | null): boolean {
  return allowed === null || (categoryId !== null && allowed.includes(categoryId));
}

function categoryOf({ categoryId }: CatalogSeries): number {
  return categoryId ?? OTHER_SERIES.id;
}

function seriesCategories({
  state,
  series,
}: Edition): { id: number; name: string; parentId: number | null }[] {
  const used = new Set(series.map(categoryOf));
  return [...state.collection.seriesCategories, OTHER_SERIES].filter(({ id }) => used.has(id));
}

function hasCategory(edition: Edition, name: FilmListName, category: number): boolean {
  return name === 'series'
    ? edition.series.some((one) => categoryOf(one) === category)
    : edition.shelves.members.has(category);
}
