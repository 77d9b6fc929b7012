import path from 'node:path';
import type { Command } from 'commander';
import { Maintenance } from '../../platform/database/maintenance.js';
import type { CliContext } from './context.js';
import { endProgress, printJson, printProgress, wantsJson } from './output.js';

export function addDataCommands(program: Command, context: CliContext): void {
  program
    .command('backup [file]')
    .description('write everything Rooftop keeps to one file; works while the server runs')
    .action((file: string | undefined, _options: unknown, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const place = file === undefined ? null : fromHere(file);
        const backup = await services.get(Maintenance).backup(place);
        if (wantsJson(command)) return printJson(context.terminal, backup);
        const rows = backup.tables.reduce((sum, table) => sum + table.rows, 0);
        context.terminal.out(`${rows} rows of ${backup.tables.length} tables written to ${backup.file}\n`);
      }),
    );

  program
    .command('restore <file>')
    .description(
      'put a backup in the place of the present data, even where that is damaged; stop the server first',
    )
    .option('--dry-run', 'only say what the backup holds')
    .action((file: string, options: { dryRun?: boolean }, command: Command) =>
      context.restore(wantsJson(command), async (restore) => {
        if (options.dryRun) {
          const content = await restore.inspect(fromHere(file));
          if (wantsJson(command)) return printJson(context.terminal, { ...content, restored: false });
          context.terminal.out(
            `a backup of ${content.createdAt}; it would bring:\n${countLines(content.tables)}nothing was changed\n`,
          );
          return;
        }
        const result = await restore.restore(fromHere(file));
        if (wantsJson(command)) return printJson(context.terminal, { ...result, restored: true });
        context.terminal.out(`restored the backup of ${result.createdAt}:\n${countLines(result.tables)}`);
        if (result.replacedFile !== null) {
          context.terminal.out(`the database before it is kept as ${result.replacedFile}\n`);
        }
      }),
    );

  program
    .command('migrate')
    .description('copy everything to another database, compare it row by row, keep every id')
    .requiredOption('--to <target>', 'postgres://… or sqlite:FOLDER')
    .option('--replace', 'overwrite what the target holds')
    .option('--dry-run', 'only say what would be copied')
    .action((options: { to: string; replace?: boolean; dryRun?: boolean }, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const tables = await services.get(Maintenance).migrateTo(options.to, {
          replace: options.replace === true,
          dryRun: options.dryRun === true,
          onProgress: (table, rows) => printProgress(context.terminal, `${table}: ${rows} rows`),
        });
        endProgress(context.terminal);
        if (wantsJson(command)) {
          return printJson(context.terminal, { tables, copied: options.dryRun !== true });
        }
        context.terminal.out(
          `${options.dryRun ? 'would copy' : 'copied and compared'}:\n${countLines(tables)}`,
        );
        if (!options.dryRun) context.terminal.out(nextStep(options.to));
      }),
    );
}

function nextStep(target: string): string {
  return target.startsWith('sqlite:')
    ? 'start Rooftop with ROOFTOP_DATA_DIR at that folder and without ROOFTOP_DATABASE_URL to use it\n'
    : 'start Rooftop with ROOFTOP_DATABASE_URL set to that address to use it\n';
}

function countLines(tables: readonly { table: string; rows: number }[]): string {
  return tables.map(({ table, rows }) => `  ${String(rows).padStart(9)}  ${table}\n`).join('');
}

function fromHere(file: string): string {
  return path.resolve(process.env.INIT_CWD ?? process.cwd(), file);
}
