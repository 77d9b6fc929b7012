import type { Command } from 'commander';
import { zoneFormatter, type ZoneFormatter } from '../../core/xtream/zone-time.js';
import type { Channel } from '../../channels/channel.entity.js';
import { GuideSearch } from '../../epg/guide-search.js';
import type { ViewedProgramme } from '../../epg/guide-view.js';
import { SettingsService } from '../../platform/settings/settings.service.js';
import { wholeNumber } from './arguments.js';
import type { CliContext, ServiceLocator } from './context.js';
import { printJson, printTable, wantsJson } from './output.js';

interface NowOptions {
  page?: number;
  category?: number;
}

interface SearchOptions extends NowOptions {
  channel?: number;
  days?: number;
}

interface Row {
  channelId: number;
  channel: string;
  start: string;
  stop: string;
  title: string;
}

const PER_PAGE = 100;
const DAY = 86_400;
const NOW_SECONDS = 6 * 3600;
const LAST_ID = 2_147_483_647;

export function addGuideProgrammes(guides: Command, context: CliContext): void {
  guides
    .command('now')
    .description('what is on, and what is next')
    .option('--category <id>', 'only channels of this category', wholeNumber(1, LAST_ID))
    .option('--page <n>', 'a hundred channels each', wholeNumber(1, 1_000_000))
    .action(({ page = 1, category }: NowOptions, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const now = nowSeconds(services);
        const query = {
          from: now,
          to: now + NOW_SECONDS,
          page,
          perPage: PER_PAGE,
          ...only({ categoryId: category }),
        };
        const { items, total } = await services.get(GuideSearch).grid(query);
        const format = formatterOf(services);
        const rows = items.flatMap(({ channel, programmes }) =>
          programmes.slice(0, 2).map((one) => toRow(channel, one, format)),
        );
        if (wantsJson(command)) return printJson(context.terminal, { items: rows, total });
        show(context, rows);
      }),
    );
  guides
    .command('search <text>')
    .description('programmes by a part of their title, whatever its case and accents')
    .option('--channel <id>', 'only this channel', wholeNumber(1, LAST_ID))
    .option('--category <id>', 'only channels of this category', wholeNumber(1, LAST_ID))
    .option('--days <n>', 'how far ahead, else 21', wholeNumber(1, 60))
    .option('--page <n>', 'a hundred programmes each', wholeNumber(1, 1000))
    .action((text: string, options: SearchOptions, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const { page = 1, days = 21, channel: channelId, category: categoryId } = options;
        const now = nowSeconds(services);
        const { items, hasMore } = await services.get(GuideSearch).search({
          ...{ text, from: now, to: now + days * DAY, page, perPage: PER_PAGE },
          ...only({ channelId, categoryId }),
        });
        const format = formatterOf(services);
        const rows = items.map(({ channel, programme }) => toRow(channel, programme, format));
        if (wantsJson(command)) return printJson(context.terminal, { items: rows, hasMore });
        show(context, rows);
        if (hasMore) context.terminal.err(`there are more: --page ${page + 1}\n`);
      }),
    );
}

function show({ terminal }: CliContext, rows: readonly Row[]): void {
  const head = ['id', 'channel', 'from', 'to', 'title'];
  const cells = rows.map(({ channelId, channel, start, stop, title }) => [
    String(channelId),
    channel,
    start,
    stop.slice(11),
    title,
  ]);
  printTable(terminal, head, cells);
}

function toRow({ id, name }: Channel, { start, stop, titles }: ViewedProgramme, format: ZoneFormatter): Row {
  const [from, to] = [format(start).slice(0, 16), format(stop).slice(0, 16)];
  return { channelId: id, channel: name, start: from, stop: to, title: titles[0]?.text ?? '' };
}

/** Times are told in the zone of the server. */
function formatterOf(services: ServiceLocator): ZoneFormatter {
  const { timezone } = services.get(SettingsService).current;
  return zoneFormatter(timezone ?? services.config.server.timezone);
}

function nowSeconds(services: ServiceLocator): number {
  return Math.floor(services.clock.now() / 1000);
}

/** Only what was given. */
function only<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
