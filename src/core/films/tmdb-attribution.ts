/** Shown wherever something of TMDB is shown: its terms ask for these very words. */
export const TMDB_ATTRIBUTION = 'This product uses the TMDB API but is not endorsed or certified by TMDB.';
