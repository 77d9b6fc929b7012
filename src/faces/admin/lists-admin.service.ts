import { Injectable } from '@nestjs/common';
import { Lifecycle } from '../../platform/lifecycle.js';
import { redactUrl } from '../../platform/logging/redact.js';
import type { ListSource } from '../../scrapers/list-source.entity.js';
import { ListSourcesService } from '../../scrapers/list-sources.service.js';
import { RefreshService, type RefreshProgress } from '../../scrapers/refresh.service.js';
import { isoTime } from './dto/common.dto.js';
import type {
  AddListDto,
  ChangeListDto,
  ListDto,
  ListPreviewDto,
  ListsDto,
  UndoneListDto,
} from './dto/lists.dto.js';

/** Lists as the API tells them: addresses without credentials, headers by their names. */
@Injectable()
export class ListsAdminService {
  constructor(
    private readonly lists: ListSourcesService,
    private readonly refreshes: RefreshService,
    private readonly lifecycle: Lifecycle,
  ) {}

  async list(): Promise<ListsDto> {
    const items = (await this.lists.list()).map((source) => this.present(source));
    return { items, total: items.length };
  }

  async get(id: number): Promise<ListDto> {
    // Looked at first: a run that ends in between must not be shown as over with the report of the one before.
    const run = this.refreshes.progressOf(id);
    return toDto(await this.lists.get(id), run);
  }

  async add(input: AddListDto): Promise<ListDto> {
    return this.present(await this.lists.add(input, { allowFiles: false }));
  }

  async change(id: number, input: ChangeListDto): Promise<ListDto> {
    return this.present(await this.lists.change(id, input, { allowFiles: false }));
  }

  /** Begins a refresh, or joins the one that runs; `get` shows how far it is. */
  async refresh(id: number, force: boolean): Promise<ListDto> {
    const source = await this.lists.get(id);
    this.lifecycle.background(`refresh of list ${id}`, this.refreshes.refresh(id, { force }));
    return this.present(source);
  }

  preview(id: number): Promise<ListPreviewDto> {
    return this.refreshes.preview(id);
  }

  undo(id: number): Promise<UndoneListDto> {
    return this.refreshes.undo(id);
  }

  private present(source: ListSource): ListDto {
    return toDto(source, this.refreshes.progressOf(source.id));
  }
}

function toDto(source: ListSource, run: RefreshProgress | null): ListDto {
  return {
    id: source.id,
    name: source.name,
    url: redactUrl(source.url),
    type: source.type,
    intervalMinutes: source.intervalMinutes,
    headerNames: Object.keys(source.headers),
    isEnabled: source.isEnabled,
    filters: source.filters,
    grouping: source.grouping,
    allowPrivate: source.allowPrivate,
    proxyUrl: source.proxyUrl === null ? null : redactUrl(source.proxyUrl),
    maxConnections: source.maxConnections,
    shrinkThreshold: source.shrinkThreshold,
    entryCount: source.entryCount,
    filmCount: source.filmCount,
    guideUrls: source.guideUrls.map(redactUrl),
    lastReport: source.lastReport && { ...source.lastReport, films: source.lastReport.films ?? null },
    run,
    lastRunAt: isoTime(source.lastRunAt),
    lastSuccessAt: isoTime(source.lastSuccessAt),
    nextRunAt: isoTime(source.nextRunAt),
    createdAt: isoTime(source.createdAt),
  };
}
