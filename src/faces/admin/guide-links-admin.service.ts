import { Injectable } from '@nestjs/common';
import { GuideLinksService } from '../../epg/guide-links.service.js';
import type {
  CategoryGuideDto,
  GuideChannelsDto,
  GuideLinksPageDto,
  GuideLinksQuery,
} from './dto/guide-links.dto.js';

/** Guides of channels as the API shows them. */
@Injectable()
export class GuideLinksAdminService {
  constructor(private readonly links: GuideLinksService) {}

  async page({ page, perPage, only }: GuideLinksQuery): Promise<GuideLinksPageDto> {
    const found =
      only === 'waiting'
        ? await this.links.waiting(page, perPage)
        : await this.links.channels(page, perPage, only);
    return { ...found, page, perPage };
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
}
