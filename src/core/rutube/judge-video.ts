import { isKindWord, isProgrammeTitle, readCategories } from '../films/film-words.js';
import type { FilmKind, FilmRecord } from '../films/types.js';
import { cleanTitle } from './clean-title.js';
import type { RutubeCard, RutubeVideo } from './types.js';

/** Why a video is taken for a film, or not. Shown to operators as words. */
export type RutubeReason =
  /** Rutube's editors filed it as a film. */
  | 'card'
  | 'type'
  /** The uploader filed it under "Фильмы" or the like. */
  | 'category'
  /** "Х/ф" or the like stands in the title. */
  | 'title-mark'
  /** The operator said that all of the source are films. */
  | 'whole-source'
  /** A year in the title and the length of a film. */
  | 'year-and-length'
  | 'live'
  | 'inactive'
  | 'trailer'
  | 'episode'
  | 'part'
  | 'series'
  | 'documentary'
  | 'other-category'
  | 'other-programme'
  | 'no-length'
  | 'too-short'
  | 'too-long'
  | 'no-mark';

export interface RutubeJudgement {
  kind: FilmKind;
  /** The first is the one that decided. */
  reasons: RutubeReason[];
  record: FilmRecord;
}

export interface JudgeOptions {
  /** The card the video belongs to. */
  card?: RutubeCard;
  /** The operator knows that this source has films only. */
  isAllFilms?: boolean;
  /** Shorter is no film. */
  leastMinutes?: number;
  /** The newest year a film can be of. */
  thisYear: number;
}

const MINUTE = 60;
/** As for guides: shorter is a short, whatever its mark says. */
export const LEAST_MINUTES = 40;
/** Longer is a night of films, or all parts of a series in one. */
const MOST_MINUTES = 300;
/** What has neither mark nor category needs more than the length of an episode. */
const CANDIDATE_MINUTES = { from: 70, to: 210 } as const;
const FIRST_YEAR = 1895;

/** What is about a film and not the film. Alone, such a word may be the title of one. */
const ABOUT_FILMS =
  /(?:^|[^\p{L}])(?:трейлер\p{L}*|тизер\p{L}*|teaser|trailer|промо(?:ролик)?|анонс|отрывок|фрагмент|удал[её]нные сцены|эпизод из|сцена из|обзор|рецензия|реакция|разбор|пересказ|интервью|фильм о фильме|за кадром|на съ[её]мках|making of|саундтрек|soundtrack|ost|подборка|топ[- ]?\d+|лучшие моменты|нарезка|стрим|подкаст|летсплей|прохождение|аудиокнига|аудиоспектакль)(?![\p{L}])/iu;
const SERIES_WORDS =
  /(?:^|[^\p{L}])(?:все серии|все сезоны|сериал|\d+\s*сезон|сезон\s*\d+|подряд)(?![\p{L}])/iu;
/** Kinds of videos as Rutube's editors call them. */
const TYPE_OF_FILM = /^(?:movie|film|full_?movie)$/;
const TYPE_OF_SERIES = /^(?:episode|serial|series|tvshow|show)$/;
/** What uploaders choose for anything: says nothing against a film. */
const VAGUE_CATEGORY =
  /^(?:разное|дети|детям|мультфильмы|аниме|анимация|хобби|развлечения|культура|видеоблоги)$/iu;

/**
 * Judges whether a video is a whole film. Vetoes first: what is about a film, a part of something or too short is none
 * whatever it is filed under. Then the marks. With a year and the length of a film alone it is a candidate, which TMDB
 * has to confirm.
 */
export function judgeVideo(video: RutubeVideo, options: JudgeOptions): RutubeJudgement {
  const facts = factsOf(video, options);
  const veto = vetoOf(facts);
  if (veto) return { kind: 'no', reasons: [veto], record: facts.record };
  const marks = marksOf(facts);
  if (marks.length > 0) return { kind: 'film', reasons: marks, record: facts.record };
  const { year } = facts.record;
  const { from, to } = CANDIDATE_MINUTES;
  const isLikely = year !== null && facts.minutes >= from && facts.minutes <= to;
  return isLikely
    ? { kind: 'candidate', reasons: ['year-and-length'], record: facts.record }
    : { kind: 'no', reasons: ['no-mark'], record: facts.record };
}

interface Facts {
  video: RutubeVideo;
  options: JudgeOptions;
  title: ReturnType<typeof cleanTitle>;
  minutes: number;
  said: ReturnType<typeof readCategories>;
  record: FilmRecord;
}

function factsOf(video: RutubeVideo, options: JudgeOptions): Facts {
  const { card, thisYear } = options;
  const title = cleanTitle(card?.name ?? video.title);
  const description = video.description || (card?.description ?? '');
  const year = yearIn([title.year, cleanTitle(video.title).year, told(description, YEAR_LINE)], thisYear);
  return {
    ...{ video, options, title },
    minutes: Math.round((video.durationSeconds ?? 0) / MINUTE),
    said: readCategories([video.category]),
    record: {
      title: title.title,
      originalTitle: card?.originalTitle || title.originalTitle,
      year,
      ageLimit: card?.ageLimit ?? video.ageLimit ?? title.ageLimit,
      rating: ratingIn(description),
      genres: genresIn(description, video.category),
      tmdbId: null,
    },
  };
}

function vetoOf({ video, options, title, minutes, said }: Facts): RutubeReason | null {
  const { card, isAllFilms = false, leastMinutes = LEAST_MINUTES } = options;
  const isTrusted = isAllFilms || card !== undefined || TYPE_OF_FILM.test(video.type);
  if (video.isLive) return 'live';
  if (!video.isActive) return 'inactive';
  if (card && !TYPE_OF_FILM.test(card.type)) return 'series';
  if (TYPE_OF_SERIES.test(video.type)) return 'episode';
  if (video.type !== '' && !TYPE_OF_FILM.test(video.type)) return 'trailer';
  if (video.hasEpisode || title.part === 'episode') return 'episode';
  if (isAbout(video.title)) return 'trailer';
  if (title.part === 'part') return 'part';
  if (title.mark === 'series' || SERIES_WORDS.test(video.title)) return 'series';
  if (title.mark === 'documentary') return 'documentary';
  if (video.durationSeconds === null) return 'no-length';
  if (minutes < leastMinutes) return 'too-short';
  if (minutes > MOST_MINUTES) return 'too-long';
  if (isTrusted) return null;
  if (video.category !== '' && !said.film && !VAGUE_CATEGORY.test(video.category)) return 'other-category';
  return isProgrammeTitle(title.title) ? 'other-programme' : null;
}

function marksOf({ video, options, title, minutes, said }: Facts): RutubeReason[] {
  const marks: RutubeReason[] = [];
  if (options.card) marks.push('card');
  if (TYPE_OF_FILM.test(video.type)) marks.push('type');
  if (said.film) marks.push('category');
  if (title.mark === 'film' || (title.mark === 'animation' && minutes >= 60)) marks.push('title-mark');
  if (options.isAllFilms) marks.push('whole-source');
  return marks;
}

/** A word of that kind beside others; "Интервью" alone is a film. */
function isAbout(title: string): boolean {
  const found = ABOUT_FILMS.exec(title)?.[0];
  if (found === undefined) return false;
  const rest = title.replace(found, '').replace(/[([]?(?:19|20)\d\d[)\]]?/u, '');
  return /\p{L}{2,}/u.test(rest);
}

const YEAR_LINE = /(?:^|\n)\s*год(?:\s+(?:выпуска|выхода|производства))?\s*[:—–-]\s*((?:18|19|20)\d\d)/iu;
const GENRE_LINE = /(?:^|\n)\s*жанры?\s*[:—–-]\s*([^\n]{2,200})/iu;
const RATING_LINE =
  /(?:рейтинг|кинопоиск|imdb|kinopoisk)[^\n\d]{0,30}?(\d{1,2}(?:[.,]\d{1,3})?)(?![\d+]|\s*(?:год|лет))/iu;
const MAX_GENRES = 8;
const MAX_GENRE = 40;

function yearIn(candidates: readonly (number | null)[], thisYear: number): number | null {
  return candidates.find((year) => year !== null && year >= FIRST_YEAR && year <= thisYear + 1) ?? null;
}

function told(description: string, line: RegExp): number | null {
  const found = line.exec(description)?.[1];
  return found === undefined ? null : Number(found);
}

/** 0–10, where the description quotes a database of films. */
function ratingIn(description: string): number | null {
  const rating = Number(RATING_LINE.exec(description)?.[1]?.replace(',', '.') ?? NaN);
  return rating > 0 && rating <= 10 ? rating : null;
}

function genresIn(description: string, category: string): string[] {
  const line = GENRE_LINE.exec(description)?.[1]?.replace(/\.\s*$/, '') ?? '';
  const named = line.split(/\s*[,;/]\s*/).filter((genre) => genre !== '' && genre.length <= MAX_GENRE);
  const filed = isKindWord(category) || category === '' ? [] : [category];
  return [...new Set(named.length > 0 ? named : filed)].slice(0, MAX_GENRES);
}
