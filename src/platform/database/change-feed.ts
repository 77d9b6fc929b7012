import type { Clock, Timer } from '../clock.js';
import type { EventBus } from '../events/event-bus.js';
import type { Lifecycle } from '../lifecycle.js';
import { BulkRows } from './bulk-rows.js';
import { Revision } from './revision.entity.js';
import type { Database, RevisionName } from './database.js';

const EVENT_OF = {
  channels: 'channels.changed',
  users: 'users.changed',
  settings: 'settings.changed',
  guide: 'guide.changed',
  films: 'films.changed',
} as const satisfies Record<RevisionName, string>;

/**
 * Turns raised revision counters into events. The command line writes to the same database from another process,
 * so the counters are looked at regularly; after an own write `check()` tells at once.
 */
export class ChangeFeed {
  private known: Map<string, number> | undefined;
  private timer: Timer | undefined;

  constructor(
    private readonly database: Database,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly lifecycle: Lifecycle,
  ) {}

  async start(intervalMs = 1000): Promise<void> {
    await this.check();
    this.timer = this.clock.setRepeating(intervalMs, () =>
      this.lifecycle.background('change feed', this.check()),
    );
    this.lifecycle.onShutdown('work', 'change feed', () => this.timer?.cancel());
  }

  async check(): Promise<void> {
    const rows = await new BulkRows(this.database.read, Revision).all();
    const before = this.known;
    this.known = new Map(rows.map((row) => [row.name, row.value]));
    if (!before) return;
    for (const row of rows) {
      if (row.value !== before.get(row.name) && row.name in EVENT_OF) {
        this.events.emit(EVENT_OF[row.name as RevisionName], {});
      }
    }
  }
}
