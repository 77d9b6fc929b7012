import { Command } from 'commander';
import { addChannelsCommand } from './channels.command.js';
import type { CliContext } from './context.js';
import { addDoctorCommand } from './doctor/doctor.command.js';
import { addDataCommands } from './data.command.js';
import { addFilmsCommand } from './films.command.js';
import { addFilmSourcesCommand } from './film-sources.command.js';
import { addGuidesCommand } from './guides.command.js';
import { addOverviewCommand } from './overview.command.js';
import { addSourcesCommand } from './sources.command.js';
import { addUsersCommand } from './users.command.js';

/** The whole command line; `docs/cli.md` lists it, and a test holds the two together. */
export function buildProgram(context: CliContext, version: string): Command {
  const program = new Command('rooftop')
    .description('Rooftop, a self-hosted IPTV headend. Settings come from the environment and config/*.yml.')
    .version(version)
    .option('--json', 'answer in JSON')
    .showHelpAfterError('(add --help for what is possible)')
    .configureOutput({
      writeOut: (text) => context.terminal.out(text),
      writeErr: (text) => context.terminal.err(text),
    });
  program
    .command('serve')
    .description('run the server until it is told to stop (Ctrl-C)')
    .action(() => context.serve());
  addUsersCommand(program, context);
  addSourcesCommand(program, context);
  addFilmSourcesCommand(program, context);
  addGuidesCommand(program, context);
  addChannelsCommand(program, context);
  addFilmsCommand(program, context);
  addOverviewCommand(program, context);
  addDataCommands(program, context);
  addDoctorCommand(program, context);
  for (const command of allCommands(program)) command.option('--json', 'answer in JSON');
  return program;
}

export function allCommands(command: Command): Command[] {
  return command.commands.flatMap((child) => (child.commands.length > 0 ? allCommands(child) : [child]));
}
