import { Injectable } from '@nestjs/common';
import { FilmsService } from '../../vod/managing/films.service.js';
import type { Series } from '../../vod/series.entity.js';
import { isoTime } from './dto/common.dto.js';
import type {
  ChangeSeriesDto,
  SeriesDetailDto,
  SeriesDto,
  SeriesPageDto,
  SeriesQueryDto,
} from './dto/films.dto.js';

/** What administrators see of series, and do with them. */
@Injectable()
export class SeriesAdminService {
  constructor(private readonly films: FilmsService) {}

  async page(query: SeriesQueryDto): Promise<SeriesPageDto> {
    const { items, total } = await this.films.seriesPage(query);
    return { items: items.map(toSeriesDto), total, page: query.page, perPage: query.perPage };
  }

  async get(id: number): Promise<SeriesDetailDto> {
    const { series, episodes } = await this.films.seriesDetail(id);
    return {
      ...toSeriesDto(series),
      episodes: episodes.map(({ id: episodeId, season, number, title, durationSeconds }) => ({
        ...{ id: episodeId, season, number, title, durationSeconds },
      })),
    };
  }

  async change(id: number, input: ChangeSeriesDto): Promise<SeriesDetailDto> {
    await this.films.editSeries(id, input);
    return this.get(id);
  }
}

function toSeriesDto(series: Series): Pick<SeriesDto, keyof SeriesDto> {
  const { id, title, year, description, genres, rating, isAdult, isHidden, editedFields, addedAt } = series;
  return {
    ...{ id, title, year, description, genres, rating, isAdult, isHidden, editedFields },
    addedAt: isoTime(addedAt),
  };
}
