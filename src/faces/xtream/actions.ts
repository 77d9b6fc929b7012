import type { ListName } from '../../catalog/catalog.service.js';
import { NO_LISTINGS, UNKNOWN_FILM, UNKNOWN_SERIES, EMPTY_LIST } from '../../core/xtream/present-empty.js';

export type ActionUse =
  | { kind: 'account' }
  | { kind: 'list'; list: ListName }
  /** The same value for everybody. */
  | { kind: 'fixed'; body: string };

const ACCOUNT: ActionUse = { kind: 'account' };

const liveCategories = list('live_categories');
const liveStreams = list('live_streams');
const filmCategories = list('vod_categories');
const films = list('vod_streams');
const seriesCategories = list('series_categories');
const series = list('series');
const filmInfo = fixed(UNKNOWN_FILM);
const seriesInfo = fixed(UNKNOWN_SERIES);
const listings = fixed(NO_LISTINGS);

const ACTIONS: ReadonlyMap<string, ActionUse> = new Map([
  ['get_live_categories', liveCategories],
  ['get_live_streams', liveStreams],
  ['get_vod_categories', filmCategories],
  ['get_vod_streams', films],
  ['get_vod_info', filmInfo],
  ['get_series_categories', seriesCategories],
  ['get_series', series],
  ['get_series_info', seriesInfo],
  ['get_short_epg', listings],
  ['get_simple_data_table', listings],
  // A misspelt twin that IPTVnator tries when the first fails.
  ['get_simple_date_table', listings],
  ['get_epg', fixed(EMPTY_LIST)],
  // Numbers that some set-top applications send.
  ['200', filmCategories],
  ['201', liveCategories],
  ['202', liveStreams],
  ['203', films],
  ['204', seriesInfo],
  ['205', listings],
  ['206', seriesCategories],
  ['207', listings],
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

function fixed(value: unknown): ActionUse {
  return { kind: 'fixed', body: JSON.stringify(value) };
}
