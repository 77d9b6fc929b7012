import { InvalidArgumentError, type Command } from 'commander';
import { GuideRefreshService } from '../../epg/guide-refresh.service.js';
import type { GuideReport } from '../../epg/guide-report.js';
import { GuideRunsRepository } from '../../epg/guide-runs.repository.js';
import type { GuideSourceInput } from '../../epg/guide-source-rules.js';
import type { GuideOptions } from '../../epg/guide-source.entity.js';
import { GuideSuggestions } from '../../epg/guide-suggestions.js';
import { GuideSourcesService } from '../../epg/guide-sources.service.js';
import { AppError } from '../../platform/errors/app-error.js';
import { header, share, shiftMinutes, wholeNumber, wordList } from './arguments.js';
import type { CliContext, ServiceLocator } from './context.js';
import { addGuideProgrammes } from './guide-programmes.command.js';
import { addGuideLinks } from './guide-links.command.js';
import { describeGuide, printDiff, printGuideReport, printGuides, progressText } from './guides-output.js';
import { EXIT, endProgress, printJson, printProgress, wantsJson, type Terminal } from './output.js';
import { toId, toUrl } from './places.js';

interface GuideCommandOptions {
  name?: string;
  url?: string;
  kind?: string;
  header?: Record<string, string>;
  userAgent?: string;
  interval?: number;
  priority?: number;
  timeZone?: string;
  shift?: number;
  allowPrivate?: boolean;
  shrinkThreshold?: number;
  parameter?: Record<string, string>;
  ids?: string[];
  pageParameter?: string;
  firstPage?: number;
}

export function addGuidesCommand(program: Command, context: CliContext): void {
  const guides = program.command('guides').description('programme guides: XMLTV or JSON, by address or file');
  addEditing(guides, context);
  addRefreshing(guides, context);
  addReporting(guides, context);
  addGuideProgrammes(guides, context);
  addGuideLinks(guides, context);
}

function addEditing(guides: Command, context: CliContext): void {
  withFields(
    guides.command('add <url-or-file>').description('add a guide; it is read a minute later'),
  ).action((place: string, options: GuideCommandOptions, command: Command) =>
    context.run(wantsJson(command), async (services) => {
      const input = { ...toInput(options), url: toUrl(place) };
      const source = await services.get(GuideSourcesService).add(input, { allowFiles: true });
      const text = `guide ${source.id} "${source.name}" added; read it now with: rooftop guides refresh ${source.id}\n`;
      show(context.terminal, command, { id: source.id }, text);
    }),
  );
  withFields(guides.command('set <id>').description('change a guide; what is not named stays'))
    .option('--url <url-or-file>', 'another place')
    .option('--no-allow-private', 'public addresses only')
    .action((id: string, options: GuideCommandOptions, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const url = options.url === undefined ? {} : { url: toUrl(options.url) };
        const input = { ...toInput(options), ...url };
        const source = await services
          .get(GuideSourcesService)
          .change(toId(id, 'guide'), input, { allowFiles: true });
        show(context.terminal, command, describeGuide(source), `guide ${id} "${source.name}" changed\n`);
      }),
    );
  for (const [verb, isEnabled, description] of [
    ['pause', false, 'leave a guide as it is; what it serves goes on serving'],
    ['resume', true, 'read a paused guide by its schedule'],
  ] as const) {
    guides
      .command(`${verb} <id>`)
      .description(description)
      .action((id: string, _options: unknown, command: Command) =>
        context.run(wantsJson(command), async (services) => {
          const source = await services
            .get(GuideSourcesService)
            .change(toId(id, 'guide'), { isEnabled }, { allowFiles: true });
          show(context.terminal, command, describeGuide(source), `guide ${id} "${source.name}" ${verb}d\n`);
        }),
      );
  }
  guides
    .command('remove <id>')
    .description('forget a guide; its programmes leave at once, the ids of its channels return with it')
    .action((id: string, _options: unknown, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        await services.get(GuideSourcesService).remove(toId(id, 'guide'));
        show(context.terminal, command, { id: Number(id), removed: true }, `guide ${id} removed\n`);
      }),
    );
}

function addRefreshing(guides: Command, context: CliContext): void {
  guides
    .command('refresh [id]')
    .description('read a guide now, or all of them')
    .option('--all', 'every guide that is not paused, those that lists name among them')
    .option('--force', 'apply it even if it is unchanged or has shrunk suspiciously')
    .action((id: string | undefined, options: { all?: boolean; force?: boolean }, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const results: GuideReport[] = [];
        for (const wanted of await wantedGuides(services, id, options.all === true)) {
          const onProgress = progressOf(context.terminal, wanted);
          results.push(
            await services
              .get(GuideRefreshService)
              .refresh(wanted, { force: options.force === true, onProgress }),
          );
          endProgress(context.terminal);
        }
        tellFailures(context.terminal, results);
        if (wantsJson(command)) return printJson(context.terminal, { results });
        for (const report of results) printGuideReport(context.terminal, report, 5);
      }),
    );
  guides
    .command('preview <id>')
    .description('what a refresh would change; nothing is applied')
    .action((id: string, _options: unknown, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const wanted = toId(id, 'guide');
        const onProgress = progressOf(context.terminal, wanted);
        const preview = await services.get(GuideRefreshService).preview(wanted, { onProgress });
        endProgress(context.terminal);
        if (preview.diff === null) tellFailures(context.terminal, [preview.report]);
        if (wantsJson(command)) return printJson(context.terminal, preview);
        printGuideReport(context.terminal, preview.report, 5);
        if (preview.diff) printDiff(context.terminal, preview.diff);
      }),
    );
  guides
    .command('undo <id>')
    .description('serve again what was there before the last refresh; once more undoes that')
    .action((id: string, _options: unknown, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const source = await services.get(GuideRefreshService).undo(toId(id, 'guide'));
        show(context.terminal, command, describeGuide(source), `guide ${id} serves what it served before\n`);
      }),
    );
}

function addReporting(guides: Command, context: CliContext): void {
  guides
    .command('list')
    .description('show all guides')
    .action((_options: unknown, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const rows = (await services.get(GuideSourcesService).list()).map(describeGuide);
        if (wantsJson(command)) printJson(context.terminal, rows);
        else printGuides(context.terminal, rows);
      }),
    );
  guides
    .command('report <id>')
    .description(
      'what the last refresh of a guide did, with every problem it kept; --runs shows the ones before',
    )
    .option('--runs', 'one line for each of the last runs')
    .action((id: string, options: { runs?: boolean }, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const { id: wanted, lastReport } = await services.get(GuideSourcesService).get(toId(id, 'guide'));
        if (options.runs) {
          const runs = await services.get(GuideRunsRepository).list(wanted);
          if (wantsJson(command)) return printJson(context.terminal, runs);
          for (const { report } of runs) if (report) printGuideReport(context.terminal, report, 0);
          return;
        }
        if (wantsJson(command)) return printJson(context.terminal, lastReport);
        if (lastReport) printGuideReport(context.terminal, lastReport, 1000);
        else context.terminal.out('this guide has not been read yet\n');
      }),
    );
}

function withFields(command: Command): Command {
  return command
    .option('--name <name>', 'how you call it')
    .option('--kind <kind>', 'auto, xmltv or provider-json')
    .option('--header <name: value>', 'sent with the request; may be given several times', header)
    .option('--user-agent <text>', 'sent with the request')
    .option('--interval <minutes>', 'time between refreshes, 0 = only when asked', wholeNumber(0, 525_600))
    .option('--priority <n>', 'lower ones go first where several know a channel', wholeNumber(0, 1_000_000))
    .option('--time-zone <zone>', 'of times that name none, e.g. Europe/Berlin')
    .option('--shift <minutes>', 'added to every time, e.g. 60 or -60', shiftMinutes)
    .option('--allow-private', 'the guide may be on this network')
    .option('--shrink-threshold <share>', 'share of what is known that must still be there, 0 to 1', share)
    .option('--parameter <name=value>', 'added to the query; may be given several times', parameter)
    .option('--ids <ids>', 'one request each, the id in the place of {channel} in the address', wordList)
    .option('--page-parameter <name>', 'the guide comes in pages, counted by this parameter')
    .option('--first-page <n>', 'number of the first page, else 1', wholeNumber(0, 1_000_000));
}

function toInput(options: GuideCommandOptions): GuideSourceInput {
  const { parameter: parameters, ids: channels, pageParameter, firstPage } = options;
  const requests = withoutUndefined<GuideOptions>({ parameters, channels, pageParameter, firstPage });
  const headers = {
    ...options.header,
    ...(options.userAgent === undefined ? {} : { 'User-Agent': options.userAgent }),
  };
  return withoutUndefined<GuideSourceInput>({
    name: options.name,
    kind: options.kind,
    intervalMinutes: options.interval,
    priority: options.priority,
    timeZone: options.timeZone,
    shiftMinutes: options.shift,
    allowPrivate: options.allowPrivate,
    shrinkThreshold: options.shrinkThreshold,
    headers: Object.keys(headers).length > 0 ? headers : undefined,
    options: Object.keys(requests).length > 0 ? requests : undefined,
  });
}

async function wantedGuides(
  services: ServiceLocator,
  id: string | undefined,
  all: boolean,
): Promise<number[]> {
  if (id !== undefined) return [toId(id, 'guide')];
  if (!all) throw new AppError('invalid_input', 'name a guide by its id, or give --all', { status: 400 });
  // The server takes them over within a minute; a person who asks now means them too.
  await services.get(GuideSuggestions).takeOver();
  const sources = await services.get(GuideSourcesService).list();
  return sources.filter(({ isEnabled }) => isEnabled).map((source) => source.id);
}

function tellFailures(terminal: Terminal, reports: readonly GuideReport[]): void {
  if (!reports.some(({ status }) => status === 'failed' || status === 'stale')) return;
  terminal.setExitCode(reports.every(({ status }) => status === 'failed') ? EXIT.failed : EXIT.partly);
}

function progressOf(terminal: Terminal, id: number) {
  return (progress: Parameters<typeof progressText>[1]): void =>
    printProgress(terminal, progressText(id, progress));
}

function parameter(text: string, before: Record<string, string> = {}): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('A parameter such as tz=3 is needed.');
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) };
}

function show(terminal: Terminal, command: Command, value: unknown, text: string): void {
  if (wantsJson(command)) printJson(terminal, value);
  else terminal.out(text);
}

/** Only what was given. */
function withoutUndefined<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
