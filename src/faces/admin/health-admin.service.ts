import { Injectable } from '@nestjs/common';
import { ChannelHealth } from '../../checks/channel-health.js';
import { toChannelHealthDto, type ChannelHealthDto } from './dto/health.dto.js';

/** How channels do. */
@Injectable()
export class HealthAdminService {
  constructor(private readonly health: ChannelHealth) {}

  async ofChannel(id: number): Promise<ChannelHealthDto> {
    return toChannelHealthDto(await this.health.of(id));
  }
}
