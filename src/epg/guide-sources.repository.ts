import { Injectable } from '@nestjs/common';
import { IsNull, LessThanOrEqual, Or } from 'typeorm';
import { AuditRepository } from '../platform/audit/audit.repository.js';
import { differences } from '../platform/audit/changes.js';
import { Database, findForUpdate, touch, type Transaction } from '../platform/database/database.js';
import { GuideListing } from './guide-listing.entity.js';
import { GuideSource } from './guide-source.entity.js';

@Injectable()
export class GuideSourcesRepository {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditRepository,
  ) {}

  /** In the order of their priority. */
  list(): Promise<GuideSource[]> {
    return this.database.read.find(GuideSource, {
      where: { removedAt: IsNull() },
      order: { priority: 'ASC', id: 'ASC' },
    });
  }

  /** Removed ones too. */
  listAll(): Promise<GuideSource[]> {
    return this.database.read.find(GuideSource, { order: { id: 'ASC' } });
  }

  findById(id: number): Promise<GuideSource | null> {
    return this.database.read.findOneBy(GuideSource, { id, removedAt: IsNull() });
  }

  /** Enabled ones whose time has come, the longest waiting first. */
  due(nowSeconds: number): Promise<GuideSource[]> {
    return this.database.read.find(GuideSource, {
      where: { isEnabled: true, removedAt: IsNull(), nextRunAt: Or(IsNull(), LessThanOrEqual(nowSeconds)) },
      order: { nextRunAt: 'ASC', id: 'ASC' },
    });
  }

  /** A guide of an address that was removed before comes back with its id, so that its channels keep theirs. */
  insert(fields: Omit<GuideSource, 'id'>): Promise<GuideSource> {
    return this.database.write('add guide', async (manager) => {
      const { url } = fields;
      const [removed] = (await findForUpdate(manager, GuideSource, { url })).filter(
        ({ removedAt }) => removedAt !== null,
      );
      const source = await manager.save(
        manager.create(GuideSource, { ...(removed ? { id: removed.id } : {}), ...fields }),
      );
      const { name, kind, intervalMinutes, headers, allowPrivate } = fields;
      const changes = { name, url, kind, intervalMinutes, headers, allowPrivate };
      await this.audit.record(manager, ['guide', 'add'], source.id, changes);
      return source;
    });
  }

  /** What a person changes; `more` goes along without being written down. False when there is no such guide. */
  edit(id: number, fields: Partial<GuideSource>, more: Partial<GuideSource>): Promise<boolean> {
    return this.database.write('change guide', async (manager) => {
      const [before] = await findForUpdate(manager, GuideSource, { id, removedAt: IsNull() });
      if (!before) return false;
      const changes = differences(before, fields);
      if (Object.keys(changes).length === 0) return true;
      await manager.update(GuideSource, { id }, { ...fields, ...more });
      await touch(manager, 'guide');
      await this.audit.record(manager, ['guide', 'change'], id, changes);
      return true;
    });
  }

  /** What a run remembers. */
  async update(id: number, fields: Partial<Omit<GuideSource, 'id'>>): Promise<void> {
    await this.database.write('change guide', (manager) => manager.update(GuideSource, { id }, fields));
  }

  /** Its programmes leave at once; the row stays for its return. */
  remove(id: number, nowSeconds: number): Promise<boolean> {
    return this.database.write('remove guide', async (manager) => {
      const [source] = await findForUpdate(manager, GuideSource, { id, removedAt: IsNull() });
      if (!source) return false;
      await manager.update(
        GuideSource,
        { id },
        {
          removedAt: nowSeconds,
          generation: null,
          previousGeneration: null,
          contentHash: null,
          etag: null,
          lastModified: null,
        },
      );
      await touch(manager, 'guide');
      await this.audit.record(manager, ['guide', 'remove'], id, { name: source.name, url: source.url });
      return true;
    });
  }

  /** Exchanges what serves with what served before. False when there is nothing to bring back. */
  undo(id: number): Promise<boolean> {
    return this.database.write('undo guide', async (manager) => {
      const [source] = await findForUpdate(manager, GuideSource, { id, removedAt: IsNull() });
      if (!source || source.previousGeneration === null) return false;
      const { generation, previousGeneration } = source;
      await manager.update(
        GuideSource,
        { id },
        {
          ...{ generation: previousGeneration, previousGeneration: generation },
          ...(await countsOf(manager, previousGeneration)),
        },
      );
      await touch(manager, 'guide');
      await this.audit.record(manager, ['guide', 'undo'], id, {
        generation: [generation, previousGeneration],
      });
      return true;
    });
  }
}

/** What serves again is what the next run is measured by. */
async function countsOf(
  manager: Transaction,
  generation: number,
): Promise<Pick<GuideSource, 'channelCount' | 'programmeCount'>> {
  const counts: { channels: string | number; programmes: string | number | null } | undefined = await manager
    .createQueryBuilder(GuideListing, 'listing')
    .select('count(*)', 'channels')
    .addSelect('sum(listing.programmeCount)', 'programmes')
    .where('listing.generation = :generation AND listing.programmeCount > 0', { generation })
    .getRawOne();
  return { channelCount: Number(counts?.channels ?? 0), programmeCount: Number(counts?.programmes ?? 0) };
}
