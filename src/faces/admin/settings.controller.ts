import { Body, Get, Patch } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { SettingsService } from '../../platform/settings/settings.service.js';
import { AdminController, JsonBody } from './admin-controller.js';
import { ChangeSettingsDto, SettingsDto } from './dto/settings.dto.js';

@AdminController('settings', 'Settings')
export class SettingsController {
  constructor(private readonly settings: SettingsService) {}

  @Get()
  @ApiOperation({ summary: 'Get the settings', description: 'What can be changed while the server runs.' })
  @ApiOkResponse({ type: SettingsDto, description: 'The settings.' })
  get(): SettingsDto {
    return this.settings.current;
  }

  @Patch()
  @ApiOperation({
    summary: 'Change settings',
    description: 'They hold from the next request on. What is not named stays.',
  })
  @ApiOkResponse({ type: SettingsDto, description: 'The settings as they are now.' })
  @JsonBody()
  change(@Body() change: ChangeSettingsDto): Promise<SettingsDto> {
    return this.settings.change(change);
  }
}
