// Kinds of jobs about films, as they stand in the table of jobs.

/** The key is the id of a film. */
export const ENRICH_FILM = 'enrich-film';
