import { Injectable } from '@nestjs/common';
import { JobQueue } from '../../platform/jobs/job-queue.js';
import type { JobSummary } from '../../platform/jobs/jobs.repository.js';
import { ENRICH_FILM, FIND_FILMS } from '../../vod/film-jobs.js';
import type { EditableField } from '../../vod/managing/film-rules.js';
import { FilmsService } from '../../vod/managing/films.service.js';
import { FilmEnrichment } from '../../vod/tmdb/film-enrichment.js';
import type { FilmSuggestions } from '../../vod/tmdb/film-matcher.js';
import { TMDB_ATTRIBUTION } from '../../core/films/tmdb-attribution.js';
import type { TmdbList } from '../../vod/tmdb/tmdb-types.js';
import { Tmdb } from '../../vod/tmdb/tmdb.js';
import { isoTime } from './dto/common.dto.js';
import type {
  ChangeFilmDto,
  FilmCandidatesDto,
  FilmDetailDto,
  FilmJobsDto,
  FilmsPageDto,
  FilmsQueryDto,
  TmdbListDto,
} from './dto/films.dto.js';
import { toFilmDetailDto, toFilmDto } from './films-presenter.js';

/** What administrators see of films, and do with them. */
@Injectable()
export class FilmsAdminService {
  constructor(
    private readonly films: FilmsService,
    private readonly enrichment: FilmEnrichment,
    private readonly tmdb: Tmdb,
    private readonly jobs: JobQueue,
  ) {}

  async page({ order, ...query }: FilmsQueryDto): Promise<FilmsPageDto> {
    const { items, total } = await this.films.page({ ...query, descending: order === 'desc' });
    const { page, perPage } = query;
    return { items: items.map(toFilmDto), total, page, perPage, attribution: TMDB_ATTRIBUTION };
  }

  async get(id: number): Promise<FilmDetailDto> {
    return toFilmDetailDto(await this.films.detail(id));
  }

  async candidates(id: number): Promise<FilmCandidatesDto> {
    const found = await this.films.suggestions(id);
    const ranked = 'ranked' in found ? found.ranked : [];
    return {
      kind: found.kind,
      reason: reasonOf(found),
      items: ranked.map(({ candidate, score, reasons }) => {
        const { id: tmdbId, title, originalTitle, year, minutes, votes } = candidate;
        return { tmdbId, title, originalTitle, year, minutes: minutes || null, votes, score, reasons };
      }),
      attribution: TMDB_ATTRIBUTION,
    };
  }

  async change(id: number, input: ChangeFilmDto): Promise<FilmDetailDto> {
    await this.films.edit(id, input);
    return this.get(id);
  }

  async reset(id: number, fields: readonly EditableField[]): Promise<FilmDetailDto> {
    await this.films.reset(id, fields);
    return this.get(id);
  }

  async match(id: number, tmdbId: number): Promise<FilmDetailDto> {
    await this.films.match(id, tmdbId);
    return this.get(id);
  }

  async reject(id: number): Promise<FilmDetailDto> {
    await this.films.reject(id);
    return this.get(id);
  }

  async undo(id: number): Promise<FilmDetailDto> {
    await this.films.release(id);
    return this.get(id);
  }

  /** Has films looked for in the guides soon. */
  async beginFind(): Promise<FilmJobsDto> {
    await this.jobs.add(FIND_FILMS, ['all']);
    return this.jobStates();
  }

  /** Has TMDB asked soon about the films that are due. */
  async beginEnrich(): Promise<FilmJobsDto> {
    await this.enrichment.addDue();
    return this.jobStates();
  }

  async jobStates(): Promise<FilmJobsDto> {
    return {
      find: toJobState(await this.jobs.summary(FIND_FILMS)),
      enrich: toJobState(await this.jobs.summary(ENRICH_FILM)),
      isTmdbOn: this.tmdb.isOn,
    };
  }

  async tmdbList(list: TmdbList): Promise<TmdbListDto> {
    const found = await this.tmdb.list(list);
    const attribution = TMDB_ATTRIBUTION;
    if (found.kind === 'not-found') return { kind: 'found', items: [], attribution };
    if (found.kind !== 'found') return { kind: found.kind, items: [], attribution };
    const here = await this.films.byTmdbIds(found.value.map(({ id }) => id));
    const items = found.value.map(({ id, title, year, rating }) => ({
      ...{ tmdbId: id, title, year, rating },
      filmId: here.get(id) ?? null,
    }));
    return { kind: 'found', items, attribution };
  }
}

function reasonOf(found: FilmSuggestions): string | null {
  if (found.kind === 'bad-key') return 'TMDB refuses the key';
  return found.kind === 'unavailable' ? found.reason : null;
}

function toJobState({ nextDue, ...state }: JobSummary): FilmJobsDto['find'] {
  return { ...state, nextDueAt: isoTime(nextDue) };
}
