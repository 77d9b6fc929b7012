import { Injectable } from '@nestjs/common';
import { IsNull, LessThanOrEqual, MoreThan, Or } from 'typeorm';
import { AuditRepository } from '../../platform/audit/audit.repository.js';
import { differences } from '../../platform/audit/changes.js';
import { Database, findForUpdate } from '../../platform/database/database.js';
import { FilmSource } from '../film-source.entity.js';

@Injectable()
export class FilmSourcesRepository {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditRepository,
  ) {}

  list(): Promise<FilmSource[]> {
    return this.database.read.find(FilmSource, { order: { id: 'ASC' } });
  }

  findById(id: number): Promise<FilmSource | null> {
    return this.database.read.findOneBy(FilmSource, { id });
  }

  /** Enabled ones whose time has come, the longest waiting first. */
  async due(nowSeconds: number): Promise<number[]> {
    const rows = await this.database.read.find(FilmSource, {
      select: { id: true },
      where: {
        isEnabled: true,
        intervalMinutes: MoreThan(0),
        nextRunAt: Or(IsNull(), LessThanOrEqual(nowSeconds)),
      },
      order: { nextRunAt: 'ASC', id: 'ASC' },
    });
    return rows.map(({ id }) => id);
  }

  insert(fields: Omit<FilmSource, 'id'>): Promise<FilmSource> {
    return this.database.write('add film source', async (manager) => {
      const source = await manager.save(manager.create(FilmSource, fields));
      const { name, url, intervalMinutes, categoryId, options } = fields;
      await this.audit.record(manager, ['film source', 'add'], source.id, {
        ...{ name, url, intervalMinutes, categoryId },
        ...options,
      });
      return source;
    });
  }

  /** What a person changes; `more` goes along without being written down. False when there is no such source. */
  edit(id: number, fields: Partial<FilmSource>, more: Partial<FilmSource>): Promise<boolean> {
    return this.database.write('change film source', async (manager) => {
      const [before] = await findForUpdate(manager, FilmSource, { id });
      if (!before) return false;
      const changes = differences(before, fields);
      if (Object.keys(changes).length === 0) return true;
      await manager.update(FilmSource, { id }, { ...fields, ...more });
      await this.audit.record(manager, ['film source', 'change'], id, changes);
      return true;
    });
  }

  /** What a run remembers. */
  async update(id: number, fields: Partial<FilmSource>): Promise<void> {
    await this.database.write('film source read', (manager) => manager.update(FilmSource, { id }, fields));
  }

  /** Its ways to watch go with it. */
  async remove({ id, name, url }: FilmSource): Promise<void> {
    await this.database.write('remove film source', async (manager) => {
      await manager.delete(FilmSource, { id });
      await this.audit.record(manager, ['film source', 'remove'], id, { name, url });
    });
  }
}
