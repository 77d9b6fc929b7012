import { BroadcastChannel } from 'node:worker_threads';
import type { Clock, Timer } from './clock.js';
import { GIVING_WAY } from './give-way.js';
import type { Lifecycle } from './lifecycle.js';
import type { Logger } from './logging/logger.js';
import type { ThreadPolicy, ThreadTimes } from './thread-policy.js';

const LOOK_EVERY_MS = 1_000;
/** Less than this share of the time is starving, when it waits for most of it. */
const STARVING_SHARE = 0.05;
const WAITING_SHARE = 0.5;

interface Watched {
  at: number;
  times: ThreadTimes;
}

/**
 * Threads that give way get what is left of the processors. A lower priority alone does not do it: since Linux 6.6 a thread
 * that wakes up waits for the slice of whoever runs, whatever his priority; four such slices are ten milliseconds of a
 * stream. Who gets nearly nothing that way, on a machine that is always busy, has a share of its priority again: it may
 * hold the database.
 */
export class IdleThreads {
  private readonly watched = new Map<number, Watched>();
  private timer: Timer | undefined;
  private isLooking = false;

  constructor(
    private readonly policy: ThreadPolicy,
    private readonly clock: Clock,
    private readonly lifecycle: Lifecycle,
    private readonly logger: Logger,
  ) {}

  /** Hears of them as long as the server runs. */
  listen(): void {
    const channel = new BroadcastChannel(GIVING_WAY);
    channel.onmessage = (message) => {
      const thread: unknown = message.data;
      if (typeof thread === 'number') this.lifecycle.background('an idle thread', this.add(thread));
    };
    channel.unref();
    this.lifecycle.onShutdown('work', 'idle threads', () => {
      channel.close();
      this.timer?.cancel();
    });
  }

  async add(thread: number): Promise<void> {
    const times = await this.policy.times(thread);
    // Without them nobody would notice that it starves.
    if (times === undefined) return;
    if (!(await this.policy.set(thread, 'idle'))) {
      this.logger.debug('a thread has a lower priority, but is not idle: chrt cannot do it', { thread });
      return;
    }
    this.watched.set(thread, { at: this.clock.monotonic(), times });
    this.timer ??= this.clock.setRepeating(LOOK_EVERY_MS, () => this.look());
  }

  private look(): void {
    if (this.isLooking) return;
    this.isLooking = true;
    const looking = this.lookAtAll().finally(() => (this.isLooking = false));
    this.lifecycle.background('a look at idle threads', looking);
  }

  private async lookAtAll(): Promise<void> {
    for (const [thread, before] of this.watched) {
      const times = await this.policy.times(thread);
      const at = this.clock.monotonic();
      if (times === undefined) this.watched.delete(thread);
      else if (isStarving(before, { at, times })) await this.feed(thread);
      else this.watched.set(thread, { at, times });
    }
    if (this.watched.size > 0) return;
    this.timer?.cancel();
    this.timer = undefined;
  }

  private async feed(thread: number): Promise<void> {
    this.watched.delete(thread);
    await this.policy.set(thread, 'ordinary');
    this.logger.debug('a thread got hardly any processor as an idle one and has its priority again', {
      thread,
    });
  }
}

function isStarving(before: Watched, now: Watched): boolean {
  const ms = now.at - before.at;
  const ran = now.times.ran - before.times.ran;
  const waited = now.times.waited - before.times.waited;
  return ran < ms * STARVING_SHARE && waited > ms * WAITING_SHARE;
}
