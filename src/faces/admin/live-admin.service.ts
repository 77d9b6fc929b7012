import { Inject, Injectable } from '@nestjs/common';
import { AuditRepository } from '../../platform/audit/audit.repository.js';
import type { Clock } from '../../platform/clock.js';
import { AppError } from '../../platform/errors/app-error.js';
import { CLOCK } from '../../platform/tokens.js';
import { toLiveStreamDto, type LiveStreamDto, type LiveStreamsDto } from './dto/live.dto.js';
import { LIVE_SESSIONS, type LiveSessions, type LiveStream, type SwitchOutcome } from './live-sessions.js';

const REFUSALS: Readonly<Record<Exclude<SwitchOutcome, 'switched' | 'unknown-source'>, string>> = {
  'same-source': 'this source plays already, or there is no other one',
  idle: 'nobody watches this stream',
};

/** Running streams: seen, stopped, sent to another source. */
@Injectable()
export class LiveAdminService {
  constructor(
    @Inject(LIVE_SESSIONS) private readonly sessions: LiveSessions,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly audit: AuditRepository,
  ) {}

  list(): LiveStreamsDto {
    const items = this.sessions.streams().map((stream) => toLiveStreamDto(stream, this.clock.now()));
    return { items, total: items.length };
  }

  async stop(id: number): Promise<void> {
    const { channelId, title } = this.find(id);
    if (!(await this.sessions.stop(id))) throw unknown(id);
    await this.audit.note(['stream', 'stop'], { channelId, title });
  }

  async switchSource(id: number, sourceId?: number): Promise<LiveStreamDto> {
    const { channelId, title, sourceId: from } = this.find(id);
    const outcome = this.sessions.switchSource(id, sourceId);
    if (outcome === undefined) throw unknown(id);
    if (outcome === 'unknown-source') {
      throw new AppError('not_found', `the stream has no source ${sourceId ?? ''}`, { status: 404 });
    }
    if (outcome !== 'switched') throw new AppError('conflict', REFUSALS[outcome], { status: 409 });
    await this.audit.note(['stream', 'switch'], { channelId, title, from, to: sourceId ?? 'next' });
    return toLiveStreamDto(this.find(id), this.clock.now());
  }

  private find(id: number): LiveStream {
    const stream = this.sessions.streams().find((candidate) => candidate.id === id);
    if (!stream) throw unknown(id);
    return stream;
  }
}

function unknown(id: number): AppError {
  return new AppError('not_found', `there is no running stream ${id}`, { status: 404 });
}
