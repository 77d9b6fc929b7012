/**
 * What players are told when there is nothing. Each shape is the one that clients recognise: a bare `[]` where
 * an object belongs (or the reverse) makes the npm client, go.xtream-codes and Jellyfin.Xtream fail.
 */
export const EMPTY_LIST = [] as const;

/** `get_vod_info` of an unknown film: the npm client and IPTVnator read `info: []` as "not found". */
export const UNKNOWN_FILM = { info: [] } as const;

/** `get_series_info` of an unknown series: the npm client reads `info.name === null`; `episodes` stays an object. */
export const UNKNOWN_SERIES = { seasons: [], info: { name: null }, episodes: {} } as const;

/** `get_short_epg` and `get_simple_data_table` without programmes. */
export const NO_LISTINGS = { epg_listings: [] } as const;
