import { Injectable } from '@nestjs/common';
import { AuditRepository } from '../audit/audit.repository.js';
import { differences } from '../audit/changes.js';
import { Database, touch } from '../database/database.js';
import { Setting } from './setting.entity.js';
import { DEFAULT_SETTINGS, type Settings } from './settings-shape.js';

@Injectable()
export class SettingsRepository {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditRepository,
  ) {}

  /** Name → JSON text of what differs from the defaults, as it is stored. */
  async read(): Promise<Map<string, string>> {
    const rows = await this.database.read.find(Setting);
    return new Map(rows.map(({ key, value }) => [key, value]));
  }

  /** A value equal to its default is not kept, so that a better default of a later version reaches the server. */
  async write(before: Settings, change: Partial<Settings>): Promise<void> {
    await this.database.write('change settings', async (manager) => {
      await touch(manager, 'settings');
      for (const [key, value] of Object.entries(change)) {
        const text = JSON.stringify(value);
        if (text === JSON.stringify(DEFAULT_SETTINGS[key as keyof Settings])) {
          await manager.delete(Setting, { key });
        } else await manager.upsert(Setting, { key, value: text }, ['key']);
      }
      await this.audit.record(manager, ['settings', 'change'], null, differences(before, change));
    });
  }
}
