import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../platform/clock.js';
import { ChangeFeed } from '../platform/database/change-feed.js';
import type { Transaction } from '../platform/database/database.js';
import { CLOCK } from '../platform/tokens.js';
import { nextTurn } from '../platform/turns.js';
import { ChannelImportRepository, type NewChannel, type NewSource } from './channel-import.repository.js';
import { emptyDiff, tell, type ChannelDiff } from './channel-diff.js';
import { importSet, type ImportChannel, type ImportSet, type ImportSource } from './import-set.js';
import { MANUAL_KEY, type Channel, type EditableChannelField } from './channel.entity.js';
import type { StreamSource } from './stream-source.entity.js';

export interface ImportOptions {
  listSourceId: number;
  allowPrivate: boolean;
  onProgress?: (done: number, total: number) => void;
}

export interface ImportCounts {
  added: number;
  updated: number;
  retired: number;
}

/** Channels per transaction: a few milliseconds on SQLite. */
const SLICE = 40;
const MAX_NUM = 999_999;

/**
 * Brings the channels of one list into the database: adds, updates, retires. Rows are read again inside each
 * small transaction, so an edit made meanwhile is seen; what a person edited is never touched. Ended half-way it
 * leaves a valid state, and the next refresh goes on from there: removal comes last.
 */
@Injectable()
export class ChannelImportService {
  constructor(
    private readonly repository: ChannelImportRepository,
    private readonly changes: ChangeFeed,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async apply(channels: readonly ImportChannel[] | ImportSet, options: ImportOptions): Promise<ImportCounts> {
    const set = 'slices' in channels ? channels : importSet(channels, SLICE);
    let done = 0;
    const run = await ImportRun.begin(this.repository, options, Math.floor(this.clock.now() / 1000));
    try {
      await run.ensureCategories(set);
      for (const slice of set.slices()) {
        await run.applySlice(slice);
        done += slice.length;
        options.onProgress?.(done, set.total);
        await nextTurn();
      }
      await run.retireUnseen();
    } finally {
      await this.repository.announce();
      await this.changes.check();
    }
    return run.counts;
  }

  /** What `apply` would change. Nothing is written. */
  async preview(
    channels: readonly ImportChannel[] | ImportSet,
    options: Omit<ImportOptions, 'onProgress'>,
  ): Promise<ChannelDiff> {
    const set = 'slices' in channels ? channels : importSet(channels, SLICE);
    const run = await ImportRun.begin(this.repository, options, Math.floor(this.clock.now() / 1000));
    const diff = emptyDiff();
    await run.foreseeCategories(set);
    for (const slice of set.slices()) {
      await run.foresee(slice, diff);
      await nextTurn();
    }
    await run.foreseeDropped(diff);
    return diff;
  }

  /** How many channels `retireList` would retire. */
  foreseeRetired(listSourceId: number): Promise<number> {
    return this.repository.countFedByOnly(listSourceId);
  }

  /** Retires what a removed list brought. Returns the number of channels that nothing feeds any more. */
  async retireList(listSourceId: number): Promise<number> {
    const retired = await this.repository.retireList(listSourceId, Math.floor(this.clock.now() / 1000));
    await this.changes.check();
    return retired;
  }
}

class ImportRun {
  readonly counts: ImportCounts = { added: 0, updated: 0, retired: 0 };
  private readonly channelIdByKey = new Map<string, number>();
  /** Keys whose entries bring sources and nothing else: a person made them part of another channel. */
  private readonly sourceOnlyKeys = new Set<string>();
  private readonly usedNums = new Set<number>();
  private highestNum = 0;
  /** `isPlaced`: a person put it into its channel. */
  private readonly owned = new Map<string, { id: number; channelId: number; isPlaced: boolean }>();
  private readonly seen = new Set<string>();
  private readonly categoryIds = new Map<string, number>();
  private readonly bereft = new Set<number>();
  private keysOfThisRun = new Set<string>();
  /** Of a preview. */
  private readonly categoryNames = new Map<number, string>();
  private readonly fedChannels = new Set<number>();

  private constructor(
    private readonly repository: ChannelImportRepository,
    private readonly options: ImportOptions,
    private readonly nowSeconds: number,
  ) {}

  static async begin(
    repository: ChannelImportRepository,
    options: ImportOptions,
    nowSeconds: number,
  ): Promise<ImportRun> {
    const run = new ImportRun(repository, options, nowSeconds);
    for await (const { id, identityKey, num, mergedIntoId } of repository.channelKeys()) {
      run.channelIdByKey.set(identityKey, mergedIntoId ?? id);
      if (mergedIntoId !== null) run.sourceOnlyKeys.add(identityKey);
      run.takeNum(num);
    }
    for await (const source of repository.sourcesOwnedBy(options.listSourceId)) {
      const isPlaced = source.editedFields.includes('channelId');
      run.owned.set(source.fingerprint, { id: source.id, channelId: source.channelId, isPlaced });
    }
    return run;
  }

  async ensureCategories(set: ImportSet): Promise<void> {
    this.keysOfThisRun = new Set(set.keys);
    const names = new Map([...set.groups].map((group) => [categoryKey(group), group]));
    const ids = await this.repository.categories.ensure('live', names, this.nowSeconds);
    for (const [key, id] of ids) this.categoryIds.set(key, id);
  }

  /** Decides first (in memory), then writes: the transaction may run twice. */
  async applySlice(channels: readonly ImportChannel[]): Promise<void> {
    const fresh: { row: NewChannel; channel: ImportChannel }[] = [];
    const known: { id: number; channel: ImportChannel }[] = [];
    for (const channel of channels) {
      const id = this.existingChannel(channel);
      if (id === undefined) fresh.push({ row: this.newChannel(channel), channel });
      else known.push({ id, channel });
    }
    const written = await this.repository.write(async (manager) => {
      const ids = await this.repository.addChannels(
        manager,
        fresh.map(({ row }) => row),
      );
      const updated = await this.updateKnown(manager, known);
      const placed = [
        ...known,
        ...fresh.map(({ channel }) => ({ id: ids.get(channel.identityKey) ?? 0, channel })),
      ];
      await this.writeSources(manager, placed);
      return { ids, updated };
    });
    for (const [key, id] of written.ids) this.channelIdByKey.set(key, id);
    this.counts.added += fresh.length;
    this.counts.updated += written.updated;
    for (const { sources } of channels) for (const { fingerprint } of sources) this.seen.add(fingerprint);
  }

  async retireUnseen(): Promise<void> {
    const gone = [...this.owned]
      .filter(([fingerprint]) => !this.seen.has(fingerprint))
      .map(([, place]) => place);
    for (let start = 0; start < gone.length; start += SLICE) {
      const slice = gone.slice(start, start + SLICE);
      this.counts.retired += await this.repository.write(async (manager) => {
        await this.repository.retireSources(
          manager,
          slice.map(({ id }) => id),
          this.nowSeconds,
        );
        const channelIds = [...new Set(slice.map(({ channelId }) => channelId))];
        return this.repository.retireBareChannels(manager, channelIds, this.nowSeconds);
      });
      await nextTurn();
    }
    await this.retireBereft();
  }

  /** A source that moved to the channel of its new name may have been the last of its old one. */
  private async retireBereft(): Promise<void> {
    const ids = [...this.bereft];
    for (let start = 0; start < ids.length; start += SLICE) {
      const slice = ids.slice(start, start + SLICE);
      this.counts.retired += await this.repository.write((manager) =>
        this.repository.retireBareChannels(manager, slice, this.nowSeconds),
      );
      await nextTurn();
    }
  }

  async foreseeCategories(set: ImportSet): Promise<void> {
    this.keysOfThisRun = new Set(set.keys);
    for (const { sourceKey, id, name, mergedIntoId } of await this.repository.categories.all('live')) {
      this.categoryNames.set(id, name);
      if (sourceKey !== null) this.categoryIds.set(sourceKey, mergedIntoId ?? id);
    }
    // Ids that no category has stand for those a refresh would make.
    for (const group of set.groups) {
      if (this.categoryIds.has(categoryKey(group))) continue;
      const id = -1 - this.categoryIds.size;
      this.categoryIds.set(categoryKey(group), id);
      this.categoryNames.set(id, group);
    }
  }

  async foresee(channels: readonly ImportChannel[], diff: ChannelDiff): Promise<void> {
    const placed = channels.map((channel) => ({ channel, id: this.existingChannel(channel) }));
    const ids = placed.flatMap(({ id }) => (id === undefined ? [] : [id]));
    const rows = new Map((await this.repository.readChannels(ids)).map((row) => [row.id, row]));
    for (const { channel, id } of placed) {
      for (const { fingerprint } of channel.sources) this.seen.add(fingerprint);
      const row = id === undefined ? undefined : rows.get(id);
      if (row) this.fedChannels.add(row.id);
      if (row?.retiredAt === null) this.foreseeChanges(row, channel, diff);
      else tell(diff.added, { name: row?.name ?? channel.name, category: channel.group });
    }
  }

  async foreseeDropped(diff: ChannelDiff): Promise<void> {
    const gone = [...this.owned].filter(([fingerprint]) => !this.seen.has(fingerprint));
    const channelIds = [...new Set(gone.map(([, { channelId }]) => channelId))];
    const goneIds = new Set(gone.map(([, { id }]) => id));
    for (let start = 0; start < channelIds.length; start += SLICE) {
      const ids = channelIds.slice(start, start + SLICE).filter((id) => !this.fedChannels.has(id));
      const stillFed = await this.repository.channelsFedBesides(ids, goneIds);
      for (const { id, name, retiredAt } of await this.repository.readChannels(ids)) {
        if (retiredAt === null && !stillFed.has(id)) tell(diff.dropped, { id, name });
      }
      await nextTurn();
    }
  }

  private foreseeChanges(row: Channel, channel: ImportChannel, diff: ChannelDiff): void {
    if (this.sourceOnlyKeys.has(channel.identityKey)) return;
    const { name, categoryId } = this.changesOf(row, channel);
    const nameOf = (id: number): string => this.categoryNames.get(id) ?? '';
    if (name !== undefined) tell(diff.renamed, { id: row.id, before: row.name, after: name });
    if (categoryId === undefined) return;
    tell(diff.moved, {
      id: row.id,
      name: name ?? row.name,
      before: nameOf(row.categoryId),
      after: nameOf(categoryId),
    });
  }

  /** By identity; else, where the list renamed a channel, by a former key or the place of its bytes. */
  private existingChannel(channel: ImportChannel): number | undefined {
    const byKey = this.channelIdByKey.get(channel.identityKey);
    if (byKey !== undefined) return byKey;
    const merged = channel.otherKeys.find((key) => this.sourceOnlyKeys.has(key));
    if (merged !== undefined) return this.onlySources(channel.identityKey, this.channelIdByKey.get(merged));
    const owned = channel.sources.map(({ fingerprint }) => this.owned.get(fingerprint));
    const candidates = [
      ...channel.otherKeys.map((key) => this.channelIdByKey.get(key)),
      ...owned.map((source) => (source?.isPlaced ? undefined : source?.channelId)),
    ];
    for (const owner of candidates) {
      if (owner === undefined) continue;
      const oldKey = [...this.keysOf(owner)].filter((key) => !this.sourceOnlyKeys.has(key));
      if (oldKey.some((key) => key.startsWith(MANUAL_KEY) || this.keysOfThisRun.has(key))) continue;
      for (const key of oldKey) this.channelIdByKey.delete(key);
      this.channelIdByKey.set(channel.identityKey, owner);
      return owner;
    }
    // An entry whose every source was put elsewhere by a person makes no channel of its own.
    const isAllPlaced = owned.every((source) => source?.isPlaced);
    return isAllPlaced ? this.onlySources(channel.identityKey, owned[0]?.channelId) : undefined;
  }

  private onlySources(key: string, channelId: number | undefined): number | undefined {
    if (channelId === undefined) return undefined;
    this.sourceOnlyKeys.add(key);
    this.channelIdByKey.set(key, channelId);
    return channelId;
  }

  private *keysOf(channelId: number): Generator<string> {
    this.keysById ??= invert(this.channelIdByKey);
    yield* this.keysById.get(channelId) ?? [];
  }
  private keysById: Map<number, string[]> | undefined;

  private newChannel(channel: ImportChannel): NewChannel {
    return {
      num: this.freeNum(channel.num),
      name: channel.name,
      categoryId: this.categoryIdOf(channel),
      logo: channel.logo,
      tvgId: channel.tvgId,
      guideShiftMinutes: channel.guideShiftMinutes ?? 0,
      identityKey: channel.identityKey,
      isHidden: false,
      isAdult: channel.isAdult,
      archiveDays: 0,
      watchPicture: false,
      editedFields: [],
      listValues: {},
      mergedIntoId: null,
      addedAt: this.nowSeconds,
      retiredAt: null,
    };
  }

  private async updateKnown(
    manager: Transaction,
    known: { id: number; channel: ImportChannel }[],
  ): Promise<number> {
    const rows = await this.repository.channelsById(
      manager,
      known.map(({ id }) => id),
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    let updated = 0;
    for (const { id, channel } of known) {
      const row = byId.get(id);
      const isOwn = !this.sourceOnlyKeys.has(channel.identityKey);
      const changes = row && isOwn ? this.changesOf(row, channel) : {};
      if (Object.keys(changes).length === 0) continue;
      await this.repository.updateChannel(manager, id, changes);
      updated++;
    }
    return updated;
  }

  private changesOf(row: Channel, channel: ImportChannel): Partial<NewChannel> {
    const said = {
      name: channel.name,
      logo: channel.logo,
      tvgId: channel.tvgId,
      guideShiftMinutes: channel.guideShiftMinutes ?? 0,
      isAdult: channel.isAdult,
      categoryId: this.categoryIdOf(channel),
    };
    const changes: Partial<Record<keyof NewChannel, unknown>> = {};
    const listValues: Record<string, unknown> = { ...row.listValues };
    for (const [field, value] of Object.entries(said) as [EditableChannelField, unknown][]) {
      if (row.editedFields.includes(field)) listValues[field] = value;
      else if (row[field] !== value) changes[field] = value;
    }
    if (!isSame(listValues, row.listValues)) changes.listValues = listValues;
    const identityKey = betterKey(row.identityKey, channel.identityKey);
    if (identityKey !== row.identityKey) changes.identityKey = identityKey;
    const isFed = channel.sources.some(({ fingerprint }) => !this.owned.get(fingerprint)?.isPlaced);
    if (row.retiredAt !== null && isFed) changes.retiredAt = null;
    return changes as Partial<NewChannel>;
  }

  private async writeSources(
    manager: Transaction,
    placed: { id: number; channel: ImportChannel }[],
  ): Promise<void> {
    const added: NewSource[] = [];
    const present: { id: number; wanted: NewSource }[] = [];
    const fed = new Set<number>();
    for (const { id: channelId, channel } of placed) {
      for (const [priority, source] of channel.sources.entries()) {
        const wanted = this.newSource(channelId, priority, source);
        const owned = this.owned.get(source.fingerprint);
        if (owned) present.push({ id: owned.id, wanted });
        else added.push(wanted);
        if (!owned && this.sourceOnlyKeys.has(channel.identityKey)) fed.add(channelId);
      }
    }
    await this.repository.addSources(manager, added);
    const rows = await this.repository.sourcesById(
      manager,
      present.map(({ id }) => id),
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const { id, wanted } of present) {
      const row = byId.get(id);
      const changes = row ? sourceChanges(row, wanted) : {};
      if (Object.keys(changes).length > 0) await this.repository.updateSource(manager, id, changes);
      if (row && row.retiredAt !== null) fed.add(changes.channelId ?? row.channelId);
      if (row && changes.channelId !== undefined) this.bereft.add(row.channelId);
    }
    await this.repository.revive(manager, [...fed]);
  }

  private newSource(channelId: number, priority: number, source: ImportSource): NewSource {
    return {
      ...source,
      channelId,
      priority,
      listSourceId: this.options.listSourceId,
      allowPrivate: this.options.allowPrivate,
      proxyUrl: null,
      isEnabled: true,
      editedFields: [],
      addedAt: this.nowSeconds,
      retiredAt: null,
    };
  }

  private categoryIdOf(channel: ImportChannel): number {
    const id = this.categoryIds.get(categoryKey(channel.group));
    if (id === undefined) throw new Error(`no category was made for ${channel.group}`);
    return id;
  }

  private freeNum(wanted: number | null): number {
    const num =
      wanted !== null && wanted >= 1 && wanted <= MAX_NUM && !this.usedNums.has(wanted)
        ? wanted
        : this.highestNum + 1;
    this.takeNum(num);
    return num;
  }

  private takeNum(num: number): void {
    this.usedNums.add(num);
    this.highestNum = Math.max(this.highestNum, num);
  }
}

/** Of two lists that feed a channel one may know its guide id and the other not: the id stays. */
function betterKey(known: string, found: string): string {
  return known.startsWith('id:') && found.startsWith('name:') ? known : found;
}

function isSame(left: Readonly<Record<string, unknown>>, right: Readonly<Record<string, unknown>>): boolean {
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => left[key] === right[key]);
}

/** A source follows its channel; order and switch stay as a person set them. */
function sourceChanges(row: StreamSource, wanted: NewSource): Partial<NewSource> {
  const fields = [
    'channelId',
    'kind',
    'locator',
    'label',
    'priority',
    'userAgent',
    'allowPrivate',
    'retiredAt',
  ] as const;
  const changes: Partial<Record<keyof NewSource, unknown>> = {};
  for (const field of fields) {
    if (row[field] !== wanted[field] && !row.editedFields.includes(field)) changes[field] = wanted[field];
  }
  if (JSON.stringify(row.headers) !== JSON.stringify(wanted.headers)) changes.headers = wanted.headers;
  return changes as Partial<NewSource>;
}

export function categoryKey(group: string): string {
  return group.normalize('NFKC').trim().toLowerCase();
}

function invert(map: ReadonlyMap<string, number>): Map<number, string[]> {
  const inverted = new Map<number, string[]>();
  for (const [key, id] of map) inverted.set(id, [...(inverted.get(id) ?? []), key]);
  return inverted;
}
