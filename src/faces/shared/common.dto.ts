import { ERROR_CODES } from '../../platform/errors/codes.js';
import { OneOf, QueryWhole, Text, Told } from './fields.js';

export const MAX_PER_PAGE = 200;

export class PageQuery {
  @QueryWhole({ doc: 'Page, from 1.', optional: true, min: 1, max: 1_000_000, default: 1 })
  page: number = 1;

  @QueryWhole({ doc: 'Rows per page.', optional: true, min: 1, max: MAX_PER_PAGE, default: 50 })
  perPage: number = 50;
}

export class SearchQuery extends PageQuery {
  @Text({ doc: 'Only what contains this text, in any case.', optional: true, max: 100 })
  search?: string;

  @OneOf(['asc', 'desc'], { doc: 'Direction of the order.', optional: true, default: 'asc' })
  order: 'asc' | 'desc' = 'asc';
}

export class FieldProblemDto {
  @Told('The field, by its path.', { type: String, example: 'maxConnections' })
  field!: string;

  @Told('The rule it breaks.', { type: String, example: 'must not be less than 0' })
  rule!: string;
}

export class ErrorDetailDto {
  @Told('Stable name of the kind of failure.', { type: String, enum: [...ERROR_CODES] })
  code!: string;

  @Told('One sentence for people.', { type: String })
  message!: string;

  @Told('Every field that breaks a rule; empty where no field is to blame.', { type: [FieldProblemDto] })
  details!: FieldProblemDto[];

  @Told('The log has this id where the failure is ours.', { type: String })
  requestId!: string;
}

export class ErrorDto {
  @Told('What went wrong.', { type: ErrorDetailDto })
  error!: ErrorDetailDto;
}

/** Epoch seconds as ISO 8601. */
export function isoTime(seconds: number): string;
export function isoTime(seconds: number | null): string | null;
export function isoTime(seconds: number | null): string | null {
  return seconds === null ? null : new Date(seconds * 1000).toISOString();
}

/** ISO 8601 as epoch seconds; undefined and null stay what they are. */
export function epochTime<T extends null | undefined>(text: string | T): number | T {
  return typeof text === 'string' ? Math.floor(Date.parse(text) / 1000) : text;
}
