import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import type { Clock, Timer } from '../platform/clock.js';
import { AppConfig } from '../platform/config/app-config.js';
import { describeError } from '../platform/errors/app-error.js';
import { Lifecycle } from '../platform/lifecycle.js';
import type { Logger } from '../platform/logging/logger.js';
import { CLOCK, LOGGER } from '../platform/tokens.js';
import { nextTurn } from '../platform/turns.js';
import { programVersion } from '../platform/version.js';
import type { EditionChannel, EditionMaker, KeptEdition } from '../epg/edition/edition-job.js';
import { CATALOG_EVENTS, CATALOG_GUIDES, CATALOG_OPTIONS, EDITION_MAKER } from './catalog-source.js';
import type { CatalogEvents, CatalogGuides, CatalogOptions } from './catalog-source.js';
import { CatalogService } from './catalog.service.js';
import { GuideEdition } from './guide-edition.store.js';
import { editionChannels } from './guide-ids.js';
import { Slicer } from './slicer.js';

/** Guides and channels change in bursts. */
const SETTLE_MS = 1_000;
/** Days pass, and placeholders name today. */
const RENEW_MS = 6 * 3600 * 1000;
const RETRY_MS = 60_000;
/** How long the first players after a start wait for the first edition. */
const FIRST_WAIT_MS = 10_000;

/**
 * Keeps the edition of the guide that is in service. After a change another one is made in the background; players get
 * the former until it is complete, and who reads the former reads it to its end. One that cannot be written leaves the
 * former in service. The last one is kept over a restart and serves at once where it would be made of the same again.
 */
@Injectable()
export class GuideEditions {
  private edition: GuideEdition | undefined;
  /** Editions put in service so far, the former one put away. */
  served = 0;
  private timer: Timer | undefined;
  private running = false;
  /** What the edition in service was made of, and whether programmes changed since. */
  private channels = '';
  private isDirty = true;
  /** Whether an edition that an earlier process has kept was looked for. */
  private hasLooked = false;
  private readonly waiting = new Set<() => void>();
  /** Another program may write them otherwise. */
  private readonly version = programVersion();

  constructor(
    private readonly catalog: CatalogService,
    @Inject(EDITION_MAKER) private readonly maker: EditionMaker,
    @Inject(CATALOG_GUIDES) private readonly guides: CatalogGuides,
    @Inject(CATALOG_EVENTS) private readonly events: CatalogEvents,
    @Inject(CATALOG_OPTIONS) private readonly options: Pick<CatalogOptions, 'sliceMs'>,
    private readonly config: AppConfig,
    private readonly lifecycle: Lifecycle,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  start(): void {
    const stop = this.events.on('guide.changed', () => (this.isDirty = true));
    // The catalogue is renewed after every change of channels and guides alike.
    this.catalog.onRenewed(() => this.plan(this.edition === undefined ? 0 : SETTLE_MS));
    this.lifecycle.onShutdown('work', 'guide files', () => {
      stop();
      this.timer?.cancel();
    });
    this.lifecycle.onShutdown('stores', 'guide files', () => this.edition?.close());
    this.plan(0);
  }

  /** The edition in service; waits a while for the first one. undefined = there is none yet. */
  async current(): Promise<GuideEdition | undefined> {
    if (this.edition !== undefined || this.lifecycle.signal.aborted) return this.edition;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        timer.cancel();
        this.waiting.delete(done);
        resolve();
      };
      const timer = this.clock.setTimer(FIRST_WAIT_MS, done);
      this.waiting.add(done);
    });
    return this.edition;
  }

  private plan(ms: number): void {
    if (this.lifecycle.signal.aborted || !this.catalog.isLoaded) return;
    this.timer?.cancel();
    this.timer = this.clock.setTimer(ms, () => this.lifecycle.background('guide files', this.renew()));
  }

  private async renew(): Promise<void> {
    if (this.running) return this.plan(SETTLE_MS);
    this.running = true;
    const startedAt = this.clock.monotonic();
    try {
      const made = await this.makeIfChanged();
      // A large guide is not written over and over while lists come in.
      const pause = made ? Math.min(RENEW_MS, (this.clock.monotonic() - startedAt) * 2) : 0;
      await this.clock.sleep(pause, this.lifecycle.signal).catch(() => undefined);
      this.plan(this.isDirty ? SETTLE_MS : RENEW_MS);
    } catch (error) {
      this.isDirty = true;
      if (this.lifecycle.signal.aborted) return;
      this.logger.error('the guide files could not be written; players get the former ones', {
        error: describeError(error),
      });
      this.plan(RETRY_MS);
    } finally {
      this.running = false;
    }
  }

  /** Before the first edition: what an earlier process has kept serves, or is removed. */
  private async lookForKept(madeOf: string, channels: readonly EditionChannel[]): Promise<boolean> {
    if (this.hasLooked) return false;
    const kept = await this.maker.kept(madeOf);
    this.hasLooked = true;
    if (kept === undefined) return false;
    await this.putInService(kept, channels);
    return true;
  }

  private async putInService(
    { files, madeAt }: Pick<KeptEdition, 'files' | 'madeAt'>,
    channels: readonly EditionChannel[],
  ): Promise<GuideEdition> {
    const former = this.edition;
    const guideIds = channels.map(({ guideId }) => guideId);
    const edition = await GuideEdition.open(files, guideIds, madeAt, (work) =>
      this.lifecycle.background('guide files', work),
    );
    this.edition = edition;
    for (const done of this.waiting) done();
    await former?.retire();
    this.served++;
    return edition;
  }

  private async makeIfChanged(): Promise<boolean> {
    const slicer = new Slicer(this.clock, this.options.sliceMs, nextTurn);
    const nowSeconds = Math.floor(this.clock.now() / 1000);
    const catalog = this.catalog.current;
    if (catalog === undefined) return false;
    const wasDirty = this.isDirty;
    // Whatever changes from now on calls for another one.
    this.isDirty = false;
    const served = await this.guides.served();
    const channels = await editionChannels(catalog.channels, await this.guides.linkTable(), slicer);
    const fingerprint = await fingerprintOf(channels, slicer);
    const timeZone = this.config.server.timezone;
    const madeOf = digest(JSON.stringify([this.version, timeZone, served, fingerprint]));
    const isKept = await this.lookForKept(madeOf, channels);
    const isOld = this.edition === undefined || nowSeconds - this.edition.madeAt >= RENEW_MS / 1000;
    if (!isOld && (isKept || (!wasDirty && fingerprint === this.channels))) {
      this.channels = fingerprint;
      return isKept;
    }
    const files = await this.maker.make({ channels, nowSeconds, timeZone, madeOf });
    const { programmes, bytes } = await this.putInService({ files, madeAt: nowSeconds }, channels);
    this.channels = fingerprint;
    this.logger.info('guide files written', { channels: channels.length, programmes, bytes });
    return true;
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** The same for channels that show the same. */
async function fingerprintOf(channels: readonly EditionChannel[], slicer: Slicer): Promise<string> {
  const hash = createHash('sha256');
  await slicer.each(channels, (channel) => hash.update(JSON.stringify(channel)));
  return hash.digest('base64url');
}
