// What Rutube tells of videos and cards, read and bounded.

/** A video as it stands in lists and on a page of its own. */
export interface RutubeVideo {
  /** 32 hexadecimal digits. */
  id: string;
  /** As written by who put it there. */
  title: string;
  description: string;
  /** Seconds; null = not told, which Rutube writes as 0. */
  durationSeconds: number | null;
  /** Where the video is watched in a browser; "" = not told. */
  pageUrl: string;
  thumbnailUrl: string;
  pictureUrl: string;
  views: number;
  /** Epoch seconds; null = not told. */
  addedAt: number | null;
  /** Years; null = not told. */
  ageLimit: number | null;
  isAdult: boolean;
  isLive: boolean;
  /** False where Rutube says that it is hidden or deleted. */
  isActive: boolean;
  author: string;
  /** "" = not told: lists of a card have none. */
  category: string;
  /** "movie", "episode", "trailer", …; "" = not told. */
  type: string;
  /** A season or the number of an episode stands with it. */
  hasEpisode: boolean;
}

/** A film or a series that Rutube's editors gathered videos under. */
export interface RutubeCard {
  id: number;
  /** "movie", "serial", …; "" = not told. */
  type: string;
  /** With the year, where there is one: "Имя (2016)". */
  name: string;
  originalTitle: string;
  description: string;
  pictureUrl: string;
  ageLimit: number | null;
  isAdult: boolean;
  /** Where its videos are listed, as told. */
  contentUrl: string;
}

/** One answer of a list, a feed or a page of a video. */
export interface RutubePage {
  videos: RutubeVideo[];
  cards: RutubeCard[];
  /** Other lists that a feed is made of, as told. */
  lists: string[];
  /** The next page, as told; null = this is the last. */
  next: string | null;
  /** Entries that are neither. */
  unread: number;
}

/** What Rutube says when a video is to be played. */
export type RutubePlay =
  | { kind: 'hls'; url: string }
  /** It must not be had: paid, for subscribers, not in this country, for adults who log in, protected. */
  | { kind: 'refused'; reason: string }
  /** It is a broadcast, or still being processed: there is nothing to play yet. */
  | { kind: 'nothing'; reason: string };
