import { Injectable } from '@nestjs/common';
import { Lifecycle } from '../../platform/lifecycle.js';
import { FilmSourceRefresh } from '../../vod/feeds/film-source-refresh.js';
import type { FilmSourceProgress, FilmSourceReport } from '../../vod/feeds/film-source-types.js';
import { FILM_SOURCE_DEFAULTS, FilmSourcesService } from '../../vod/feeds/film-sources.service.js';
import type { FilmSource } from '../../vod/film-source.entity.js';
import { isoTime } from './dto/common.dto.js';
import type {
  AddFilmSourceDto,
  ChangeFilmSourceDto,
  FilmSourceDto,
  FilmSourceReportDto,
  FilmSourcesDto,
} from './dto/film-sources.dto.js';

/** Sources of films as the API tells them. */
@Injectable()
export class FilmSourcesAdminService {
  constructor(
    private readonly sources: FilmSourcesService,
    private readonly refreshes: FilmSourceRefresh,
    private readonly lifecycle: Lifecycle,
  ) {}

  async list(): Promise<FilmSourcesDto> {
    const items = (await this.sources.list()).map((source) => this.present(source));
    return { items, total: items.length };
  }

  async get(id: number): Promise<FilmSourceDto> {
    // Looked at first: a run that ends in between must not be shown as over with the report of the one before.
    const run = this.refreshes.progressOf(id);
    return toDto(await this.sources.get(id), run);
  }

  async add(input: AddFilmSourceDto): Promise<FilmSourceDto> {
    return this.present(await this.sources.add(input));
  }

  async change(id: number, input: ChangeFilmSourceDto): Promise<FilmSourceDto> {
    return this.present(await this.sources.change(id, input));
  }

  /** Begins a run, or joins the one that runs; `get` shows how far it is. */
  async refresh(id: number, force: boolean): Promise<FilmSourceDto> {
    const source = await this.sources.get(id);
    this.lifecycle.background(`reading of film source ${id}`, this.refreshes.refresh(id, { force }));
    return this.present(source);
  }

  private present(source: FilmSource): FilmSourceDto {
    return toDto(source, this.refreshes.progressOf(source.id));
  }
}

function toDto(source: FilmSource, run: FilmSourceProgress | null): FilmSourceDto {
  const { id, name, kind, url, intervalMinutes, isEnabled, categoryId, options, entryCount } = source;
  const { maxPages = FILM_SOURCE_DEFAULTS.maxPages, allFilms = false } = options;
  const { leastMinutes = FILM_SOURCE_DEFAULTS.leastMinutes } = options;
  return {
    ...{ id, name, kind, address: url, intervalMinutes, isEnabled, categoryId },
    ...{ maxPages, allFilms, leastMinutes, entryCount, run },
    lastReport: source.lastReport && reportDto(source.lastReport),
    lastRunAt: isoTime(source.lastRunAt),
    lastSuccessAt: isoTime(source.lastSuccessAt),
    nextRunAt: isoTime(source.nextRunAt),
    createdAt: isoTime(source.createdAt),
  };
}

function reportDto({ sourceId: _id, skipped, ...report }: FilmSourceReport): FilmSourceReportDto {
  return { ...report, skipped: Object.entries(skipped).map(([reason, count]) => ({ reason, count })) };
}
