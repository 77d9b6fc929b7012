import { presentCategory } from '../../src/core/xtream/present-categories.js';
import { NO_LISTINGS, UNKNOWN_FILM, UNKNOWN_SERIES } from '../../src/core/xtream/present-empty.js';
import { presentEpgRow, presentListing } from '../../src/core/xtream/present-guide.js';
import { presentFilm, presentFilmInfo } from '../../src/core/xtream/present-film.js';
import { presentLive } from '../../src/core/xtream/present-live.js';
import {
  presentPanelChannel,
  presentPanelServer,
  presentPanelUser,
} from '../../src/core/xtream/present-panel.js';
import { presentSeries, presentSeriesInfo } from '../../src/core/xtream/present-series.js';
import { presentServer, presentUser } from '../../src/core/xtream/present-user.js';
import { zoneFormatter } from '../../src/core/xtream/zone-time.js';
import { aBase, aCategory, aChannel, anAccount, NOW } from '../builders/catalog-builder.js';
import type { Shape } from './contract.js';
import * as shapes from './shapes.js';

export const utc = zoneFormatter('UTC');
export const user = presentUser(anAccount(), 'm0tDePasse', 1);
export const server = presentServer(aBase(), 'UTC', utc, NOW);
export const noticias = aCategory({ id: 1, name: 'Noticias' });
export const canalUno = aChannel({
  id: 101,
  name: 'Canal Norte HD',
  logo: 'http://tv.home.test:8080/logo/101.png',
  epgChannelId: 'canalnorte.es',
  archiveDays: 3,
});
export const sportDos = aChannel({ id: 102, name: 'Deporte Sur', categoryId: 2 });

export const noticiasDeLaNoche = {
  start: NOW - 2400,
  stop: NOW + 1200,
  titles: [
    { text: 'Noticias de la noche', lang: 'es' },
    { text: 'Late news', lang: 'en' },
  ],
  descriptions: [{ text: 'Información.', lang: 'es' }],
  guideChannelId: 7,
};
/** A placeholder, on a channel that no guide knows, as spare as it gets. */
export const aviso = {
  start: NOW - 9000,
  stop: NOW - 2400,
  titles: [{ text: 'Ñandú' }],
  guideChannelId: null,
};

const faro = {
  ...{ id: 500_000_001, title: 'El faro azul', originalTitle: 'O farol', year: 2018, rating: 6.4 },
  ...{ description: 'Un farero.', genres: ['Drama'], ageLimit: 16, durationSeconds: 7_200, isAdult: false },
  ...{ tmdbId: 77, addedAt: NOW },
  facts: {
    ...{
      title: 'El faro azul',
      originalTitle: 'O farol',
      year: 2019,
      releaseDate: '2019-03-08',
      minutes: 104,
    },
    ...{ overview: 'Un farero y el mar.', rating: 7.31, genres: ['Drama', 'Misterio'], countries: ['PT'] },
    ...{
      directors: ['Inês Prado'],
      cast: ['Ana Lago', 'Rui Mar'],
      trailer: 'abc_DEF-123',
      certification: 'PG-13',
    },
    otherTitles: [],
  },
};
const bare = {
  ...{ id: 500_000_002, title: '', originalTitle: '', year: null, rating: null, description: '', genres: [] },
  ...{ ageLimit: null, durationSeconds: null, isAdult: true, tmdbId: null, addedAt: NOW, facts: null },
};
const tonight = {
  ...{ num: 1, when: '21:00', categoryId: 1_900_000_002, categoryIds: [1_900_000_002, 7], extension: 'mkv' },
  poster: 'http://tv.home.test:8080/static/posters/aa-342.jpg',
  backdrop: 'http://tv.home.test:8080/static/posters/bb-780.jpg',
};
const anywhere = {
  num: 2,
  when: '',
  categoryId: 7,
  categoryIds: [7],
  extension: 'ts',
  poster: '',
  backdrop: '',
};
const puerto = {
  ...{ id: 1_000_000_001, title: 'Puerto Norte', year: 2020, description: 'Un puerto.', genres: ['Drama'] },
  ...{
    rating: 8.1,
    cover: 'http://tv.home.test:8080/static/posters/cc-342.jpg',
    categoryId: 9,
    updatedAt: NOW,
  },
};
const nameless = { ...puerto, title: '', year: null, rating: null, cover: '', genres: [], description: '' };
const llegada = {
  ...{ id: 1_500_000_001, season: 1, number: 1, title: 'La llegada', description: 'Llegan.', addedAt: NOW },
  ...{ durationSeconds: 2_700, picture: '', extension: 'mp4' },
};
const filmInfo = presentFilmInfo(faro, tonight, ['Sat 21:00 Canal Norte']);
const leastInfo = presentFilmInfo(bare, anywhere, []);
const seriesInfo = presentSeriesInfo(puerto, [
  llegada,
  { ...llegada, id: 1_500_000_002, season: 2, title: '' },
]);

/** JSON as it travels: what a serializer would drop or change is dropped or changed here too. */
export function wire(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

/** One kind of object that players are sent, by the contract and as we make it. */
export interface Endpoint {
  name: string;
  shape: Shape;
  answer: unknown;
}

/** The table that the conformance suite checks field by field, and `docs/conformance.md` is written from. */
export const ENDPOINTS: readonly Endpoint[] = [
  { name: 'player_api user_info', shape: shapes.USER_INFO, answer: user },
  { name: 'player_api server_info', shape: shapes.SERVER_INFO, answer: server },
  { name: 'get_live_categories row', shape: shapes.CATEGORY, answer: presentCategory(noticias) },
  { name: 'get_live_streams row with everything', shape: shapes.LIVE_ROW, answer: presentLive(canalUno) },
  { name: 'get_live_streams row with the least', shape: shapes.LIVE_ROW, answer: presentLive(sportDos) },
  { name: 'panel_api user_info', shape: shapes.PANEL_USER, answer: presentPanelUser(user) },
  { name: 'panel_api server_info', shape: shapes.PANEL_SERVER, answer: presentPanelServer(server) },
  {
    name: 'panel_api channel',
    shape: shapes.PANEL_CHANNEL,
    answer: presentPanelChannel(canalUno, 'Noticias'),
  },
  { name: 'get_vod_info, unknown', shape: shapes.UNKNOWN_FILM_SHAPE, answer: UNKNOWN_FILM },
  { name: 'get_series_info, unknown', shape: shapes.UNKNOWN_SERIES_SHAPE, answer: UNKNOWN_SERIES },
  {
    name: 'get_short_epg and get_simple_data_table row',
    shape: shapes.LISTING,
    answer: presentListing(canalUno, noticiasDeLaNoche, NOW, utc),
  },
  {
    name: 'get_simple_data_table row with the least',
    shape: shapes.LISTING,
    answer: presentListing(sportDos, aviso, NOW, utc),
  },
  { name: 'get_epg row', shape: shapes.EPG_ROW, answer: presentEpgRow(canalUno, noticiasDeLaNoche) },
  { name: 'get_short_epg, nothing known', shape: shapes.NO_LISTINGS_SHAPE, answer: NO_LISTINGS },
  { name: 'get_vod_streams row with everything', shape: shapes.FILM_ROW, answer: presentFilm(faro, tonight) },
  {
    name: 'get_vod_streams row with the least',
    shape: shapes.BARE_FILM_ROW,
    answer: presentFilm(bare, anywhere),
  },
  { name: 'get_vod_info info', shape: shapes.FILM_INFO, answer: filmInfo.info },
  { name: 'get_vod_info info with the least', shape: shapes.FILM_INFO, answer: leastInfo.info },
  { name: 'get_vod_info movie_data', shape: shapes.FILM_DATA, answer: filmInfo.movie_data },
  { name: 'get_series row', shape: shapes.SERIES_ROW, answer: presentSeries(puerto, 1) },
  {
    name: 'get_series row with the least',
    shape: shapes.BARE_SERIES_ROW,
    answer: presentSeries(nameless, 1),
  },
  { name: 'get_series_info info', shape: shapes.SERIES_INFO, answer: seriesInfo.info },
  { name: 'get_series_info season', shape: shapes.SEASON, answer: seriesInfo.seasons[0] },
  { name: 'get_series_info episode', shape: shapes.EPISODE, answer: seriesInfo.episodes['1']?.[0] },
  {
    name: 'get_series_info episode without a title',
    shape: shapes.EPISODE,
    answer: seriesInfo.episodes['2']?.[0],
  },
];
