import { Inject, Injectable, Optional } from '@nestjs/common';
import type { FindOptionsWhere } from 'typeorm';
import { currentActor } from '../actor.js';
import type { Clock } from '../clock.js';
import { Database, type Transaction } from '../database/database.js';
import { CLOCK } from '../tokens.js';
import { AuditEntry, type AuditChanges } from './audit-entry.entity.js';
import { presentable } from './changes.js';

export interface AuditLimits {
  maxRows: number;
  keepDays: number;
}

export interface AuditQuery {
  entity?: string;
  entityId?: number;
  userId?: number;
  action?: string;
  page: number;
  perPage: number;
}

export const AUDIT_LIMITS = Symbol('AuditLimits');
const DEFAULT_LIMITS: AuditLimits = { maxRows: 50_000, keepDays: 365 };

/** Who changed what. An entry is written in the transaction of the change: neither exists without the other. */
@Injectable()
export class AuditRepository {
  private readonly limits: AuditLimits;

  constructor(
    private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Optional() @Inject(AUDIT_LIMITS) limits?: AuditLimits,
  ) {
    this.limits = limits ?? DEFAULT_LIMITS;
  }

  /** Keeps the log within its bounds as well. `entityId` null = many, or a thing without an id. */
  async record(
    manager: Transaction,
    [entity, action]: readonly [entity: string, action: string],
    entityId: number | null,
    changes: AuditChanges = {},
  ): Promise<void> {
    const at = Math.floor(this.clock.now() / 1000);
    const { userId, username } = currentActor();
    const entry = { at, userId, username, action, entity, entityId, changes: presentable(changes) };
    const { id } = await manager.save(manager.create(AuditEntry, entry));
    await manager
      .createQueryBuilder()
      .delete()
      .from(AuditEntry)
      .where('id <= :lastId OR at < :oldest', {
        lastId: id - this.limits.maxRows,
        oldest: at - this.limits.keepDays * 86_400,
      })
      .execute();
  }

  /** For what changes no row of the database, e.g. a backup that was taken. */
  async note(what: readonly [entity: string, action: string], changes: AuditChanges = {}): Promise<void> {
    await this.database.write('audit', (manager) => this.record(manager, what, null, changes));
  }

  /** Newest first. */
  async page({ page, perPage, ...where }: AuditQuery): Promise<{ items: AuditEntry[]; total: number }> {
    const [items, total] = await this.database.read.findAndCount(AuditEntry, {
      where: where satisfies FindOptionsWhere<AuditEntry>,
      order: { id: 'DESC' },
      skip: (page - 1) * perPage,
      take: perPage,
    });
    return { items, total };
  }
}
