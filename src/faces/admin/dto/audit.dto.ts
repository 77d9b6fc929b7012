import type { AuditEntry } from '../../../platform/audit/audit-entry.entity.js';
import { isoTime, PageQuery } from './common.dto.js';
import { MAX_ID, QueryWhole, Text, Told } from './fields.js';

export class AuditQueryDto extends PageQuery {
  @Text({ doc: 'Only changes of this kind of thing, e.g. channel.', optional: true, max: 40 })
  entity?: string;

  @QueryWhole({ doc: 'Only changes of the thing of this id.', optional: true, min: 1, max: MAX_ID })
  entityId?: number;

  @QueryWhole({ doc: 'Only changes by this user.', optional: true, min: 1, max: MAX_ID })
  userId?: number;

  @Text({ doc: 'Only this action, e.g. merge.', optional: true, max: 40 })
  action?: string;
}

export class AuditEntryDto {
  @Told('Id.', { type: 'integer' })
  id!: number;

  @Told('When.', { type: String, format: 'date-time' })
  at!: string;

  @Told('Who; null = the command line, or the server itself.', { type: 'integer', nullable: true })
  userId!: number | null;

  @Told('The name at that time.', { type: String })
  username!: string;

  @Told('What was done.', { type: String, example: 'change' })
  action!: string;

  @Told('What it was done to.', { type: String, example: 'channel' })
  entity!: string;

  @Told('Its id; null = many, or something without an id.', { type: 'integer', nullable: true })
  entityId!: number | null;

  @Told('The values before and after, without secrets.', { type: 'object', additionalProperties: true })
  changes!: Record<string, unknown>;
}

export class AuditPageDto {
  @Told('Newest first.', { type: [AuditEntryDto] })
  items!: AuditEntryDto[];

  @Told('Rows on all pages together.', { type: 'integer' })
  total!: number;

  @Told('This page.', { type: 'integer' })
  page!: number;

  @Told('Rows per page.', { type: 'integer' })
  perPage!: number;
}

export function toAuditDto(entry: AuditEntry): AuditEntryDto {
  const { id, at, userId, username, action, entity, entityId, changes } = entry;
  return { id, at: isoTime(at), userId, username, action, entity, entityId, changes };
}
