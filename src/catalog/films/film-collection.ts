import { placeOfId } from '../../core/util/sorted-ids.js';
import { cleanLine } from '../../core/xtream/text.js';
import type { LiveChannel } from '../../core/xtream/present-live.js';
import type { Episode } from '../../vod/episode.entity.js';
import type { Series } from '../../vod/series.entity.js';
import type { CatalogCategory, CatalogSource } from '../catalog-source.js';
import type { Slicer } from '../slicer.js';
import { AiringTableBuilder, type AiringTable } from './airing-table.js';
import {
  areEqual,
  areWaysEqual,
  isMadeOf,
  TextPool,
  toFilm,
  type CatalogFilm,
  type CatalogWay,
} from './catalog-film.js';
import type { FilmOptions, FilmSource } from './film-source.js';
import { MergedIds } from './merged-ids.js';

export interface CatalogEpisode extends Episode {
  ways: CatalogWay[];
}

export interface CatalogSeries extends Series {
  /** By season, then number; each can be watched. */
  episodes: CatalogEpisode[];
}

/** One state of the films and series. Never changes once made. */
export interface FilmCollection {
  /** In the order of their ids; each can be watched, or could when this was read. */
  films: readonly CatalogFilm[];
  /** Theirs, ascending. */
  ids: Float64Array;
  merged: MergedIds;
  /** Their showings on channels that viewers see, by the index of the film. */
  airings: AiringTable;
  /** By the index of the film: another one whenever it, its showings or its ways became other ones. */
  versions: Float64Array;
  lastVersion: number;
  /** Those that viewers see. */
  channels: ReadonlyMap<number, LiveChannel>;
  series: readonly CatalogSeries[];
  seriesById: ReadonlyMap<number, CatalogSeries>;
  /** Groups of lists. */
  filmCategories: readonly CatalogCategory[];
  seriesCategories: readonly CatalogCategory[];
}

export interface CollectionSources {
  films: FilmSource;
  channels: CatalogSource;
}

/**
 * `now` in epoch seconds: showings that are over are left out. Films that are told as `before` told them are the same
 * objects, so that what was made of them stays good.
 */
export async function loadFilms(
  { films: source, channels: known }: CollectionSources,
  now: number,
  before: FilmCollection | undefined,
  options: Pick<FilmOptions, 'maxFilms' | 'maxAirings'>,
  slicer: Slicer,
): Promise<FilmCollection> {
  const [filmCategories, seriesCategories, visible] = await Promise.all([
    known.listCategories('vod'),
    known.listCategories('series'),
    known.listVisible(),
  ]);
  const channels = keepEqual(visible, before?.channels);
  const drafts = await readFilms(source, options.maxFilms, before, slicer);
  const airings = await readAirings(drafts, source, channels, now, options.maxAirings, slicer);
  const series = await readSeries(source);
  const episodes = await readEpisodes(source, series);
  const ways = await readWays(drafts, episodes, source, groupsOf(filmCategories, seriesCategories), slicer);
  const settled = await settle(drafts, airings, ways, before, slicer);
  const merged = await MergedIds.read(source, options.maxFilms);
  const watchable = [...series.values()].map(withWatchable).filter(({ episodes }) => episodes.length > 0);
  return {
    ...settled,
    merged,
    channels,
    series: watchable,
    seriesById: new Map(watchable.map((one) => [one.id, one])),
    filmCategories,
    seriesCategories,
  };
}

/** Index of a film, or of the one that it was merged into; or -1. */
export function indexOfFilm({ ids, merged }: Pick<FilmCollection, 'ids' | 'merged'>, id: number): number {
  return placeOfId(ids, merged.standingFor(id));
}

/** Those that did not change are the objects of before. */
function keepEqual(
  channels: readonly LiveChannel[],
  before: ReadonlyMap<number, LiveChannel> | undefined,
): Map<number, LiveChannel> {
  return new Map(
    channels.map((channel) => {
      const known = before?.get(channel.id);
      return [channel.id, known && areEqual(channel, known) ? known : channel];
    }),
  );
}

/** Films as they were read, before it is known which of them can be watched. */
interface Drafts {
  films: CatalogFilm[];
  ids: Float64Array;
}

/** One that is told as before is the object of before, so that what was read of it is gone at once. */
async function readFilms(
  source: FilmSource,
  most: number,
  before: FilmCollection | undefined,
  slicer: Slicer,
): Promise<Drafts> {
  const films: CatalogFilm[] = [];
  const pool = new TextPool();
  for await (const rows of source.films()) {
    for (const row of rows) {
      if (films.length >= most) break;
      const former = before?.films[placeOfId(before.ids, row.id)];
      films.push(former && isMadeOf(former, row) ? former : toFilm(row, pool));
    }
    if (films.length >= most) break;
    if (slicer.due) await slicer.breathe();
  }
  return { films, ids: Float64Array.from(films, ({ id }) => id) };
}

async function readAirings(
  { films, ids }: Drafts,
  source: FilmSource,
  channels: ReadonlyMap<number, LiveChannel>,
  now: number,
  most: number,
  slicer: Slicer,
): Promise<AiringTableBuilder> {
  const airings = new AiringTableBuilder(films.length, most);
  for await (const rows of source.airings(now)) {
    for (const { filmId, channelId, start, stop, title } of rows) {
      const channel = channels.get(channelId);
      const at = placeOfId(ids, filmId);
      if (!channel || at < 0) continue;
      airings.add(at, channel, start, stop, title === films[at]?.title ? null : title);
    }
    if (slicer.due) await slicer.breathe();
  }
  return airings;
}

const NO_WAYS: readonly CatalogWay[] = [];

/** Leaves out what cannot be watched, and says which films became other ones. */
async function settle(
  drafts: Drafts,
  airings: AiringTableBuilder,
  ways: ReadonlyMap<number, readonly CatalogWay[]>,
  before: FilmCollection | undefined,
  slicer: Slicer,
): Promise<Pick<FilmCollection, 'films' | 'ids' | 'airings' | 'versions' | 'lastVersion'>> {
  const films: CatalogFilm[] = [];
  const kept = new Uint32Array(drafts.films.length);
  await slicer.each(drafts.films, (film, at) => {
    const own = ways.get(at) ?? NO_WAYS;
    if (airings.countOf(at) + own.length === 0) return;
    kept[films.length] = at;
    films.push(areWaysEqual(own, film.ways) ? film : { ...film, ways: own });
  });
  const table = await slicer.finish(airings.build(kept.subarray(0, films.length)));
  const ids = Float64Array.from(films, ({ id }) => id);
  const versions = new Float64Array(films.length);
  let lastVersion = before?.lastVersion ?? 0;
  await slicer.each(films, (film, at) => {
    const former = before ? placeOfId(before.ids, film.id) : -1;
    const isSame = before?.films[former] === film && table.isAlike(at, before.airings, former);
    versions[at] = isSame ? (before.versions[former] ?? 0) : ++lastVersion;
  });
  return { films, ids, airings: table, versions, lastVersion };
}

async function readSeries(source: FilmSource): Promise<Map<number, CatalogSeries>> {
  const series = new Map<number, CatalogSeries>();
  for await (const rows of source.series()) {
    for (const row of rows) {
      series.set(row.id, Object.assign(row, { title: cleanLine(row.title), episodes: [] }));
    }
  }
  return series;
}

async function readEpisodes(
  source: FilmSource,
  series: ReadonlyMap<number, CatalogSeries>,
): Promise<Map<number, CatalogEpisode>> {
  const episodes = new Map<number, CatalogEpisode>();
  for await (const rows of source.episodes()) {
    for (const row of rows) {
      const owner = series.get(row.seriesId);
      if (!owner) continue;
      const episode = Object.assign(row, { ways: [] });
      owner.episodes.push(episode);
      episodes.set(row.id, episode);
    }
  }
  return episodes;
}

/** Those of films, by the index of the draft; those of episodes go to their episode. The best first. */
async function readWays(
  { ids }: Drafts,
  episodes: ReadonlyMap<number, CatalogEpisode>,
  source: FilmSource,
  isShown: (categoryId: number | null) => boolean,
  slicer: Slicer,
): Promise<Map<number, CatalogWay[]>> {
  const ofFilms = new Map<number, CatalogWay[]>();
  for await (const rows of source.ways()) {
    for (const way of rows) {
      if (!isShown(way.categoryId)) continue;
      const film = placeOfId(ids, way.filmId ?? 0);
      if (film < 0) episodes.get(way.episodeId ?? 0)?.ways.push(way);
      else {
        const others = ofFilms.get(film);
        if (others) others.push(way);
        else ofFilms.set(film, [way]);
      }
    }
    if (slicer.due) await slicer.breathe();
  }
  const all = [...ofFilms.values(), ...Array.from(episodes.values(), ({ ways }) => ways)];
  await slicer.each(all, (ways) => {
    if (ways.length > 1) ways.sort((a, b) => a.priority - b.priority || a.id - b.id);
  });
  return ofFilms;
}

/** What stands in a hidden group is hidden. */
function groupsOf(...known: readonly (readonly CatalogCategory[])[]): (id: number | null) => boolean {
  const shown = new Set(known.flat().map(({ id }) => id));
  return (id) => id === null || shown.has(id);
}

function withWatchable(series: CatalogSeries): CatalogSeries {
  const episodes = series.episodes
    .filter(({ ways }) => ways.length > 0)
    .sort((a, b) => a.season - b.season || a.number - b.number);
  return { ...series, episodes };
}
