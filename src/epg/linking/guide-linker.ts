import { Inject, Injectable } from '@nestjs/common';
import type { Clock, Timer } from '../../platform/clock.js';
import { ChangeFeed } from '../../platform/database/change-feed.js';
import { EventBus } from '../../platform/events/event-bus.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import type { Logger } from '../../platform/logging/logger.js';
import { CLOCK, LOGGER } from '../../platform/tokens.js';
import { diffLinks, diffReviews, linksOf, reviewsOf, type FoundReview, type Verdict } from './link-diff.js';
import { LinkingRepository, type ServedSource } from './linking.repository.js';
import { MatchWorker } from './match-worker.js';

export interface LinkingReport {
  /** Channels that nobody decided about. */
  channels: number;
  /** Of these, the ones with a guide now. */
  linked: number;
  /** Of the others, the ones that wait for a person. */
  waiting: number;
  added: number;
  removed: number;
}

/** Events come in bursts: a list and its guides are often read together. */
const SETTLE_MS = 2000;
/** After a run that failed: a disk may have room again then, a database may be back. */
const RETRY_MS = 60_000;

/**
 * Finds the guides of channels whenever channels or guides changed, in the background and in a worker thread. What a person
 * decided is not touched; a link found earlier stays as long as matching finds it again, and one into a guide that is not
 * served at the moment stays for its return.
 */
@Injectable()
export class GuideLinker {
  private timer: Timer | undefined;
  private running: Promise<unknown> = Promise.resolve();
  /** Runs that have begun or wait for their turn. */
  private pending = 0;
  private last: LinkingReport | null = null;
  private lastStamp = '';

  constructor(
    private readonly repository: LinkingRepository,
    private readonly events: EventBus,
    private readonly changes: ChangeFeed,
    private readonly lifecycle: Lifecycle,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Links what changed while nobody looked, and from now on what changes. */
  start(): void {
    const stops = (['channels.changed', 'guide.changed'] as const).map((name) =>
      this.events.on(name, () => this.plan()),
    );
    this.lifecycle.onShutdown('work', 'guide links', () => {
      for (const stop of stops) stop();
      this.timer?.cancel();
    });
    this.plan();
  }

  get isRunning(): boolean {
    return this.pending > 0;
  }

  /** Of the last run of this process that did not fail. */
  get lastReport(): LinkingReport | null {
    return this.last;
  }

  /** Matches everything now, after a run under way. */
  run(): Promise<LinkingReport> {
    this.pending++;
    const run = this.running.then(() => this.link()).finally(() => this.pending--);
    this.running = run.catch(() => undefined);
    return run;
  }

  private plan(ms = SETTLE_MS): void {
    if (this.lifecycle.signal.aborted) return;
    this.timer?.cancel();
    this.timer = this.clock.setTimer(ms, () =>
      this.lifecycle.background('linking guides', this.runIfChanged()),
    );
  }

  private async runIfChanged(): Promise<void> {
    await this.running;
    try {
      if (this.lifecycle.signal.aborted || (await this.stampNow()) === this.lastStamp) return;
      await this.run();
    } catch (error) {
      this.plan(RETRY_MS);
      throw error;
    }
  }

  private async stampNow(): Promise<string> {
    return JSON.stringify([await this.repository.servedSources(), await this.repository.stamp()]);
  }

  private async link(): Promise<LinkingReport> {
    const inherited = await this.repository.inheritDecisions();
    const stamp = await this.stampNow();
    const worker = new MatchWorker(this.clock, this.lifecycle.signal);
    try {
      const report = await this.linkWith(worker, await this.repository.servedSources());
      if (inherited + report.added + report.removed > 0) {
        await this.repository.announce();
        await this.changes.check();
      }
      this.lastStamp = stamp;
      this.last = report;
      this.logger.info('guides linked', { ...report });
      return report;
    } finally {
      await worker.close();
    }
  }

  private async linkWith(worker: MatchWorker, sources: readonly ServedSource[]): Promise<LinkingReport> {
    const undecided = await this.sendChannels(worker);
    const linked = new Set<number>();
    const reviews: FoundReview[] = [];
    let [added, removed] = [0, 0];
    for (const source of sources) {
      const verdicts = await this.verdicts(worker, source);
      const found = linksOf(verdicts);
      for (const { channelId } of found) linked.add(channelId);
      reviews.push(...reviewsOf(verdicts, source.id));
      const stored = (await this.repository.foundLinks(source.id)).filter(({ channelId }) =>
        undecided.has(channelId),
      );
      const changes = diffLinks(found, stored);
      await this.repository.applyLinks(changes, this.nowSeconds());
      added += changes.add.length;
      removed += changes.remove.length;
    }
    // A guide that was removed is read by nobody; its channels are found anew when its address comes back.
    const orphaned = await this.repository.linksIntoRemovedGuides();
    await this.repository.applyLinks({ add: [], remove: orphaned }, this.nowSeconds());
    removed += orphaned.length;
    const open = reviews.filter(({ channelId }) => !linked.has(channelId));
    const waiting = new Set(open.map(({ channelId }) => channelId)).size;
    await this.repository.applyReviews(diffReviews(open, await this.repository.reviews()), this.nowSeconds());
    return { channels: undecided.size, linked: linked.size, waiting, added, removed };
  }

  /** Those that nobody decided about. */
  private async sendChannels(worker: MatchWorker): Promise<Set<number>> {
    const decided = await this.repository.decided();
    const undecided = new Set<number>();
    for await (const slice of this.repository.channels()) {
      const rows = slice.filter(({ id }) => !decided.has(id));
      for (const { id } of rows) undecided.add(id);
      worker.addChannels(rows);
    }
    return undecided;
  }

  private async verdicts(worker: MatchWorker, source: ServedSource): Promise<Verdict[]> {
    for await (const rows of this.repository.guideChannels(source)) worker.addGuide(rows);
    const verdicts: Verdict[] = [];
    for await (const slice of worker.match()) verdicts.push(...slice);
    return verdicts;
  }

  private nowSeconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}
