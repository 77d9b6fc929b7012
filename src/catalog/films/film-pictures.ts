import { absoluteUrl } from '../../core/xtream/text.js';
import type { FilmPictures } from './film-source.js';

/**
 * The address under which a client finds a picture: ours where we keep it, else where it comes from, while it is asked
 * for. Named .jpg, which every television shows. `base` without a slash at its end; "" gives paths.
 */
export function pictureAddress(pictures: FilmPictures, url: string, base: string, width: number): string {
  if (url === '') return '';
  const hash = pictures.hashOf(url);
  if (hash !== null) return `${base}/static/posters/${hash}-${width}.jpg`;
  pictures.want(url);
  return absoluteUrl(url);
}

export const POSTER_WIDTH = 342;
export const BACKDROP_WIDTH = 780;
