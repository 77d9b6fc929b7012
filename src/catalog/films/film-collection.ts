import { readFilmFacts, type FilmFacts } from '../../core/films/film-facts.js';
import { cleanLine } from '../../core/xtream/text.js';
import type { LiveChannel } from '../../core/xtream/present-live.js';
import type { Episode } from '../../vod/episode.entity.js';
import type { Film } from '../../vod/film.entity.js';
import type { Series } from '../../vod/series.entity.js';
import type { ShownWay } from '../../vod/shown-films.repository.js';
import type { CatalogCategory, CatalogSource } from '../catalog-source.js';
import type { Slicer } from '../slicer.js';
import type { FilmOptions, FilmSource } from './film-source.js';

export interface CatalogAiring {
  channel: LiveChannel;
  /** Epoch seconds. */
  start: number;
  stop: number;
  /** As the guide writes it. */
  title: string;
}

export type CatalogWay = ShownWay;

type ToldOfFilm =
  | 'id'
  | 'title'
  | 'originalTitle'
  | 'year'
  | 'durationSeconds'
  | 'description'
  | 'genres'
  | 'rating'
  | 'ageLimit'
  | 'isAdult'
  | 'guidePicture'
  | 'posterUrl'
  | 'backdropUrl'
  | 'tmdbId'
  | 'views'
  | 'addedAt'
  | 'updatedAt';

export interface CatalogFilm extends Pick<Film, ToldOfFilm> {
  /** What TMDB says; null = the film is known from guides and lists alone. */
  facts: FilmFacts | null;
  /** In the order of their starts, on channels that viewers see. */
  airings: CatalogAiring[];
  ways: CatalogWay[];
}

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

/** `now` in epoch seconds: showings that are over are left out. */
export async function loadFilms(
  { films: source, channels }: CollectionSources,
  now: number,
  options: Pick<FilmOptions, 'maxFilms' | 'maxAirings'>,
  slicer: Slicer,
): Promise<FilmCollection> {
  const [filmCategories, seriesCategories] = await Promise.all([
    channels.listCategories('vod'),
    channels.listCategories('series'),
  ]);
  const films = await readFilms(source, options.maxFilms, slicer);
  await addAirings(films, source, await channels.listVisible(), now, options.maxAirings, slicer);
  const series = await readSeries(source);
  const episodes = await readEpisodes(source, series);
  const isShown = groupsOf(filmCategories, seriesCategories);
  await addWays(films, episodes, source, isShown, slicer);
  const kept = [...films.values()].filter(({ airings, ways }) => airings.length + ways.length > 0);
  for (const film of kept) film.airings.sort((a, b) => a.start - b.start);
  const watchable = [...series.values()].map(withWatchable).filter(({ episodes }) => episodes.length > 0);
  return {
    films: kept,
    indexOf: new Map(kept.map(({ id }, index) => [id, index])),
    series: watchable,
    seriesById: new Map(watchable.map((one) => [one.id, one])),
    filmCategories,
    seriesCategories,
  };
}

async function readFilms(
  source: FilmSource,
  most: number,
  slicer: Slicer,
): Promise<Map<number, CatalogFilm>> {
  const films = new Map<number, CatalogFilm>();
  for await (const rows of source.films()) {
    for (const row of rows) {
      if (films.size >= most) return films;
      films.set(row.id, toFilm(row));
    }
    if (slicer.due) await slicer.breathe();
  }
  return films;
}

function toFilm(film: Film): CatalogFilm {
  const { id, originalTitle, year, durationSeconds, description, genres, rating, ageLimit, isAdult } = film;
  const { guidePicture, posterUrl, backdropUrl, tmdbId, views, addedAt, updatedAt } = film;
  return {
    ...{ id, originalTitle, year, durationSeconds, description, genres, rating, ageLimit, isAdult },
    ...{ guidePicture, posterUrl, backdropUrl, tmdbId, views, addedAt, updatedAt },
    title: cleanLine(film.title),
    facts: readFilmFacts(film.tmdbDetails),
    airings: [],
    ways: [],
  };
}

async function addAirings(
  films: ReadonlyMap<number, CatalogFilm>,
  source: FilmSource,
  visible: readonly LiveChannel[],
  now: number,
  most: number,
  slicer: Slicer,
): Promise<void> {
  const channels = new Map(visible.map((channel) => [channel.id, channel]));
  for await (const rows of source.airings(now)) {
    for (const { filmId, channelId, start, stop, title } of rows) {
      const channel = channels.get(channelId);
      const film = films.get(filmId);
      if (channel && film && film.airings.length < most) film.airings.push({ channel, start, stop, title });
    }
    if (slicer.due) await slicer.breathe();
  }
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
