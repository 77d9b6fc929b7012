import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../platform/clock.js';
import { AppError, refuseProblems } from '../platform/errors/app-error.js';
import { CLOCK } from '../platform/tokens.js';
import { guideInputProblems, guideUrlProblems, type GuideSourceInput } from './guide-source-rules.js';
import type { GuideKind, GuideSource } from './guide-source.entity.js';
import { GuideSourcesRepository } from './guide-sources.repository.js';

const DEFAULT_INTERVAL_MINUTES = 720;
const DEFAULT_PRIORITY = 100;
const FIRST_RUN_AFTER_SECONDS = 60;
/** What a refresh depends on: a change makes the next one read the guide as if for the first time. */
const CONTENT_FIELDS = ['url', 'kind', 'headers', 'options', 'timeZone', 'allowPrivate'] as const;

@Injectable()
export class GuideSourcesService {
  constructor(
    private readonly sources: GuideSourcesRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** `url` is http(s), or file: with an absolute path where `allowFiles` (the local command line). Throws `conflict` for a known one. */
  async add(
    input: GuideSourceInput & { url: string },
    options: { allowFiles: boolean; listSourceId?: number },
  ): Promise<GuideSource> {
    refuseProblems([...guideInputProblems(input), ...guideUrlProblems(input.url, options.allowFiles)]);
    const known = (await this.sources.list()).find(({ url }) => url === input.url);
    if (known) {
      throw new AppError('conflict', `guide ${known.id} reads this address already`, { status: 409 });
    }
    const nowSeconds = this.nowSeconds();
    return this.sources.insert({
      name: input.name ?? nameFromUrl(input.url),
      url: input.url,
      kind: (input.kind ?? 'auto') as GuideKind,
      isEnabled: input.isEnabled ?? true,
      priority: input.priority ?? DEFAULT_PRIORITY,
      intervalMinutes: input.intervalMinutes ?? DEFAULT_INTERVAL_MINUTES,
      headers: input.headers ?? {},
      options: input.options ?? {},
      timeZone: input.timeZone ?? 'UTC',
      shiftMinutes: input.shiftMinutes ?? 0,
      allowPrivate: input.allowPrivate ?? false,
      listSourceId: options.listSourceId ?? null,
      etag: null,
      lastModified: null,
      contentHash: null,
      shrinkThreshold: input.shrinkThreshold ?? null,
      generation: null,
      previousGeneration: null,
      channelCount: 0,
      programmeCount: 0,
      lastReport: null,
      lastRunAt: null,
      lastSuccessAt: null,
      // Time to adjust it, before the schedule reads it.
      nextRunAt: nowSeconds + FIRST_RUN_AFTER_SECONDS,
      createdAt: nowSeconds,
      removedAt: null,
    });
  }

  async change(id: number, input: GuideSourceInput, options: { allowFiles: boolean }): Promise<GuideSource> {
    refuseProblems([
      ...guideInputProblems(input),
      ...(input.url === undefined ? [] : guideUrlProblems(input.url, options.allowFiles)),
    ]);
    const fields = Object.fromEntries(
      Object.entries(input).filter(([, value]) => value !== undefined),
    ) as Partial<GuideSource>;
    const startsAfresh = CONTENT_FIELDS.some((field) => fields[field] !== undefined);
    const forgotten = startsAfresh
      ? { etag: null, lastModified: null, contentHash: null, nextRunAt: null }
      : {};
    if (!(await this.sources.edit(id, fields, forgotten))) throw unknownGuide(id);
    return this.get(id);
  }

  /** Its programmes leave at once. Ids of its channels come back with the same address. */
  async remove(id: number): Promise<void> {
    if (!(await this.sources.remove(id, this.nowSeconds()))) throw unknownGuide(id);
  }

  async get(id: number): Promise<GuideSource> {
    const source = await this.sources.findById(id);
    if (!source) throw unknownGuide(id);
    return source;
  }

  list(): Promise<GuideSource[]> {
    return this.sources.list();
  }

  private nowSeconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}

/** Host and file name; never credentials or a query. */
function nameFromUrl(url: string): string {
  const { hostname, pathname } = new URL(url);
  const file = (pathname.split('/').at(-1) ?? '').replace(/%[0-9a-f]{2}/gi, ' ');
  return [hostname, file].filter(Boolean).join(' ').slice(0, 200) || 'guide';
}

function unknownGuide(id: number): AppError {
  return new AppError('not_found', `there is no guide ${id}`, { status: 404 });
}
