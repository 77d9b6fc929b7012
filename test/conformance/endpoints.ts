import { presentCategory } from '../../src/core/xtream/present-categories.js';
import { NO_LISTINGS, UNKNOWN_FILM, UNKNOWN_SERIES } from '../../src/core/xtream/present-empty.js';
import { presentEpgRow, presentListing } from '../../src/core/xtream/present-guide.js';
import { presentLive } from '../../src/core/xtream/present-live.js';
import {
  presentPanelChannel,
  presentPanelServer,
  presentPanelUser,
} from '../../src/core/xtream/present-panel.js';
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
];
