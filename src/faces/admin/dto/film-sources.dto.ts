import { FILM_SOURCE_STATES } from '../../../vod/feeds/film-source-types.js';
import { FILM_SOURCE_DEFAULTS, FILM_SOURCE_LIMITS } from '../../../vod/feeds/film-sources.service.js';
import { Flag, Text, Told, Whole } from './fields.js';

const { minutes, pages, filmMinutes } = FILM_SOURCE_LIMITS;
const ADDRESS_DOC =
  'A feed, tag, person, playlist, card, group of cards or video of Rutube: an address of the site or of its API, or the short form.';

class FilmSourceFieldsDto {
  @Text({ doc: 'How you call it; taken from the address where absent.', optional: true, min: 1, max: 200 })
  name?: string;

  @Whole({
    doc: `Minutes between readings, from ${minutes.least}; 0 = only when asked.`,
    optional: true,
    min: 0,
    max: minutes.most,
    default: FILM_SOURCE_DEFAULTS.intervalMinutes,
  })
  intervalMinutes?: number;

  @Flag({ doc: 'false = paused; its films stay.', optional: true, default: true })
  isEnabled?: boolean;

  @Whole({
    doc: 'Category of films they stand in; null = none.',
    optional: true,
    nullable: true,
    min: 1,
    max: 2_147_483_647,
  })
  categoryId?: number | null;

  @Whole({
    doc: 'Pages that are read at a time.',
    optional: true,
    min: pages.least,
    max: pages.most,
    default: FILM_SOURCE_DEFAULTS.maxPages,
  })
  maxPages?: number;

  @Flag({
    doc: 'Everything long enough is a film, whatever it is filed under; trailers and episodes are not.',
    optional: true,
    default: false,
  })
  allFilms?: boolean;

  @Whole({
    doc: 'Shorter videos are no films, minutes.',
    optional: true,
    min: filmMinutes.least,
    max: filmMinutes.most,
    default: FILM_SOURCE_DEFAULTS.leastMinutes,
  })
  leastMinutes?: number;
}

export class AddFilmSourceDto extends FilmSourceFieldsDto {
  @Text({ doc: ADDRESS_DOC, min: 1, max: 2000, example: 'tag:5064' })
  address!: string;
}

export class ChangeFilmSourceDto extends FilmSourceFieldsDto {
  @Text({ doc: ADDRESS_DOC, optional: true, min: 1, max: 2000, example: 'https://rutube.ru/feeds/movies/' })
  address?: string;
}

export class RefreshFilmSourceDto {
  @Flag({ doc: 'Believe it even if it has shrunk suspiciously.', optional: true, default: false })
  force?: boolean;
}

class SkippedDto {
  @Told('Why they are no films.', { type: String, example: 'trailer' })
  reason!: string;

  @Told('How many.', { type: 'integer' })
  count!: number;
}

export class FilmSourceReportDto {
  @Told(
    'Outcome. partly = some of it could not be read, and nothing was taken away; stale = what was there stays.',
    { type: String, enum: [...FILM_SOURCE_STATES] },
  )
  status!: string;

  @Told('Why it is not ok; null = it is.', { type: String, nullable: true })
  reason!: string | null;

  @Told('Pages that were read.', { type: 'integer' })
  pages!: number;

  @Told('Videos and cards that were looked at.', { type: 'integer' })
  entries!: number;

  @Told('Films among them.', { type: 'integer' })
  films!: number;

  @Told('Videos with a year and the length of a film and no other sign of being one; they are not taken.', {
    type: 'integer',
  })
  doubtful!: number;

  @Told('What was no film, by reason.', { type: [SkippedDto] })
  skipped!: SkippedDto[];

  @Told('Ways to watch that are new, or came back.', { type: 'integer' })
  added!: number;

  @Told('Ways to watch that changed.', { type: 'integer' })
  updated!: number;

  @Told('Ways to watch that are gone.', { type: 'integer' })
  retired!: number;

  @Told('Films nobody knew before.', { type: 'integer' })
  newFilms!: number;

  @Told('What went wrong on the way, in words.', { type: [String] })
  problems!: string[];
}

class FilmSourceRunDto {
  @Told('What is being done.', { type: String, enum: ['reading', 'filing'] })
  step!: string;

  @Told('Films filed so far.', { type: 'integer' })
  done!: number;
}

export class FilmSourceDto {
  @Told('Id.', { type: 'integer' })
  id!: number;

  @Told('How you call it.', { type: String })
  name!: string;

  @Told('Where its films come from.', { type: String, enum: ['rutube'] })
  kind!: string;

  @Told('Path of the list at Rutube.', { type: String, example: '/api/tags/video/5064/' })
  address!: string;

  @Told('Minutes between readings; 0 = only when asked.', { type: 'integer' })
  intervalMinutes!: number;

  @Told('false = paused.', { type: Boolean })
  isEnabled!: boolean;

  @Told('Category of films they stand in; null = none.', { type: 'integer', nullable: true })
  categoryId!: number | null;

  @Told('Pages that are read at a time.', { type: 'integer' })
  maxPages!: number;

  @Told('Everything long enough is a film.', { type: Boolean })
  allFilms!: boolean;

  @Told('Shorter videos are no films, minutes.', { type: 'integer' })
  leastMinutes!: number;

  @Told('Films it offered last time.', { type: 'integer' })
  entryCount!: number;

  @Told('What the last reading did; null = there was none.', { type: FilmSourceReportDto, nullable: true })
  lastReport!: FilmSourceReportDto | null;

  @Told('The reading that runs now; null = none.', { type: FilmSourceRunDto, nullable: true })
  run!: FilmSourceRunDto | null;

  @Told('Last reading.', { type: String, format: 'date-time', nullable: true })
  lastRunAt!: string | null;

  @Told('Last reading that went well.', { type: String, format: 'date-time', nullable: true })
  lastSuccessAt!: string | null;

  @Told('Next reading; null = at once, or only when asked.', {
    type: String,
    format: 'date-time',
    nullable: true,
  })
  nextRunAt!: string | null;

  @Told('When it was added.', { type: String, format: 'date-time' })
  createdAt!: string;
}

export class FilmSourcesDto {
  @Told('All sources of films.', { type: [FilmSourceDto] })
  items!: FilmSourceDto[];

  @Told('How many there are.', { type: 'integer' })
  total!: number;
}

export class RemovedFilmSourceDto {
  @Told('Ways to watch that went with it.', { type: 'integer' })
  retired!: number;
}
