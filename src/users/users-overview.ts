import { Injectable, type OnModuleInit } from '@nestjs/common';
import { OverviewRegistry } from '../platform/overview/overview-registry.js';
import { CredentialsService } from './credentials.service.js';
import { UsersRepository } from './users.repository.js';

/** How many users there are, and how often their passwords were known. */
@Injectable()
export class UsersOverview implements OnModuleInit {
  constructor(
    private readonly registry: OverviewRegistry,
    private readonly users: UsersRepository,
    private readonly credentials: CredentialsService,
  ) {}

  onModuleInit(): void {
    this.registry.register({
      name: 'users',
      counts: async () => ({ users: await this.users.counts() }),
      caches: () => [{ name: 'passwords', ...this.credentials.knownPasswords }],
    });
  }
}
