import { Injectable } from '@nestjs/common';
import { IsNull, LessThanOrEqual, Or } from 'typeorm';
import { Database } from '../platform/database/database.js';
import { ListSource } from './list-source.entity.js';

@Injectable()
export class ListSourcesRepository {
  constructor(private readonly database: Database) {}

  list(): Promise<ListSource[]> {
    return this.database.read.find(ListSource, { order: { id: 'ASC' } });
  }

  findById(id: number): Promise<ListSource | null> {
    return this.database.read.findOneBy(ListSource, { id });
  }

  /** Enabled ones whose time has come, the longest waiting first. */
  due(nowSeconds: number): Promise<ListSource[]> {
    return this.database.read.find(ListSource, {
      where: { isEnabled: true, nextRunAt: Or(IsNull(), LessThanOrEqual(nowSeconds)) },
      order: { nextRunAt: 'ASC', id: 'ASC' },
    });
  }

  insert(fields: Omit<ListSource, 'id'>): Promise<ListSource> {
    return this.database.write('add list', (manager) => manager.save(manager.create(ListSource, fields)));
  }

  update(id: number, fields: Partial<Omit<ListSource, 'id'>>): Promise<boolean> {
    return this.database.write('change list', async (manager) => {
      if (!(await manager.existsBy(ListSource, { id }))) return false;
      await manager.update(ListSource, { id }, fields);
      return true;
    });
  }

  remove(id: number): Promise<boolean> {
    return this.database.write('remove list', async (manager) => {
      const result = await manager.delete(ListSource, { id });
      return (result.affected ?? 0) > 0;
    });
  }
}
