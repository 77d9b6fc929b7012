import { Injectable } from '@nestjs/common';
import type { NumConflict } from '../../channels/channel-numbers.js';
import { ChannelsService } from '../../channels/channels.service.js';
import { StreamSourcesService } from '../../channels/stream-sources.service.js';
import { StreamSourcesRepository } from '../../channels/stream-sources.repository.js';
import { invalidInput } from '../../platform/errors/app-error.js';
import { ChannelsPresenter, toStreamDto } from './channels-presenter.js';
import type {
  AddChannelDto,
  AddStreamDto,
  BulkRequestDto,
  BulkResultDto,
  ChangeChannelDto,
  ChangeStreamDto,
  ChannelDetailDto,
  OrderChannelsDto,
  ResetChannelDto,
  SplitStreamDto,
  StreamDto,
  StreamsDto,
} from './dto/channels.dto.js';

const PREVIEW_ROWS = 20;

/** What administrators do with channels and their sources. */
@Injectable()
export class ChannelsAdminService {
  constructor(
    private readonly channels: ChannelsService,
    private readonly presenter: ChannelsPresenter,
    private readonly streams: StreamSourcesService,
    private readonly sources: StreamSourcesRepository,
  ) {}

  async add(input: AddChannelDto, onConflict: NumConflict): Promise<ChannelDetailDto> {
    return this.presenter.detail(await this.channels.add(input, onConflict));
  }

  async change(id: number, input: ChangeChannelDto, onConflict: NumConflict): Promise<ChannelDetailDto> {
    return this.presenter.detail(await this.channels.change(id, input, onConflict));
  }

  async reset(id: number, { fields }: ResetChannelDto): Promise<ChannelDetailDto> {
    return this.presenter.detail(await this.channels.reset(id, fields));
  }

  async bulk({ filter, set, dryRun = false }: BulkRequestDto): Promise<BulkResultDto> {
    if (Object.keys(set).length === 0) throw invalidInput([{ field: 'set', rule: 'must name a field' }]);
    const { matched, first } = await this.channels.preview(filter, PREVIEW_ROWS);
    const shown = await this.presenter.present(first);
    if (dryRun) return { matched, changed: 0, dryRun, first: shown };
    return { ...(await this.channels.changeMany(filter, set)), dryRun, first: shown };
  }

  order({ ids, from, onConflict }: OrderChannelsDto): Promise<void> {
    return this.channels.order(ids, from ?? null, onConflict);
  }

  async merge(id: number, ids: readonly number[]): Promise<ChannelDetailDto> {
    return this.presenter.detail(await this.channels.merge(id, ids));
  }

  async split(
    id: number,
    sourceId: number,
    input: SplitStreamDto,
    onConflict: NumConflict,
  ): Promise<ChannelDetailDto> {
    return this.presenter.detail(await this.channels.split(id, sourceId, input, onConflict));
  }

  async listStreams(id: number): Promise<StreamsDto> {
    const { id: channelId } = await this.channels.get(id);
    const items = (await this.sources.listOf(channelId)).map(toStreamDto);
    return { items, total: items.length };
  }

  async addStream(id: number, input: AddStreamDto): Promise<StreamDto> {
    return toStreamDto(await this.streams.add(id, input));
  }

  async changeStream(id: number, sourceId: number, change: ChangeStreamDto): Promise<StreamDto> {
    return toStreamDto(await this.streams.change(id, sourceId, change));
  }

  async orderStreams(id: number, ids: readonly number[]): Promise<StreamsDto> {
    await this.streams.order(id, ids);
    return this.listStreams(id);
  }

  async addressOf(id: number, sourceId: number): Promise<{ address: string }> {
    return { address: await this.streams.addressOf(id, sourceId) };
  }
}
