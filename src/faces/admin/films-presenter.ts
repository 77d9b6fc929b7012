import type { FilmDetail } from '../../vod/managing/films.service.js';
import type { Film } from '../../vod/film.entity.js';
import { readFilmFacts } from '../../core/films/film-facts.js';
import { TMDB_ATTRIBUTION } from '../../core/films/tmdb-attribution.js';
import type { VodWay } from '../../vod/vod-way.entity.js';
import { isoTime } from './dto/common.dto.js';
import type { FilmDetailDto, FilmDto } from './dto/films.dto.js';

export function toFilmDto(film: Film): Pick<FilmDto, keyof FilmDto> {
  const { id, state, title, originalTitle, year, durationSeconds, genres, rating, ageLimit } = film;
  const { isAdult, isHidden, views, editedFields, tmdbStatus, tmdbId, tmdbScore, tmdbReasons } = film;
  const facts = readFilmFacts(film.tmdbDetails);
  return {
    ...{ id, state, title, originalTitle, year, durationSeconds, genres, rating, ageLimit },
    ...{ isAdult, isHidden, views, editedFields },
    tmdb: {
      ...{ status: tmdbStatus, id: tmdbId, score: tmdbScore, reasons: tmdbReasons },
      title: facts?.title ?? '',
      year: facts?.year ?? null,
      checkedAt: isoTime(film.tmdbCheckedAt),
    },
    addedAt: isoTime(film.addedAt),
    updatedAt: isoTime(film.updatedAt),
    retiredAt: isoTime(film.retiredAt),
  };
}

export function toFilmDetailDto({ film, decision, airings, ways }: FilmDetail): FilmDetailDto {
  return {
    ...toFilmDto(film),
    description: film.description,
    decision: decision?.kind ?? null,
    airings: airings.map(({ channelId, channelName, start, stop, title, details }) => ({
      ...{ channelId, channelName, title },
      start: isoTime(start),
      stop: isoTime(stop),
      reasons: wordsIn(details.reasons),
    })),
    ways: ways.map(toWayDto),
    attribution: TMDB_ATTRIBUTION,
  };
}

function toWayDto(way: VodWay): FilmDetailDto['ways'][number] {
  const { id, origin, listSourceId, label, locator, container, isEnabled, retiredAt } = way;
  return {
    ...{ id, origin, listSourceId, label, container, isEnabled },
    host: URL.canParse(locator) ? new URL(locator).hostname : '',
    retiredAt: isoTime(retiredAt),
  };
}

function wordsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((word) => typeof word === 'string') : [];
}
