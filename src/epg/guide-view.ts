import { Inject, Injectable } from '@nestjs/common';
import { MERGE_MARGIN_SECONDS, mergeSchedules } from '../core/guide/merge.js';
import type { ScheduledProgramme } from '../core/guide/page.js';
import { placeholderProgrammes, type PlaceholderRule } from '../core/guide/placeholder.js';
import { SingleFlight } from '../core/util/single-flight.js';
import { WallClock } from '../core/xmltv/zones.js';
import type { Clock } from '../platform/clock.js';
import { AppConfig } from '../platform/config/app-config.js';
import { EventBus } from '../platform/events/event-bus.js';
import { CLOCK } from '../platform/tokens.js';
import { LinkTableRepository } from './link-table.repository.js';
import type { LinkTable, UsedLink } from './link-table.js';
import { ProgrammesRepository } from './programmes.repository.js';

/** A programme as viewers of a channel see it: every shift applied. */
export interface ViewedProgramme extends ScheduledProgramme {
  /** Where it comes from; null = a placeholder. */
  guideChannelId: number | null;
}

interface Window {
  /** Epoch seconds. */
  from: number;
  /** Not included. */
  to: number;
}

const MINUTE = 60;

/**
 * The guide as the rest of the program sees it: the programmes of channels, from all their guides, in order and without
 * overlaps; placeholders where a channel has no guide.
 */
@Injectable()
export class GuideView {
  private readonly loading = new SingleFlight<number, LinkTable>();
  private readonly clocks = new Map<string, WallClock>();
  private table: LinkTable | undefined;
  /** Raised with every change: a table that was being read meanwhile is not kept. */
  private revision = 0;

  constructor(
    private readonly links: LinkTableRepository,
    private readonly stored: ProgrammesRepository,
    private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    events: EventBus,
  ) {
    const forget = (): void => {
      this.table = undefined;
      this.revision++;
    };
    events.on('guide.changed', forget);
    // The lists say by how much a guide is shifted.
    events.on('channels.changed', forget);
  }

  /** Programmes that run at some time in the window, in the order of their starts. */
  async programmes(channelId: number, from: number, to: number): Promise<ViewedProgramme[]> {
    return (await this.programmesOf([channelId], from, to)).get(channelId) ?? [];
  }

  /** The same for many channels; every one asked for has an entry. */
  async programmesOf(
    channelIds: readonly number[],
    from: number,
    to: number,
  ): Promise<Map<number, ViewedProgramme[]>> {
    const table = await this.linkTable();
    const window = { from, to };
    const linked = channelIds.filter((id) => table.linksOf(id).length > 0);
    const found = await this.fromGuides(table, linked, window);
    const others = channelIds.filter((id) => !found.has(id));
    for (const [id, programmes] of await this.placeholders(table, others, window)) found.set(id, programmes);
    return found;
  }

  /** Which guides a channel takes its programmes from, best first. */
  async linksOf(channelId: number): Promise<readonly UsedLink[]> {
    return (await this.linkTable()).linksOf(channelId);
  }

  /** Links and decisions of all channels, at one moment. */
  async linkTable(): Promise<LinkTable> {
    if (this.table) return this.table;
    const { revision } = this;
    return this.loading.run(revision, async () => {
      const table = await this.links.read();
      if (revision === this.revision) this.table = table;
      return table;
    });
  }

  /** Another text whenever the guides serve other programmes, after a restart, too. */
  served(): Promise<string> {
    return this.links.served();
  }

  private async fromGuides(
    table: LinkTable,
    channelIds: readonly number[],
    window: Window,
  ): Promise<Map<number, ViewedProgramme[]>> {
    const schedules = await this.schedules(
      channelIds.map((id) => table.linksOf(id)),
      window,
    );
    return new Map(
      channelIds.map((id, at) => {
        const own = schedules[at] ?? [];
        const merged = own.length === 1 ? (own[0] ?? []) : mergeSchedules(own);
        return [id, merged.filter(({ start, stop }) => start < window.to && stop > window.from)];
      }),
    );
  }

  /** Of each channel the programmes of each of its links. Links with one shift are read together. */
  private async schedules(
    links: readonly (readonly UsedLink[])[],
    window: Window,
  ): Promise<ViewedProgramme[][][]> {
    const byReach = new Map<string, { shift: number; margin: number; ids: Set<number> }>();
    for (const own of links) {
      for (const link of own) {
        const reach = {
          shift: link.shiftMinutes * MINUTE,
          margin: own.length > 1 ? MERGE_MARGIN_SECONDS : 0,
        };
        const group = byReach.get(reachKey(reach)) ?? { ...reach, ids: new Set() };
        byReach.set(reachKey(reach), group);
        group.ids.add(link.guideChannelId);
      }
    }
    const read = new Map<string, Map<number, ScheduledProgramme[]>>();
    for (const [key, { shift, margin, ids }] of byReach) {
      const from = window.from - shift - margin;
      read.set(key, await this.stored.programmes([...ids], from, window.to - shift + margin));
    }
    return links.map((own) =>
      own.map(({ guideChannelId, shiftMinutes }) => {
        const shift = shiftMinutes * MINUTE;
        const key = reachKey({ shift, margin: own.length > 1 ? MERGE_MARGIN_SECONDS : 0 });
        return (read.get(key)?.get(guideChannelId) ?? []).map((programme) => ({
          ...programme,
          start: programme.start + shift,
          stop: programme.stop + shift,
          guideChannelId,
        }));
      }),
    );
  }

  private async placeholders(
    table: LinkTable,
    channelIds: readonly number[],
    window: Window,
  ): Promise<Map<number, ViewedProgramme[]>> {
    const found = new Map<number, ViewedProgramme[]>(channelIds.map((id) => [id, []]));
    const { timezone: timeZone } = this.config.server;
    const now = Math.floor(this.clock.now() / 1000);
    const clockOf = (zone: string): WallClock => this.clockOf(zone);
    for (const { id, name, categoryId } of await this.links.names(channelIds)) {
      const chosen: PlaceholderRule = table.placeholderOf(id, categoryId) ?? { kind: 'auto' };
      const rule = { timeZone, ...chosen };
      const programmes = placeholderProgrammes({ name, rule, ...window, now, clockOf });
      found.set(
        id,
        programmes.map((programme) => ({ ...programme, guideChannelId: null })),
      );
    }
    return found;
  }

  private clockOf(zone: string): WallClock {
    const clock = this.clocks.get(zone) ?? new WallClock(zone);
    this.clocks.set(zone, clock);
    return clock;
  }
}

function reachKey({ shift, margin }: { shift: number; margin: number }): string {
  return `${shift} ${margin}`;
}
