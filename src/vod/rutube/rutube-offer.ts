import type { Offer } from '../offers/offer.js';
import type { RutubeFilm } from './rutube-reader.js';

/** Behind the files of lists, with which every player seeks. */
const PRIORITY = 50;

/** A film of Rutube as it is filed. Its locator is the id of the video: the address is asked for when it is opened. */
export function offerOf({ video, card, judgement }: RutubeFilm, categoryId: number | null): Offer {
  const { title, originalTitle, year, genres, rating, ageLimit, tmdbId } = judgement.record;
  const { id, author, category, pageUrl, thumbnailUrl, addedAt, isActive } = video;
  return {
    ...{ key: id, title, originalTitle, year, genres, rating, ageLimit, tmdbId },
    durationSeconds: video.durationSeconds,
    description: card?.description || video.description,
    isAdult: video.isAdult || (card?.isAdult ?? false),
    pictureUrl: card?.pictureUrl || video.pictureUrl || thumbnailUrl,
    views: video.views,
    label: video.title,
    ...{ locator: id, container: 'm3u8', userAgent: null, headers: {}, allowPrivate: false },
    categoryId,
    details: { ...{ author, category, pageUrl, thumbnailUrl, addedAt, isActive } },
    priority: PRIORITY,
    addedAt,
    episode: null,
  };
}
