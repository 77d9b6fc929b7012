import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../platform/clock.js';
import { ChangeFeed } from '../platform/database/change-feed.js';
import { refuseProblems } from '../platform/errors/app-error.js';
import { CLOCK } from '../platform/tokens.js';
import { ChannelEditsRepository, type BulkChange, type Edited } from './channel-edits.repository.js';
import type { NumConflict, RangeConflict } from './channel-numbers.js';
import { ChannelQueryRepository, type ChannelFilter } from './channel-query.repository.js';
import { conflict, refusalError, unknownChannel, unknownSource } from './channel-refusals.js';
import { channelProblems, type ChannelInput } from './channel-rules.js';
import type { Channel, EditableChannelField } from './channel.entity.js';

/** Channels changed by one request. */
const MAX_BULK = 100_000;
const READ_SLICE = 2000;

/**
 * What people do with channels. Throws `invalid_input`, `not_found`, and `conflict` where a number is taken or a
 * channel is of the other kind.
 */
@Injectable()
export class ChannelsService {
  constructor(
    private readonly edits: ChannelEditsRepository,
    private readonly query: ChannelQueryRepository,
    private readonly changes: ChangeFeed,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** A living or retired channel; one that was merged is not there any more. */
  async get(id: number): Promise<Channel> {
    const channel = await this.query.findById(id);
    if (!channel || channel.mergedIntoId !== null) throw unknownChannel(id);
    return channel;
  }

  /** `num` absent = behind the highest. */
  async add(
    input: ChannelInput & { name: string; categoryId: number },
    onConflict: NumConflict = 'refuse',
  ): Promise<Channel> {
    refuseProblems(channelProblems(input));
    const fields = {
      num: input.num ?? null,
      name: input.name,
      categoryId: input.categoryId,
      logo: input.logo ?? '',
      tvgId: input.tvgId ?? '',
      guideShiftMinutes: input.guideShiftMinutes ?? 0,
      isHidden: input.isHidden ?? false,
      isAdult: input.isAdult ?? false,
      archiveDays: input.archiveDays ?? 0,
      watchPicture: input.watchPicture ?? false,
    };
    return this.settle(await this.edits.add(fields, this.nowSeconds(), onConflict));
  }

  /** Every field that differs afterwards is the person's: no refresh touches it until it is reset. */
  async change(id: number, input: ChannelInput, onConflict: NumConflict = 'refuse'): Promise<Channel> {
    refuseProblems(channelProblems(input));
    return this.settle(await this.edits.change(id, input, onConflict));
  }

  /** Gives fields back to the lists. */
  async reset(id: number, fields: readonly EditableChannelField[]): Promise<Channel> {
    return this.settle(await this.edits.reset(id, fields));
  }

  /** How many channels match, and the first of them; nothing is changed. */
  async preview(filter: ChannelFilter, rows: number): Promise<{ matched: number; first: Channel[] }> {
    const order = { sort: 'num', descending: false, page: 1, perPage: rows } as const;
    const { items, total } = await this.query.page({ ...filter, ...order });
    return { matched: total, first: items };
  }

  /** Sets the same on every channel that matches. */
  async changeMany(filter: ChannelFilter, input: BulkChange): Promise<{ matched: number; changed: number }> {
    refuseProblems(channelProblems(input));
    const ids: number[] = [];
    for (
      let slice: number[];
      (slice = await this.query.ids(filter, ids.at(-1) ?? 0, READ_SLICE)).length > 0;
    ) {
      ids.push(...slice);
      if (ids.length > MAX_BULK) throw conflict(`more than ${MAX_BULK} channels match; narrow the filter`);
    }
    const changed = await this.edits.changeMany(ids, input, { filter, matched: ids.length });
    if (typeof changed !== 'number') throw refusalError(changed);
    await this.changes.check();
    return { matched: ids.length, changed };
  }

  /** Into the order of the ids; `from` null shares out the numbers that they hold already. */
  async order(
    ids: readonly number[],
    from: number | null,
    onConflict: RangeConflict = 'refuse',
  ): Promise<void> {
    refuseProblems(listProblems(ids));
    if (from !== null) refuseProblems(channelProblems({ num: from }));
    const outcome = await this.edits.order(ids, from, onConflict);
    if (outcome.kind !== 'done') throw refusalError(outcome);
    await this.changes.check();
  }

  /** Makes `ids` part of `targetId`; their ids go on opening it. */
  async merge(targetId: number, ids: readonly number[]): Promise<Channel> {
    refuseProblems(listProblems(ids));
    if (ids.includes(targetId)) {
      refuseProblems([{ field: 'ids', rule: 'must not contain the channel they are merged into' }]);
    }
    return this.settle(await this.edits.merge(targetId, ids));
  }

  /** Makes a channel of its own out of one source. */
  async split(
    id: number,
    sourceId: number,
    input: { name?: string; num?: number } = {},
    onConflict: NumConflict = 'refuse',
  ): Promise<Channel> {
    refuseProblems(channelProblems(input));
    const fields = { name: input.name ?? null, num: input.num ?? null };
    const edited = await this.edits.split(id, sourceId, fields, this.nowSeconds(), onConflict);
    if (edited.kind === 'unknown-source') throw unknownSource(id, sourceId);
    if (edited.kind === 'only-source') throw conflict(`channel ${id} has no other source to keep`);
    return this.settle(edited);
  }

  async remove(id: number): Promise<void> {
    await this.settle(await this.edits.remove(id, this.nowSeconds()));
  }

  private async settle(edited: Edited): Promise<Channel> {
    if (edited.kind !== 'done') throw refusalError(edited);
    await this.changes.check();
    return edited.channel;
  }

  private nowSeconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}

function listProblems(ids: readonly number[]): { field: string; rule: string }[] {
  const isRight = ids.length > 0 && new Set(ids).size === ids.length;
  return isRight ? [] : [{ field: 'ids', rule: 'must name channels, each once' }];
}
