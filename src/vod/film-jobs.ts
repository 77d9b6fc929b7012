// Kinds of jobs about films, as they stand in the table of jobs.

/** There is one: its key is "all". */
export const FIND_FILMS = 'find-films';

/** The key is the id of a film. */
export const ENRICH_FILM = 'enrich-film';
