import type { Command } from 'commander';
import { TRANSCODE_PROFILES } from '../../core/transcode/transcode-profiles.js';
import { generatePassword } from '../../users/account-rules.js';
import { accountStatus } from '../../users/account.js';
import type { User } from '../../users/user.entity.js';
import { UsersService, type UserInput } from '../../users/users.service.js';
import { expiryDate, idList, onOffDefault, wholeNumber, wordList } from './arguments.js';
import type { CliContext } from './context.js';
import { printJson, printTable, wantsJson } from './output.js';

interface UserOptions {
  password?: string;
  maxConnections?: number;
  expires?: string;
  trial?: boolean;
  admin?: boolean;
  email?: string;
  notes?: string;
  categories?: number[];
  formats?: string[];
  joinBehind?: number;
  slates?: boolean | null;
  transcode?: string;
  enable?: boolean;
  disable?: boolean;
  ban?: boolean;
  unban?: boolean;
}

export function addUsersCommand(program: Command, context: CliContext): void {
  const users = program.command('users').description('viewers and administrators');

  withFields(
    users.command('add <name>').description('make a user; the password is shown here and never again'),
  ).action((name: string, options: UserOptions, command: Command) =>
    context.run(wantsJson(command), async (services) => {
      const made = await services.get(UsersService).add(name, toInput(options, services.clock.now()));
      const answer = { id: made.user.id, username: made.user.username, password: made.password };
      if (wantsJson(command)) return printJson(context.terminal, answer);
      context.terminal.out(`user      ${answer.username}\npassword  ${answer.password}\n`);
    }),
  );

  users
    .command('list')
    .description('show all users')
    .action((_options: unknown, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const nowSeconds = Math.floor(services.clock.now() / 1000);
        const rows = (await services.get(UsersService).list()).map((user) => describe(user, nowSeconds));
        if (wantsJson(command)) return printJson(context.terminal, rows);
        const head = ['id', 'name', 'status', 'connections', 'expires', 'last seen', 'role'];
        const cells = rows.map((row) => [
          String(row.id),
          row.username,
          row.status,
          row.maxConnections === 0 ? 'unlimited' : String(row.maxConnections),
          row.expiresAt ?? 'never',
          row.lastSeenAt ?? 'never',
          row.isAdmin ? 'administrator' : row.isTrial ? 'trial' : 'viewer',
        ]);
        printTable(context.terminal, head, cells);
      }),
    );

  withFields(users.command('set <name>').description('change a user; what is not named stays'))
    .option('--no-trial', 'a full account')
    .option('--no-admin', 'take the administrator role away')
    .option('--enable', 'let the user in again')
    .option('--disable', 'keep the user out')
    .option('--ban', 'ban the user')
    .option('--unban', 'lift a ban')
    .action((name: string, options: UserOptions, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const service = services.get(UsersService);
        const input = toInput(options, services.clock.now());
        const user = await service.change((await service.find(name)).id, input);
        const row = describe(user, Math.floor(services.clock.now() / 1000));
        if (wantsJson(command)) return printJson(context.terminal, row);
        context.terminal.out(
          `${row.username}: ${row.status}, ${row.maxConnections || 'unlimited'} connections, expires ${row.expiresAt ?? 'never'}\n`,
        );
      }),
    );

  users
    .command('passwd <name>')
    .description('give a user a new password; players that know the old one are out at once')
    .option('--password <password>', 'the new one; made up when absent')
    .action((name: string, options: { password?: string }, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const service = services.get(UsersService);
        const password = options.password ?? generatePassword();
        const user = await service.change((await service.find(name)).id, { password });
        if (wantsJson(command)) {
          return printJson(context.terminal, { id: user.id, username: user.username, password });
        }
        context.terminal.out(`user      ${user.username}\npassword  ${password}\n`);
      }),
    );

  users
    .command('remove <name>')
    .description('delete a user')
    .action((name: string, _options: unknown, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const service = services.get(UsersService);
        const user = await service.find(name);
        await service.remove(user.id);
        if (wantsJson(command)) {
          return printJson(context.terminal, { id: user.id, username: user.username, removed: true });
        }
        context.terminal.out(`removed ${user.username}\n`);
      }),
    );
}

function withFields(command: Command): Command {
  return command
    .option('--password <password>', 'made up when absent')
    .option('--max-connections <n>', 'streams at once, 0 = unlimited', wholeNumber(0, 10_000))
    .option('--expires <date>', '2026-12-31, +30d or never')
    .option('--trial', 'mark as a trial account')
    .option('--admin', 'may administer Rooftop')
    .option('--email <address>')
    .option('--notes <text>')
    .option('--categories <ids>', 'only these categories, by id: 1,2,5', idList)
    .option('--formats <list>', 'only these output formats: ts,m3u8', wordList)
    .option(
      '--join-behind <seconds>',
      'start this far behind the newest picture, 0 = lowest delay',
      wholeNumber(0, 60),
    )
    .option(
      '--slates <on|off|default>',
      'show in words, as a picture, why a channel does not play',
      onOffDefault,
    )
    .option('--transcode <profile>', `transcode to ${TRANSCODE_PROFILES.join(', ')}, or none`);
}

function toInput(options: UserOptions, nowMs: number): UserInput {
  const isActive = options.enable ? true : options.disable ? false : undefined;
  const isBanned = options.ban ? true : options.unban ? false : undefined;
  const fields: UserInput = {
    password: options.password,
    maxConnections: options.maxConnections,
    expiresAt: options.expires === undefined ? undefined : expiryDate(options.expires, nowMs),
    isTrial: options.trial,
    isAdmin: options.admin,
    email: options.email,
    notes: options.notes,
    categoryIds: options.categories,
    outputFormats: options.formats,
    joinBehindSeconds: options.joinBehind,
    slates: options.slates,
    transcodeProfile: options.transcode === 'none' ? null : options.transcode,
    isActive,
    isBanned,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function describe(user: User, nowSeconds: number) {
  return {
    id: user.id,
    username: user.username,
    status: accountStatus(user, nowSeconds),
    isAdmin: user.isAdmin,
    isTrial: user.isTrial,
    maxConnections: user.maxConnections,
    expiresAt: isoTime(user.expiresAt),
    createdAt: isoTime(user.createdAt),
    lastSeenAt: isoTime(user.lastSeenAt),
    email: user.email,
    notes: user.notes,
    slates: user.slates,
  };
}

function isoTime(seconds: number | null): string | null {
  return seconds === null ? null : new Date(seconds * 1000).toISOString();
}
