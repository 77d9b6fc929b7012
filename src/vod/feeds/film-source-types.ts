import type { RutubeReason } from '../../core/rutube/judge-video.js';

/** What a person may set of how a source is read. Absent = default. */
export interface FilmSourceOptions {
  /** Pages that are read in one run. */
  maxPages?: number;
  /** Everything of the length of a film is one, whatever it is filed under. */
  allFilms?: boolean;
  /** Shorter is no film. */
  leastMinutes?: number;
}

export const FILM_SOURCE_STATES = ['ok', 'partly', 'stale', 'failed'] as const;
/** `partly`: some of it could not be read, nothing was taken away. `stale`: what was there before stays. */
export type FilmSourceStatus = (typeof FILM_SOURCE_STATES)[number];

/** What one run did. */
export interface FilmSourceReport {
  sourceId: number;
  status: FilmSourceStatus;
  /** Why it is not ok; null = it is. */
  reason: string | null;
  pages: number;
  /** Videos and cards that were looked at. */
  entries: number;
  films: number;
  /** They have a year and the length of a film, and nothing else says that they are one: not taken. */
  doubtful: number;
  /** Entries by the reason for which they are no films. */
  skipped: Partial<Record<RutubeReason, number>>;
  /** Ways to watch that are new or came back, that changed, and that are gone. */
  added: number;
  updated: number;
  retired: number;
  /** Films nobody knew before. */
  newFilms: number;
  problems: string[];
}

export interface FilmSourceProgress {
  step: 'reading' | 'filing';
  done: number;
}
