import { cleanLine } from '../../core/xtream/text.js';
import type { LiveChannel } from '../../core/xtream/present-live.js';
import type { Episode } from '../../vod/episode.entity.js';
import type { Series } from '../../vod/series.entity.js';
import type { CatalogCategory, CatalogSource } from '../catalog-source.js';
import type { Slicer } from '../slicer.js';
import {
  areEqual,
  isToldAlike,
  TextPool,
  toFilm,
  type CatalogFilm,
  type CatalogWay,
} from './catalog-film.js';
import type { FilmOptions, FilmSource } from './film-source.js';

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
  indexOf: ReadonlyMap<number, number>;
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
  const films = await readFilms(source, options.maxFilms, slicer);
  await addAirings(films, source, channels, now, options.maxAirings, slicer);
  const series = await readSeries(source);
  const episodes = await readEpisodes(source, series);
  const isShown = groupsOf(filmCategories, seriesCategories);
  await addWays(films, episodes, source, isShown, slicer);
  const { kept, indexOf } = await settle(films, before, slicer);
  const watchable = [...series.values()].map(withWatchable).filter(({ episodes }) => episodes.length > 0);
  return {
    films: kept,
    indexOf,
    channels,
    series: watchable,
    seriesById: new Map(watchable.map((one) => [one.id, one])),
    filmCategories,
    seriesCategories,
  };
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

async function readFilms(
  source: FilmSource,
  most: number,
  slicer: Slicer,
): Promise<Map<number, CatalogFilm>> {
  const films = new Map<number, CatalogFilm>();
  const pool = new TextPool();
  for await (const rows of source.films()) {
    for (const row of rows) {
      if (films.size >= most) return films;
      films.set(row.id, toFilm(row, pool));
    }
    if (slicer.due) await slicer.breathe();
  }
  return films;
}

async function addAirings(
  films: ReadonlyMap<number, CatalogFilm>,
  source: FilmSource,
  channels: ReadonlyMap<number, LiveChannel>,
  now: number,
  most: number,
  slicer: Slicer,
): Promise<void> {
  for await (const rows of source.airings(now)) {
    for (const { filmId, channelId, start, stop, title: written } of rows) {
      const channel = channels.get(channelId);
      const film = films.get(filmId);
      if (!channel || !film || film.airings.length >= most) continue;
      const title = written === film.title ? film.title : written;
      film.airings.push({ channel, start, stop, title });
    }
    if (slicer.due) await slicer.breathe();
  }
}

/** Leaves out what cannot be watched. */
async function settle(
  films: ReadonlyMap<number, CatalogFilm>,
  before: FilmCollection | undefined,
  slicer: Slicer,
): Promise<{ kept: CatalogFilm[]; indexOf: Map<number, number> }> {
  const kept: CatalogFilm[] = [];
  const indexOf = new Map<number, number>();
  await slicer.each(films.values(), (film) => {
    if (film.airings.length + film.ways.length === 0) return;
    film.airings.sort((a, b) => a.start - b.start);
    const former = before?.films[before.indexOf.get(film.id) ?? -1];
    indexOf.set(film.id, kept.length);
    kept.push(former && isToldAlike(film, former) ? former : film);
  });
  return { kept, indexOf };
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

async function addWays(
  films: ReadonlyMap<number, CatalogFilm>,
  episodes: ReadonlyMap<number, CatalogEpisode>,
  source: FilmSource,
  isShown: (categoryId: number | null) => boolean,
  slicer: Slicer,
): Promise<void> {
  for await (const rows of source.ways()) {
    for (const way of rows) {
      if (!isShown(way.categoryId)) continue;
      const owner = films.get(way.filmId ?? 0) ?? episodes.get(way.episodeId ?? 0);
      owner?.ways.push(way);
    }
    if (slicer.due) await slicer.breathe();
  }
  for (const { ways } of [...films.values(), ...episodes.values()]) {
    if (ways.length > 1) ways.sort((a, b) => a.priority - b.priority || a.id - b.id);
  }
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
