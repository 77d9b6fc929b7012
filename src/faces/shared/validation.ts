import { Injectable, ValidationPipe, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import {
  AppError,
  invalidInput,
  refuseProblems,
  type FieldProblem,
} from '../../platform/errors/app-error.js';
import { MAX_ID } from './fields.js';

const MAX_PROBLEMS = 50;
/** The largest request of ours names a few thousand ids. */
const MAX_VALUES = 20_000;
const MAX_DEPTH = 8;

/** Checks every body and query against its class and names all broken rules at once. */
export class AdminValidation extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      validationError: { target: false, value: false },
      transformOptions: { exposeUnsetFields: false },
      exceptionFactory: (errors) => {
        refuseProblems(errors.flatMap((error) => problemsOf(error)).slice(0, MAX_PROBLEMS));
        return new AppError('invalid_input', 'the request is not valid', { status: 400 });
      },
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    // Path parameters have a pipe of their own, and guards hand over what is sound already.
    if (metadata.type !== 'body' && metadata.type !== 'query') return value;
    const given = value === undefined ? {} : value;
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      throw invalidInput([{ field: metadata.type, rule: 'must be a JSON object' }]);
    }
    refuseExcess(given);
    return (await super.transform(given, metadata)) as unknown;
  }
}

/** The validation walks through everything that was sent, and a megabyte of brackets would hold up the streams. */
function refuseExcess(body: unknown): void {
  const waiting: { value: unknown; depth: number }[] = [{ value: body, depth: 0 }];
  let seen = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    const inner: unknown[] = Object.values(next.value);
    seen += inner.length;
    if (seen > MAX_VALUES || next.depth > MAX_DEPTH) {
      throw invalidInput([{ field: 'body', rule: 'must not hold so many values, nor nest so deep' }]);
    }
    for (const value of inner) waiting.push({ value, depth: next.depth + 1 });
  }
}

function problemsOf(error: ValidationError, path = ''): FieldProblem[] {
  const field = `${path}${error.property}`;
  const rules = Object.values(error.constraints ?? {});
  const own = rules.map((rule) => ({ field: field.slice(0, 200), rule: ruleText(rule, error.property) }));
  return [...own, ...(error.children ?? []).flatMap((child) => problemsOf(child, `${field}.`))];
}

/** class-validator begins its sentences with the name of the field, which stands beside them already. */
function ruleText(rule: string, property: string): string {
  const text = rule.startsWith(`property ${property} should`) ? 'is not a field of this request' : rule;
  const bare = text.startsWith(`${property} `) ? text.slice(property.length + 1) : text;
  return bare.slice(0, 300);
}

/** A path parameter that must be the id of something. What cannot exist is not found. */
@Injectable()
export class IdPipe implements PipeTransform<string, number> {
  transform(value: string, { data }: ArgumentMetadata): number {
    if (!/^\d{1,15}$/.test(value)) {
      refuseProblems([{ field: data ?? 'id', rule: 'must be a whole number above 0' }]);
    }
    const id = Number(value);
    if (id < 1 || id > MAX_ID) {
      throw new AppError('not_found', `there is nothing with the id ${id}`, { status: 404 });
    }
    return id;
  }
}
