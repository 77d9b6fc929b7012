import { Injectable } from '@nestjs/common';
import { IsNull, LessThanOrEqual, Or } from 'typeorm';
import { AuditRepository } from '../platform/audit/audit.repository.js';
import { differences } from '../platform/audit/changes.js';
import { Database, findForUpdate } from '../platform/database/database.js';
import { ListSource } from './list-source.entity.js';
import { listRequestOf } from './list-request.js';
import type { StreamTerms } from './stream-terms.js';

@Injectable()
export class ListSourcesRepository {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditRepository,
  ) {}

  list(): Promise<ListSource[]> {
    return this.database.read.find(ListSource, { order: { id: 'ASC' } });
  }

  findById(id: number): Promise<ListSource | null> {
    return this.database.read.findOneBy(ListSource, { id });
  }

  async streamTerms(): Promise<StreamTerms> {
    const rows = await this.database.read.find(ListSource, {
      select: { id: true, url: true, headers: true, maxConnections: true, proxyUrl: true },
    });
    return {
      limits: new Map(rows.flatMap(({ id, maxConnections: max }) => (max === null ? [] : [[id, max]]))),
      proxies: new Map(rows.flatMap(({ id, proxyUrl }) => (proxyUrl === null ? [] : [[id, proxyUrl]]))),
      requests: new Map(
        rows.flatMap((list) => {
          const request = listRequestOf(list);
          return request ? [[list.id, request]] : [];
        }),
      ),
    };
  }

  /** Enabled ones whose time has come, the longest waiting first. */
  due(nowSeconds: number): Promise<ListSource[]> {
    return this.database.read.find(ListSource, {
      where: { isEnabled: true, nextRunAt: Or(IsNull(), LessThanOrEqual(nowSeconds)) },
      order: { nextRunAt: 'ASC', id: 'ASC' },
    });
  }

  insert(fields: Omit<ListSource, 'id'>): Promise<ListSource> {
    return this.database.write('add list', async (manager) => {
      const source = await manager.save(manager.create(ListSource, fields));
      const { name, url, type, intervalMinutes, headers, allowPrivate, proxyUrl } = fields;
      const changes = { name, url, type, intervalMinutes, headers, allowPrivate, proxyUrl };
      await this.audit.record(manager, ['list', 'add'], source.id, changes);
      return source;
    });
  }

  /** What a person changes; `more` goes along without being written down. False when there is no such list. */
  edit(id: number, fields: Partial<ListSource>, more: Partial<ListSource>): Promise<boolean> {
    return this.database.write('change list', async (manager) => {
      const [before] = await findForUpdate(manager, ListSource, { id });
      if (!before) return false;
      const changes = differences(before, fields);
      if (Object.keys(changes).length === 0) return true;
      await manager.update(ListSource, { id }, { ...fields, ...more });
      await this.audit.record(manager, ['list', 'change'], id, changes);
      return true;
    });
  }

  /** What a refresh remembers. */
  update(id: number, fields: Partial<Omit<ListSource, 'id'>>): Promise<boolean> {
    return this.database.write('change list', async (manager) => {
      if (!(await manager.existsBy(ListSource, { id }))) return false;
      await manager.update(ListSource, { id }, fields);
      return true;
    });
  }

  /** What an undo changes. */
  recordUndo(id: number, fields: Partial<ListSource>): Promise<void> {
    return this.database.write('undo list', async (manager) => {
      const [before] = await findForUpdate(manager, ListSource, { id });
      if (!before) return;
      await manager.update(ListSource, { id }, fields);
      await this.audit.record(manager, ['list', 'undo'], id, differences(before, fields));
    });
  }

  remove(id: number): Promise<boolean> {
    return this.database.write('remove list', async (manager) => {
      const source = await manager.findOneBy(ListSource, { id });
      if (!source) return false;
      await manager.delete(ListSource, { id });
      await this.audit.record(manager, ['list', 'remove'], id, { name: source.name, url: source.url });
      return true;
    });
  }
}
