import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';

/**
 * One decorator per kind of field: what is checked and what the documentation says are one statement. An optional
 * field may be absent; only a nullable one may be null.
 */
interface Common {
  doc: string;
  optional?: boolean;
  nullable?: boolean;
  example?: unknown;
  default?: unknown;
}

/** The largest id there can be. */
export const MAX_ID = 2_147_483_647;
/** No control characters, whichever way they were written. */
const ONE_LINE = /^[^\p{Cc}\p{Cs}\u2028\u2029]*$/u;
/** Line ends and tabs are fine. */
const SEVERAL_LINES = /^(?:[^\p{Cc}\p{Cs}]|[\t\n\r])*$/u;

export function Text(
  options: Common & { min?: number; max: number; multiline?: boolean },
): PropertyDecorator {
  const { min = 0, max, multiline = false } = options;
  return field(options, { type: String, minLength: min, maxLength: max }, [
    IsString(),
    MinLength(min),
    MaxLength(max),
    Matches(multiline ? SEVERAL_LINES : ONE_LINE, {
      message: '$property must not contain control characters',
    }),
  ]);
}

/** A text that is never shown again; control characters are the password rules' business. */
export function SecretText(options: Common & { max: number }): PropertyDecorator {
  return field(options, { type: String, format: 'password', maxLength: options.max }, [
    IsString(),
    MaxLength(options.max),
  ]);
}

export function Whole(options: Common & { min: number; max: number }): PropertyDecorator {
  const { min, max } = options;
  return field(options, { type: 'integer', minimum: min, maximum: max }, [IsInt(), Min(min), Max(max)]);
}

export function Fraction(options: Common & { min: number; max: number }): PropertyDecorator {
  const { min, max } = options;
  return field(options, { type: 'number', minimum: min, maximum: max }, [
    IsNumber({ allowNaN: false, allowInfinity: false }),
    Min(min),
    Max(max),
  ]);
}

export function Id(options: Common): PropertyDecorator {
  return Whole({ ...options, min: 1, max: MAX_ID });
}

export function Flag(options: Common): PropertyDecorator {
  return field(options, { type: Boolean }, [IsBoolean()]);
}

export function OneOf(values: readonly string[], options: Common): PropertyDecorator {
  return field(options, { type: String, enum: [...values] }, [IsIn([...values])]);
}

export function SomeOf(values: readonly string[], options: Common): PropertyDecorator {
  return field(options, { type: String, enum: [...values], isArray: true }, [
    IsArray(),
    ArrayMaxSize(values.length),
    ArrayUnique(),
    IsIn([...values], { each: true }),
  ]);
}

/** ISO 8601 with a time zone, so that nobody has to guess it. */
export function Time(options: Common): PropertyDecorator {
  return field(options, { type: String, format: 'date-time' }, [
    IsISO8601({ strict: true, strictSeparator: true }),
    Matches(/(?:Z|[+-]\d\d:?\d\d)$/, {
      message: '$property must name its time zone, e.g. 2026-12-31T23:59:59Z',
    }),
  ]);
}

export function IdList(options: Common & { min?: number; max: number }): PropertyDecorator {
  const { min = 0, max } = options;
  const items = { type: 'integer', minimum: 1, maximum: MAX_ID };
  return field(options, { type: 'array', items, minItems: min, maxItems: max, uniqueItems: true }, [
    IsArray(),
    ArrayMinSize(min),
    ArrayMaxSize(max),
    ArrayUnique(),
    IsInt({ each: true }),
    Min(1, { each: true }),
    Max(MAX_ID, { each: true }),
  ]);
}

/** Short texts by their names. */
export function TextMap(options: Common): PropertyDecorator {
  return field(options, { type: 'object', additionalProperties: { type: 'string', maxLength: 2000 } }, [
    ValidateBy({
      name: 'texts',
      validator: {
        validate: isTextMap,
        defaultMessage: () => '$property must be up to 50 texts, each with a name',
      },
    }),
  ]);
}

function isTextMap(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries: [string, unknown][] = Object.entries(value);
  const isText = (text: unknown): boolean =>
    typeof text === 'string' && text.length <= 2000 && ONE_LINE.test(text);
  return entries.length <= 50 && entries.every(([name, text]) => name.length <= 200 && isText(text));
}

export function TextList(options: Common & { max: number }): PropertyDecorator {
  const items = { type: 'string', maxLength: 2000 };
  return field(options, { type: 'array', items, maxItems: options.max }, [
    IsArray(),
    ArrayMaxSize(options.max),
    IsString({ each: true }),
    MaxLength(2000, { each: true }),
  ]);
}

/** HTTP headers by their names. */
export function HeaderMap(options: Common): PropertyDecorator {
  return field(options, { type: 'object', additionalProperties: { type: 'string', maxLength: 2000 } }, [
    ValidateBy({
      name: 'headers',
      validator: {
        validate: isHeaderMap,
        defaultMessage: () => '$property must be up to 30 HTTP headers, each a name and a text of one line',
      },
    }),
  ]);
}

function isHeaderMap(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries: [string, unknown][] = Object.entries(value);
  return (
    entries.length <= 30 &&
    entries.every(
      ([name, text]) =>
        /^[A-Za-z0-9-]{1,64}$/.test(name) && typeof text === 'string' && /^[\t\x20-\x7e]{0,2000}$/.test(text),
    )
  );
}

export function Nested(type: () => new () => object, options: Common): PropertyDecorator {
  // The documentation takes a function for the class itself unless it is called "type".
  return applyDecorators(field(options, { type: type() }, [IsObject(), ValidateNested()]), Type(type));
}

export function NestedList(
  type: () => new () => object,
  options: Common & { max: number },
): PropertyDecorator {
  const { max } = options;
  return applyDecorators(
    field(options, { type: [type()], maxItems: max }, [
      IsArray(),
      ArrayMaxSize(max),
      IsObject({ each: true }),
      ValidateNested({ each: true }),
    ]),
    Type(type),
  );
}

/** A whole number in a query: texts of digits become numbers, anything else stays a text and is refused. */
export function QueryWhole(options: Common & { min: number; max: number }): PropertyDecorator {
  return applyDecorators(
    Whole(options),
    Transform(({ value }) => toWhole(value)),
  );
}

export function QueryFlag(options: Common): PropertyDecorator {
  return applyDecorators(
    Flag(options),
    Transform(({ value }: { value: unknown }) =>
      value === 'true' ? true : value === 'false' ? false : value,
    ),
  );
}

function toWhole(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
}

/** For what the server sends: nothing is checked, only told. */
export function Told(doc: string, options: ApiPropertyOptions = {}): PropertyDecorator {
  return ApiProperty({ ...options, description: doc });
}

function field(common: Common, shape: object, rules: PropertyDecorator[]): PropertyDecorator {
  const { doc, optional = false, nullable = false, example, default: preset } = common;
  const told = {
    ...shape,
    description: doc,
    ...(nullable ? { nullable } : {}),
    ...(example === undefined ? {} : { example }),
    ...(preset === undefined ? {} : { default: preset }),
  } as ApiPropertyOptions;
  const decorators = [...rules];
  if (nullable) decorators.unshift(ValidateIf((_object, value) => value !== null));
  if (optional) decorators.unshift(nullable ? IsOptional() : AbsentOnly());
  decorators.unshift(optional ? ApiPropertyOptional(told) : ApiProperty(told));
  return applyDecorators(...decorators);
}

/** Like IsOptional, but null does not count as absent. */
function AbsentOnly(): PropertyDecorator {
  return ValidateIf((_object, value) => value !== undefined);
}
