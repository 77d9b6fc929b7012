import type { Command } from 'commander';
import {
  PLACEHOLDER_KINDS,
  type PlaceholderKind,
  type PlaceholderRule,
} from '../../core/guide/placeholder.js';
import type { GuideChoiceInput } from '../../epg/guide-choice-rules.js';
import { GuideLinksService, type ChannelWithLinks, type LinkToGuide } from '../../epg/guide-links.service.js';
import type { KnownGuideChannel } from '../../epg/guide-links.repository.js';
import { GuideLinker } from '../../epg/linking/guide-linker.js';
import { PlaceholderPreview, type PreviewedChannel } from '../../epg/placeholder-preview.js';
import { AppError } from '../../platform/errors/app-error.js';
import { idList, shiftMinutes, wholeNumber } from './arguments.js';
import type { CliContext } from './context.js';
import { printJson, printTable, wantsJson, type Terminal } from './output.js';
import { toId } from './places.js';

interface PageOptions {
  page?: number;
  unlinked?: boolean;
}

interface PlaceholderOptions {
  category?: boolean;
  timeZone?: string;
  eventMinutes?: number;
  blockMinutes?: number;
  title?: string;
  pattern?: string;
  dryRun?: boolean;
}

const PER_PAGE = 100;
const pageNumber = wholeNumber(1, 1_000_000);

/** What people see and decide about the guides of channels, below "guides". */
export function addGuideLinks(guides: Command, context: CliContext): void {
  addLooking(guides, context);
  addDeciding(guides, context);
}

function addLooking(guides: Command, context: CliContext): void {
  guides
    .command('links')
    .description('show where the programmes of channels come from, and why')
    .option('--unlinked', 'only channels without a guide')
    .option('--page <number>', `further rows, ${PER_PAGE} at a time`, pageNumber)
    .action((options: PageOptions, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const only = options.unlinked === true ? 'unlinked' : 'linked';
        const found = await services.get(GuideLinksService).channels(options.page ?? 1, PER_PAGE, only);
        if (wantsJson(command)) return printJson(context.terminal, found);
        printChannels(context.terminal, found.items, ({ links }) => links);
        context.terminal.out(`${found.total} channels\n`);
      }),
    );
  guides
    .command('review')
    .description('show channels whose guide is not clear, with what may be meant')
    .option('--page <number>', `further rows, ${PER_PAGE} at a time`, pageNumber)
    .action((options: PageOptions, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const found = await services.get(GuideLinksService).waiting(options.page ?? 1, PER_PAGE);
        if (wantsJson(command)) return printJson(context.terminal, found);
        printChannels(context.terminal, found.items, ({ candidates }) => candidates);
        context.terminal.out(
          `${found.total} channels wait; decide with: rooftop guides link CHANNEL GUIDE-CHANNEL, or: rooftop guides none CHANNEL\n`,
        );
      }),
    );
  guides
    .command('find <text>')
    .description('find guide channels by a part of their id or name')
    .action((text: string, _options: unknown, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const found = await services.get(GuideLinksService).find(text);
        if (wantsJson(command)) return printJson(context.terminal, found);
        printTable(
          context.terminal,
          ['guide channel', 'programmes', 'guide', 'id', 'names'],
          found.map(cellsOf),
        );
      }),
    );
  guides
    .command('match')
    .description(
      'look for the guides of channels now; the server does so by itself whenever something changed',
    )
    .action((_options: unknown, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const report = await services.get(GuideLinker).run();
        if (wantsJson(command)) return printJson(context.terminal, report);
        const { channels, linked, waiting, added, removed } = report;
        context.terminal.out(
          `${linked} of ${channels} channels have a guide (${added} links new, ${removed} gone), ${waiting} wait for you: rooftop guides review\n`,
        );
      }),
    );
}

function addDeciding(guides: Command, context: CliContext): void {
  const decide = (channel: string, input: GuideChoiceInput, command: Command, done: string): Promise<void> =>
    context.run(wantsJson(command), async (services) => {
      const settings = await services.get(GuideLinksService).decide(toId(channel, 'channel'), input);
      if (wantsJson(command)) return printJson(context.terminal, settings);
      context.terminal.out(`channel ${settings.num} "${settings.name}" ${done}\n`);
    });
  guides
    .command('link <channel> <guide-channels>')
    .description('take the programmes of a channel from guide channels (ids, best first), for good')
    .option('--shift <minutes>', 'minutes added to the times of the guide; negative = earlier', shiftMinutes)
    .action((channel: string, ids: string, { shift }: { shift?: number }, command: Command) => {
      const links = idList(ids).map((guideChannelId) => ({ guideChannelId, shiftMinutes: shift ?? 0 }));
      return decide(channel, { links }, command, 'is linked');
    });
  guides
    .command('unlink <channel>')
    .description('forget what was decided about the guide of a channel; matching looks for it again')
    .action((channel: string, _options: unknown, command: Command) =>
      decide(channel, { mode: 'auto' }, command, 'is left to matching again'),
    );
  guides
    .command('none <channel>')
    .description('a channel has no guide: matching does not look for it')
    .action((channel: string, _options: unknown, command: Command) =>
      decide(channel, { mode: 'none' }, command, 'has no guide'),
    );
  guides
    .command('shift <channel> <minutes>')
    .description('add minutes to all programmes of a channel; negative = earlier, 0 = as they are')
    .allowUnknownOption()
    .action((channel: string, minutes: string, _options: unknown, command: Command) =>
      decide(channel, { shiftMinutes: shiftMinutes(minutes) }, command, `is shifted by ${minutes} minutes`),
    );
  addPlaceholder(guides, context);
}

function addPlaceholder(guides: Command, context: CliContext): void {
  guides
    .command('placeholder <id> <kind>')
    .description(
      'what a channel without a guide shows: none, auto, event, blocks, pattern; inherit takes a rule away',
    )
    .option('--category', 'the id is that of a category: for all its channels')
    .option('--time-zone <zone>', 'zone of times in names, such as Europe/Berlin')
    .option('--event-minutes <number>', 'length of an event', wholeNumber(1, 1440))
    .option('--block-minutes <number>', 'length of a block', wholeNumber(15, 1440))
    .option('--title <text>', '{title} stands for the name without time and date')
    .option('--pattern <text>', `how names tell it, e.g. "{title} | {HH}:{mm} {zone}"`)
    .option('--dry-run', 'only show what the rule makes of the names')
    .action((id: string, kind: string, options: PlaceholderOptions, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const links = services.get(GuideLinksService);
        const placeholder = toRule(kind, options);
        const place = options.category === true ? 'category' : 'channel';
        if (options.dryRun === true) {
          if (placeholder === null) {
            throw new AppError('invalid_input', 'inherit has no preview', { status: 400 });
          }
          const found = await services.get(PlaceholderPreview).preview(place, toId(id, place), placeholder);
          return wantsJson(command)
            ? printJson(context.terminal, found)
            : printPreview(context.terminal, found);
        }
        if (options.category === true) await links.setCategoryRule(toId(id, 'category'), placeholder);
        else await links.decide(toId(id, 'channel'), { placeholder });
        if (wantsJson(command)) return printJson(context.terminal, { placeholder });
        context.terminal.out(`${place} ${id}: ${kind}\n`);
      }),
    );
}

function toRule(kind: string, options: PlaceholderOptions): PlaceholderRule | null {
  if (kind === 'inherit') return null;
  const known = PLACEHOLDER_KINDS.find((one): one is PlaceholderKind => one === kind);
  if (known === undefined) {
    const possible = [...PLACEHOLDER_KINDS, 'inherit'].join(', ');
    throw new AppError('invalid_input', `a placeholder is one of ${possible}`, { status: 400 });
  }
  const { timeZone, eventMinutes, blockMinutes, title, pattern } = options;
  return {
    kind: known,
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(eventMinutes === undefined ? {} : { eventMinutes }),
    ...(blockMinutes === undefined ? {} : { blockMinutes }),
    ...(title === undefined ? {} : { title }),
    ...(pattern === undefined ? {} : { pattern }),
  };
}

function printPreview(terminal: Terminal, channels: readonly PreviewedChannel[]): void {
  const rows = channels.map(({ id, name, programmes }) => {
    const shown = programmes.find(({ isLive }) => isLive) ?? programmes[0];
    const title = shown?.titles[0]?.text ?? '(nothing)';
    const times = shown
      ? [shown.start, shown.stop].map((time) => new Date(time * 1000).toISOString())
      : ['', ''];
    return [String(id), name, title, ...times];
  });
  printTable(terminal, ['channel', 'name', 'shows', 'from', 'to'], rows);
}

/** A row for each link, and one for a channel without any. */
function printChannels(
  terminal: Terminal,
  channels: readonly ChannelWithLinks[],
  linksOf: (channel: ChannelWithLinks) => readonly LinkToGuide[],
): void {
  const rows = channels.flatMap((channel) => {
    const head = [String(channel.id), String(channel.num), channel.name];
    const links = linksOf(channel);
    if (links.length === 0) return [[...head, '-', '', '', channel.mode === 'auto' ? '' : channel.mode]];
    return links.map((link, at) => [...(at === 0 ? head : ['', '', '']), ...linkCells(link)]);
  });
  printTable(terminal, ['channel', 'num', 'name', 'guide channel', 'guide', 'score', 'why'], rows);
}

function linkCells({ guide, origin, score, reason, shiftMinutes, question }: LinkToGuide): string[] {
  const shift = shiftMinutes === 0 ? '' : ` (${shiftMinutes > 0 ? '+' : ''}${shiftMinutes} min)`;
  // A question about a single doubt is worded as the doubt itself.
  const why = [...new Set([question, reason])].filter(Boolean).join(': ');
  const state = guide.isServed ? '' : ' (not in the guide now)';
  return [
    `${guide.id} ${guide.names[0] ?? guide.xmltvId}${shift}${state}`,
    guide.sourceName,
    String(score),
    origin === 'manual' ? 'decided by a person' : why,
  ];
}

function cellsOf({ id, programmeCount, sourceName, xmltvId, names }: KnownGuideChannel): string[] {
  return [String(id), String(programmeCount), sourceName, xmltvId, names.join(' | ')];
}
