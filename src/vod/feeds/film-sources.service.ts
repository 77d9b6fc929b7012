import { Inject, Injectable } from '@nestjs/common';
import { CategoriesRepository } from '../../channels/categories.repository.js';
import { readRutubeAddress, type RutubePath } from '../../core/rutube/rutube-address.js';
import type { Clock } from '../../platform/clock.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { AppError, refuseProblems, type FieldProblem } from '../../platform/errors/app-error.js';
import { CLOCK } from '../../platform/tokens.js';
import type { FilmSource } from '../film-source.entity.js';
import { OfferedFilms } from '../offers/offered-films.js';
import type { FilmSourceOptions } from './film-source-types.js';
import { FilmSourcesRepository } from './film-sources.repository.js';

/** Everything a person may set. Absent = default at creation, unchanged at an update. */
export interface FilmSourceInput extends FilmSourceOptions {
  /** What stands at Rutube: see `readRutubeAddress`. */
  address?: string;
  name?: string;
  /** 0 = only when asked. */
  intervalMinutes?: number;
  isEnabled?: boolean;
  /** A category of films; null = none. */
  categoryId?: number | null;
}

export const FILM_SOURCE_LIMITS = {
  minutes: { least: 30, most: 525_600 },
  pages: { least: 1, most: 200 },
  filmMinutes: { least: 1, most: 240 },
} as const;
export const FILM_SOURCE_DEFAULTS = { intervalMinutes: 720, maxPages: 20, leastMinutes: 40 } as const;
/** Time to adjust it and to read it by hand, before the schedule does. */
const FIRST_RUN_AFTER_SECONDS = 300;
/** What a reading depends on: a change makes the next one come soon. */
const CONTENT_FIELDS = ['maxPages', 'allFilms', 'leastMinutes', 'categoryId', 'intervalMinutes'] as const;
const ADDRESS_RULE =
  'must be a feed, tag, person, playlist, card or video of Rutube: an address, or for example tag:5064';

/** What people do with sources of films. Throws `invalid_input` and `not_found`. */
@Injectable()
export class FilmSourcesService {
  constructor(
    private readonly sources: FilmSourcesRepository,
    private readonly categories: CategoriesRepository,
    private readonly offered: OfferedFilms,
    private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  list(): Promise<FilmSource[]> {
    return this.sources.list();
  }

  async get(id: number): Promise<FilmSource> {
    const source = await this.sources.findById(id);
    if (!source) throw new AppError('not_found', `there is no film source ${id}`, { status: 404 });
    return source;
  }

  async add(input: FilmSourceInput & { address: string }): Promise<FilmSource> {
    const url = await this.check(input);
    const nowSeconds = Math.floor(this.clock.now() / 1000);
    return this.sources.insert({
      name: input.name?.trim() ?? nameOf(url),
      kind: 'rutube',
      url,
      options: optionsOf(input, {}),
      isEnabled: input.isEnabled ?? true,
      intervalMinutes: input.intervalMinutes ?? FILM_SOURCE_DEFAULTS.intervalMinutes,
      categoryId: input.categoryId ?? null,
      entryCount: 0,
      lastReport: null,
      lastRunAt: null,
      lastSuccessAt: null,
      nextRunAt: nowSeconds + FIRST_RUN_AFTER_SECONDS,
      createdAt: nowSeconds,
    });
  }

  async change(id: number, input: FilmSourceInput): Promise<FilmSource> {
    const before = await this.get(id);
    const url = await this.check({ address: before.url, ...input });
    const options = optionsOf(input, before.options);
    const { name, isEnabled, intervalMinutes, categoryId } = input;
    const told = { name: name?.trim(), isEnabled, intervalMinutes, categoryId };
    const fields = Object.fromEntries(
      Object.entries({ ...told, url, options }).filter(([, value]) => value !== undefined),
    );
    const isElsewhere = url !== before.url;
    const isReadAnew = isElsewhere || CONTENT_FIELDS.some((field) => input[field] !== undefined);
    const forgotten = {
      ...(isReadAnew ? { nextRunAt: null } : {}),
      // Another place is not measured by what the one before had.
      ...(isElsewhere ? { entryCount: 0 } : {}),
    };
    await this.sources.edit(id, fields, forgotten);
    return this.get(id);
  }

  /** Films that nothing else offers or shows retire; their ids and what people decided about them stay. */
  async remove(id: number): Promise<{ retired: number }> {
    const source = await this.get(id);
    const retired = await this.offered.retire({ origin: 'rutube', filmSourceId: id });
    await this.sources.remove(source);
    return { retired };
  }

  /** The path of the address. */
  private async check(input: FilmSourceInput & { address: string }): Promise<RutubePath> {
    const url = readRutubeAddress(input.address, this.config.rutube.baseUrl);
    const problems = problemsOf(input);
    if (url === null) problems.push({ field: 'address', rule: ADDRESS_RULE });
    if (typeof input.categoryId === 'number') {
      const category = await this.categories.findById(input.categoryId);
      if (category?.kind !== 'vod') {
        problems.push({ field: 'categoryId', rule: 'must be a category of films' });
      }
    }
    refuseProblems(problems);
    return url ?? '';
  }
}

function problemsOf({ name, intervalMinutes, maxPages, leastMinutes }: FilmSourceInput): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const need = (field: string, isRight: boolean, rule: string): void => {
    if (!isRight) problems.push({ field, rule });
  };
  const { minutes, pages, filmMinutes } = FILM_SOURCE_LIMITS;
  if (name !== undefined) {
    need('name', /^[^\p{Cc}]{1,200}$/u.test(name.trim()), 'must be 1 to 200 characters');
  }
  if (intervalMinutes !== undefined) {
    const rule = `must be 0 (only when asked) or a whole number from ${minutes.least} to ${minutes.most}`;
    need('intervalMinutes', intervalMinutes === 0 || isWithin(intervalMinutes, minutes), rule);
  }
  if (maxPages !== undefined) need('maxPages', isWithin(maxPages, pages), ruleOf(pages));
  if (leastMinutes !== undefined) {
    need('leastMinutes', isWithin(leastMinutes, filmMinutes), ruleOf(filmMinutes));
  }
  return problems;
}

interface Bounds {
  least: number;
  most: number;
}

function isWithin(value: number, { least, most }: Bounds): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function ruleOf({ least, most }: Bounds): string {
  return `must be a whole number from ${least} to ${most}`;
}

function optionsOf(input: FilmSourceOptions, before: FilmSourceOptions): FilmSourceOptions {
  const { maxPages, allFilms, leastMinutes } = input;
  const told = Object.entries({ maxPages, allFilms, leastMinutes }).filter(
    ([, value]) => value !== undefined,
  );
  return { ...before, ...Object.fromEntries(told) };
}

/** "Rutube tags/video/5064" */
function nameOf(path: RutubePath): string {
  const [pathname = ''] = path.split('?', 1);
  return `Rutube ${pathname.replace(/^\/api\/|\/$/g, '')}`.slice(0, 200);
}
