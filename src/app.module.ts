import { Module, type DynamicModule } from '@nestjs/common';
import { DomainModule } from './domain.module.js';
import type { House } from './house.js';

/** The server: the domain and every face. */
@Module({})
export class AppModule {
  static forHouse(house: House): DynamicModule {
    return { module: AppModule, imports: [DomainModule.forHouse(house)] };
  }
}
