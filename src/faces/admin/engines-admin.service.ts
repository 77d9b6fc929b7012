import { Injectable } from '@nestjs/common';
import { AuditRepository } from '../../platform/audit/audit.repository.js';
import { AppError } from '../../platform/errors/app-error.js';
import { EngineRegistry } from '../../streaming/engine/engine-registry.js';
import { toEngineDto, type ChangeEngineDto, type EngineDto, type EnginesDto } from './dto/engines.dto.js';

/** AceStream engines: seen, emptied before work on them, and used again. */
@Injectable()
export class EnginesAdminService {
  constructor(
    private readonly engines: EngineRegistry,
    private readonly audit: AuditRepository,
  ) {}

  list(): EnginesDto {
    const items = this.engines.health().map(toEngineDto);
    return { items, total: items.length };
  }

  async change(id: number, { isDraining }: ChangeEngineDto): Promise<EngineDto> {
    const engine = this.engines.engines[id - 1];
    if (!engine) throw new AppError('not_found', `there is no engine ${id}`, { status: 404 });
    engine.drain(isDraining);
    await this.audit.note(['engine', isDraining ? 'drain' : 'use'], { engine: engine.name });
    return toEngineDto(engine.health(), id - 1);
  }
}
