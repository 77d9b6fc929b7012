import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';
import { StreamSource } from './stream-source.entity.js';

/** Sources as administrators see them: switched off and retired ones too. */
@Injectable()
export class StreamSourcesRepository {
  constructor(private readonly database: Database) {}

  /** In the order in which they are tried, retired ones last. */
  async listOf(channelId: number): Promise<StreamSource[]> {
    const rows = await this.database.read.find(StreamSource, {
      where: { channelId },
      order: { priority: 'ASC', id: 'ASC' },
    });
    return [
      ...rows.filter(({ retiredAt }) => retiredAt === null),
      ...rows.filter(({ retiredAt }) => retiredAt !== null),
    ];
  }
}
