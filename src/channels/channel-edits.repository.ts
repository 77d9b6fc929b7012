import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { In, IsNull, Not } from 'typeorm';
import { AuditRepository } from '../platform/audit/audit.repository.js';
import { differences } from '../platform/audit/changes.js';
import { Database, findForUpdate, type Transaction } from '../platform/database/database.js';
import { nextTurn } from '../platform/turns.js';
import { Category } from './category.entity.js';
import { ChannelNumbers, type NumConflict, type RangeConflict } from './channel-numbers.js';
import { MAX_NUM, type ChannelInput } from './channel-rules.js';
import {
  Channel,
  EDITABLE_CHANNEL_FIELDS,
  MANUAL_KEY,
  type EditableChannelField,
  type EditableChannelValues,
} from './channel.entity.js';
import { editChannels, Refused } from './edit-transaction.js';
import { PLACED, StreamSource } from './stream-source.entity.js';

export type Refusal =
  | { kind: 'unknown-channel'; id: number }
  | { kind: 'unknown-category'; id: number }
  | { kind: 'num-taken'; num: number; byId: number }
  | { kind: 'no-number-left' }
  | { kind: 'manual-channel'; id: number }
  | { kind: 'list-channel'; id: number }
  | { kind: 'holds-list-sources'; id: number };
export type Edited = { kind: 'done'; channel: Channel } | Refusal;

type ManualChannelValues = EditableChannelValues & Pick<Channel, 'watchPicture'>;
export type NewManualChannel = Omit<ManualChannelValues, 'num'> & { num: number | null };

/** Fields that may be set on many channels at once. */
export type BulkChange = Pick<
  ChannelInput,
  'categoryId' | 'isHidden' | 'isAdult' | 'archiveDays' | 'watchPicture'
>;

const SLICE = 200;

/** What people change about channels. Every method is one transaction with its entry in the audit log. */
@Injectable()
export class ChannelEditsRepository {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditRepository,
  ) {}

  add(fields: NewManualChannel, atSeconds: number, how: NumConflict): Promise<Edited> {
    return this.edit('add channel', async (manager) => {
      await requireCategory(manager, fields.categoryId);
      const numbers = new ChannelNumbers(manager, MAX_NUM);
      const num = fields.num ?? (await numbers.next());
      if (fields.num !== null) await makeFree(numbers, num, 0, null, how);
      const channel = await manager.save(
        manager.create(Channel, newManualChannel({ ...fields, num }, atSeconds)),
      );
      await this.audit.record(manager, ['channel', 'add'], channel.id, { ...fields, num });
      return { kind: 'done', channel };
    });
  }

  /** Sets what differs and remembers that a person set it. */
  change(id: number, input: ChannelInput, how: NumConflict): Promise<Edited> {
    return this.edit('change channel', async (manager) => {
      const row = await requireChannel(manager, id);
      if (input.categoryId !== undefined && input.categoryId !== row.categoryId) {
        await requireCategory(manager, input.categoryId);
      }
      const { num } = input;
      if (num !== undefined && num !== row.num) {
        await makeFree(new ChannelNumbers(manager, MAX_NUM), num, id, row.num, how);
      }
      const fields = editedBy(row, input);
      if (fields === null) return { kind: 'done', channel: row };
      await manager.update(Channel, { id }, fields);
      await this.audit.record(manager, ['channel', 'change'], id, differences(row, input));
      return { kind: 'done', channel: Object.assign(row, fields) };
    });
  }

  /** Gives fields back to the lists, with what those said last. A number that is taken by now stays as it is. */
  reset(id: number, wanted: readonly EditableChannelField[]): Promise<Edited> {
    return this.edit('reset channel', async (manager) => {
      const row = await requireChannel(manager, id);
      if (row.identityKey.startsWith(MANUAL_KEY)) throw new Refused<Refusal>({ kind: 'manual-channel', id });
      const fields = wanted.filter((field) => row.editedFields.includes(field));
      const given = { ...row.listValues };
      const { num, categoryId } = given;
      if (num !== undefined && !(await new ChannelNumbers(manager, MAX_NUM).isFree(num, id))) {
        delete given.num;
      }
      if (categoryId !== undefined) {
        given.categoryId = (await livingCategory(manager, categoryId)) ?? row.categoryId;
      }
      const values = Object.fromEntries(
        fields.filter((field) => given[field] !== undefined).map((field) => [field, given[field]]),
      ) as Partial<EditableChannelValues>;
      const rest = Object.entries(row.listValues).filter(([field]) => !fields.includes(field as never));
      const change: Partial<Channel> = {
        ...values,
        editedFields: row.editedFields.filter((field) => !fields.includes(field as EditableChannelField)),
        listValues: Object.fromEntries(rest),
      };
      await manager.update(Channel, { id }, change);
      await this.audit.record(manager, ['channel', 'reset'], id, { fields, ...differences(row, values) });
      return { kind: 'done', channel: Object.assign(row, change) };
    });
  }

  /** Changes the channels of these ids, slice by slice, in one transaction. Returns how many differ now. */
  async changeMany(
    ids: readonly number[],
    input: BulkChange,
    about: Record<string, unknown>,
  ): Promise<Refusal | number> {
    let changed = 0;
    const outcome = await this.edit(
      'change channels',
      async (manager): Promise<{ kind: 'done' } | Refusal> => {
        changed = 0;
        if (input.categoryId !== undefined) await requireCategory(manager, input.categoryId);
        for (let start = 0; start < ids.length; start += SLICE) {
          const rows = await findForUpdate(manager, Channel, {
            id: In(ids.slice(start, start + SLICE)),
            mergedIntoId: IsNull(),
          });
          for (const row of rows) {
            const fields = editedBy(row, input);
            if (fields === null) continue;
            await manager.update(Channel, { id: row.id }, fields);
            changed++;
          }
          await nextTurn();
        }
        await this.audit.record(manager, ['channel', 'change many'], null, { ...about, set: input, changed });
        return { kind: 'done' };
      },
    );
    return outcome.kind === 'done' ? changed : outcome;
  }

  /**
   * Puts channels into this order: they share out the numbers they hold among themselves, or count up from `from`.
   */
  order(
    ids: readonly number[],
    from: number | null,
    how: RangeConflict,
  ): Promise<Refusal | { kind: 'done' }> {
    return this.edit('order channels', async (manager): Promise<Refusal | { kind: 'done' }> => {
      const rows = await findForUpdate(manager, Channel, { id: In([...ids]), mergedIntoId: IsNull() });
      const byId = new Map(rows.map((row) => [row.id, row]));
      const missing = ids.find((id) => !byId.has(id));
      if (missing !== undefined) throw new Refused<Refusal>({ kind: 'unknown-channel', id: missing });
      const held = rows.map(({ num }) => num).sort((a, b) => a - b);
      const wanted = from === null ? held : ids.map((_, index) => from + index);
      if (from !== null) await makeRoom(manager, ids, from, how);
      for (const [index, id] of ids.entries()) {
        const row = byId.get(id);
        const num = wanted[index] ?? 0;
        await manager.update(Channel, { id }, (row && editedBy(row, { num })) ?? { num });
        if (index % SLICE === SLICE - 1) await nextTurn();
      }
      await this.audit.record(manager, ['channel', 'order'], null, { ids, from });
      return { kind: 'done' };
    });
  }

  /**
   * Makes channels part of another one: their sources are tried after its own, their ids open it, and what lists
   * bring under their names feeds it from now on.
   */
  merge(targetId: number, ids: readonly number[]): Promise<Edited> {
    return this.edit('merge channels', async (manager) => {
      const target = await requireChannel(manager, targetId);
      let priority = await nextPriority(manager, targetId);
      let isFed = target.retiredAt === null;
      for (const id of ids) {
        await requireChannel(manager, id);
        const sources = await findForUpdate(manager, StreamSource, { channelId: id });
        for (const source of sources.sort((a, b) => a.priority - b.priority || a.id - b.id)) {
          await manager.update(StreamSource, { id: source.id }, placedIn(source, targetId, priority++));
          isFed ||= source.retiredAt === null;
        }
        await manager.update(Channel, { mergedIntoId: id }, { mergedIntoId: targetId });
        await manager.update(Channel, { id }, { mergedIntoId: targetId });
      }
      const revived = isFed && target.retiredAt !== null;
      if (revived) await manager.update(Channel, { id: targetId }, { retiredAt: null });
      await this.audit.record(manager, ['channel', 'merge'], targetId, { merged: ids });
      if (revived) target.retiredAt = null;
      return { kind: 'done', channel: target };
    });
  }

  /** Moves one source into a new channel that is like the old one otherwise. */
  split(
    id: number,
    sourceId: number,
    fields: { name: string | null; num: number | null },
    atSeconds: number,
    how: NumConflict,
  ): Promise<Edited | { kind: 'unknown-source' } | { kind: 'only-source' }> {
    return this.edit(
      'split channel',
      async (manager): Promise<Edited | { kind: 'unknown-source' } | { kind: 'only-source' }> => {
        const row = await requireChannel(manager, id);
        const sources = await findForUpdate(manager, StreamSource, { channelId: id });
        const source = sources.find((candidate) => candidate.id === sourceId);
        if (!source) return { kind: 'unknown-source' };
        const others = sources.filter((other) => other !== source && other.retiredAt === null);
        if (others.length === 0) return { kind: 'only-source' };
        const numbers = new ChannelNumbers(manager, MAX_NUM);
        const num = fields.num ?? (await numbers.next());
        if (fields.num !== null) await makeFree(numbers, num, 0, null, how);
        const name =
          fields.name ?? (source.label === '' || source.label === row.name ? `${row.name} 2` : source.label);
        const values = Object.assign({}, row, { num, name });
        const channel = await manager.save(manager.create(Channel, newManualChannel(values, atSeconds)));
        await manager.update(StreamSource, { id: sourceId }, placedIn(source, channel.id, 0));
        await this.audit.record(manager, ['channel', 'split'], id, { sourceId, into: channel.id, name });
        return { kind: 'done', channel };
      },
    );
  }

  /** Only channels that a person made: those of lists would come back, and can be hidden. */
  remove(id: number, atSeconds: number): Promise<Edited> {
    return this.edit('remove channel', async (manager) => {
      const row = await requireChannel(manager, id);
      if (!row.identityKey.startsWith(MANUAL_KEY)) throw new Refused<Refusal>({ kind: 'list-channel', id });
      // Lists that are unchanged are not read again: their sources would be gone for long.
      if (await manager.existsBy(StreamSource, { channelId: id, listSourceId: Not(IsNull()) })) {
        throw new Refused<Refusal>({ kind: 'holds-list-sources', id });
      }
      // What became part of it stands on its own again when a list brings it.
      const merged = await findForUpdate(manager, Channel, { mergedIntoId: id });
      await manager.update(Channel, { mergedIntoId: id }, { mergedIntoId: null, retiredAt: atSeconds });
      await manager.delete(Channel, { id });
      const numbers = new ChannelNumbers(manager, MAX_NUM);
      for (const { id: freed, num } of merged) {
        if (!(await numbers.isFree(num, freed))) await numbers.set(freed, await numbers.next());
      }
      await this.audit.record(manager, ['channel', 'remove'], id, { name: row.name, num: row.num });
      return { kind: 'done', channel: row };
    });
  }

  private edit<T>(name: string, work: (manager: Transaction) => Promise<T>): Promise<T | Refusal> {
    return editChannels<T, Refusal>(this.database, name, work);
  }
}

async function requireChannel(manager: Transaction, id: number): Promise<Channel> {
  const [row] = await findForUpdate(manager, Channel, { id, mergedIntoId: IsNull() });
  if (!row) throw new Refused<Refusal>({ kind: 'unknown-channel', id });
  return row;
}

async function requireCategory(manager: Transaction, id: number): Promise<void> {
  const isThere = await manager.existsBy(Category, { id, kind: 'live', mergedIntoId: IsNull() });
  if (!isThere) throw new Refused<Refusal>({ kind: 'unknown-category', id });
}

/** The category itself, or the one it became part of. */
async function livingCategory(manager: Transaction, id: number): Promise<number | null> {
  const category = await manager.findOneBy(Category, { id });
  return category && (category.mergedIntoId ?? category.id);
}

async function makeFree(
  numbers: ChannelNumbers,
  num: number,
  id: number,
  present: number | null,
  how: NumConflict,
): Promise<void> {
  const outcome = await numbers.clear(num, id, present, how);
  if (outcome.kind === 'taken') {
    throw new Refused<Refusal>({ kind: 'num-taken', num: outcome.num, byId: outcome.byId });
  }
  if (outcome.kind === 'full') throw new Refused<Refusal>({ kind: 'no-number-left' });
}

async function makeRoom(
  manager: Transaction,
  ids: readonly number[],
  from: number,
  how: RangeConflict,
): Promise<void> {
  // Out of the way first, so that they do not count as holders of the numbers they are about to get.
  await manager.update(Channel, { id: In([...ids]) }, { num: 0 });
  const outcome = await new ChannelNumbers(manager, MAX_NUM).clearRange(from, ids.length, how);
  if (outcome.kind === 'taken') {
    throw new Refused<Refusal>({ kind: 'num-taken', num: outcome.num, byId: outcome.byId });
  }
  if (outcome.kind === 'full') throw new Refused<Refusal>({ kind: 'no-number-left' });
}

async function nextPriority(manager: Transaction, channelId: number): Promise<number> {
  const highest = await manager.maximum(StreamSource, 'priority', { channelId });
  return (highest ?? -1) + 1;
}

/** The row's columns after a person set `input`; null when nothing differs. */
function editedBy(row: Channel, input: ChannelInput): Partial<Channel> | null {
  const fields: Partial<Record<EditableChannelField, unknown>> = {};
  const listValues: Partial<Record<EditableChannelField, unknown>> = { ...row.listValues };
  const editedFields = [...row.editedFields];
  for (const field of EDITABLE_CHANNEL_FIELDS) {
    const value = input[field];
    if (value === undefined || value === row[field]) continue;
    fields[field] = value;
    if (editedFields.includes(field)) continue;
    editedFields.push(field);
    if (!row.identityKey.startsWith(MANUAL_KEY)) listValues[field] = row[field];
  }
  // No list has a word in this one: nothing to remember, nothing to give back.
  const { watchPicture = row.watchPicture } = input;
  if (Object.keys(fields).length === 0 && watchPicture === row.watchPicture) return null;
  const values = fields as Partial<EditableChannelValues>;
  return { ...values, watchPicture, editedFields, listValues } as Partial<Channel>;
}

/** No refresh moves a source that a person put somewhere. */
function placedIn(source: StreamSource, channelId: number, priority: number): Partial<StreamSource> {
  // Its place among the sources of its old channel says nothing here.
  const kept = source.editedFields.filter((field) => field !== PLACED);
  const editedFields = [...new Set([...kept, 'channelId', 'priority'])];
  return { channelId, priority, editedFields };
}

function newManualChannel(fields: ManualChannelValues, addedAt: number): Omit<Channel, 'id' | 'category'> {
  const { num, name, logo, categoryId, tvgId, guideShiftMinutes } = fields;
  const { isHidden, isAdult, archiveDays, watchPicture } = fields;
  return {
    ...{
      num,
      name,
      logo,
      categoryId,
      tvgId,
      guideShiftMinutes,
      isHidden,
      isAdult,
      archiveDays,
      watchPicture,
    },
    identityKey: `${MANUAL_KEY}${randomUUID()}`,
    editedFields: [],
    listValues: {},
    mergedIntoId: null,
    addedAt,
    retiredAt: null,
  };
}
