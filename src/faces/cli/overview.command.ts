import type { Command } from 'commander';
import { History } from '../../platform/overview/history.js';
import { OverviewRegistry, type OverviewNow } from '../../platform/overview/overview-registry.js';
import type { CliContext } from './context.js';
import { printJson, printTable, wantsJson, type Terminal } from './output.js';

const HOURS = 24;
/** What only the server itself can tell. */
const OF_SERVER = new Set(['tmdb', 'engine', 'films']);

export function addOverviewCommand(program: Command, context: CliContext): void {
  program
    .command('overview')
    .description('how fresh lists, guides and films are, which hosts fail, how many there are of what')
    .action((_options: unknown, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const { freshness, hosts, counts } = await services.get(OverviewRegistry).now();
        const hours = await services.get(History).last(HOURS);
        const told = {
          freshness: freshness.filter(({ what }) => !OF_SERVER.has(what)),
          hosts: hosts.filter(({ kind }) => !OF_SERVER.has(kind)),
          counts,
        };
        if (wantsJson(command)) return printJson(context.terminal, { ...told, hours });
        printOverview(context.terminal, told);
        const sum = (name: string): number =>
          hours.reduce((total, { figures }) => total + (figures[name] ?? 0), 0);
        context.terminal.out(
          `\nlast ${HOURS} hours: ${sum('requests')} requests, ${sum('errors')} of them failed\n`,
        );
      }),
    );
}

function printOverview(
  terminal: Terminal,
  { freshness, hosts, counts }: Pick<OverviewNow, 'freshness' | 'hosts' | 'counts'>,
): void {
  printTable(
    terminal,
    ['what', 'number', 'read longest ago', 'read last', 'next', 'failed'],
    freshness.map(({ what, total, oldestSuccessAt, newestSuccessAt, nextRunAt, stale }) => [
      ...[what, String(total), timeOr(oldestSuccessAt, 'never')],
      ...[timeOr(newestSuccessAt, 'never'), timeOr(nextRunAt, ''), String(stale.length)],
    ]),
  );
  for (const { what, stale } of freshness) {
    for (const { id, name, reason } of stale) terminal.out(`  ${what} ${id} "${name}": ${reason}\n`);
  }
  terminal.out('\n');
  printTable(
    terminal,
    ['host', 'of', 'state', 'since', 'last error'],
    hosts.map(({ kind, name, state, since, lastError }) => [
      ...[name, kind, state, timeOr(since, ''), lastError ?? ''],
    ]),
  );
  terminal.out('\n');
  for (const [what, kinds] of Object.entries(counts)) {
    const told = Object.entries(kinds).map(([kind, count]) => `${count} ${kind}`);
    terminal.out(`${what}: ${told.length === 0 ? 'none' : told.join(', ')}\n`);
  }
}

function timeOr(seconds: number | null, otherwise: string): string {
  return seconds === null ? otherwise : new Date(seconds * 1000).toISOString();
}
