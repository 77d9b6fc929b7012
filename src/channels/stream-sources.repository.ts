import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { AuditRepository } from '../platform/audit/audit.repository.js';
import { Database, findForUpdate, type Transaction } from '../platform/database/database.js';
import { Channel } from './channel.entity.js';
import { editChannels, Refused } from './edit-transaction.js';
import { PLACED, StreamSource } from './stream-source.entity.js';

export type NewManualSource = Pick<
  StreamSource,
  'kind' | 'locator' | 'fingerprint' | 'label' | 'userAgent' | 'headers' | 'allowPrivate' | 'proxyUrl'
>;

export type SourceRefusal =
  | { kind: 'unknown-channel'; id: number }
  | { kind: 'unknown-source'; id: number }
  | { kind: 'known-place'; id: number }
  | { kind: 'too-many' }
  | { kind: 'list-source'; id: number };
export type SourceEdited = { kind: 'done'; source: StreamSource | null } | SourceRefusal;

/** Sources a person may add to one channel; lists bring a handful. */
const MAX_SOURCES = 200;

/** Sources as administrators see and change them: switched off and retired ones too. */
@Injectable()
export class StreamSourcesRepository {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditRepository,
  ) {}

  /** In the order in which they are tried, retired ones last. */
  async listOf(channelId: number): Promise<StreamSource[]> {
    const rows = await this.database.read.find(StreamSource, {
      where: { channelId },
      order: { priority: 'ASC', id: 'ASC' },
    });
    return [
      ...rows.filter(({ retiredAt }) => retiredAt === null),
      ...rows.filter(({ retiredAt }) => retiredAt !== null),
    ];
  }

  find(channelId: number, id: number): Promise<StreamSource | null> {
    return this.database.read.findOneBy(StreamSource, { channelId, id });
  }

  /** Behind the others, or before them. A channel that nothing fed is alive again. */
  add(channelId: number, fields: NewManualSource, isFirst: boolean, addedAt: number): Promise<SourceEdited> {
    return this.edit('add source', channelId, async (manager, rows) => {
      if (rows.length >= MAX_SOURCES) throw new Refused<SourceRefusal>({ kind: 'too-many' });
      const known = rows.find((row) => row.fingerprint === fields.fingerprint && row.retiredAt === null);
      if (known) throw new Refused<SourceRefusal>({ kind: 'known-place', id: known.id });
      const priorities = rows.map(({ priority }) => priority);
      const priority = isFirst ? Math.min(0, ...priorities) - 1 : Math.max(-1, ...priorities) + 1;
      const source = await manager.save(
        manager.create(StreamSource, {
          ...{ ...fields, channelId, priority, addedAt },
          listSourceId: null,
          isEnabled: true,
          editedFields: isFirst ? ['priority', PLACED] : [],
          retiredAt: null,
        }),
      );
      await manager.update(Channel, { id: channelId }, { retiredAt: null });
      const { kind, locator, label, allowPrivate, proxyUrl } = fields;
      const changes = { sourceId: source.id, kind, locator, label, allowPrivate, proxyUrl };
      await this.audit.record(manager, ['channel', 'add source'], channelId, changes);
      return source;
    });
  }

  setEnabled(channelId: number, id: number, isEnabled: boolean): Promise<SourceEdited> {
    return this.edit('switch source', channelId, async (manager, rows) => {
      const row = requireSource(rows, id);
      if (row.isEnabled === isEnabled) return row;
      const editedFields = [...new Set([...row.editedFields, 'isEnabled'])];
      await manager.update(StreamSource, { id }, { isEnabled, editedFields });
      await this.audit.record(manager, ['channel', 'switch source'], channelId, { sourceId: id, isEnabled });
      return Object.assign(row, { isEnabled, editedFields });
    });
  }

  /** null = asked as its list is. */
  setProxy(channelId: number, id: number, proxyUrl: string | null): Promise<SourceEdited> {
    return this.edit('change proxy of source', channelId, async (manager, rows) => {
      const row = requireSource(rows, id);
      if (row.proxyUrl === proxyUrl) return row;
      await manager.update(StreamSource, { id }, { proxyUrl });
      await this.audit.record(manager, ['channel', 'change source'], channelId, { sourceId: id, proxyUrl });
      return Object.assign(row, { proxyUrl });
    });
  }

  /** The named ones first, in this order, which neither a refresh nor their health changes; of none: as they do best. */
  order(channelId: number, ids: readonly number[]): Promise<SourceEdited> {
    return this.edit('order sources', channelId, async (manager, rows) => {
      const named = ids.map((id) => requireSource(rows, id));
      const rest = rows
        .filter((row) => !ids.includes(row.id))
        .sort((a, b) => a.priority - b.priority || a.id - b.id);
      for (const [priority, row] of [...named, ...rest].entries()) {
        const editedFields = orderMarks(row.editedFields, priority, named.length);
        await manager.update(StreamSource, { id: row.id }, { priority, editedFields });
      }
      await this.audit.record(manager, ['channel', 'order sources'], channelId, { ids });
      return null;
    });
  }

  /** Only sources that a person added: those of lists would come back, and can be switched off. */
  remove(channelId: number, id: number): Promise<SourceEdited> {
    return this.edit('remove source', channelId, async (manager, rows) => {
      const row = requireSource(rows, id);
      if (row.listSourceId !== null) throw new Refused<SourceRefusal>({ kind: 'list-source', id });
      await manager.delete(StreamSource, { id });
      const changes = { sourceId: id, kind: row.kind, locator: row.locator };
      await this.audit.record(manager, ['channel', 'remove source'], channelId, changes);
      return null;
    });
  }

  private edit(
    name: string,
    channelId: number,
    work: (manager: Transaction, rows: StreamSource[]) => Promise<StreamSource | null>,
  ): Promise<SourceEdited> {
    return editChannels<SourceEdited, SourceRefusal>(this.database, name, async (manager) => {
      const [channel] = await findForUpdate(manager, Channel, { id: channelId, mergedIntoId: IsNull() });
      if (!channel) throw new Refused<SourceRefusal>({ kind: 'unknown-channel', id: channelId });
      const rows = await findForUpdate(manager, StreamSource, { channelId });
      return { kind: 'done', source: await work(manager, rows) };
    });
  }
}

/** With the marks that keep this order; without any where no source was named. */
function orderMarks(fields: readonly string[], priority: number, named: number): string[] {
  const others = fields.filter((field) => field !== PLACED && field !== 'priority');
  if (named === 0) return others;
  return priority < named ? [...others, 'priority', PLACED] : [...others, 'priority'];
}

function requireSource(rows: readonly StreamSource[], id: number): StreamSource {
  const row = rows.find((candidate) => candidate.id === id);
  if (!row) throw new Refused<SourceRefusal>({ kind: 'unknown-source', id });
  return row;
}
