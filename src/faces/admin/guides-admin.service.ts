import { Injectable } from '@nestjs/common';
import { GuideRefreshService } from '../../epg/guide-refresh.service.js';
import type { GuideReport } from '../../epg/guide-report.js';
import type { GuideRun } from '../../epg/guide-run.entity.js';
import { GuideRunsRepository } from '../../epg/guide-runs.repository.js';
import type { GuideSource } from '../../epg/guide-source.entity.js';
import { GuideSourcesService } from '../../epg/guide-sources.service.js';
import { AppError } from '../../platform/errors/app-error.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { redactUrl } from '../../platform/logging/redact.js';
import { isoTime } from './dto/common.dto.js';
import type {
  AddGuideDto,
  ChangeGuideDto,
  GuideDto,
  GuidePreviewDto,
  GuideReportDto,
  GuideRunDto,
  GuideRunsDto,
  GuidesDto,
  RemovedGuideDto,
} from './dto/guides.dto.js';

/** Guides as the API tells them: addresses without credentials, headers and parameters by their names. */
@Injectable()
export class GuidesAdminService {
  constructor(
    private readonly guides: GuideSourcesService,
    private readonly refreshes: GuideRefreshService,
    private readonly runs: GuideRunsRepository,
    private readonly lifecycle: Lifecycle,
  ) {}

  async list(): Promise<GuidesDto> {
    const items = (await this.guides.list()).map((source) => this.present(source));
    return { items, total: items.length };
  }

  async get(id: number): Promise<GuideDto> {
    return this.present(await this.guides.get(id));
  }

  async add(input: AddGuideDto): Promise<GuideDto> {
    return this.present(await this.guides.add(input, { allowFiles: false }));
  }

  async change(id: number, input: ChangeGuideDto): Promise<GuideDto> {
    return this.present(await this.guides.change(id, input, { allowFiles: false }));
  }

  async remove(id: number): Promise<RemovedGuideDto> {
    await this.guides.remove(id);
    return { id };
  }

  /** Begins a refresh, or joins the one that runs; `get` shows how far it is. */
  async refresh(id: number, force: boolean): Promise<GuideDto> {
    const source = await this.guides.get(id);
    this.lifecycle.background(`refresh of guide ${id}`, this.refreshes.refresh(id, { force }));
    return this.present(source);
  }

  /** Begins a preview; `preview` shows it when it is there. */
  async beginPreview(id: number): Promise<GuideDto> {
    const source = await this.guides.get(id);
    this.lifecycle.background(`preview of guide ${id}`, this.refreshes.preview(id));
    return this.present(source);
  }

  async preview(id: number): Promise<GuidePreviewDto> {
    await this.guides.get(id);
    const preview = this.refreshes.previewOf(id);
    if (!preview) throw new AppError('not_found', `there is no preview of guide ${id}`, { status: 404 });
    return { report: toReportDto(preview.report), diff: preview.diff };
  }

  async undo(id: number): Promise<GuideDto> {
    return this.present(await this.refreshes.undo(id));
  }

  async listRuns(id: number): Promise<GuideRunsDto> {
    await this.guides.get(id);
    return { items: (await this.runs.list(id)).map(toRunDto) };
  }

  private present(source: GuideSource): GuideDto {
    return {
      id: source.id,
      name: source.name,
      url: redactUrl(source.url),
      kind: source.kind,
      isEnabled: source.isEnabled,
      priority: source.priority,
      intervalMinutes: source.intervalMinutes,
      headerNames: Object.keys(source.headers),
      parameterNames: Object.keys(source.options.parameters ?? {}),
      requestedChannels: source.options.channels ?? [],
      timeZone: source.timeZone,
      shiftMinutes: source.shiftMinutes,
      allowPrivate: source.allowPrivate,
      shrinkThreshold: source.shrinkThreshold,
      listSourceId: source.listSourceId,
      channelCount: source.channelCount,
      programmeCount: source.programmeCount,
      canUndo: source.previousGeneration !== null,
      lastReport: source.lastReport && toReportDto(source.lastReport),
      run: this.refreshes.progressOf(source.id),
      lastRunAt: isoTime(source.lastRunAt),
      lastSuccessAt: isoTime(source.lastSuccessAt),
      nextRunAt: isoTime(source.nextRunAt),
      createdAt: isoTime(source.createdAt),
    };
  }
}

function toRunDto({ id, status, startedAt, endedAt, report }: GuideRun): GuideRunDto {
  return {
    id,
    status,
    startedAt: isoTime(startedAt),
    endedAt: isoTime(endedAt),
    report: report && toReportDto(report),
  };
}

function toReportDto({ sourceId: _, ...report }: GuideReport): GuideReportDto {
  return {
    ...report,
    firstStart: isoTime(report.firstStart),
    lastStop: isoTime(report.lastStop),
    problems: report.problems.map(({ line, ...problem }) => ({ ...problem, line: line ?? null })),
  };
}
