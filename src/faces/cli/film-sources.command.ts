import type { Command } from 'commander';
import { AppError } from '../../platform/errors/app-error.js';
import { FilmSourceRefresh } from '../../vod/feeds/film-source-refresh.js';
import type { FilmSourceReport } from '../../vod/feeds/film-source-types.js';
import {
  FILM_SOURCE_LIMITS,
  FilmSourcesService,
  type FilmSourceInput,
} from '../../vod/feeds/film-sources.service.js';
import type { FilmSource } from '../../vod/film-source.entity.js';
import { wholeNumber } from './arguments.js';
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
import { toId } from './places.js';

interface SourceFlags {
  name?: string;
  address?: string;
  interval?: number;
  category?: number;
  pages?: number;
  leastMinutes?: number;
  allFilms?: boolean;
  pause?: boolean;
  resume?: boolean;
}

const { minutes, pages, filmMinutes } = FILM_SOURCE_LIMITS;
/** Reasons and problems that are printed; --json has all. */
const SHOWN = 8;

export function addFilmSourcesCommand(program: Command, context: CliContext): void {
  const sources = program
    .command('film-sources')
    .description('feeds, tags, persons, playlists and cards of Rutube that are read for films');
  addListing(sources, context);
  addChanging(sources, context);
  addRefreshing(sources, context);
}

function addListing(sources: Command, context: CliContext): void {
  const { terminal } = context;
  sources
    .command('list')
    .description('show all sources of films')
    .action((_flags: unknown, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const rows = await services.get(FilmSourcesService).list();
        if (wantsJson(command)) return printJson(terminal, rows.map(describe));
        const head = ['id', 'name', 'state', 'films', 'last success', 'address'];
        const cells = rows.map((row) => [
          String(row.id),
          row.name,
          row.isEnabled ? (row.lastReport?.status ?? 'never read') : 'paused',
          String(row.entryCount),
          isoTime(row.lastSuccessAt) ?? 'never',
          row.url,
        ]);
        printTable(terminal, head, cells);
      }),
    );
}

function addChanging(sources: Command, context: CliContext): void {
  const { terminal } = context;
  withFields(
    sources
      .command('add <address>')
      .description('add a source: an address of Rutube, or for example tag:5064, person:1, feed:movies'),
  ).action((address: string, flags: SourceFlags, command: Command) =>
    context.run(wantsJson(command), async (services) => {
      const source = await services.get(FilmSourcesService).add({ ...toInput(flags), address });
      const hint = `read it with: rooftop film-sources refresh ${source.id}`;
      show(terminal, command, describe(source), `film source ${source.id} "${source.name}" added; ${hint}\n`);
    }),
  );
  withFields(sources.command('set <id>').description('change a source; what is not named stays'))
    .option('--address <address>', 'another place')
    .option('--no-all-films', 'only what is filed or marked as a film')
    .option('--pause', 'leave it as it is until it is resumed')
    .option('--resume', 'read it again by its schedule')
    .action((id: string, flags: SourceFlags, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const source = await services.get(FilmSourcesService).change(toId(id, 'film source'), toInput(flags));
        show(terminal, command, describe(source), `film source ${source.id} "${source.name}" changed\n`);
      }),
    );
  sources
    .command('remove <id>')
    .description('forget a source; films that nothing else offers or shows leave the catalogue')
    .action((text: string, _flags: unknown, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const id = toId(text, 'film source');
        const { retired } = await services.get(FilmSourcesService).remove(id);
        const told = `film source ${id} removed, ${retired} ways to watch retired\n`;
        show(terminal, command, { id, removed: true, retired }, told);
      }),
    );
}

function addRefreshing(sources: Command, context: CliContext): void {
  const { terminal } = context;
  sources
    .command('refresh [id]')
    .description('read a source now, or all of them')
    .option('--all', 'every source that is not paused')
    .option('--force', 'believe it even if it has shrunk suspiciously')
    .action((id: string | undefined, flags: { all?: boolean; force?: boolean }, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const results: FilmSourceReport[] = [];
        for (const wanted of await wantedSources(services, id, flags.all === true)) {
          results.push(await refreshOne(terminal, services, wanted, flags.force === true));
        }
        if (results.some(({ status }) => status !== 'ok')) {
          terminal.setExitCode(
            results.every(({ status }) => status === 'failed') ? EXIT.failed : EXIT.partly,
          );
        }
        if (wantsJson(command)) return printJson(terminal, { results });
        for (const report of results) printReport(terminal, report);
      }),
    );
}

function withFields(command: Command): Command {
  return command
    .option('--name <name>', 'how you call it')
    .option(
      '--interval <minutes>',
      `time between readings from ${minutes.least}; 0 = only when asked`,
      wholeNumber(0, minutes.most),
    )
    .option('--category <id>', 'category of films they stand in', wholeNumber(1, 2_147_483_647))
    .option('--pages <n>', 'pages that are read at a time', wholeNumber(pages.least, pages.most))
    .option(
      '--least-minutes <n>',
      'shorter videos are no films',
      wholeNumber(filmMinutes.least, filmMinutes.most),
    )
    .option('--all-films', 'everything long enough is a film, whatever it is filed under');
}

function toInput(flags: SourceFlags): FilmSourceInput {
  const { pause = false, resume = false } = flags;
  const input = {
    ...{ name: flags.name, address: flags.address, intervalMinutes: flags.interval },
    ...{ categoryId: flags.category, maxPages: flags.pages, leastMinutes: flags.leastMinutes },
    allFilms: flags.allFilms,
    isEnabled: pause ? false : resume ? true : undefined,
  };
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

async function wantedSources(
  services: ServiceLocator,
  id: string | undefined,
  all: boolean,
): Promise<number[]> {
  if (id !== undefined) return [toId(id, 'film source')];
  if (!all) throw new AppError('invalid_input', 'name a source by its id, or give --all', { status: 400 });
  const sources = await services.get(FilmSourcesService).list();
  return sources.filter(({ isEnabled }) => isEnabled).map((source) => source.id);
}

async function refreshOne(
  terminal: Terminal,
  services: ServiceLocator,
  id: number,
  force: boolean,
): Promise<FilmSourceReport> {
  const report = await services.get(FilmSourceRefresh).refresh(id, {
    force,
    onProgress: ({ step, done }) => printProgress(terminal, `film source ${id}: ${step} ${done || ''}`),
  });
  endProgress(terminal);
  return report;
}

function printReport(terminal: Terminal, report: FilmSourceReport): void {
  const { sourceId, status, reason, pages: read, entries, films, doubtful, skipped, problems } = report;
  terminal.out(`film source ${sourceId}: ${status}${reason === null ? '' : ` (${reason})`}\n`);
  terminal.out(`  ${read} pages, ${entries} entries, ${films} films, ${doubtful} doubtful\n`);
  terminal.out(
    `  ways to watch: ${report.added} added, ${report.updated} updated, ${report.retired} retired\n`,
  );
  const reasons = Object.entries(skipped).sort(([, a], [, b]) => b - a);
  const told = reasons.slice(0, SHOWN).map(([why, count]) => `${why} ${count}`);
  if (told.length > 0) terminal.out(`  no films: ${told.join(', ')}\n`);
  for (const problem of problems.slice(0, SHOWN)) terminal.out(`  ${problem}\n`);
}

function describe(source: FilmSource) {
  const { id, name, url, intervalMinutes, isEnabled, categoryId, options, entryCount, lastReport } = source;
  return {
    ...{ id, name, address: url, intervalMinutes, isEnabled, categoryId, ...options, entryCount, lastReport },
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
