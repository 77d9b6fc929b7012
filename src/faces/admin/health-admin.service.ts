import { Injectable } from '@nestjs/common';
import { ChannelHealth } from '../../checks/channel-health.js';
import { ChannelDoctor } from '../../checks/doctor/channel-doctor.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { toDoctorReportDto, type DoctorReportDto } from './dto/doctor.dto.js';
import { toChannelHealthDto, type ChannelHealthDto } from './dto/health.dto.js';

/** How channels do. */
@Injectable()
export class HealthAdminService {
  constructor(
    private readonly health: ChannelHealth,
    private readonly doctor: ChannelDoctor,
    private readonly lifecycle: Lifecycle,
  ) {}

  async ofChannel(id: number): Promise<ChannelHealthDto> {
    return toChannelHealthDto(await this.health.of(id));
  }

  async examine(id: number): Promise<DoctorReportDto> {
    return toDoctorReportDto(await this.doctor.examine(id, this.lifecycle.signal));
  }
}
