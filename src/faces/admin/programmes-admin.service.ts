import { Inject, Injectable } from '@nestjs/common';
import type { Channel } from '../../channels/channel.entity.js';
import type { LocalText } from '../../core/xmltv/types.js';
import { WallClock } from '../../core/xmltv/zones.js';
import { GuideSearch } from '../../epg/guide-search.js';
import type { ViewedProgramme } from '../../epg/guide-view.js';
import type { Clock } from '../../platform/clock.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { AppError } from '../../platform/errors/app-error.js';
import { SettingsService } from '../../platform/settings/settings.service.js';
import { CLOCK } from '../../platform/tokens.js';
import { epochTime, isoTime } from './dto/common.dto.js';
import type {
  ChannelProgrammesDto,
  FoundProgrammesDto,
  ProgrammeChannelDto,
  ProgrammeDto,
  ProgrammeGridDto,
  ProgrammeGridQuery,
  ProgrammeSearchQuery,
} from './dto/programmes.dto.js';

const HOUR = 3600;
const DAY = 86_400;
const SEARCH_AHEAD = 21 * DAY;

/** What is on, as the API tells it. */
@Injectable()
export class ProgrammesAdminService {
  constructor(
    private readonly guide: GuideSearch,
    private readonly config: AppConfig,
    private readonly settings: SettingsService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async grid({ from: sent, hours, ...query }: ProgrammeGridQuery): Promise<ProgrammeGridDto> {
    const from = epochTime(sent) ?? this.now();
    const to = from + hours * HOUR;
    const { items, total } = await this.guide.grid({ ...query, from, to });
    return { from: isoTime(from), to: isoTime(to), items: items.map(toChannelProgrammes), total };
  }

  async search({ search, day, ...query }: ProgrammeSearchQuery): Promise<FoundProgrammesDto> {
    const span =
      day === undefined ? { from: this.now() - DAY, to: this.now() + SEARCH_AHEAD } : this.spanOf(day);
    const { items, hasMore } = await this.guide.search({ ...query, ...span, text: search });
    return {
      items: items.map(({ channel, programme }) => ({
        channel: toChannel(channel),
        programme: toProgramme(programme),
      })),
      hasMore,
    };
  }

  async day(id: number, day: string | undefined): Promise<ChannelProgrammesDto> {
    const { from, to } = this.spanOf(day);
    const found = await this.guide.channel(id, from, to);
    if (found === null) throw new AppError('not_found', `there is no channel ${id}`, { status: 404 });
    return toChannelProgrammes(found);
  }

  /** From midnight to midnight in the zone of the server: 23 or 25 hours where its clocks change. */
  private spanOf(day: string | undefined): { from: number; to: number } {
    const clock = new WallClock(this.settings.current.timezone ?? this.config.server.timezone);
    const midnight = day === undefined ? Math.floor(clock.toWall(this.now()) / DAY) * DAY : midnightOf(day);
    return { from: clock.toEpoch(midnight), to: clock.toEpoch(midnight + DAY) };
  }

  private now(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}

function midnightOf(day: string): number {
  const parsed = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN;
  if (Number.isNaN(parsed)) {
    throw new AppError('invalid_input', 'day must be a day such as 2026-12-31', {
      status: 400,
      details: [{ field: 'day', rule: 'must be a day such as 2026-12-31' }],
    });
  }
  return parsed / 1000;
}

function toChannelProgrammes({
  channel,
  programmes,
}: {
  channel: Channel;
  programmes: ViewedProgramme[];
}): ChannelProgrammesDto {
  return { channel: toChannel(channel), programmes: programmes.map(toProgramme) };
}

function toChannel({ id, num, name }: Channel): ProgrammeChannelDto {
  return { id, num, name };
}

function toProgramme(programme: ViewedProgramme): ProgrammeDto {
  return {
    start: isoTime(programme.start),
    stop: isoTime(programme.stop),
    title: firstOf(programme.titles),
    subTitle: firstOf(programme.subTitles),
    description: firstOf(programme.descriptions),
    categories: (programme.categories ?? []).map(({ text }) => text),
    guideChannelId: programme.guideChannelId,
  };
}

function firstOf(texts: readonly LocalText[] = []): string {
  return texts[0]?.text ?? '';
}
