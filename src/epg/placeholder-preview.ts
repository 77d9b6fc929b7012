import { Inject, Injectable } from '@nestjs/common';
import { placeholderProgrammes, type PlaceholderRule } from '../core/guide/placeholder.js';
import type { ScheduledProgramme } from '../core/guide/page.js';
import { WallClock } from '../core/xmltv/zones.js';
import type { Clock } from '../platform/clock.js';
import { AppConfig } from '../platform/config/app-config.js';
import { AppError, refuseProblems } from '../platform/errors/app-error.js';
import { CLOCK } from '../platform/tokens.js';
import { placeholderProblems } from './guide-choice-rules.js';
import { GuideLinksRepository } from './guide-links.repository.js';

export interface PreviewedChannel {
  id: number;
  name: string;
  /** The first ones from yesterday on; empty = the rule finds nothing in the name. */
  programmes: ScheduledProgramme[];
}

const DAY = 86_400;
/** What was on earlier today is shown too: the rule is tried, not the hour. */
const WINDOW = { back: DAY, ahead: 7 * DAY };
const MAX_CHANNELS = 100;
const MAX_PROGRAMMES = 10;

/** What channels would show by a rule that nobody has set yet. Throws `invalid_input` and `not_found`. */
@Injectable()
export class PlaceholderPreview {
  constructor(
    private readonly links: GuideLinksRepository,
    private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Of one channel, or of the first channels of a category, whether they have a guide or not. */
  async preview(
    place: 'channel' | 'category',
    id: number,
    rule: PlaceholderRule,
  ): Promise<PreviewedChannel[]> {
    refuseProblems(placeholderProblems(rule));
    const channels = await this.links.namesIn(place, id, MAX_CHANNELS);
    if (channels === null) throw new AppError('not_found', `there is no ${place} ${id}`, { status: 404 });
    const now = Math.floor(this.clock.now() / 1000);
    const zoned = { timeZone: this.config.server.timezone, ...rule };
    const clocks = new Map<string, WallClock>();
    const clockOf = (zone: string): WallClock => {
      const known = clocks.get(zone) ?? new WallClock(zone);
      clocks.set(zone, known);
      return known;
    };
    return channels.map(({ id: channelId, name }) => {
      const question = { name, rule: zoned, now, clockOf, from: now - WINDOW.back, to: now + WINDOW.ahead };
      return { id: channelId, name, programmes: placeholderProgrammes(question).slice(0, MAX_PROGRAMMES) };
    });
  }
}
