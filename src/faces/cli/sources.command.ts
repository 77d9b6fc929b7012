import type { Command } from 'commander';
import { AppError } from '../../platform/errors/app-error.js';
import { redactUrl } from '../../platform/logging/redact.js';
import type { ListSource, RefreshReport } from '../../scrapers/list-source.entity.js';
import { ListSourcesService, type ListSourceInput } from '../../scrapers/list-sources.service.js';
import type { ListedFilmCounts } from '../../scrapers/listed-film.js';
import { RefreshService } from '../../scrapers/refresh.service.js';
import { header, proxyOrNone, share, wholeNumber } from './arguments.js';
import type { CliContext, ServiceLocator } from './context.js';
import {
  EXIT,
  endProgress,
  printJson,
  printProgress,
  printTable,
  wantsJson,
  type Terminal,
} from './output.js';
import { printListPreview } from './list-preview-output.js';
import { toId, toUrl } from './places.js';

interface SourceOptions {
  name?: string;
  url?: string;
  type?: string;
  header?: Record<string, string>;
  userAgent?: string;
  interval?: number;
  separate?: boolean;
  allowPrivate?: boolean;
  proxy?: string | null;
  maxConnections?: number;
  shrinkThreshold?: number;
  includeGroup?: string;
  excludeGroup?: string;
  includeName?: string;
  excludeName?: string;
}

export function addSourcesCommand(program: Command, context: CliContext): void {
  const sources = program
    .command('sources')
    .description('channel lists: M3U, JSON or web pages, by address or file');

  withFields(
    sources.command('add <url-or-file>').description('add a channel list; "sources refresh" reads it'),
  ).action((place: string, options: SourceOptions, command: Command) =>
    context.run(wantsJson(command), async (services) => {
      const input = { ...toInput(options), url: toUrl(place) };
      const source = await services.get(ListSourcesService).add(input, { allowFiles: true });
      if (wantsJson(command)) return printJson(context.terminal, { id: source.id });
      context.terminal.out(
        `list ${source.id} "${source.name}" added; read it with: rooftop sources refresh ${source.id}\n`,
      );
    }),
  );

  sources
    .command('list')
    .description('show all lists')
    .action((_options: unknown, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const rows = (await services.get(ListSourcesService).list()).map(describe);
        if (wantsJson(command)) return printJson(context.terminal, rows);
        const head = ['id', 'name', 'type', 'state', 'entries', 'last success', 'address'];
        const cells = rows.map((row) => [
          String(row.id),
          row.name,
          row.type,
          row.isEnabled ? (row.lastStatus ?? 'never read') : 'paused',
          String(row.entryCount),
          row.lastSuccessAt ?? 'never',
          row.url,
        ]);
        printTable(context.terminal, head, cells);
      }),
    );

  withFields(sources.command('set <id>').description('change a list; what is not named stays'))
    .option('--url <url-or-file>', 'another place')
    .option('--no-separate', 'alternates behind one channel')
    .option('--no-allow-private', 'public addresses only')
    .action((id: string, options: SourceOptions, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const input = {
          ...toInput(options),
          ...(options.url === undefined ? {} : { url: toUrl(options.url) }),
        };
        const source = await services
          .get(ListSourcesService)
          .change(toId(id, 'list'), input, { allowFiles: true });
        show(context.terminal, command, describe(source), `list ${source.id} "${source.name}" changed\n`);
      }),
    );

  for (const [verb, isEnabled] of [
    ['pause', false],
    ['resume', true],
  ] as const) {
    sources
      .command(`${verb} <id>`)
      .description(
        isEnabled ? 'read a paused list again by its schedule' : 'leave a list as it is until it is resumed',
      )
      .action((id: string, _options: unknown, command: Command) =>
        context.run(wantsJson(command), async (services) => {
          const source = await services
            .get(ListSourcesService)
            .change(toId(id, 'list'), { isEnabled }, { allowFiles: true });
          show(context.terminal, command, describe(source), `list ${source.id} "${source.name}" ${verb}d\n`);
        }),
      );
  }

  sources
    .command('refresh [id]')
    .description('read a list now, or all of them')
    .option('--all', 'every list that is not paused')
    .option('--force', 'apply it even if it is unchanged or has shrunk suspiciously')
    .action((id: string | undefined, options: { all?: boolean; force?: boolean }, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const ids = await wantedLists(services, id, options.all === true);
        const results: RefreshReport[] = [];
        for (const wanted of ids) {
          results.push(await refreshOne(context.terminal, services, wanted, options.force === true));
        }
        if (results.some(({ status }) => status === 'failed' || status === 'stale')) {
          context.terminal.setExitCode(
            results.every(({ status }) => status === 'failed') ? EXIT.failed : EXIT.partly,
          );
        }
        if (wantsJson(command)) return printJson(context.terminal, { results });
        for (const report of results) printReport(context.terminal, report, 5);
      }),
    );

  sources
    .command('preview <id>')
    .description('what a refresh would change; nothing is applied')
    .action((id: string, _options: unknown, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const preview = await services.get(RefreshService).preview(toId(id, 'list'));
        if (wantsJson(command)) printJson(context.terminal, preview);
        else printListPreview(context.terminal, Number(id), preview);
      }),
    );

  sources
    .command('undo <id>')
    .description('bring back what the list said before its last refresh; once more undoes that')
    .action((id: string, _options: unknown, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const { films, ...counts } = await services.get(RefreshService).undo(toId(id, 'list'));
        const { added, updated, retired } = counts;
        const text = `list ${id} is as before: ${added} added, ${updated} updated, ${retired} retired\n`;
        show(context.terminal, command, { id: Number(id), ...counts, films }, text + filmLine(films));
      }),
    );

  sources
    .command('report <id>')
    .description('what the last refresh of a list did, with every problem it kept')
    .action((id: string, _options: unknown, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const { lastReport } = await services.get(ListSourcesService).get(toId(id, 'list'));
        if (wantsJson(command)) return printJson(context.terminal, lastReport);
        if (lastReport) printReport(context.terminal, lastReport, 1000);
        else context.terminal.out('this list has not been read yet\n');
      }),
    );

  sources
    .command('remove <id>')
    .description(
      'forget a list; channels that nothing else feeds leave the catalogue, edits and ids are kept',
    )
    .option('--dry-run', 'only say how many channels would leave')
    .action((id: string, { dryRun = false }: { dryRun?: boolean }, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const lists = services.get(ListSourcesService);
        const number = toId(id, 'list');
        const { retired } = dryRun ? await lists.foreseeRemoval(number) : await lists.remove(number);
        show(
          context.terminal,
          command,
          { id: number, removed: !dryRun, retired },
          dryRun
            ? `removing list ${id} would retire ${retired} channels\n`
            : `list ${id} removed, ${retired} channels retired\n`,
        );
      }),
    );
}

function withFields(command: Command): Command {
  return command
    .option('--name <name>', 'how you call it')
    .option('--type <type>', 'auto, m3u, json or html')
    .option(
      '--header <name: value>',
      'for the list, and its streams on the same server; may be given several times',
      header,
    )
    .option('--user-agent <text>', 'for the list and its streams')
    .option('--interval <minutes>', 'time between refreshes, 0 = only when asked', wholeNumber(0, 525_600))
    .option('--separate', 'one channel per address instead of alternates behind one channel')
    .option('--allow-private', 'the list and its streams may be on this network')
    .option('--proxy <url>', 'HTTP proxy for the list and its streams; none = straight', proxyOrNone)
    .option('--max-connections <n>', 'streams the provider allows at once', wholeNumber(1, 10_000))
    .option('--shrink-threshold <share>', 'share of the entries that must still be there, 0 to 1', share)
    .option('--include-group <pattern>', 'only groups that match')
    .option('--exclude-group <pattern>', 'no groups that match')
    .option('--include-name <pattern>', 'only names that match')
    .option('--exclude-name <pattern>', 'no names that match');
}

function toInput(options: SourceOptions): ListSourceInput {
  const { includeGroup, excludeGroup, includeName, excludeName } = options;
  const filters = withoutUndefined({ includeGroup, excludeGroup, includeName, excludeName });
  const headers = {
    ...options.header,
    ...(options.userAgent === undefined ? {} : { 'User-Agent': options.userAgent }),
  };
  return withoutUndefined({
    name: options.name,
    type: options.type,
    intervalMinutes: options.interval,
    headers: Object.keys(headers).length > 0 ? headers : undefined,
    filters: Object.keys(filters).length > 0 ? filters : undefined,
    grouping: options.separate === undefined ? undefined : options.separate ? 'url' : 'tvg-id-then-name',
    allowPrivate: options.allowPrivate,
    proxyUrl: options.proxy,
    maxConnections: options.maxConnections,
    shrinkThreshold: options.shrinkThreshold,
  });
}

async function wantedLists(
  services: ServiceLocator,
  id: string | undefined,
  all: boolean,
): Promise<number[]> {
  if (id !== undefined) return [toId(id, 'list')];
  if (!all) throw new AppError('invalid_input', 'name a list by its id, or give --all', { status: 400 });
  const sources = await services.get(ListSourcesService).list();
  return sources.filter(({ isEnabled }) => isEnabled).map((source) => source.id);
}

async function refreshOne(
  terminal: Terminal,
  services: ServiceLocator,
  id: number,
  force: boolean,
): Promise<RefreshReport> {
  const report = await services.get(RefreshService).refresh(id, {
    force,
    onProgress: ({ step, done, total }) =>
      printProgress(
        terminal,
        `list ${id}: ${step}${done > 0 ? ` ${done}${total ? ` of ${total}` : ''}` : ''}`,
      ),
  });
  endProgress(terminal);
  return report;
}

function printReport(terminal: Terminal, report: RefreshReport, most: number): void {
  const { sourceId, status, found, added, updated, retired, skipped, reason, problems, films } = report;
  terminal.out(`list ${sourceId}: ${status}${reason === null ? '' : ` (${reason})`}\n`);
  terminal.out(
    `  found ${found}, added ${added}, updated ${updated}, retired ${retired}, skipped ${skipped}\n`,
  );
  if (films) terminal.out(filmLine(films));
  for (const problem of problems.slice(0, most)) terminal.out(`  line ${problem.line}: ${problem.reason}\n`);
  if (problems.length > most) {
    terminal.out(`  … and ${problems.length - most} more: rooftop sources report ${sourceId}\n`);
  }
}

/** Nothing where a list has no films and had none. */
function filmLine({ films, series, episodes, added, updated, retired }: ListedFilmCounts): string {
  if (films + episodes + retired === 0) return '';
  const changes = `added ${added}, updated ${updated}, retired ${retired}`;
  return `  films ${films}, series ${series} with ${episodes} episodes; ${changes}\n`;
}

function describe(source: ListSource) {
  return {
    id: source.id,
    name: source.name,
    url: redactUrl(source.url),
    type: source.type,
    intervalMinutes: source.intervalMinutes,
    isEnabled: source.isEnabled,
    grouping: source.grouping,
    filters: source.filters,
    allowPrivate: source.allowPrivate,
    proxyUrl: source.proxyUrl === null ? null : redactUrl(source.proxyUrl),
    maxConnections: source.maxConnections,
    entryCount: source.entryCount,
    filmCount: source.filmCount,
    guideUrls: source.guideUrls.map(redactUrl),
    lastStatus: source.lastReport?.status ?? null,
    lastReason: source.lastReport?.reason ?? null,
    lastRunAt: isoTime(source.lastRunAt),
    lastSuccessAt: isoTime(source.lastSuccessAt),
    nextRunAt: isoTime(source.nextRunAt),
  };
}

function show(terminal: Terminal, command: Command, value: unknown, text: string): void {
  if (wantsJson(command)) printJson(terminal, value);
  else terminal.out(text);
}

function isoTime(seconds: number | null): string | null {
  return seconds === null ? null : new Date(seconds * 1000).toISOString();
}

function withoutUndefined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
