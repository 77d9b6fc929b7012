import { InvalidArgumentError, type Command } from 'commander';
import { CategoriesService } from '../../channels/categories.service.js';
import {
  NUM_CONFLICTS,
  RANGE_CONFLICTS,
  type NumConflict,
  type RangeConflict,
} from '../../channels/channel-numbers.js';
import type { ChannelFilter } from '../../channels/channel-query.repository.js';
import type { ChannelInput } from '../../channels/channel-rules.js';
import {
  EDITABLE_CHANNEL_FIELDS,
  type Channel,
  type EditableChannelField,
} from '../../channels/channel.entity.js';
import { ChannelsRepository } from '../../channels/channels.repository.js';
import { ChannelsService } from '../../channels/channels.service.js';
import { StreamSourcesService } from '../../channels/stream-sources.service.js';
import { AppError } from '../../platform/errors/app-error.js';
import { redactUrl } from '../../platform/logging/redact.js';
import { proxyOrNone, wholeNumber, wordList } from './arguments.js';
import type { CliContext, ServiceLocator } from './context.js';
import { printJson, wantsJson, type Terminal } from './output.js';

interface EditOptions {
  name?: string;
  num?: number;
  logo?: string;
  category?: string;
  guideId?: string;
  guideShift?: number;
  adult?: boolean;
  archiveDays?: number;
  watchPicture?: boolean;
  reset?: string[];
  onConflict?: NumConflict;
  dryRun?: boolean;
}

interface HideOptions {
  search?: string;
  category?: string;
  all?: boolean;
  dryRun?: boolean;
}

/** Rows a dry run shows. */
const PREVIEW_ROWS = 20;
const toId = wholeNumber(1, 2_147_483_647);

/** Edits by people: what is set here no refresh touches. */
export function addChannelEdits(channels: Command, context: CliContext): void {
  const { terminal } = context;

  channels
    .command('edit <id>')
    .description('set what a channel shows; no refresh touches it until it is reset')
    .option('--name <name>')
    .option('--num <number>', 'the number players show', wholeNumber(1, 999_999))
    .option(
      '--on-conflict <way>',
      `when the number is taken: ${NUM_CONFLICTS.join(', ')}`,
      oneOf(NUM_CONFLICTS),
      'refuse',
    )
    .option('--logo <address>', 'empty for none')
    .option('--category <name-or-id>')
    .option('--guide-id <id>', 'channel id in the guide, empty for none')
    .option(
      '--guide-shift <minutes>',
      'minutes added to the times of the guides found for it (tvg-shift)',
      wholeNumber(-1440, 1440),
    )
    .option('--adult', 'for adults only')
    .option('--no-adult', 'for everybody')
    .option('--archive-days <days>', 'days of the past that can be watched', wholeNumber(0, 365))
    .option('--watch-picture', 'treat a black, frozen or silent picture like a cut; needs ffmpeg')
    .option('--no-watch-picture', 'play whatever the picture shows')
    .option(
      '--reset <fields>',
      `give fields back to the lists: ${EDITABLE_CHANNEL_FIELDS.join(',')}`,
      wordList,
    )
    .option('--dry-run', 'only say what would change')
    .action((id: string, options: EditOptions, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const service = services.get(ChannelsService);
        const before = await service.get(toId(id));
        const input = await toInput(options, services);
        const fields = resetFields(options.reset ?? []);
        if (!options.dryRun && Object.keys(input).length > 0) {
          await service.change(before.id, input, options.onConflict);
        }
        if (!options.dryRun && fields.length > 0) await service.reset(before.id, fields);
        const after = options.dryRun ? { ...view(before), ...input } : view(await service.get(before.id));
        tell(terminal, command, {
          changed: options.dryRun !== true,
          before: view(before),
          after,
          reset: fields,
        });
      }),
    );

  channels
    .command('order <ids...>')
    .description('number channels in this order: with the numbers they have, or from one on')
    .option('--from <number>', 'first number', wholeNumber(1, 999_999))
    .option(
      '--on-conflict <way>',
      `when a number is taken: ${RANGE_CONFLICTS.join(', ')}`,
      oneOf(RANGE_CONFLICTS),
      'refuse',
    )
    .option('--dry-run', 'only say what would change')
    .action(
      (
        ids: string[],
        options: { from?: number; onConflict?: RangeConflict; dryRun?: boolean },
        command: Command,
      ) =>
        context.run(wantsJson(command), async (services) => {
          const service = services.get(ChannelsService);
          const before = await readAll(service, ids);
          const held = before.map(({ num }) => num).sort((a, b) => a - b);
          if (!options.dryRun) {
            await service.order(
              before.map((channel) => channel.id),
              options.from ?? null,
              options.onConflict,
            );
          }
          const after = options.dryRun
            ? before.map((channel, index) => ({
                ...view(channel),
                num: options.from === undefined ? (held[index] ?? 0) : options.from + index,
              }))
            : (await readAll(service, ids)).map(view);
          tell(terminal, command, {
            changed: options.dryRun !== true,
            before: before.map(view),
            after,
          });
        }),
    );

  for (const isHidden of [true, false]) {
    channels
      .command(`${isHidden ? 'hide' : 'show'} [ids...]`)
      .description(isHidden ? 'take channels out of what viewers see' : 'bring hidden channels back')
      .option('--search <text>', 'all whose name or guide id contains this')
      .option('--category <name-or-id>', 'all of a category')
      .option('--all', 'every channel')
      .option('--dry-run', 'only say which would change')
      .action((ids: string[], options: HideOptions, command: Command) =>
        context.run(wantsJson(command), async (services) => {
          const service = services.get(ChannelsService);
          const filter = await toFilter(ids, options, services);
          const { matched, first } = await service.preview(filter, PREVIEW_ROWS);
          const done = options.dryRun
            ? { matched, changed: 0 }
            : await service.changeMany(filter, { isHidden });
          tell(terminal, command, {
            ...done,
            first: first.map((channel) => ({
              ...view(channel),
              isHidden: options.dryRun ? channel.isHidden : isHidden,
            })),
          });
        }),
      );
  }

  channels
    .command('merge <into> <ids...>')
    .description('make channels part of another one: their sources move, their ids go on opening it')
    .option('--dry-run', 'only say what would change')
    .action((into: string, ids: string[], options: { dryRun?: boolean }, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const service = services.get(ChannelsService);
        const target = await service.get(toId(into));
        const merged = await readAll(service, ids);
        if (!options.dryRun) {
          await service.merge(
            target.id,
            merged.map((channel) => channel.id),
          );
        }
        const streams = await streamsOf(
          services,
          options.dryRun ? [target.id, ...merged.map((channel) => channel.id)] : [target.id],
        );
        tell(terminal, command, {
          changed: options.dryRun !== true,
          into: view(target),
          merged: merged.map(view),
          streams,
        });
      }),
    );

  channels
    .command('proxy <id> <source> <url>')
    .description('ask one stream source through an HTTP proxy; none = as its list')
    .action((id: string, source: string, url: string, _options: unknown, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const change = { proxyUrl: proxyOrNone(url) };
        const changed = await services.get(StreamSourcesService).change(toId(id), toId(source), change);
        const proxyUrl = changed.proxyUrl === null ? null : redactUrl(changed.proxyUrl);
        tell(terminal, command, { changed: true, id: changed.id, proxyUrl });
      }),
    );

  channels
    .command('split <id> <source>')
    .description(
      'make a channel of its own out of one stream source ("channels list --json" shows their ids)',
    )
    .option('--name <name>', 'of the new channel')
    .option('--num <number>', 'of the new channel', wholeNumber(1, 999_999))
    .option(
      '--on-conflict <way>',
      `when the number is taken: ${NUM_CONFLICTS.join(', ')}`,
      oneOf(NUM_CONFLICTS),
      'refuse',
    )
    .option('--dry-run', 'only say what would change')
    .action((id: string, source: string, options: EditOptions, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const service = services.get(ChannelsService);
        const from = await service.get(toId(id));
        const fields = {
          ...(options.name === undefined ? {} : { name: options.name }),
          ...(options.num === undefined ? {} : { num: options.num }),
        };
        if (options.dryRun) {
          return tell(terminal, command, {
            changed: false,
            from: view(from),
            streams: await streamsOf(services, [from.id]),
          });
        }
        const made = await service.split(from.id, toId(source), fields, options.onConflict);
        tell(terminal, command, { changed: true, from: view(from), made: view(made) });
      }),
    );
}

async function readAll(service: ChannelsService, ids: readonly string[]): Promise<Channel[]> {
  return Promise.all(ids.map((id) => service.get(toId(id))));
}

async function toInput(options: EditOptions, services: ServiceLocator): Promise<ChannelInput> {
  const input: ChannelInput = {
    name: options.name,
    num: options.num,
    logo: options.logo,
    categoryId: options.category === undefined ? undefined : await categoryId(options.category, services),
    tvgId: options.guideId,
    guideShiftMinutes: options.guideShift,
    isAdult: options.adult,
    archiveDays: options.archiveDays,
    watchPicture: options.watchPicture,
  };
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

async function toFilter(
  ids: readonly string[],
  options: HideOptions,
  services: ServiceLocator,
): Promise<ChannelFilter> {
  const filter: ChannelFilter = {
    ...(ids.length > 0 ? { ids: ids.map(toId) } : {}),
    ...(options.search === undefined ? {} : { search: options.search }),
    ...(options.category === undefined ? {} : { categoryId: await categoryId(options.category, services) }),
  };
  if (Object.keys(filter).length === 0 && !options.all) {
    throw new AppError('invalid_input', 'name channels by id, or give --search, --category or --all', {
      status: 400,
    });
  }
  return filter;
}

async function categoryId(nameOrId: string, services: ServiceLocator): Promise<number> {
  const categories = (await services.get(CategoriesService).list('live')).map(({ category }) => category);
  const wanted = nameOrId.toLowerCase();
  const found =
    categories.find(({ name }) => name.toLowerCase() === wanted) ??
    categories.find(({ id }) => String(id) === nameOrId);
  if (!found) throw new AppError('not_found', `there is no category ${nameOrId}`, { status: 404 });
  return found.id;
}

async function streamsOf(services: ServiceLocator, channelIds: readonly number[]) {
  const repository = services.get(ChannelsRepository);
  const sources = await Promise.all(channelIds.map((id) => repository.sourcesOf(id)));
  return sources.flat().map(({ id, kind, locator, priority }) => ({ id, kind, url: locator, priority }));
}

function resetFields(names: readonly string[]): EditableChannelField[] {
  const unknown = names.find((name) => !EDITABLE_CHANNEL_FIELDS.includes(name as EditableChannelField));
  if (unknown === undefined) return names as EditableChannelField[];
  throw new AppError('invalid_input', `${unknown} is not one of ${EDITABLE_CHANNEL_FIELDS.join(', ')}`, {
    status: 400,
  });
}

function view(channel: Channel) {
  const {
    id,
    num,
    name,
    categoryId: category,
    logo,
    tvgId,
    guideShiftMinutes,
    isHidden,
    isAdult,
    archiveDays,
    watchPicture,
    editedFields,
  } = channel;
  return {
    id,
    num,
    name,
    categoryId: category,
    logo,
    epgChannelId: tvgId,
    guideShiftMinutes,
    isHidden,
    isAdult,
    archiveDays,
    watchPicture,
    editedFields,
  };
}

/** The same answer for people and for programs: what was, and what is. */
function tell(terminal: Terminal, command: Command, answer: Readonly<Record<string, unknown>>): void {
  if (wantsJson(command)) return printJson(terminal, answer);
  for (const [key, value] of Object.entries(answer)) {
    if (Array.isArray(value)) {
      terminal.out(`${key}:\n${value.map((row) => `  ${line(row)}\n`).join('')}`);
    } else {
      terminal.out(`${key}: ${typeof value === 'object' && value !== null ? line(value) : String(value)}\n`);
    }
  }
}

function line(row: unknown): string {
  if (typeof row !== 'object' || row === null) return String(row);
  const cells = Object.entries(row).filter(
    ([, value]) => value !== '' && !(Array.isArray(value) && value.length === 0),
  );
  return cells.map(([name, value]) => `${name} ${String(value)}`).join(', ');
}

function oneOf<T extends string>(allowed: readonly T[]): (text: string) => T {
  return (text) => {
    const found = allowed.find((word) => word === text);
    if (found === undefined) throw new InvalidArgumentError(`One of ${allowed.join(', ')} is needed.`);
    return found;
  };
}
