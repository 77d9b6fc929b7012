import type { ListName } from '../../catalog/catalog.service.js';
import type { FilmListName } from '../../catalog/films/film-answers.js';

/** What is on: the next few programmes, everything known, `get_epg`, and the next few of many channels. */
export type GuideAction = 'short' | 'table' | 'epg' | 'batch';

export type ActionUse =
  | { kind: 'account' }
  | { kind: 'list'; list: ListName }
  | { kind: 'guide'; action: GuideAction }
  | { kind: 'films'; list: FilmListName }
  /** One film, or one series with its episodes. */
  | { kind: 'film' | 'series' };

const ACCOUNT: ActionUse = { kind: 'account' };

const liveCategories = list('live_categories');
const liveStreams = list('live_streams');
const filmCategories = filmList('vod_categories');
const films = filmList('vod_streams');
const seriesCategories = filmList('series_categories');
const series = filmList('series');
const filmInfo: ActionUse = { kind: 'film' };
const seriesInfo: ActionUse = { kind: 'series' };
const shortGuide = guide('short');
const guideTable = guide('table');

const ACTIONS: ReadonlyMap<string, ActionUse> = new Map([
  ['get_live_categories', liveCategories],
  ['get_live_streams', liveStreams],
  ['get_vod_categories', filmCategories],
  ['get_vod_streams', films],
  ['get_vod_info', filmInfo],
  ['get_series_categories', seriesCategories],
  ['get_series', series],
  ['get_series_info', seriesInfo],
  ['get_short_epg', shortGuide],
  ['get_simple_data_table', guideTable],
  // A misspelt twin that IPTVnator tries when the first fails.
  ['get_simple_date_table', guideTable],
  ['get_epg', guide('epg')],
  ['get_epg_batch', guide('batch')],
  // Numbers that some set-top applications send.
  ['200', filmCategories],
  ['201', liveCategories],
  ['202', liveStreams],
  ['203', films],
  ['204', seriesInfo],
  ['205', shortGuide],
  ['206', seriesCategories],
  ['207', guideTable],
  ['208', series],
  ['209', filmInfo],
]);

/**
 * What a player asks for. Without an action, with one of the account's names (`get_account_info`,
 * `get_profile`, `get_user_info`, `get_server_info`, `panel`) and with any name we do not know the answer is
 * the account: IPTVnator and the npm client log in with actions of their own, and take an error for a refusal.
 */
export function actionUse(action: string | undefined): ActionUse {
  return ACTIONS.get(action ?? '') ?? ACCOUNT;
}

/** Names of all actions that lead elsewhere than to the account. */
export function knownActions(): string[] {
  return [...ACTIONS.keys()];
}

function list(name: ListName): ActionUse {
  return { kind: 'list', list: name };
}

function guide(action: GuideAction): ActionUse {
  return { kind: 'guide', action };
}

function filmList(name: FilmListName): ActionUse {
  return { kind: 'films', list: name };
}
