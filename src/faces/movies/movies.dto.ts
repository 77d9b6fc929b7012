import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { MAX_PER_PAGE } from '../shared/common.dto.js';
import { Fraction, OneOf, QueryWhole, Text, Told } from '../shared/fields.js';

export const MOVIE_SORTS = ['airing', 'rating', 'added', 'views'] as const;
export const MOVIE_SOURCES = ['tmdb', 'preview'] as const;
export const MAX_SEARCH = 200;
export const MAX_GENRE = 100;
export const MAX_PAGE = 1_000_000;
export const PER_PAGE = 50;
export const FIRST_YEAR = 1870;
export const LAST_YEAR = 2200;
export const MAX_RATING = 10;

class MovieFilters {
  @QueryWhole({ doc: 'Page, from 1.', optional: true, min: 1, max: MAX_PAGE, default: 1 })
  page: number = 1;

  @QueryWhole({ doc: 'Films per page.', optional: true, min: 1, max: MAX_PER_PAGE, default: PER_PAGE })
  per_page: number = PER_PAGE;

  @Text({ doc: 'Only films of this genre, in any case.', optional: true, min: 1, max: MAX_GENRE })
  genre?: string;

  @QueryWhole({ doc: 'Only films of this year.', optional: true, min: FIRST_YEAR, max: LAST_YEAR })
  year?: number;

  @QueryFraction({ doc: 'Only films rated at least so, 0 to 10.', optional: true, min: 0, max: MAX_RATING })
  rating_gte?: number;

  @OneOf(MOVIE_SOURCES, {
    doc: 'Only films that TMDB knows, or only those known from guides and lists alone.',
    optional: true,
  })
  source?: (typeof MOVIE_SOURCES)[number];

  @OneOf(MOVIE_SORTS, {
    doc: 'Order: the next on air, the best, the newest here, the most watched. Absent: as they air, or as they fit `q`.',
    optional: true,
  })
  sort?: (typeof MOVIE_SORTS)[number];
}

export class MoviesQuery extends MovieFilters {
  @Text({
    doc: 'Only films whose titles, in the guide or at TMDB, hold words that begin so; case, accents and script do not count.',
    optional: true,
    min: 1,
    max: MAX_SEARCH,
  })
  q?: string;
}

export class MovieSearchQuery extends MovieFilters {
  @Text({
    doc: 'Words of a title, in the guide or at TMDB; case, accents and script do not count.',
    min: 1,
    max: MAX_SEARCH,
  })
  q!: string;
}

const time = { type: String, format: 'date-time' } as const;
const picture = { type: String, nullable: true } as const;

export class EpgDataDto {
  @Told('As the guide or the list writes it.', { type: String, example: 'Сталкер' })
  title!: string;

  @Told('Of the guide or the list; may be empty.', { type: String })
  description!: string;

  @Told('Start of the showing that runs or comes next.', { ...time, nullable: true })
  broadcast_time!: string | null;

  @Told('Address of the picture of the guide.', picture)
  preview_image!: string | null;
}

export class TmdbDataDto {
  @Told('Title in the language of this server.', { type: String })
  title!: string;

  @Told('Title in the language it was made in.', { type: String })
  original_title!: string;

  @Told('Year of the first showing.', { type: 'integer', nullable: true })
  year!: number | null;

  @Told('0 to 10.', { type: Number, nullable: true })
  rating!: number | null;

  @Told('What it is about.', { type: String })
  description!: string;

  @Told('Address of the poster.', picture)
  poster_url!: string | null;

  @Told('Genres in the language of this server.', { type: [String] })
  genres!: string[];

  @Told('Minutes.', { type: 'integer', nullable: true })
  duration!: number | null;
}

export class AiringDto {
  @Told('Number of the channel.', { type: 'integer' })
  channel_id!: number;

  @Told('Name of the channel.', { type: String })
  channel!: string;

  @Told('Title of this showing in the guide.', { type: String })
  title!: string;

  @Told('Start.', time)
  start!: string;

  @Told('End.', time)
  stop!: string;
}

export class WayToWatchDto {
  @Told('On air, from a list, from Rutube, or recorded.', {
    type: String,
    enum: ['live', 'list', 'rutube', 'archive'],
  })
  kind!: string;

  @Told('The channel, or the name its origin gives it.', { type: String })
  label!: string;

  @Told('Minutes.', { type: 'integer', nullable: true })
  duration!: number | null;

  @Told('From when on; null = at any time.', { ...time, nullable: true })
  starts_at!: string | null;

  @Told('Address below this server; put in the name and the password of a viewer.', {
    type: String,
    example: '/movie/{username}/{password}/500000001.mp4',
  })
  path!: string;
}

export class MovieMetadataDto {
  @Told('When it was found.', time)
  created_at!: string;

  @Told('When something of it changed.', time)
  updated_at!: string;

  @Told('Whether TMDB knows it; "preview" = guides and lists alone.', {
    type: String,
    enum: [...MOVIE_SOURCES],
  })
  source!: string;
}

export class MovieDto {
  @Told('Number of the film; never changes.', { type: 'integer' })
  id!: number;

  @Told('What guides and lists say.', { type: EpgDataDto })
  epg_data!: EpgDataDto;

  @Told('What TMDB says; null = nothing.', { type: TmdbDataDto, nullable: true })
  tmdb_data!: TmdbDataDto | null;

  @Told('Showings that run or come, the next first; twenty of them in lists.', { type: [AiringDto] })
  airings!: AiringDto[];

  @Told('The next showing, and wherever else it can be watched.', { type: [WayToWatchDto] })
  ways_to_watch!: WayToWatchDto[];

  @Told('Of this entry.', { type: MovieMetadataDto })
  metadata!: MovieMetadataDto;
}

const ROLES = ['director', 'actor'] as const;

export class CreditDto {
  @Told('Number at `/api/persons/{id}`; null = not known.', { type: 'integer', nullable: true })
  person_id!: number | null;

  @Told('The name.', { type: String })
  name!: string;

  @Told('What they did.', { type: String, enum: [...ROLES] })
  role!: string;

  @Told('Whom they play.', { type: String, nullable: true })
  character!: string | null;
}

export class MovieWithCreditsDto extends MovieDto {
  @Told('Who made it, directors first, as TMDB tells; may be empty.', { type: [CreditDto] })
  credits!: CreditDto[];
}

export class FilmOfPersonDto {
  @Told('Number of the film.', { type: 'integer' })
  id!: number;

  @Told('Its title.', { type: String })
  title!: string;

  @Told('Its year.', { type: 'integer', nullable: true })
  year!: number | null;

  @Told('Address of the poster.', picture)
  poster_url!: string | null;

  @Told('What they did.', { type: [String], enum: [...ROLES] })
  roles!: string[];

  @Told('Whom they play.', { type: String, nullable: true })
  character!: string | null;
}

const day = { type: String, format: 'date', nullable: true } as const;

export class PersonDto {
  @Told('Number of the person, the one of TMDB.', { type: 'integer' })
  id!: number;

  @Told('The name.', { type: String })
  name!: string;

  @Told('In the language of this server; may be empty.', { type: String })
  biography!: string;

  @Told('Day of birth.', day)
  birthday!: string | null;

  @Told('Day of death.', day)
  deathday!: string | null;

  @Told('Where they were born.', { type: String, nullable: true })
  place_of_birth!: string | null;

  @Told('Address of a picture.', picture)
  picture_url!: string | null;

  @Told('The films listed here, the newest first; a hundred at most.', { type: [FilmOfPersonDto] })
  films!: FilmOfPersonDto[];

  @Told('Who tells; "preview" = the credits of these films alone.', {
    type: String,
    enum: [...MOVIE_SOURCES],
  })
  source!: string;
}

export class PaginationDto {
  @Told('This page, from 1.', { type: 'integer' })
  page!: number;

  @Told('Films per page.', { type: 'integer' })
  per_page!: number;

  @Told('Films in all.', { type: 'integer' })
  total!: number;

  @Told('Pages in all.', { type: 'integer' })
  pages!: number;
}

export class MoviesDto {
  @Told('The films of this page.', { type: [MovieDto] })
  movies!: MovieDto[];

  @Told('Where this page stands.', { type: PaginationDto })
  pagination!: PaginationDto;
}

export class GenreDto {
  @Told('As the filter takes it.', { type: String })
  name!: string;

  @Told('Films of it.', { type: 'integer' })
  count!: number;
}

export class GenresDto {
  @Told('Most films first.', { type: [GenreDto] })
  genres!: GenreDto[];
}

function QueryFraction(options: Parameters<typeof Fraction>[0]): PropertyDecorator {
  return applyDecorators(
    Fraction(options),
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^\d{1,3}(?:\.\d{1,6})?$/.test(value) ? Number(value) : value,
    ),
  );
}
