import { Inject, Injectable } from '@nestjs/common';
import { ChannelImportService } from '../channels/channel-import.service.js';
import type { Clock } from '../platform/clock.js';
import { AppError, type FieldProblem } from '../platform/errors/app-error.js';
import { proxyProblems, storedProxy } from '../platform/http/proxy-url.js';
import { CLOCK } from '../platform/tokens.js';
import {
  GROUPINGS,
  LIST_TYPES,
  type Grouping,
  type ListFilters,
  type ListSource,
  type ListType,
} from './list-source.entity.js';
import { ListSourcesRepository } from './list-sources.repository.js';
import { LIST_FILMS, type ListFilms } from './listed-film.js';

/** Everything a person may set. Absent = default at creation, unchanged at an update. */
export interface ListSourceInput {
  name?: string;
  url?: string;
  type?: string;
  intervalMinutes?: number;
  headers?: Record<string, string>;
  isEnabled?: boolean;
  filters?: ListFilters;
  grouping?: string;
  allowPrivate?: boolean;
  /** `http://[user:password@]host:port` for the list and its streams; null = none. */
  proxyUrl?: string | null;
  maxConnections?: number | null;
  shrinkThreshold?: number | null;
}

const DEFAULT_INTERVAL_MINUTES = 360;
const FIRST_RUN_AFTER_SECONDS = 300;
/** What a refresh depends on: a change makes the next one read the list as if for the first time. */
const CONTENT_FIELDS = ['url', 'type', 'headers', 'filters', 'grouping', 'allowPrivate'] as const;

@Injectable()
export class ListSourcesService {
  constructor(
    private readonly sources: ListSourcesRepository,
    private readonly channels: ChannelImportService,
    @Inject(LIST_FILMS) private readonly films: ListFilms,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** `url` is http(s), or file: with an absolute path where `allowFiles` (the local command line). */
  async add(input: ListSourceInput & { url: string }, options: { allowFiles: boolean }): Promise<ListSource> {
    refuse([...inputProblems(input), ...urlProblems(input.url, options.allowFiles)]);
    const nowSeconds = Math.floor(this.clock.now() / 1000);
    return this.sources.insert({
      name: input.name ?? nameFromUrl(input.url),
      url: input.url,
      type: (input.type ?? 'auto') as ListType,
      intervalMinutes: input.intervalMinutes ?? DEFAULT_INTERVAL_MINUTES,
      headers: input.headers ?? {},
      isEnabled: input.isEnabled ?? true,
      filters: input.filters ?? {},
      grouping: (input.grouping ?? 'tvg-id-then-name') as Grouping,
      allowPrivate: input.allowPrivate ?? false,
      proxyUrl: storedProxy(input.proxyUrl ?? null),
      maxConnections: input.maxConnections ?? null,
      shrinkThreshold: input.shrinkThreshold ?? null,
      etag: null,
      lastModified: null,
      contentHash: null,
      entryCount: 0,
      filmCount: 0,
      generation: null,
      previousGeneration: null,
      guideUrls: [],
      lastReport: null,
      lastRunAt: null,
      lastSuccessAt: null,
      // Time to adjust it and to read it by hand, before the schedule does.
      nextRunAt: nowSeconds + FIRST_RUN_AFTER_SECONDS,
      createdAt: nowSeconds,
    });
  }

  async change(id: number, input: ListSourceInput, options: { allowFiles: boolean }): Promise<ListSource> {
    refuse([
      ...inputProblems(input),
      ...(input.url === undefined ? [] : urlProblems(input.url, options.allowFiles)),
    ]);
    const fields = Object.fromEntries(
      Object.entries(input).filter(([, value]) => value !== undefined),
    ) as Partial<ListSource>;
    if (typeof fields.proxyUrl === 'string') fields.proxyUrl = storedProxy(fields.proxyUrl);
    const startsAfresh = CONTENT_FIELDS.some((field) => fields[field] !== undefined);
    const forgotten = startsAfresh
      ? { etag: null, lastModified: null, contentHash: null, nextRunAt: null }
      : {};
    if (!(await this.sources.edit(id, fields, forgotten))) throw unknownList(id);
    return this.get(id);
  }

  /** Removes the list; channels and films that nothing else feeds disappear from view but keep their ids. */
  async remove(id: number): Promise<{ retired: number }> {
    await this.get(id);
    const retired = await this.channels.retireList(id);
    await this.films.retire(id);
    await this.sources.remove(id);
    return { retired };
  }

  /** What `remove` would retire. Changes nothing. */
  async foreseeRemoval(id: number): Promise<{ retired: number }> {
    await this.get(id);
    return { retired: await this.channels.foreseeRetired(id) };
  }

  async get(id: number): Promise<ListSource> {
    const source = await this.sources.findById(id);
    if (!source) throw unknownList(id);
    return source;
  }

  list(): Promise<ListSource[]> {
    return this.sources.list();
  }
}

function inputProblems(input: ListSourceInput): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const need = (field: string, isRight: boolean, rule: string): void => {
    if (!isRight) problems.push({ field, rule });
  };
  const { name, type, intervalMinutes, headers, filters, grouping, maxConnections, shrinkThreshold } = input;
  if (name !== undefined) {
    need('name', /^[^\p{Cc}]{1,200}$/u.test(name.trim()), 'must be 1 to 200 characters');
  }
  if (type !== undefined) {
    need('type', LIST_TYPES.includes(type as never), `must be one of ${LIST_TYPES.join(', ')}`);
  }
  if (grouping !== undefined) {
    need('grouping', GROUPINGS.includes(grouping as never), `must be one of ${GROUPINGS.join(', ')}`);
  }
  if (intervalMinutes !== undefined) {
    need(
      'intervalMinutes',
      isWhole(intervalMinutes, 0, 525_600),
      'must be a whole number of minutes from 0 (never) to 525600',
    );
  }
  if (maxConnections !== undefined && maxConnections !== null) {
    need('maxConnections', isWhole(maxConnections, 1, 10_000), 'must be a whole number from 1 to 10000');
  }
  if (shrinkThreshold !== undefined && shrinkThreshold !== null) {
    need('shrinkThreshold', shrinkThreshold >= 0 && shrinkThreshold <= 1, 'must be from 0 to 1');
  }
  for (const [header, value] of Object.entries(headers ?? {})) {
    need(
      'headers',
      /^[A-Za-z0-9-]{1,64}$/.test(header) && /^[\t\x20-\x7e]{0,2000}$/.test(value),
      `${header.slice(0, 64)} is not an HTTP header`,
    );
  }
  for (const [field, pattern] of Object.entries(filters ?? {})) {
    need(
      `filters.${field}`,
      typeof pattern === 'string' && pattern.length <= 300 && isPattern(pattern),
      'must be a regular expression of up to 300 characters',
    );
  }
  return [...problems, ...proxyProblems(input.proxyUrl)];
}

function urlProblems(url: string, allowFiles: boolean): FieldProblem[] {
  const rule = allowFiles ? 'must be an http(s) address or a file' : 'must be an http(s) address';
  if (url.length > 4096 || !URL.canParse(url)) return [{ field: 'url', rule }];
  const { protocol } = new URL(url);
  const isRight = protocol === 'http:' || protocol === 'https:' || (allowFiles && protocol === 'file:');
  return isRight ? [] : [{ field: 'url', rule }];
}

/** Host and file name; never credentials or a query. */
function nameFromUrl(url: string): string {
  const { hostname, pathname } = new URL(url);
  const file = decodeURIComponent(pathname.split('/').at(-1) ?? '').replace(/\p{Cc}/gu, '');
  return [hostname, file].filter(Boolean).join(' ').slice(0, 200) || 'list';
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'iu').source.length > 0;
  } catch {
    return false;
  }
}

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

function refuse(problems: FieldProblem[]): void {
  if (problems.length === 0) return;
  const text = problems.map(({ field, rule }) => `${field} ${rule}`).join('; ');
  throw new AppError('invalid_input', text, { status: 400, details: problems });
}

function unknownList(id: number): AppError {
  return new AppError('not_found', `there is no list ${id}`, { status: 404 });
}
