import { InvalidArgumentError, type Command } from 'commander';
import { ChannelsRepository } from '../../channels/channels.repository.js';
import { addChannelEdits } from './channel-edits.command.js';
import { addChannelHealth } from './channel-health.command.js';
import type { CliContext, ServiceLocator } from './context.js';
import { printJson, printTable, wantsJson } from './output.js';

interface ChannelRow {
  id: number;
  num: number;
  name: string;
  category: string;
  logo: string;
  epgChannelId: string;
  hidden: boolean;
  streams: { id: number; kind: string; url: string; priority: number }[];
}

const EXPORTS = {
  json: (rows: ChannelRow[]) => `${JSON.stringify(rows, null, 2)}\n`,
  m3u: (rows: ChannelRow[]) => toM3u(rows),
  csv: (rows: ChannelRow[]) => toCsv(rows),
} as const;
type ExportFormat = keyof typeof EXPORTS;

export function addChannelsCommand(program: Command, context: CliContext): void {
  const channels = program.command('channels').description('the channels that the lists and you have made');

  channels
    .command('list')
    .description('show all channels with their stream sources')
    .option('--search <text>', 'only names that contain this')
    .action((options: { search?: string }, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const wanted = options.search?.toLowerCase() ?? '';
        const rows = (await readRows(services)).filter(({ name }) => name.toLowerCase().includes(wanted));
        if (wantsJson(command)) return printJson(context.terminal, rows);
        const head = ['num', 'id', 'name', 'category', 'streams'];
        printTable(
          context.terminal,
          head,
          rows.map((row) => [
            String(row.num),
            String(row.id),
            row.hidden ? `${row.name} (hidden)` : row.name,
            row.category,
            String(row.streams.length),
          ]),
        );
      }),
    );

  addChannelEdits(channels, context);
  addChannelHealth(channels, context);

  channels
    .command('export')
    .description('write all channels with their original stream addresses to the standard output')
    .option('--format <format>', Object.keys(EXPORTS).join(', '), exportFormat, 'json')
    .action((options: { format: ExportFormat }, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const rows = await readRows(services);
        context.terminal.out(EXPORTS[wantsJson(command) ? 'json' : options.format](rows));
      }),
    );
}

async function readRows(services: ServiceLocator): Promise<ChannelRow[]> {
  const repository = services.get(ChannelsRepository);
  const channels = await repository.listAll();
  const sources = await repository.sourcesByChannel();
  const categories = await repository.categoryNames(channels.map(({ categoryId }) => categoryId));
  return channels.map((channel) => ({
    id: channel.id,
    num: channel.num,
    name: channel.name,
    category: categories.get(channel.categoryId) ?? '',
    logo: channel.logo,
    epgChannelId: channel.tvgId,
    hidden: channel.isHidden,
    streams: (sources.get(channel.id) ?? []).map(({ id, kind, locator, priority }) => ({
      id,
      kind,
      url: locator,
      priority,
    })),
  }));
}

function toM3u(rows: ChannelRow[]): string {
  const clean = (text: string): string => text.replace(/[\r\n",]+/g, ' ').trim();
  const entries = rows.flatMap((row) =>
    row.streams.map(
      ({ url }) =>
        `#EXTINF:-1 tvg-id="${clean(row.epgChannelId)}" tvg-chno="${row.num}" tvg-logo="${clean(row.logo)}" group-title="${clean(row.category)}",${clean(row.name)}\n${url}\n`,
    ),
  );
  return `#EXTM3U\n${entries.join('')}`;
}

function toCsv(rows: ChannelRow[]): string {
  const cell = (value: string | number): string => `"${String(value).replaceAll('"', '""')}"`;
  const lines = rows.map((row) =>
    [
      row.id,
      row.num,
      row.name,
      row.category,
      row.logo,
      row.epgChannelId,
      String(row.hidden),
      row.streams.map(({ url }) => url).join(' '),
    ]
      .map(cell)
      .join(','),
  );
  return `id,num,name,category,logo,epgChannelId,hidden,streams\n${lines.map((line) => `${line}\n`).join('')}`;
}

function exportFormat(text: string): ExportFormat {
  if (text in EXPORTS) return text as ExportFormat;
  throw new InvalidArgumentError(`One of ${Object.keys(EXPORTS).join(', ')} is needed.`);
}
