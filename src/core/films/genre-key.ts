import { tokensOf } from '../match/compare-text.js';

/** Equal for spellings of one genre: "Драма", "драма". "" = says nothing. */
export function genreKey(genre: string): string {
  return tokensOf(genre).join(' ');
}

/** As a category is called: "научная фантастика" → "Научная фантастика". */
export function genreName(genre: string): string {
  const name = genre.trim().slice(0, 80);
  return name.charAt(0).toUpperCase() + name.slice(1);
}
