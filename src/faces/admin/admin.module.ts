import { Module } from '@nestjs/common';
import { ClientAddresses } from '../shared/client-addresses.js';
import { AdminGuard } from './admin-guard.js';
import { AuthController } from './auth.controller.js';
import { ChannelsPresenter } from './channels-presenter.js';
import { ChannelsController } from './channels.controller.js';
import { UsersAdminService } from './users-admin.service.js';
import { UsersController } from './users.controller.js';

/** The operator's API. Needs the domain and the platform from a global module. */
@Module({
  controllers: [AuthController, UsersController, ChannelsController],
  providers: [AdminGuard, ClientAddresses, UsersAdminService, ChannelsPresenter],
})
export class AdminModule {}
