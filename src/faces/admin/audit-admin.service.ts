import { Injectable } from '@nestjs/common';
import { AuditRepository } from '../../platform/audit/audit.repository.js';
import { toAuditDto, type AuditPageDto, type AuditQueryDto } from './dto/audit.dto.js';

@Injectable()
export class AuditAdminService {
  constructor(private readonly audit: AuditRepository) {}

  async page(query: AuditQueryDto): Promise<AuditPageDto> {
    const { items, total } = await this.audit.page(query);
    return { items: items.map(toAuditDto), total, page: query.page, perPage: query.perPage };
  }
}
