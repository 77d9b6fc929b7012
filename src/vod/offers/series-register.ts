import { titleKey } from '../../core/films/title-key.js';
import type { Series } from '../series.entity.js';
import type { EpisodePlace } from './offer.js';

export type NewSeries = Omit<Series, 'id'>;
export type KnownSeriesRow = Pick<
  Series,
  'id' | 'identityKey' | 'title' | 'year' | 'categoryId' | 'coverUrl' | 'isAdult' | 'editedFields'
>;
export type SeriesRef = { id: number } | { identityKey: string };

export interface SeriesClaim {
  place: EpisodePlace;
  categoryId: number | null;
  /** The category the same entry had before. */
  formerCategoryId: number | null;
  pictureUrl: string;
  isAdult: boolean;
  genres: string[];
}

interface KnownSeries {
  id: number;
  identityKey: string;
  key: string;
  year: number | null;
  row: KnownSeriesRow;
}

/** Series are dated by their première at home or abroad. */
const YEAR_SLACK = 1;

/** Which series an episode belongs to: one of those that are stored, or a new one. */
export class SeriesRegister {
  private readonly byKey = new Map<string, KnownSeries[]>();
  private readonly byId = new Map<number, KnownSeries>();
  private readonly identities = new Set<string>();
  /** Series with a year that this owner has offered in this run. */
  private readonly dated = new Map<string, Set<KnownSeries>>();
  private fresh = new Map<string, { series: NewSeries; known: KnownSeries }>();
  private changed = new Map<number, Partial<Series>>();

  constructor(private readonly nowSeconds: number) {}

  know(row: KnownSeriesRow): void {
    const { id, identityKey, year } = row;
    const key = row.editedFields.includes('title')
      ? identityKey.slice(0, identityKey.lastIndexOf('|'))
      : titleKey(row.title);
    this.file({ id, identityKey, key, year, row });
  }

  /**
   * `formerId`: the series the same entry belonged to before. Episodes with the year of their series are to be claimed
   * first: those without belong to the only one of that name.
   */
  claim(claim: SeriesClaim, formerId: number | null): SeriesRef {
    const { seriesTitle, seriesYear } = claim.place;
    const key = titleKey(seriesTitle) || seriesTitle;
    const series = this.find(key, seriesYear, formerId) ?? this.add(key, claim);
    if (seriesYear !== null) {
      const dated = this.dated.get(key) ?? new Set();
      this.dated.set(key, dated.add(series));
    }
    this.complete(series, claim);
    return series.id > 0 ? { id: series.id } : { identityKey: series.identityKey };
  }

  take(): { newSeries: NewSeries[]; changes: Map<number, Partial<Series>> } {
    const changes = this.changed;
    this.changed = new Map();
    return { newSeries: [...this.fresh.values()].map(({ series }) => series), changes };
  }

  /** Ids of the series that were new, by identity. */
  stored(ids: ReadonlyMap<string, number>): void {
    for (const [identityKey, { known }] of this.fresh) {
      known.id = ids.get(identityKey) ?? known.id;
      this.byId.set(known.id, known);
    }
    this.fresh = new Map();
  }

  private find(key: string, year: number | null, formerId: number | null): KnownSeries | undefined {
    const former = formerId === null ? undefined : this.byId.get(formerId);
    if (former?.key === key && (year === null || former.year === null || isNear(former.year, year))) {
      return former;
    }
    const namesakes = this.byKey.get(key) ?? [];
    if (year !== null) {
      const near = namesakes.filter((one) => one.year !== null && isNear(one.year, year));
      return near.find((one) => one.year === year) ?? near[0];
    }
    const dated = [...(this.dated.get(key) ?? [])];
    return dated.length === 1 ? dated[0] : namesakes.find((one) => one.year === null);
  }

  private add(key: string, claim: SeriesClaim): KnownSeries {
    const { seriesTitle: title, seriesYear: year } = claim.place;
    const identityKey = this.freeIdentity(`${key}|${year ?? ''}`);
    const series: NewSeries = {
      ...{ identityKey, title, year, description: '', genres: claim.genres, rating: null },
      ...{ coverUrl: claim.pictureUrl, categoryId: claim.categoryId, isAdult: claim.isAdult },
      ...{ isHidden: false, editedFields: [], retiredAt: null },
      ...{ addedAt: this.nowSeconds, updatedAt: this.nowSeconds },
    };
    const known = { id: 0, identityKey, key, year, row: { ...series, id: 0 } };
    this.fresh.set(identityKey, { series, known });
    this.file(known);
    return known;
  }

  private file(series: KnownSeries): void {
    this.identities.add(series.identityKey);
    if (series.id > 0) this.byId.set(series.id, series);
    const namesakes = this.byKey.get(series.key);
    if (namesakes) namesakes.push(series);
    else this.byKey.set(series.key, [series]);
  }

  private complete(series: KnownSeries, claim: SeriesClaim): void {
    const { row } = series;
    const changes: Partial<KnownSeriesRow> = {};
    if (row.year === null && claim.place.seriesYear !== null) changes.year = claim.place.seriesYear;
    if (row.coverUrl === '' && claim.pictureUrl !== '') changes.coverUrl = claim.pictureUrl;
    if (claim.isAdult && !row.isAdult) changes.isAdult = true;
    const isFollowed = row.categoryId === null || row.categoryId === claim.formerCategoryId;
    if (isFollowed && claim.categoryId !== null && claim.categoryId !== row.categoryId) {
      changes.categoryId = claim.categoryId;
    }
    const wanted = Object.entries(changes).filter(([field]) => !row.editedFields.includes(field));
    if (wanted.length === 0) return;
    const fields = Object.fromEntries(wanted) as Partial<KnownSeriesRow>;
    Object.assign(row, fields);
    series.year = row.year;
    const fresh = this.fresh.get(series.identityKey)?.series;
    if (fresh) Object.assign(fresh, fields);
    else {
      const before = this.changed.get(series.id) ?? { updatedAt: this.nowSeconds };
      this.changed.set(series.id, { ...before, ...fields });
    }
  }

  private freeIdentity(wanted: string): string {
    for (let at = 2, identity = wanted; ; at++) {
      if (!this.identities.has(identity)) return identity;
      identity = `${wanted}~${at}`;
    }
  }
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= YEAR_SLACK;
}
