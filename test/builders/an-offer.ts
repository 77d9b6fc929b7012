import type { Offer } from '../../src/vod/offers/offer.js';

/** A film of a list, or an episode where `episode` is given. */
export function anOffer(changes: Partial<Offer> & { title: string }): Offer {
  return {
    key: `${changes.title} ${changes.year ?? ''} ${changes.episode?.season ?? ''} ${changes.episode?.number ?? ''}`,
    originalTitle: '',
    year: null,
    durationSeconds: null,
    description: '',
    genres: [],
    rating: null,
    ageLimit: null,
    isAdult: false,
    pictureUrl: '',
    views: null,
    tmdbId: null,
    label: changes.title,
    locator: `http://vod.test/${encodeURIComponent(changes.title)}.mkv`,
    container: 'mkv',
    userAgent: null,
    headers: {},
    allowPrivate: false,
    categoryId: null,
    details: {},
    priority: 0,
    addedAt: null,
    episode: null,
    ...changes,
  };
}
