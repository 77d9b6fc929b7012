import { Inject, Injectable } from '@nestjs/common';
import { AuditRepository } from '../../platform/audit/audit.repository.js';
import { AppError } from '../../platform/errors/app-error.js';
import { toSessionDto, type SessionsDto } from './dto/sessions.dto.js';
import { LIVE_SESSIONS, type LiveSessions } from './live-sessions.js';

/** Who watches, and the end of it. */
@Injectable()
export class SessionsAdminService {
  constructor(
    @Inject(LIVE_SESSIONS) private readonly sessions: LiveSessions,
    private readonly audit: AuditRepository,
  ) {}

  list(): SessionsDto {
    const items = this.sessions.list().map(toSessionDto);
    return { items, total: items.length };
  }

  async kick(id: number): Promise<void> {
    const session = this.sessions.list().find((candidate) => candidate.id === id);
    if (!session || !this.sessions.kick(id)) {
      throw new AppError('not_found', `there is no session ${id}`, { status: 404 });
    }
    const { userId, username, channelId } = session;
    await this.audit.note(['session', 'kick'], { userId, username, channelId });
  }
}
