import { Injectable } from '@nestjs/common';
import { ChannelQueryRepository } from '../../channels/channel-query.repository.js';
import { MANUAL_KEY, type Channel } from '../../channels/channel.entity.js';
import { ChannelsRepository } from '../../channels/channels.repository.js';
import type { StreamSource } from '../../channels/stream-source.entity.js';
import { StreamSourcesRepository } from '../../channels/stream-sources.repository.js';
import { AppError } from '../../platform/errors/app-error.js';
import { redactUrl } from '../../platform/logging/redact.js';
import type {
  ChannelDetailDto,
  ChannelDto,
  ChannelsPageDto,
  ChannelsQueryDto,
  StreamDto,
} from './dto/channels.dto.js';
import { isoTime } from './dto/common.dto.js';

/** Channels as the API tells them. */
@Injectable()
export class ChannelsPresenter {
  constructor(
    private readonly query: ChannelQueryRepository,
    private readonly channels: ChannelsRepository,
    private readonly sources: StreamSourcesRepository,
  ) {}

  async page({ order, ...query }: ChannelsQueryDto): Promise<ChannelsPageDto> {
    const { items, total } = await this.query.page({ ...query, descending: order === 'desc' });
    return { items: await this.present(items), total, page: query.page, perPage: query.perPage };
  }

  async get(id: number): Promise<ChannelDetailDto> {
    const channel = await this.query.findById(id);
    if (!channel) throw new AppError('not_found', `there is no channel ${id}`, { status: 404 });
    if (channel.mergedIntoId !== null) {
      throw new AppError('not_found', `channel ${id} was merged into channel ${channel.mergedIntoId}`, {
        status: 404,
      });
    }
    return this.detail(channel);
  }

  async detail(channel: Channel): Promise<ChannelDetailDto> {
    const [dto] = await this.present([channel]);
    if (!dto) throw new Error('a channel cannot be presented');
    const streams = (await this.sources.listOf(channel.id)).map(toStreamDto);
    const mergedIds = await this.query.mergedInto(channel.id);
    return Object.assign({}, dto, { streams, listValues: channel.listValues, mergedIds });
  }

  async present(channels: readonly Channel[]): Promise<ChannelDto[]> {
    const counts = await this.query.sourceCounts(channels.map(({ id }) => id));
    const names = await this.channels.categoryNames(channels.map(({ categoryId }) => categoryId));
    return channels.map((channel) => ({
      id: channel.id,
      num: channel.num,
      name: channel.name,
      categoryId: channel.categoryId,
      categoryName: names.get(channel.categoryId) ?? '',
      logo: channel.logo,
      tvgId: channel.tvgId,
      guideShiftMinutes: channel.guideShiftMinutes,
      isHidden: channel.isHidden,
      isAdult: channel.isAdult,
      archiveDays: channel.archiveDays,
      watchPicture: channel.watchPicture,
      isManual: channel.identityKey.startsWith(MANUAL_KEY),
      editedFields: channel.editedFields,
      sourceCounts: counts.get(channel.id) ?? {},
      addedAt: isoTime(channel.addedAt),
      retiredAt: isoTime(channel.retiredAt),
    }));
  }
}

export function toStreamDto(source: StreamSource): StreamDto {
  return {
    id: source.id,
    kind: source.kind,
    address: redactUrl(source.locator),
    label: source.label,
    listSourceId: source.listSourceId,
    priority: source.priority,
    isEnabled: source.isEnabled,
    allowPrivate: source.allowPrivate,
    userAgent: source.userAgent,
    proxyUrl: source.proxyUrl === null ? null : redactUrl(source.proxyUrl),
    headerNames: Object.keys(source.headers),
    addedAt: isoTime(source.addedAt),
    retiredAt: isoTime(source.retiredAt),
  };
}
