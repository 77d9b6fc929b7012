import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { ChangeFeed } from '../database/change-feed.js';
import { refuseProblems, type FieldProblem } from '../errors/app-error.js';
import { EventBus } from '../events/event-bus.js';
import { Lifecycle } from '../lifecycle.js';
import type { Logger } from '../logging/logger.js';
import { LOGGER } from '../tokens.js';
import { DEFAULT_SETTINGS, isSettingName, SETTING_RULES, type Settings } from './settings-shape.js';
import { SettingsRepository } from './settings.repository.js';

/** The run-time settings: the defaults and what differs from them, also when another process changed it. */
@Injectable()
export class SettingsService implements OnModuleInit, OnModuleDestroy {
  private values: Readonly<Settings> = DEFAULT_SETTINGS;
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly repository: SettingsRepository,
    private readonly changes: ChangeFeed,
    private readonly events: EventBus,
    private readonly lifecycle: Lifecycle,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  get current(): Readonly<Settings> {
    return this.values;
  }

  async onModuleInit(): Promise<void> {
    await this.load();
    this.unsubscribe = this.events.on('settings.changed', () =>
      this.lifecycle.background('settings', this.load()),
    );
  }

  onModuleDestroy(): void {
    this.unsubscribe?.();
  }

  /** What is stored and no longer valid counts as absent. */
  async load(): Promise<void> {
    const stored = await this.repository.read();
    const values: Record<string, unknown> = { ...DEFAULT_SETTINGS };
    for (const [name, text] of stored) {
      const value = parse(text);
      if (isSettingName(name) && SETTING_RULES[name].accepts(value)) values[name] = value;
      else this.logger.warn('a stored setting is not valid and is left out', { setting: name });
    }
    this.values = values as unknown as Settings;
  }

  /** Throws `invalid_input` naming unknown settings and broken rules; then nothing is changed. */
  async change(change: object): Promise<Readonly<Settings>> {
    refuseProblems(problemsOf(change));
    await this.repository.write(this.values, change);
    await this.load();
    await this.changes.check();
    return this.values;
  }
}

function problemsOf(change: object): FieldProblem[] {
  return Object.entries(change).flatMap(([field, value]: [string, unknown]) => {
    if (!isSettingName(field)) return [{ field, rule: 'is not a setting' }];
    return SETTING_RULES[field].accepts(value) ? [] : [{ field, rule: SETTING_RULES[field].text }];
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
