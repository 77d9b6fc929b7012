import { parentPort, type MessagePort } from 'node:worker_threads';
import type { ChannelEntry, GuideEntry } from '../../core/match/guide-candidates.js';
import { matchGuide } from '../../core/match/guide-matcher.js';
import { giveWay } from '../../platform/give-way.js';
import type { ListingDetails } from '../guide-listing.entity.js';
import type { GuideRow, MatchAnswer, MatchOrder } from './match-job.js';

/** Verdicts per message: read by the main thread in about a millisecond. */
const SLICE = 250;

class Matching {
  private readonly channels: ChannelEntry[] = [];
  private guide: GuideEntry[] = [];
  private waiting: MatchAnswer['verdicts'] = [];

  constructor(private readonly port: MessagePort) {}

  take(order: MatchOrder): void {
    switch (order.kind) {
      case 'channels':
        for (const { id, name, tvgId } of order.rows) this.channels.push({ ref: id, name, guideId: tvgId });
        return;
      case 'guide':
        for (const row of order.rows) this.guide.push(toEntry(row));
        return;
      case 'match':
        this.waiting = matchGuide(this.channels, this.guide).filter((verdict) => verdict.kind !== 'none');
        this.guide = [];
        return this.answer();
      case 'next':
        return this.answer();
    }
  }

  /** One slice at a time, each asked for, so that they never reach the main thread in one heap. */
  private answer(): void {
    const verdicts = this.waiting.slice(0, SLICE);
    this.waiting = this.waiting.slice(SLICE);
    this.port.postMessage({ verdicts, isLast: this.waiting.length === 0 } satisfies MatchAnswer);
  }
}

function toEntry({ id, xmltvId, details, programmes }: GuideRow): GuideEntry {
  const { names } = JSON.parse(details) as ListingDetails;
  return { ref: id, guideId: xmltvId, names: names.map(({ text }) => text), programmes };
}

if (!parentPort) throw new Error('guides are matched in a worker thread only');
giveWay();
const matching = new Matching(parentPort);
parentPort.on('message', (order: MatchOrder) => matching.take(order));
