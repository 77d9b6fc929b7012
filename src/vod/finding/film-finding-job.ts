import type { FilmReason, FilmRecord } from '../../core/films/types.js';
import type { PackedPage } from '../../epg/programmes.repository.js';

/** A programme that is a film, or may be one; times in epoch seconds, as its guide means them. */
export interface FoundShowing {
  guideChannelId: number;
  start: number;
  stop: number;
  isCertain: boolean;
  reasons: FilmReason[];
  record: FilmRecord;
  /** As the guide writes it. */
  writtenTitle: string;
  description: string;
  /** Address, or "". */
  picture: string;
}

export interface FindOrder {
  pages: PackedPage[];
}

export interface FindAnswer {
  showings: FoundShowing[];
  /** Programmes looked at. */
  programmes: number;
  /** Pages that could not be unpacked: a damaged database. */
  damaged: number;
}
