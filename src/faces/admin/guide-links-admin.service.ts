import { Injectable } from '@nestjs/common';
import { GuideLinksService } from '../../epg/guide-links.service.js';
import { GuideLinker } from '../../epg/linking/guide-linker.js';
import { PlaceholderPreview } from '../../epg/placeholder-preview.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { isoTime } from './dto/common.dto.js';
import type {
  CategoryGuideDto,
  GuideChannelsDto,
  GuideLinksPageDto,
  GuideLinksQuery,
  MatchingDto,
  PlaceholderPreviewDto,
  PreviewPlaceholderDto,
} from './dto/guide-links.dto.js';

/** Guides of channels as the API shows them. */
@Injectable()
export class GuideLinksAdminService {
  constructor(
    private readonly links: GuideLinksService,
    private readonly linker: GuideLinker,
    private readonly placeholders: PlaceholderPreview,
    private readonly lifecycle: Lifecycle,
  ) {}

  async page({ page, perPage, only }: GuideLinksQuery): Promise<GuideLinksPageDto> {
    const found =
      only === 'waiting'
        ? await this.links.waiting(page, perPage)
        : await this.links.channels(page, perPage, only);
    return { ...found, page, perPage };
  }

  /** Begins a search, or leaves it to the one that runs; `match` tells when it has ended. */
  beginMatch(): MatchingDto {
    if (!this.linker.isRunning) this.lifecycle.background('matching of guides', this.linker.run());
    return this.match();
  }

  match(): MatchingDto {
    return { isRunning: this.linker.isRunning, report: this.linker.lastReport };
  }

  async find(search: string): Promise<GuideChannelsDto> {
    return { items: await this.links.find(search) };
  }

  async category(id: number): Promise<CategoryGuideDto> {
    return { placeholder: await this.links.categoryRule(id) };
  }

  async setCategory(id: number, { placeholder }: CategoryGuideDto): Promise<CategoryGuideDto> {
    await this.links.setCategoryRule(id, placeholder);
    return this.category(id);
  }

  async preview(
    place: 'channel' | 'category',
    id: number,
    { placeholder }: PreviewPlaceholderDto,
  ): Promise<PlaceholderPreviewDto> {
    const items = await this.placeholders.preview(place, id, placeholder);
    return {
      items: items.map(({ programmes, ...channel }) => ({
        ...channel,
        programmes: programmes.map(({ titles, start, stop }) => ({
          title: titles[0]?.text ?? '',
          start: isoTime(start),
          stop: isoTime(stop),
        })),
      })),
    };
  }
}
