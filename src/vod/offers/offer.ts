import type { VodWay } from '../vod-way.entity.js';

/** Whose offers they are: a list, or a feed of films. */
export type OfferOwner =
  { origin: 'list'; listSourceId: number } | { origin: 'rutube'; filmSourceId: number };

/** A film or an episode that can be watched at any time, as its origin tells of it. Texts may be empty. A plain record. */
export interface Offer {
  /** The owner's own id of the entry: the same entry has the same one for ever. */
  key: string;
  /** Of the film, or of the episode; without marks of quality, language and year. */
  title: string;
  originalTitle: string;
  year: number | null;
  durationSeconds: number | null;
  description: string;
  genres: string[];
  /** 0–10. */
  rating: number | null;
  /** Years. */
  ageLimit: number | null;
  isAdult: boolean;
  /** Address. */
  pictureUrl: string;
  views: number | null;
  /** The film's number at TMDB, where the origin knows it. */
  tmdbId: number | null;
  /** The name as the origin writes it. */
  label: string;
  /** Address, or the id at the origin. */
  locator: string;
  /** "mp4", "mkv", "m3u8", …; "" = not known. */
  container: string;
  userAgent: string | null;
  headers: Record<string, string>;
  allowPrivate: boolean;
  /** Of kind `vod`, or `series` for an episode. */
  categoryId: number | null;
  /** What only this origin knows. */
  details: Record<string, unknown>;
  /** Of several ways to watch one film the lowest comes first. */
  priority: number;
  /** Epoch seconds; null = now. */
  addedAt: number | null;
  /** null = a film. */
  episode: EpisodePlace | null;
}

export interface EpisodePlace {
  seriesTitle: string;
  /** Of the series, where its name tells it. */
  seriesYear: number | null;
  season: number;
  number: number;
}

/** All that one owner offers. */
export interface OfferSet {
  /** All of them, a few at a time. Asked for twice. */
  slices(): Iterable<readonly Offer[]> | AsyncIterable<readonly Offer[]>;
}

export interface OfferCounts {
  /** Ways to watch that are new, or have come back. */
  added: number;
  updated: number;
  retired: number;
  /** Films, series and episodes the owner offers now; and films that nobody offered or showed before. */
  films: number;
  series: number;
  episodes: number;
  newFilms: number;
  /** Offers beyond the bound; nothing is known of them. */
  leftOut: number;
}

export type WayFields = Omit<VodWay, 'id' | 'film' | 'episode' | 'filmSource'>;

export function offerSet(offers: readonly Offer[]): OfferSet {
  return { slices: () => [offers] };
}

/** What the keys of an owner's offers begin with in the table of ways. */
export function keyPrefix(owner: OfferOwner): string {
  return owner.origin === 'list' ? `list:${owner.listSourceId}:` : `${owner.origin}:${owner.filmSourceId}:`;
}
