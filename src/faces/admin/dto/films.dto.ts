import {
  FILM_ORIGINS,
  FILM_SORTS,
  FILM_STATES,
  TMDB_STATES,
  type FilmsQuery,
} from '../../../vod/managing/film-queries.repository.js';
import {
  EDITABLE_FIELDS,
  FILM_YEARS,
  MAX_TITLE,
  type EditableField,
} from '../../../vod/managing/film-rules.js';
import { TMDB_LISTS, type TmdbList } from '../../../vod/tmdb/tmdb-types.js';
import { PageQuery, SearchQuery } from './common.dto.js';
import { Flag, Fraction, MAX_ID, OneOf, QueryFlag, SomeOf, Text, TextList, Told, Whole } from './fields.js';

const DATE_TIME = { type: String, format: 'date-time' } as const;
const WHOLE_OR_NULL = { type: 'integer', nullable: true } as const;
const NUMBER_OR_NULL = { type: Number, nullable: true } as const;

export class FilmsQueryDto extends SearchQuery {
  @OneOf(FILM_STATES, {
    doc: 'Only these. A candidate has the length of a film and nothing else: only TMDB or a person makes it one.',
    optional: true,
  })
  state?: (typeof FILM_STATES)[number];

  @OneOf(TMDB_STATES, { doc: 'Only these, by what TMDB says.', optional: true })
  tmdbStatus?: (typeof TMDB_STATES)[number];

  @OneOf(FILM_ORIGINS, { doc: 'Only those that are on air, or that lists or feeds offer.', optional: true })
  origin?: (typeof FILM_ORIGINS)[number];

  @QueryFlag({ doc: 'Only hidden films, or only shown ones.', optional: true })
  isHidden?: boolean;

  @QueryFlag({
    doc: 'Films that nobody shows any more, instead of living ones.',
    optional: true,
    default: false,
  })
  isRetired: boolean = false;

  @OneOf(FILM_SORTS, { doc: 'Order.', optional: true, default: 'title' })
  sort: FilmsQuery['sort'] = 'title';
}

export class ChangeFilmDto {
  @Text({ doc: 'Title, as written on screen.', optional: true, min: 1, max: MAX_TITLE })
  title?: string;

  @Text({ doc: 'Original title.', optional: true, max: MAX_TITLE })
  originalTitle?: string;

  @Whole({ doc: 'Year.', optional: true, nullable: true, min: FILM_YEARS.first, max: FILM_YEARS.last })
  year?: number | null;

  @Text({ doc: 'Description.', optional: true, max: 5000, multiline: true })
  description?: string;

  @TextList({ doc: 'Genres.', optional: true, max: 20 })
  genres?: string[];

  @Fraction({ doc: 'Rating.', optional: true, nullable: true, min: 0, max: 10 })
  rating?: number | null;

  @Whole({ doc: 'Years one has to be old.', optional: true, nullable: true, min: 0, max: 99 })
  ageLimit?: number | null;

  @Flag({ doc: 'For adults.', optional: true })
  isAdult?: boolean;

  @Flag({ doc: 'Viewers do not see it.', optional: true })
  isHidden?: boolean;
}

export class ResetFilmDto {
  @SomeOf(EDITABLE_FIELDS, { doc: 'Fields that go back to what guides and lists say.' })
  fields!: EditableField[];
}

export class MatchFilmDto {
  @Whole({ doc: 'Id of the film at TMDB.', min: 1, max: MAX_ID })
  tmdbId!: number;
}

class TmdbMatchDto {
  @Told('What TMDB says; `manual`: a person decided.', { type: String, enum: [...TMDB_STATES] })
  status!: string;

  @Told('Id at TMDB; null = it is not known there.', WHOLE_OR_NULL)
  id!: number | null;

  @Told('How sure, 0 to 1; null = nobody had to guess.', NUMBER_OR_NULL)
  score!: number | null;

  @Told('Why, in short words.', { type: [String] })
  reasons!: string[];

  @Told('Title at TMDB; empty = nothing is known.', { type: String })
  title!: string;

  @Told('Year at TMDB.', WHOLE_OR_NULL)
  year!: number | null;

  @Told('When TMDB was asked last; null = never.', { ...DATE_TIME, nullable: true })
  checkedAt!: string | null;
}

export class FilmDto {
  @Told('Id; what players open. It never changes.', { type: 'integer' })
  id!: number;

  @Told('What it is.', { type: String, enum: [...FILM_STATES] })
  state!: string;

  @Told('Title, as written on screen.', { type: String })
  title!: string;

  @Told('Original title; empty = not told.', { type: String })
  originalTitle!: string;

  @Told('Year.', WHOLE_OR_NULL)
  year!: number | null;

  @Told('Length in seconds, as guides and lists give it.', WHOLE_OR_NULL)
  durationSeconds!: number | null;

  @Told('Genres, as guides and lists name them.', { type: [String] })
  genres!: string[];

  @Told('Rating of guides and lists, 0 to 10.', NUMBER_OR_NULL)
  rating!: number | null;

  @Told('Years one has to be old.', WHOLE_OR_NULL)
  ageLimit!: number | null;

  @Told('For adults.', { type: Boolean })
  isAdult!: boolean;

  @Told('Viewers do not see it.', { type: Boolean })
  isHidden!: boolean;

  @Told('How often it was viewed where it comes from.', { type: 'integer' })
  views!: number;

  @Told('Fields that a person set; no run touches them.', { type: [String] })
  editedFields!: string[];

  @Told('What TMDB knows of it.', { type: TmdbMatchDto })
  tmdb!: TmdbMatchDto;

  @Told('When it was found.', DATE_TIME)
  addedAt!: string;

  @Told('When it changed last.', DATE_TIME)
  updatedAt!: string;

  @Told('Since when nobody shows it; null = it can be watched.', { ...DATE_TIME, nullable: true })
  retiredAt!: string | null;
}

export class FilmsPageDto {
  @Told('Films of this page.', { type: [FilmDto] })
  items!: FilmDto[];

  @Told('How many there are.', { type: 'integer' })
  total!: number;

  @Told('Page.', { type: 'integer' })
  page!: number;

  @Told('Films per page.', { type: 'integer' })
  perPage!: number;

  @Told('To be shown wherever something of TMDB is shown.', { type: String })
  attribution!: string;
}

class FilmAiringDto {
  @Told('Channel.', { type: 'integer' })
  channelId!: number;

  @Told('Name of the channel.', { type: String })
  channelName!: string;

  @Told('Beginning.', DATE_TIME)
  start!: string;

  @Told('End.', DATE_TIME)
  stop!: string;

  @Told('As the guide writes it.', { type: String })
  title!: string;

  @Told('Why it was taken for a film.', { type: [String] })
  reasons!: string[];
}

class FilmWayDto {
  @Told('Id.', { type: 'integer' })
  id!: number;

  @Told('Where it comes from.', { type: String, enum: FILM_ORIGINS.filter((origin) => origin !== 'guide') })
  origin!: string;

  @Told('The list; null = it is of none.', WHOLE_OR_NULL)
  listSourceId!: number | null;

  @Told('Name that its origin gives it.', { type: String })
  label!: string;

  @Told('Host; addresses are not told.', { type: String })
  host!: string;

  @Told('"mp4", "mkv"…; empty = not known.', { type: String })
  container!: string;

  @Told('false = it is not offered.', { type: Boolean })
  isEnabled!: boolean;

  @Told('Since when its origin no longer has it; null = it has.', { ...DATE_TIME, nullable: true })
  retiredAt!: string | null;
}

export class FilmDetailDto extends FilmDto {
  @Told('Description of guides and lists.', { type: String })
  description!: string;

  @Told('What a person decided; null = nothing. It outlives every run.', {
    type: String,
    enum: ['match', 'not-a-film'],
    nullable: true,
  })
  decision!: string | null;

  @Told('On now and to come, the earliest first, a hundred at most.', { type: [FilmAiringDto] })
  airings!: FilmAiringDto[];

  @Told('Where it can be watched at any time.', { type: [FilmWayDto] })
  ways!: FilmWayDto[];

  @Told('To be shown wherever something of TMDB is shown.', { type: String })
  attribution!: string;
}

class FilmCandidateDto {
  @Told('Id at TMDB.', { type: 'integer' })
  tmdbId!: number;

  @Told('Title at TMDB.', { type: String })
  title!: string;

  @Told('Original title.', { type: String })
  originalTitle!: string;

  @Told('Year.', WHOLE_OR_NULL)
  year!: number | null;

  @Told('Length; null = not asked for or not known.', WHOLE_OR_NULL)
  minutes!: number | null;

  @Told('Votes of viewers.', { type: 'integer' })
  votes!: number;

  @Told('How well it fits, 0 to 1.', { type: Number })
  score!: number;

  @Told('Why, in short words.', { type: [String] })
  reasons!: string[];
}

export class FilmCandidatesDto {
  @Told(
    'What a run would make of it. `off`: no key is set; `bad-key`, `unavailable`: TMDB could not be asked, so nothing is known.',
    { type: String, enum: ['match', 'ambiguous', 'none', 'off', 'bad-key', 'unavailable'] },
  )
  kind!: string;

  @Told('Why TMDB could not be asked; null = it was, or no key is set.', { type: String, nullable: true })
  reason!: string | null;

  @Told('Films of TMDB that it may be, best first.', { type: [FilmCandidateDto] })
  items!: FilmCandidateDto[];

  @Told('To be shown wherever something of TMDB is shown.', { type: String })
  attribution!: string;
}

class JobStateDto {
  @Told('Jobs that wait for their turn.', { type: 'integer' })
  due!: number;

  @Told('Jobs that wait for a later time.', { type: 'integer' })
  later!: number;

  @Told('Jobs that run now.', { type: 'integer' })
  running!: number;

  @Told('Jobs that were given up until somebody asks again.', { type: 'integer' })
  failed!: number;

  @Told('When the first of those that wait for later is due; null = none.', { ...DATE_TIME, nullable: true })
  nextDueAt!: string | null;

  @Told('Why one of them failed or waits; empty = nothing is known.', { type: String })
  reason!: string;
}

export class FilmJobsDto {
  @Told('Looking for films in the guides.', { type: JobStateDto })
  find!: JobStateDto;

  @Told('Asking TMDB, a job for each film.', { type: JobStateDto })
  enrich!: JobStateDto;

  @Told('Whether a key of TMDB is set.', { type: Boolean })
  isTmdbOn!: boolean;
}

export class TmdbListQueryDto {
  @OneOf(TMDB_LISTS, { doc: 'Which list of TMDB.', optional: true, default: 'popular' })
  list: TmdbList = 'popular';
}

class TmdbListFilmDto {
  @Told('Id at TMDB.', { type: 'integer' })
  tmdbId!: number;

  @Told('Title at TMDB.', { type: String })
  title!: string;

  @Told('Year.', WHOLE_OR_NULL)
  year!: number | null;

  @Told('Rating at TMDB, 0 to 10.', NUMBER_OR_NULL)
  rating!: number | null;

  @Told('The film here, where it can be watched; null = it cannot.', WHOLE_OR_NULL)
  filmId!: number | null;
}

export class TmdbListDto {
  @Told('`off`: no key is set; `bad-key`, `unavailable`: TMDB could not be asked, so nothing is known.', {
    type: String,
    enum: ['found', 'off', 'bad-key', 'unavailable'],
  })
  kind!: string;

  @Told('Films in the order of the list.', { type: [TmdbListFilmDto] })
  items!: TmdbListFilmDto[];

  @Told('To be shown wherever something of TMDB is shown.', { type: String })
  attribution!: string;
}

export class SeriesQueryDto extends PageQuery {
  @Text({ doc: 'Only titles that contain this text, in any case.', optional: true, max: 100 })
  search?: string;

  @QueryFlag({ doc: 'Only hidden series, or only shown ones.', optional: true })
  isHidden?: boolean;
}

export class ChangeSeriesDto {
  @Text({ doc: 'Title.', optional: true, min: 1, max: MAX_TITLE })
  title?: string;

  @Whole({ doc: 'Year.', optional: true, nullable: true, min: FILM_YEARS.first, max: FILM_YEARS.last })
  year?: number | null;

  @Text({ doc: 'Description.', optional: true, max: 5000, multiline: true })
  description?: string;

  @TextList({ doc: 'Genres.', optional: true, max: 20 })
  genres?: string[];

  @Flag({ doc: 'For adults.', optional: true })
  isAdult?: boolean;

  @Flag({ doc: 'Viewers do not see it.', optional: true })
  isHidden?: boolean;
}

export class SeriesDto {
  @Told('Id. It never changes.', { type: 'integer' })
  id!: number;

  @Told('Title.', { type: String })
  title!: string;

  @Told('Year.', WHOLE_OR_NULL)
  year!: number | null;

  @Told('Description.', { type: String })
  description!: string;

  @Told('Genres.', { type: [String] })
  genres!: string[];

  @Told('Rating, 0 to 10.', NUMBER_OR_NULL)
  rating!: number | null;

  @Told('For adults.', { type: Boolean })
  isAdult!: boolean;

  @Told('Viewers do not see it.', { type: Boolean })
  isHidden!: boolean;

  @Told('Fields that a person set; no run touches them.', { type: [String] })
  editedFields!: string[];

  @Told('When it was found.', DATE_TIME)
  addedAt!: string;
}

export class SeriesPageDto {
  @Told('Series of this page, by title.', { type: [SeriesDto] })
  items!: SeriesDto[];

  @Told('How many there are.', { type: 'integer' })
  total!: number;

  @Told('Page.', { type: 'integer' })
  page!: number;

  @Told('Series per page.', { type: 'integer' })
  perPage!: number;
}

class EpisodeDto {
  @Told('Id; what players open.', { type: 'integer' })
  id!: number;

  @Told('Season.', { type: 'integer' })
  season!: number;

  @Told('Number in the season.', { type: 'integer' })
  number!: number;

  @Told('Title; empty = it has none.', { type: String })
  title!: string;

  @Told('Length in seconds.', WHOLE_OR_NULL)
  durationSeconds!: number | null;
}

export class SeriesDetailDto extends SeriesDto {
  @Told('Episodes in their order.', { type: [EpisodeDto] })
  episodes!: EpisodeDto[];
}
