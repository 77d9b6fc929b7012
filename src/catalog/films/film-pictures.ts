import { absoluteUrl } from '../../core/xtream/text.js';
import type { FilmPictures } from './film-source.js';

export const POSTER_WIDTH = 342;
export const BACKDROP_WIDTH = 780;
const FOLDER = '/static/posters/';

/**
 * The address under which a client finds a picture: ours where we keep it, else where it comes from, while it is asked
 * for. "" for what turned out to be no picture: players decode with less care than we do. Named .jpg, which every
 * television shows. `base` without a slash at its end; "" gives paths.
 */
export function pictureAddress(pictures: FilmPictures, url: string, base: string, width: number): string {
  if (url === '') return '';
  const hash = pictures.hashOf(url);
  if (hash !== null) return `${base}${FOLDER}${hash}-${width}.jpg`;
  pictures.want(url);
  return pictures.isRefused(url) ? '' : absoluteUrl(url);
}

/** Of a film. What the guide shows stands in for a poster that we do not keep. */
export function posterAddress(
  pictures: FilmPictures,
  { posterUrl, guidePicture }: { posterUrl: string; guidePicture: string },
  base: string,
): string {
  const isKept = (address: string): boolean => address.startsWith(`${base}${FOLDER}`);
  const poster = pictureAddress(pictures, posterUrl, base, POSTER_WIDTH);
  if (isKept(poster)) return poster;
  const preview = pictureAddress(pictures, guidePicture, base, POSTER_WIDTH);
  return poster === '' || isKept(preview) ? preview : poster;
}
