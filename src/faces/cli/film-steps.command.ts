import { Option, type Command } from 'commander';
import type { CliContext, ServiceLocator } from './context.js';
import {
  enrichStep,
  fetchStep,
  FILM_ORIGINS_READ,
  filterStep,
  type FetchReport,
  type FilmOriginRead,
  type StepOptions,
} from './film-steps.js';
import { printEnrichReport, printFetchReport, printFilterReport } from './films-output.js';
import { EXIT, endProgress, printJson, printProgress, wantsJson, type Terminal } from './output.js';

/** Of a list, a guide or a feed: it could not be read, or not all of it. */
const FAILURES: ReadonlySet<string> = new Set(['failed', 'stale', 'partly']);

interface StepFlags {
  dryRun?: boolean;
  force?: boolean;
  only?: FilmOriginRead;
}

/** The steps that make films out of guides, lists and feeds: each alone, or all in their order. */
export function addFilmSteps(films: Command, context: CliContext): void {
  step(films.command('fetch'), 'read lists, guides and feeds now; what is unchanged is left as it is')
    .option('--force', 'apply what is unchanged or has shrunk suspiciously, too')
    .addOption(new Option('--only <what>', 'only these').choices([...FILM_ORIGINS_READ]))
    .action((flags: StepFlags, command: Command) =>
      run(context, command, async (services, options) => {
        const report = await fetchStep(services, fetchOptions(flags, options));
        tellFailures(context.terminal, report);
        show(context.terminal, command, report, printFetchReport);
      }),
    );
  step(films.command('filter'), 'look for films in the guides as they are').action(
    (_flags: StepFlags, command: Command) =>
      run(context, command, async (services, options) => {
        show(context.terminal, command, await filterStep(services, options), printFilterReport);
      }),
  );
  step(films.command('enrich'), 'ask TMDB about the films that it has not been asked about').action(
    (_flags: StepFlags, command: Command) =>
      run(context, command, async (services, options) => {
        show(context.terminal, command, await enrichStep(services, options), printEnrichReport);
      }),
  );
  step(films.command('run-all'), 'fetch, filter and enrich')
    .option('--force', 'apply what is unchanged or has shrunk suspiciously, too')
    .addOption(new Option('--only <what>', 'read only these').choices([...FILM_ORIGINS_READ]))
    .action((flags: StepFlags, command: Command) =>
      run(context, command, async (services, options) => {
        const { terminal } = context;
        const isJson = wantsJson(command);
        const fetch = await fetchStep(services, fetchOptions(flags, options));
        endProgress(terminal);
        if (!isJson) printFetchReport(terminal, fetch);
        const filter = await filterStep(services, options);
        endProgress(terminal);
        if (!isJson) printFilterReport(terminal, filter);
        const enrich = await enrichStep(services, options);
        endProgress(terminal);
        tellFailures(terminal, fetch);
        if (isJson) printJson(terminal, { steps: [fetch, filter, enrich] });
        else printEnrichReport(terminal, enrich);
      }),
    );
}

function step(command: Command, description: string): Command {
  return command.description(description).option('--dry-run', 'only tell what would be done');
}

function run(
  context: CliContext,
  command: Command,
  work: (services: ServiceLocator, options: StepOptions) => Promise<void>,
): Promise<void> {
  const { dryRun = false } = command.opts<StepFlags>();
  const tell = (text: string): void => printProgress(context.terminal, text);
  return context.run(wantsJson(command), async (services) => {
    try {
      await work(services, { dryRun, tell });
    } finally {
      endProgress(context.terminal);
    }
  });
}

function fetchOptions({ only, force = false }: StepFlags, options: StepOptions) {
  return { ...options, force, only: only === undefined ? FILM_ORIGINS_READ : [only] };
}

function show<T>(
  terminal: Terminal,
  command: Command,
  report: T,
  print: (terminal: Terminal, report: T) => void,
): void {
  endProgress(terminal);
  if (wantsJson(command)) printJson(terminal, report);
  else print(terminal, report);
}

function tellFailures(terminal: Terminal, { read }: FetchReport): void {
  const failed = read.filter(({ status }) => FAILURES.has(status));
  if (failed.length === 0) return;
  const isAll = read.every(({ status }) => status === 'failed');
  terminal.setExitCode(isAll ? EXIT.failed : EXIT.partly);
}
